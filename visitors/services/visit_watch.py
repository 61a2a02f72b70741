"""What happens to visits by the clock, and the report to security (docs/domain.md §6)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.crypto import token_for
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.models import Incident, Ticket, Topic
from tickets.services.incidents import join_ticket, note_incident, open_incident
from tickets.services.tickets import assign_ticket, take_ticket
from tickets.services.tickets.state import same_estate
from visitors.models import Visit
from visitors.selectors import day_of, meant_for
from visitors.services.host_telling import tell_desk
from visitors.services.suspicions import about_visit, token_of
from visitors.services.visits import VISIT_STATES, lock_visit, save_visit

S = Visit.Status
# A worker that was down tells of what it missed; whoever has been inside for days was told of long ago.
TOLD_BACK = timedelta(days=2)
ROWS = 1000


def mark_no_shows(at: datetime) -> int:
    """Whoever was expected on a day that is over and did not come; returns how many."""
    return sum(_no_shows_of(estate, at) for estate in Estate.objects.filter(is_active=True))


def _no_shows_of(estate: Estate, at: datetime) -> int:
    midnight, _next = day_of(estate, at)
    before = meant_for(midnight - timedelta(days=3660), midnight)
    rows = Visit.objects.filter(before, estate=estate, status=S.EXPECTED)
    due = rows.exclude(comes_until__gte=midnight.date()).values_list("pk", flat=True)
    return one_by_one(list(due[:ROWS]), lambda pk: _miss(pk, at), what="no-show of visit")


@transaction.atomic
def _miss(pk: int, at: datetime) -> bool:
    locked = lock_visit(Visit(pk=pk))
    if locked.status != S.EXPECTED:
        return False
    locked.status = VISIT_STATES.guard(locked.status, "miss")
    locked.confirm_digest = locked.host_digest = None
    save_visit(locked)
    record("visit.pass_expired" if locked.comes_until else "visit.no_show", locked, actor=None, at=at)
    return True


def tell_overstays(at: datetime) -> int:
    """Tell the desk, once a stay, who is inside for longer than they may; returns how many are told of now."""
    late = Visit.objects.overstayed(at).filter(stay_until__gte=at - TOLD_BACK)
    return one_by_one(
        list(late.values_list("pk", flat=True)[:ROWS]), lambda pk: _tell(pk, at), what="overstay of visit"
    )


@transaction.atomic
def _tell(pk: int, at: datetime) -> bool:
    locked = lock_visit(Visit(pk=pk))
    until = locked.stay_until
    if locked.status != S.INSIDE or until is None or until >= at or _is_told(locked):
        return False
    record("visit.overstayed", locked, actor=None, at=at, until=until.isoformat())
    tell_desk(locked, "visit_overstayed", key=f"overstay:{until.timestamp():.0f}", at=at)
    return True


def _is_told(visit: Visit) -> bool:
    until = visit.stay_until.isoformat() if visit.stay_until else ""
    return Entry.objects.about(visit).filter(verb="visit.overstayed", data__until=until).exists()


@transaction.atomic
def report_suspicious(
    visit: Visit, *, actor: User, note: str, form_token: str | None = None, at: datetime | None = None
) -> Ticket:
    """Security is told at once: an incident with its ticket, given to security. A further report goes into the incident
    while that is open, and is told again; once it is closed, a new one is opened. The same form again tells nobody.

    Nothing in it names the visitor. Refused reason_required, invalid_transition (nobody came).
    """
    at = at or timezone.now()
    locked = lock_visit(visit)
    # The same form with other words is another report.
    form = token_for(form_token, note)
    if form and (before := _reported_by(locked, form)):
        return before
    VISIT_STATES.guard(locked.status, "report")
    if not note.strip():
        raise Refused("reason_required", _("Write down in a few words what you saw."), field="note")
    incident, ticket = _report_again(locked, note, actor, at) or _tell_security(
        locked.estate,
        title=_("Suspicious person, visit %(number)s") % {"number": locked.number},
        note=note,
        link=f"{locked.number} {reverse('visit_detail', args=[locked.pk])}",
        unit=locked.unit,
        token=token_of(locked.pk, _incidents(locked).count()),
        actor=actor,
        at=at,
    )
    said: dict[str, Any] = {"incident": incident.number, "ticket": ticket.number, "form": form or ""}
    record("visit.suspicious", locked, actor=actor, at=at, **said)
    return ticket


def _reported_by(visit: Visit, form: str) -> Ticket | None:
    """The ticket of the report that this very form has made."""
    told = Entry.objects.about(visit).filter(verb="visit.suspicious", data__form=form).first()
    return Ticket.objects.filter(estate=visit.estate, number=told.data["ticket"]).first() if told else None


def _report_again(visit: Visit, note: str, actor: User, at: datetime) -> tuple[Incident, Ticket] | None:
    """The incident that is open about this visit, with what was seen now; None where there is none."""
    # Locked, so that nobody closes it between the look and the note.
    incident = (
        _incidents(visit).filter(status=Incident.Status.OPEN).select_for_update().order_by("-pk").first()
    )
    if incident is None:
        return None
    note_incident(incident, actor=actor, body=note, tells=True, at=at)
    return incident, Ticket.objects.filter(incident_report__incident=incident).earliest("incident_report")


def _incidents(visit: Visit) -> QuerySet[Incident]:
    return Incident.objects.filter(about_visit(Value(visit.pk)), estate=visit.estate)


@transaction.atomic
def report_stranger(
    *,
    estate: Estate,
    actor: User,
    note: str,
    unit: Unit | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Incident:
    """Somebody who is no visitor, or not written down yet: security is told at once. The same form again is one incident.

    Refused reason_required, other_estate.
    """
    at = at or timezone.now()
    same_estate(estate.pk, "unit", unit)
    if not note.strip():
        raise Refused("reason_required", _("Write down in a few words what you saw."), field="note")
    # The same form with other words is another report.
    token = token_for(form_token, note)
    title = _("Suspicious person")
    incident, _ticket = _tell_security(
        estate, title=title, note=note, link="", unit=unit, token=token, actor=actor, at=at
    )
    return incident


def _tell_security(
    estate: Estate,
    *,
    title: str,
    note: str,
    link: str,
    unit: Unit | None,
    token: str | None,
    actor: User,
    at: datetime,
) -> tuple[Incident, Ticket]:
    """The incident that security, managers and whoever is on duty hear of, and its ticket."""
    incident = open_incident(
        estate=estate,
        kind=Incident.Kind.SUSPICIOUS,
        title=title,
        details=note,
        actor=actor,
        place=unit.code if unit else "",
        form_token=token,
        at=at,
    )
    ticket = take_ticket(
        estate=estate,
        channel="counter",
        description=f"{note.strip()}\n{link}".strip(),
        subject=title,
        actor=actor,
        unit=unit,
        topic=Topic.SECURITY,
        priority="urgent",
        form_token=token,
        at=at,
    )
    security = Department.objects.filter(estate=estate, kind=Department.Kind.SECURITY, is_active=True).first()
    if security is not None and ticket.department_id is None:
        ticket = assign_ticket(ticket, actor=actor, department=security, at=at)
    join_ticket(incident, actor=actor, ticket=ticket, at=at)
    return incident, ticket
