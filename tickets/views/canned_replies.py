"""Canned replies: kept by clerks and supervisors, put into a reply or carried out on a ticket."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from tickets.forms.canned_replies import CannedReplyForm, values_of
from tickets.models import CannedReply
from tickets.services.canned_replies import (
    PLACEHOLDERS,
    SHARES,
    apply_macro,
    archive_canned_reply,
    filled_in,
    offered_for,
    write_canned_reply,
)
from tickets.views.acts import press
from tickets.views.answers import INVALID, REFUSED, done, ticket_for

MOST = 200


@require_GET
@needs("tickets.work")
def canned_list(request: HttpRequest) -> HttpResponse:
    """The estate's and one's own."""
    require_here(request, "tickets.work")
    user: User = request.user  # type: ignore[assignment]
    estate: Estate = request.estate  # type: ignore[attr-defined]
    rows = CannedReply.objects.visible_to(user).in_use().filter(estate=estate)
    context = {
        "rows": [row_of(c, user) for c in rows.select_related("department").order_by("name", "id")[:MOST]],
        "crumbs": [{"label": _("Canned replies")}],
    }
    return render(request, "tickets/canned_list.html", context)


def row_of(canned: CannedReply, user: User) -> dict[str, Any]:
    words, language = canned.words(user.language or "en")
    mine = canned.owner_id == user.pk if canned.owner_id else user.may(SHARES, canned.estate_id)
    return {"canned": canned, "words": words, "lang": language, "may_change": mine, "does": does(canned)}


def does(canned: CannedReply) -> list[str]:
    """What it changes beside saying something, in words."""
    told = []
    if canned.department:
        told.append(_("assigns to %(department)s") % {"department": canned.department})
    if canned.priority:
        told.append(_("sets the priority to %(priority)s") % {"priority": canned.get_priority_display()})
    return told


@require_http_methods(["GET", "POST"])
@needs("tickets.work")
def new(request: HttpRequest) -> HttpResponse:
    """A new one."""
    require_here(request, "tickets.work")
    return write(request, request.estate, None)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("tickets.work")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one."""
    canned = canned_for(request, pk)
    return write(request, canned.estate, canned)


@require_POST
@needs("tickets.work")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no longer offered."""
    archive_canned_reply(canned_for(request, pk), actor=request.user)  # type: ignore[arg-type]
    return done(request, _("No longer in use"), reverse("canned_list"))


def canned_for(request: HttpRequest, pk: int) -> CannedReply:
    rows = CannedReply.objects.select_related("estate", "department")
    return get_visible(rows, request.user, "tickets.work", pk=pk)  # type: ignore[arg-type]


def write(request: HttpRequest, estate: Estate, canned: CannedReply | None) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    offers: dict[str, Any] = {
        "departments": list(Department.objects.filter(estate=estate, is_active=True)),
        "may_share": user.may(SHARES, estate.pk),
    }
    if request.method == "GET":
        return show(request, CannedReplyForm(initial=values_of(canned) if canned else {}, **offers), canned)
    form = CannedReplyForm(request.POST, initial=values_of(canned) if canned else {}, **offers)
    if not form.is_valid():
        return show(request, form, canned, status=INVALID)
    values = form.cleaned_data | {"shared": form.cleaned_data.get("shared", False)}
    try:
        write_canned_reply(estate=estate, actor=user, canned=canned, **values)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, form, canned, status=REFUSED)
    return done(request, _("Saved"), reverse("canned_list"))


def show(
    request: HttpRequest, form: CannedReplyForm, canned: CannedReply | None, *, status: int = 200
) -> HttpResponse:
    here = str(canned) if canned else _("New canned reply")
    context = {
        "form": form,
        "canned": canned,
        "placeholders": ["{" + name + "}" for name in PLACEHOLDERS],
        "crumbs": [{"label": _("Canned replies"), "url": reverse("canned_list")}, {"label": here}],
    }
    return render(request, "tickets/canned_form.html", context, status=status)


@require_GET
@needs("tickets.work")
def for_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be said on this ticket, filled in: a menu of the composer, or a page without scripts."""
    ticket = ticket_for(request, pk, "tickets.work")
    user: User = request.user  # type: ignore[assignment]
    rows = []
    for canned in offered_for(ticket, user):
        words, language = filled_in(canned, ticket, user)
        rows.append({"canned": canned, "words": words, "lang": language, "does": does(canned)})
    context = {
        "ticket": ticket,
        "rows": rows,
        "form_token": uuid.uuid4().hex,
        "crumbs": [
            {"label": ticket.number, "url": reverse("ticket_detail", args=[ticket.pk])},
            {"label": _("Canned replies")},
        ],
    }
    template = (
        "tickets/_canned_menu.html" if request.headers.get("HX-Request") else "tickets/canned_menu.html"
    )
    return render(request, template, context)


@require_POST
@needs("tickets.work")
def macro(request: HttpRequest, pk: int, canned_pk: int) -> HttpResponse:
    """Say it and do what it does."""
    ticket = ticket_for(request, pk, "tickets.work")
    canned = canned_for(request, canned_pk)
    version = request.POST.get("version", "")

    def act() -> Any:
        return apply_macro(
            ticket,
            actor=request.user,  # type: ignore[arg-type]
            canned=canned,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
            form_token=request.POST.get("form_token", "")[:32].replace("\0", "") or None,
        )

    return press(request, ticket, act, _("“%(name)s” is done") % {"name": canned})
