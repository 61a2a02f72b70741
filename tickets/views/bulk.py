"""One act on the tickets ticked in the list."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.estates.models import Department
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.forms.bulk import BULK_ACTS
from tickets.forms.bulk import Act as ActForm
from tickets.models import Ticket
from tickets.services import bulk
from tickets.views.answers import INVALID, SeeOther


@require_POST
@needs("tickets.work")
def ticket_bulk(request: HttpRequest) -> HttpResponse:
    """Do it to each of the ticked tickets; the answer says which were done and why others were not."""
    require_here(request, "tickets.work")
    user: User = request.user  # type: ignore[assignment]
    picked, gone = picked_in(request, user)
    act_form = BULK_ACTS.get(request.POST.get("act", ""))
    if act_form is None or not picked:
        messages.error(request, _("Tick tickets of this list first, then choose what is done to them."))
        return SeeOther(back_to(request))
    filled_in = any(key.startswith(f"{act_form.name}-") for key in request.POST)
    form = act_form(request.POST if filled_in else None, **offered(request))
    if not filled_in or not form.is_valid():
        return ask(request, form, picked, status=INVALID if filled_in else 200)
    outcomes = bulk.do_to_each(picked, actor=user, act=act_of(form, user))
    context = {
        "title": form.label,
        "done": [outcome.ticket for outcome in outcomes if not outcome.refused],
        "refused": [outcome for outcome in outcomes if outcome.refused],
        "gone": gone,
        "back": back_to(request),
        "crumbs": crumbs(form),
    }
    return render(request, "tickets/bulk_result.html", context)


def ask(request: HttpRequest, form: ActForm, picked: list[bulk.Picked], *, status: int) -> HttpResponse:
    """To whom, how and why: the ticked tickets with the act's form."""
    context = {
        "form": form,
        "act": form.name,
        "title": form.label,
        "picked": [{"ticket": one.ticket, "value": f"{one.ticket.pk}.{one.version or ''}"} for one in picked],
        "query": request.POST.get("query", "")[:2000],
        "back": back_to(request),
        "crumbs": crumbs(form),
    }
    return render(request, "tickets/bulk_form.html", context, status=status)


def picked_in(request: HttpRequest, user: User) -> tuple[list[bulk.Picked], int]:
    """The ticked tickets of this estate that this person sees, as they stood in the list; how many are none of those."""
    versions: dict[int, int | None] = {}
    for written in request.POST.getlist("ticket")[: bulk.MOST + 1]:
        pk, _dot, version = written.partition(".")
        if pk.isdecimal() and len(pk) < 19:
            versions[int(pk)] = int(version) if version.isdecimal() and len(version) < 10 else None
    rows = Ticket.objects.visible_to(user).filter(estate=request.estate, pk__in=versions)  # type: ignore[attr-defined]
    found = [
        bulk.Picked(t, versions[t.pk]) for t in rows.select_related("estate").order_by("created_at", "id")
    ]
    return found, len(versions) - len(found)


def act_of(form: ActForm, user: User) -> bulk.Act:
    makers: dict[str, Callable[..., bulk.Act]] = {
        "assign": bulk.assigning,
        "priority": bulk.setting_priority,
        "hand_over": bulk.handing_over,
        "note": bulk.noting,
    }
    return makers[form.name](actor=user, **form.cleaned_data)


def offered(request: HttpRequest) -> dict[str, Any]:
    """Departments and colleagues to choose from."""
    estate = request.estate  # type: ignore[attr-defined]
    departments = list(Department.objects.filter(estate=estate, is_active=True))
    return {"departments": departments, "people": colleagues(estate.pk, "tickets.work")}


def crumbs(form: ActForm) -> list[dict[str, Any]]:
    return [{"label": _("Tickets"), "url": reverse("ticket_list")}, {"label": form.label}]


def back_to(request: HttpRequest) -> str:
    """The list as it was."""
    query = request.POST.get("query", "")[:2000].replace("\0", "").replace("\n", "").replace("\r", "")
    return f"{reverse('ticket_list')}?{query or 'view=0'}"
