"""Unit changes: asked for, decided by a manager, carried out."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from residents.forms.moves import ReasonForm
from residents.forms.unit_changes import CarryOutForm, UnitChangeForm, WordForm
from residents.models import UnitChange
from residents.names_shown import full_name
from residents.services import unit_changes as services
from residents.services.persons_on_file import put_on_file
from residents.services.unit_changes import CHANGE_STATES, clearances_of_change, steps_of_change
from residents.views.moves import first_values
from residents.views.procedure_history import events_of

S = UnitChange.Status
ABOUT = ("estate", "unit__estate", "other_unit", "new_owner", "requested_by", "decided_by", "ended_by")


@require_GET
@needs("residents.view")
def change_list(request: HttpRequest) -> HttpResponse:
    """Changes of the estate, the newest first, those that wait before all."""
    require_here(request, "residents.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    chosen = request.GET.get("status", S.REQUESTED)
    chosen = chosen if chosen in S.values else S.REQUESTED
    rows = UnitChange.objects.filter(estate=estate, status=chosen).select_related(*ABOUT)
    page = Page(rows, request.GET, field="requested_at")
    context = {
        "rows": page.rows,
        "pager": page.pager,
        "tabs": [
            {"label": label, "url": f"?status={status}", "active": status == chosen, "count": None}
            for status, label in S.choices
        ],
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "crumbs": crumbs(),
    }
    return render(request, "residents/unit_change_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a change."""
    require_here(request, "residents.write")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method == "GET":
        known = first_values(request, estate)
        initial = {"kind": UnitChange.Kind.TRANSFER, "unit": known["unit"], "wanted_on": known["planned_on"]}
        form = UnitChangeForm(estate=estate, initial=initial)
        return render(
            request, "residents/unit_change_new.html", {"form": form, "crumbs": crumbs(_("A new one"))}
        )
    form, status = UnitChangeForm(request.POST, estate=estate), INVALID
    if form.is_valid():
        try:
            change = _ask(request, form.cleaned_data)
            return done(request, _("Asked for as %(number)s") % {"number": change.number}, page_of(change))
        except Refused as refused:
            field = {"new_owner": "owner_name", "phone": "owner_phone"}.get(
                refused.field or "", refused.field
            )
            form.add_error(field if field in form.fields else None, str(refused.message))
            status = REFUSED
    context = {"form": form, "crumbs": crumbs(_("A new one"))}
    return render(request, "residents/unit_change_new.html", context, status=status)


@transaction.atomic
def _ask(request: HttpRequest, data: dict[str, Any]) -> UnitChange:
    name, phone = data.pop("owner_name"), data.pop("owner_phone")
    owner = None
    if data["kind"] == UnitChange.Kind.TRANSFER and name.strip():
        owner = put_on_file(data["unit"].estate, actor=request.user, name=name, phone=phone)  # type: ignore[arg-type]
    return services.request_change(actor=request.user, new_owner=owner, **data)  # type: ignore[arg-type]


@require_GET
@needs("residents.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked for, what it would change, what is open."""
    return show(request, change_for(request, pk, "residents.view"))


@require_POST
@needs("unit_changes.decide")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The manager agrees."""
    change = change_for(request, pk, "unit_changes.decide")
    form = WordForm(request.POST)
    return acted(request, change, "approve", form, _("Approved"), services.approve_change)


@require_POST
@needs("unit_changes.decide")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The manager does not agree, and says why."""
    change = change_for(request, pk, "unit_changes.decide")
    form = ReasonForm(request.POST, auto_id="refuse_%s")
    return acted(request, change, "refuse", form, _("Refused"), services.refuse_change)


@require_POST
@needs("residents.write")
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """From a day on the others belong here."""
    change = change_for(request, pk, "residents.write")
    form = CarryOutForm(request.POST)
    return acted(request, change, "carry_out", form, _("Carried out"), services.carry_out_change)


@require_POST
@needs("residents.write")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """They think better of it."""
    change = change_for(request, pk, "residents.write")
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    return acted(request, change, "cancel", form, _("Cancelled"), services.cancel_change)


def acted(
    request: HttpRequest, change: UnitChange, name: str, form: Any, said: str, act: Callable[..., Any]
) -> HttpResponse:
    if not form.is_valid():
        return show(request, change, forms={name: form}, status=INVALID)
    try:
        act(change, actor=request.user, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, change, forms={name: form}, status=REFUSED)
    return done(request, said, page_of(change))


def show(
    request: HttpRequest, change: UnitChange, *, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    change = change_for(request, change.pk, "residents.view")
    acts = CHANGE_STATES.allowed(change.status)
    waits = bool(acts)
    now = timezone.now()
    today = local(change.estate, now).date()
    ending, beginning = steps_of_change(change, today) if waits else ([], [])
    write = user.may("residents.write", change.estate_id)
    decide = user.may("unit_changes.decide", change.estate_id)
    context = {
        "change": change,
        "owner_name": full_name(change.new_owner) if change.new_owner else "",
        "ending": [{"step": step, "name": full_name(step.resident)} for step in ending],
        "beginning": [{"step": step, "name": full_name(step.resident)} for step in beginning],
        "clearances": [
            {
                "answer": answer,
                "may_read": not answer.permission or user.may(answer.permission, change.estate_id),
            }
            for answer in clearances_of_change(change, now)
        ]
        if waits
        else [],
        "may": {act: (decide if act in {"approve", "refuse"} else write) for act in acts},
        "waits": waits,
        "forms": {
            "approve": WordForm(),
            "refuse": ReasonForm(auto_id="refuse_%s"),
            "cancel": ReasonForm(auto_id="cancel_%s"),
            "carry_out": CarryOutForm(initial={"on": today}),
        }
        | (forms or {}),
        "sent": next(iter(forms or {}), ""),
        "history": events_of(change, request.GET),
        "card_url": reverse("unit_card", args=[change.unit_id]),
        "crumbs": crumbs(change.number),
    }
    return render(request, "residents/unit_change_detail.html", context, status=status)


def change_for(request: HttpRequest, pk: int, permission: str) -> UnitChange:
    rows = UnitChange.objects.select_related(*ABOUT)
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def page_of(change: UnitChange) -> str:
    return reverse("unit_change_detail", args=[change.pk])


def crumbs(*last: str) -> list[dict[str, str]]:
    here = [{"label": _("Residents"), "url": reverse("resident_list")}]
    if not last:
        return [*here, {"label": _("Unit changes")}]
    listed = {"label": _("Unit changes"), "url": reverse("unit_change_list")}
    return [*here, listed, *({"label": word} for word in last)]
