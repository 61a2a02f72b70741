"""The calling list, and one follow-up visit with its script and its record."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.audit.services import log_access
from helpdesk.estates.business_time import NeverOpens, is_open, next_open
from helpdesk.estates.calendars import calling_calendar
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from tickets.clocks import day_and_time, follow_up_clock
from tickets.forms.follow_ups import AttemptForm, RecordForm, WishForm
from tickets.models import FollowUp
from tickets.scripts import script_of
from tickets.services.follow_ups import record_attempt, record_follow_up, wish_time
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.matters import contact_number, matter_of, name_of, unit_of

SHOWN_AT_ONCE = 100
# Where the clerk who calls one after another goes on.
CALLING = "calling"
ABOUT = (
    "estate",
    "assignee",
    "recorded_by",
    "ticket__unit",
    "ticket__resident",
    "ticket__handler",
    "ticket__department",
    "slip__unit",
    "slip__department",
    "contact__unit",
    "contact__resident",
    "unit",
    "resident",
)


@require_GET
@needs("follow_ups.view")
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Whom to ask, by the hour at which they may be rung; the sentence above says when that is."""
    at = timezone.now()
    user: User = request.user  # type: ignore[assignment]
    estate: Estate = request.estate  # type: ignore[attr-defined]
    mine = request.GET.get("who") == "mine"
    rows = FollowUp.objects.visible_to(user).scheduled().filter(estate=estate).select_related(*ABOUT)
    if mine:
        rows = rows.filter(assignee=user)
    rows = rows.annotate(tried=Count("attempts", filter=Q(attempts__reached=False)))
    waiting = list(rows.order_by("scheduled_at", "id")[: SHOWN_AT_ONCE + 1])
    context = {
        "may_call": user.may("follow_ups.record", estate.pk),
        "may_report": user.may("reports.view", estate.pk),
        "rows": [row_of(visit, at, visit.tried) for visit in waiting[:SHOWN_AT_ONCE]],
        "more": len(waiting) > SHOWN_AT_ONCE,
        "hours": calling_sentence(estate, at),
        "chips": [
            {"label": _("Everybody's"), "url": "?", "active": not mine},
            {"label": _("Mine"), "url": "?who=mine", "active": mine},
        ],
        "crumbs": [{"label": _("Follow-ups")}],
    }
    return render(request, "tickets/follow_up_list.html", context)


@require_GET
@needs("follow_ups.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: what it is about, whom to ring, what to say, and the record."""
    return show(request, visit_for(request, pk, "follow_ups.view"))


@require_POST
@needs("follow_ups.record")
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody was reached this time."""
    visit = visit_for(request, pk, "follow_ups.record")
    form = AttemptForm(request.POST, auto_id="attempt_%s")

    def act(data: dict[str, Any]) -> Any:
        return record_attempt(visit, actor=request.user, reached=False, **data)  # type: ignore[arg-type]

    return carry_out(request, visit, "attempt", form, act, _("The attempt is written down"))


@require_POST
@needs("follow_ups.record")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """How the resident found it: closes the ticket, or opens it again."""
    visit = visit_for(request, pk, "follow_ups.record")
    form = RecordForm(request.POST, auto_id="record_%s", follow_up_pk=visit.pk)

    def act(data: dict[str, Any]) -> Any:
        return record_follow_up(visit, actor=request.user, **data)  # type: ignore[arg-type]

    return carry_out(request, visit, "record", form, act, _("Recorded"))


@require_POST
@needs("follow_ups.record")
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """The resident named a better time."""
    visit = visit_for(request, pk, "follow_ups.record")
    form = WishForm(request.POST, auto_id="wish_%s")

    def act(data: dict[str, Any]) -> Any:
        return wish_time(visit, actor=request.user, **data)  # type: ignore[arg-type]

    return carry_out(request, visit, "wish", form, act, _("The resident's own time counts now"))


def visit_for(request: HttpRequest, pk: int, permission: str) -> FollowUp:
    return get_visible(FollowUp.objects.select_related(*ABOUT), request.user, permission, pk=pk)  # type: ignore[arg-type]


def carry_out(
    request: HttpRequest, visit: FollowUp, name: str, form: forms.Form, act: Any, says: str
) -> HttpResponse:
    """Do it and say so; a refusal comes back beside what was typed."""
    if not form.is_valid():
        return show(request, visit, {name: form}, status=INVALID)
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        again = visit_for(request, visit.pk, "follow_ups.view")
        return show(request, again, {name: form}, status=REFUSED)
    on = "follow_up_next" if request.POST.get("next") == CALLING else ""
    return done(request, says, reverse(on) if on else reverse("follow_up_detail", args=[visit.pk]))


def show(
    request: HttpRequest,
    visit: FollowUp,
    sent: dict[str, forms.Form] | None = None,
    *,
    status: int = 200,
    calling: dict[str, Any] | None = None,
) -> HttpResponse:
    at = timezone.now()
    user: User = request.user  # type: ignore[assignment]
    waits = visit.status == FollowUp.Status.SCHEDULED
    made: dict[str, forms.Form] = {}
    if waits and user.may("follow_ups.record", visit.estate_id):
        made = {
            "record": RecordForm(auto_id="record_%s", follow_up_pk=visit.pk),
            "attempt": AttemptForm(auto_id="attempt_%s"),
            "wish": WishForm(auto_id="wish_%s"),
        } | (sent or {})
    context = {
        "visit": visit,
        "matter": matter_of(visit),
        "name": name_of(visit),
        "unit": unit_of(visit),
        "clock": follow_up_clock(visit, at),
        "chip": chip_of(visit),
        "phone": number_to_ring(request, visit) if waits else "",
        "hours": calling_sentence(visit.estate, at),
        "script": follow_up_script(visit, user) if waits else None,
        "attempts": list(visit.attempts.select_related("by")),
        "forms": made,
        "crumbs": [{"label": _("Follow-ups"), "url": reverse("follow_up_list")}, {"label": matter_of(visit)}],
        "panel_url": panel_of(visit, user),
        "calling": calling or ({"left": 0, "skip_url": ""} if request.POST.get("next") == CALLING else None),
        "open_url": new_ticket_url(visit, user),
    }
    return render(request, "tickets/follow_up_detail.html", context, status=status)


def number_to_ring(request: HttpRequest, visit: FollowUp) -> str:
    """The number, whole for those who may see it, and then logged."""
    number = contact_number(visit)
    user: User = request.user  # type: ignore[assignment]
    if not number:
        return ""
    if not user.may("residents.see_phones", visit.estate_id):
        return mask_phone(number)
    log_access(
        visit,
        "phone",
        actor=user,
        estate_id=visit.estate_id,
        reason=matter_of(visit),
        address=ip_of(request),
    )
    return display_phone(number)


def follow_up_script(visit: FollowUp, user: User) -> dict[str, Any]:
    about = visit.ticket or visit.contact
    resident = visit.resident or (about.resident if about else None)
    language = resident.language if resident else ""
    with translation.override(language or translation.get_language()):
        matter = matter_of(visit)
    return script_of(
        "follow_up",
        language=language,
        estate=visit.estate,
        clerk=user,
        matter=matter,
    )


def calling_sentence(estate: Estate, at: datetime) -> dict[str, Any]:
    """When residents may be rung: now and until when nothing is said, or from which hour on."""
    calendar = calling_calendar(estate)
    if is_open(calendar, at):
        return {"allowed": True, "says": _("Residents may be rung now.")}
    try:
        moment = day_and_time(next_open(calendar, at))
    except NeverOpens:
        return {"allowed": False, "says": _("This estate has no hours for calling.")}
    return {"allowed": False, "says": _("People rest now: no calls before %(moment)s.") % {"moment": moment}}


def second_line(visit: FollowUp, tried: int) -> str:
    """Who asks, and how often nobody was reached."""
    parts = [_("asked by %(who)s") % {"who": visit.assignee}] if visit.assignee else []
    if tried:
        parts.append(_("no answer, %(tried)d of 3") % {"tried": tried})
    return "  ".join(parts)


def row_of(visit: FollowUp, at: datetime, tried: int) -> dict[str, Any]:
    """A line of the calling list."""
    unit = unit_of(visit)
    return {
        "id": f"follow-up-{visit.pk}",
        "url": reverse("follow_up_detail", args=[visit.pk]),
        "clock": follow_up_clock(visit, at),
        "plate": {"code": unit.code, "url": reverse("unit_card", args=[unit.pk])} if unit else None,
        "name": name_of(visit),
        "line": matter_of(visit),
        "second": second_line(visit, tried),
        "action": {"label": _("Ask"), "url": reverse("follow_up_detail", args=[visit.pk])},
    }


def chip_of(visit: FollowUp) -> dict[str, str]:
    """How it ended, as a chip; a visit that waits has its clock instead."""
    if visit.status != FollowUp.Status.DONE:
        return {"status": visit.status, "label": visit.get_status_display()}
    return {"status": visit.outcome, "label": f"{visit.get_outcome_display()} {visit.score}"}


def new_ticket_url(visit: FollowUp, user: User) -> str:
    """What should be better, where no ticket stands behind the visit: the clerk opens one from here."""
    if visit.ticket_id or visit.outcome in {"", "satisfied"} or not user.may("tickets.take", visit.estate_id):
        return ""
    unit = unit_of(visit)
    people = visit.resident_id or (visit.contact.resident_id if visit.contact else None)
    asked = {"unit": unit.pk if unit else None, "resident": people}
    return f"{reverse('ticket_new')}?{urlencode({name: pk for name, pk in asked.items() if pk})}"


def panel_of(visit: FollowUp, user: User) -> str:
    if not user.may("residents.view", visit.estate_id):
        return ""
    about = visit.ticket or visit.contact
    resident = visit.resident_id or (about.resident_id if about else None)
    if resident:
        return reverse("resident_card", args=[resident])
    unit = unit_of(visit)
    return reverse("unit_card", args=[unit.pk]) if unit else ""
