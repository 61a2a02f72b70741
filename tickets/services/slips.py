"""Slips 派工单: issued, signed for by name, done, verified (docs/domain.md §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import attach
from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.deadlines import limits_for, sign_limit
from tickets.models import Priority, Slip, SlipPart, Ticket
from tickets.services.follow_up_plans import schedule_follow_up
from tickets.services.slip_links import is_by_link, send_link
from tickets.services.slip_telling import tell_department, tell_people
from tickets.services.steps import tick
from tickets.services.tickets.moving import begin_work, give_to
from tickets.services.tickets.state import guard, lock_ticket, need_reason, same_estate

S = Slip.Status
MOST_PARTS = 30
NUDGE_EVERY = timedelta(minutes=10)

SLIP_STATES = Transitions(
    {
        "nudge": ((S.ISSUED,), S.ISSUED),
        "sign": ((S.ISSUED,), S.SIGNED),
        "start": ((S.SIGNED,), S.IN_PROGRESS),
        "complete": ((S.SIGNED, S.IN_PROGRESS), S.DONE),
        "verify": ((S.DONE,), S.VERIFIED),
        "cancel": ((S.ISSUED, S.SIGNED, S.IN_PROGRESS), S.CANCELLED),
    },
    statuses=S.choices,
    actions={
        "nudge": gettext_lazy("Press"),
        "sign": gettext_lazy("Sign"),
        "start": gettext_lazy("Start"),
        "complete": gettext_lazy("Done"),
        "verify": gettext_lazy("Verify"),
        "cancel": gettext_lazy("Make void"),
    },
)


@dataclass(frozen=True)
class Contractor:
    """Who signs by the secret link: a name and a number that can be rung."""

    name: str
    phone: str


@dataclass(frozen=True)
class Part:
    """Something used up on the job."""

    name: str
    quantity: Decimal
    unit: str = ""


@transaction.atomic
def issue_slip(
    *,
    actor: User,
    department: Department,
    instructions: str,
    kind: str = Slip.Kind.WORK_ORDER,
    ticket: Ticket | None = None,
    estate: Estate | None = None,
    unit: Unit | None = None,
    due_at: datetime | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Slip:
    """A slip for a department, which is told, a contractor by link; its ticket is assigned with it.

    The same form again gives the same slip.

    Refused invalid_transition (the ticket is resolved or has ended), other_estate, text_missing.
    """
    at = at or timezone.now()
    if ticket is not None:
        ticket = lock_ticket(ticket)
    else:  # of one form sent twice at the same moment the second waits here
        Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    before = (
        Slip.objects.filter(form_token=form_token, estate=department.estate).first() if form_token else None
    )
    if before is not None:
        return before
    home = ticket.estate if ticket else estate or department.estate
    same_estate(home.pk, "department", department)
    same_estate(home.pk, "unit", unit)
    if not instructions.strip():
        raise Refused("text_missing", _("Write what is to be done."), field="instructions")
    if ticket is not None:
        guard(ticket, "issue_slip")
    slip = Slip.objects.create(
        estate=home,
        number=next_number(home, "S", at),
        kind=kind,
        ticket=ticket,
        unit=unit or (ticket.unit if ticket else None),
        department=department,
        instructions=instructions.strip(),
        due_at=due_at or _usual_due(home, ticket, at),
        sign_due_at=sign_limit(home, at, critical=_is_critical(ticket)),
        issued_by=actor,
        issued_at=at,
        form_token=form_token,
    )
    _note(slip, "issued", actor, at, department=department.name)
    if ticket is not None:
        _hand_to(ticket, department, actor=actor, at=at)
    sent = is_by_link(slip) and send_link(slip, actor=actor, at=at).sent_at is not None
    if not sent:
        tell_department(slip, "slip_issued", key=f"slip:{slip.pk}:issued", at=at)
    return slip


def _usual_due(estate: Estate, ticket: Ticket | None, at: datetime) -> datetime:
    """The ticket's own limit while it lies ahead, else that of an ordinary matter taken now."""
    if ticket is not None and ticket.resolution_due_at > at:
        return ticket.resolution_due_at
    return limits_for(estate, ticket.priority if ticket else Priority.NORMAL, at)[1]


def _is_critical(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.priority == Priority.CRITICAL


def _hand_to(ticket: Ticket, department: Department, *, actor: User, at: datetime) -> None:
    """The first slip assigns its ticket; any slip ticks that the department knows."""
    if ticket.department_id is None or ticket.status == Ticket.Status.NEW:
        give_to(ticket, department, actor=actor, at=at)
    else:
        tick(ticket, "assign", actor=actor, at=at)


@transaction.atomic
def sign_slip(
    slip: Slip, *, actor: User | None, contractor: Contractor | None = None, at: datetime | None = None
) -> Slip:
    """Sign for a slip by name; of two who sign at once one wins. Again by the same person is harmless.

    Without an actor the `contractor` signs, by link. Refused invalid_transition.
    """
    at = at or timezone.now()
    ticket = _lock_ticket_of(slip)
    signs = {"contractor_name": contractor.name, "contractor_phone": contractor.phone} if contractor else {}
    if not _move(slip, "sign", signed_by=actor, signed_at=at, **signs):
        mine = slip.signed_by == actor and slip.contractor_name == signs.get("contractor_name", "")
        return _same_answer(slip, "sign", mine)
    if actor is not None and ticket is not None and ticket.handler_id is None and ticket.is_open:
        ticket.handler = actor
        ticket.save(update_fields=["handler"])
    return _noted(slip, "signed", actor, at)


@transaction.atomic
def start_slip(
    slip: Slip, *, actor: User | None, before: Iterable[Inspected] = (), at: datetime | None = None
) -> Slip:
    """Work has begun, on the ticket too; photos show how it was found. Again is harmless while it is in progress.

    Refused invalid_transition.
    """
    at = at or timezone.now()
    ticket = _lock_ticket_of(slip)
    if not _move(slip, "start", started_at=at):
        return _same_answer(slip, "start", True)
    _keep_photos(slip, before, "before", actor=actor, at=at)
    if ticket is not None and ticket.status == Ticket.Status.ASSIGNED:
        begin_work(ticket, actor=actor, at=at)
    return _noted(slip, "started", actor, at)


@transaction.atomic
def complete_slip(
    slip: Slip,
    *,
    actor: User | None,
    report: str,
    before: Iterable[Inspected] = (),
    files: Iterable[Inspected] = (),
    parts: Iterable[Part] = (),
    minutes_spent: int | None = None,
    form_token: str = "",
    at: datetime | None = None,
) -> Slip:
    """Report it done; the desk is told, and the ticket is resolved by the desk, not by this.

    Without a ticket it gets its own follow-up visit. Again by the same person is harmless; with a `form_token` only the
    very same form is. Refused reason_required (no report), invalid_quantity, too_many_parts, invalid_transition.
    """
    at = at or timezone.now()
    report = need_reason(report, field="report")
    parts = _checked(parts)
    ticket = _lock_ticket_of(slip)
    said = {"report": report, "minutes_spent": minutes_spent, "report_token": form_token}
    if not _move(slip, "complete", done_by=actor, done_at=at, **said):
        mine = slip.done_by == actor and (not form_token or slip.report_token == form_token)
        return _same_answer(slip, "complete", mine)
    SlipPart.objects.bulk_create(
        SlipPart(slip=slip, name=p.name.strip()[:120], quantity=p.quantity, unit=p.unit.strip()[:20])
        for p in parts
    )
    _keep_photos(slip, before, "before", actor=actor, at=at)
    _keep_photos(slip, files, "after", actor=actor, at=at)
    _noted(slip, "done", actor, at)
    if ticket is None:
        schedule_follow_up(slip, at=at)
    _tell_desk(slip, ticket, by=str(actor or slip.contractor_name))
    return slip


def _checked(parts: Iterable[Part]) -> list[Part]:
    parts = [part for part in parts if part.name.strip()]
    if len(parts) > MOST_PARTS:
        raise Refused(
            "too_many_parts", _("Name at most %(most)s parts.") % {"most": MOST_PARTS}, field="parts"
        )
    if any(not 0 < part.quantity < 10_000_000 for part in parts):
        raise Refused("invalid_quantity", _("Write how many of each part, more than nothing."), field="parts")
    return parts


def _keep_photos(
    slip: Slip, files: Iterable[Inspected], purpose: str, *, actor: User | None, at: datetime
) -> None:
    if files := list(files):
        attach(slip, files, actor=actor, estate=slip.estate, purpose=purpose, at=at)


def _tell_desk(slip: Slip, ticket: Ticket | None, *, by: str) -> None:
    """Who issued it and who is responsible; whether it was the ticket's last slip."""
    responsible = [ticket.responsible] if ticket and ticket.responsible else []
    last = ticket is not None and not _unfinished(ticket).exists()
    people = [slip.issued_by, *responsible]
    tell_people(people, slip, "slip_done", key=f"slip:{slip.pk}:done", by=by, last=last)


def _unfinished(ticket: Ticket) -> Any:
    return Slip.objects.filter(ticket=ticket, status__in=(S.ISSUED, S.SIGNED, S.IN_PROGRESS))


@transaction.atomic
def verify_slip(slip: Slip, *, actor: User, at: datetime | None = None) -> Slip:
    """The desk has looked at what was done. Again by the same person is harmless. Refused invalid_transition."""
    at = at or timezone.now()
    _lock_ticket_of(slip)
    if not _move(slip, "verify", verified_by=actor, verified_at=at):
        return _same_answer(slip, "verify", slip.verified_by_id == actor.pk)
    return _noted(slip, "verified", actor, at)


@transaction.atomic
def cancel_slip(slip: Slip, *, actor: User, reason: str, at: datetime | None = None) -> Slip:
    """Make a slip void, with the reason; the department is told. Refused reason_required, invalid_transition."""
    at = at or timezone.now()
    reason = need_reason(reason)
    _lock_ticket_of(slip)
    if not _move(slip, "cancel", cancel_reason=reason[:300]):
        return _same_answer(slip, "cancel", False)
    _noted(slip, "cancelled", actor, at, reason=reason)
    tell_department(slip, "slip_cancelled", key=f"slip:{slip.pk}:cancelled", at=at, reason=reason)
    return slip


@transaction.atomic
def nudge_slip(slip: Slip, *, actor: User, at: datetime | None = None) -> Slip:
    """Tell the department again 催签. Refused too_soon within ten minutes of the last time, invalid_transition."""
    at = at or timezone.now()
    slip = (
        Slip.objects.select_for_update(of=("self",))
        .select_related("estate", "department", "unit")
        .get(pk=slip.pk)
    )
    SLIP_STATES.guard(slip.status, "nudge")
    last = Entry.objects.about(slip).filter(verb="slip.nudged").last()
    if last is not None and at - last.at < NUDGE_EVERY:
        raise Refused("too_soon", _("The department was told less than ten minutes ago."))
    _note(slip, "nudged", actor, at)
    if is_by_link(slip) and send_link(slip, actor=actor, at=at).sent_at is not None:
        return slip
    tell_department(slip, "slip_nudged", key=f"slip:{slip.pk}:nudged:{at.timestamp():.0f}", at=at)
    return slip


def _lock_ticket_of(slip: Slip) -> Ticket | None:
    """The slip's ticket, locked before the slip is touched, as everywhere; None for a slip without one."""
    return lock_ticket(slip.ticket) if slip.ticket is not None else None


def _move(slip: Slip, action: str, **values: Any) -> bool:
    """One conditional UPDATE decides who wins; `slip` then holds what the table says. False if it was not possible."""
    rows = Slip.objects.filter(pk=slip.pk, status__in=SLIP_STATES.sources(action))
    target = SLIP_STATES.table[action][1]
    won = rows.update(status=target, version=F("version") + 1, **values) == 1
    slip.refresh_from_db()
    return won


def _same_answer(slip: Slip, action: str, mine: bool) -> Slip:
    """The slip as it stands, for who repeats an own act; Refused invalid_transition for anybody else."""
    if not (mine and slip.status == SLIP_STATES.table[action][1]):
        SLIP_STATES.guard(slip.status, action)
        raise AssertionError("a possible step was lost")  # the row would have been updated
    return slip


def _note(slip: Slip, verb: str, actor: User | None, at: datetime, **data: Any) -> None:
    if actor is None:
        data["contractor"] = slip.contractor_name
    record(f"slip.{verb}", slip, actor=actor, filed_under=slip.ticket, at=at, **data)


def _noted(slip: Slip, verb: str, actor: User | None, at: datetime, **data: Any) -> Slip:
    _note(slip, verb, actor, at, **data)
    return slip
