"""Telling those above of what is late: each level once, whatever was missed meanwhile (docs/domain.md §2, §4, §5)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.business_time import NeverOpens, add_business
from helpdesk.estates.calendars import business_calendar
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from tickets.deadlines import rungs
from tickets.models import UNRESOLVED, ClassDecision, FollowUp, Forwarding, Slip, Step, Ticket
from tickets.models.tickets import limit_missed
from tickets.services.telling import (
    desk_supervisors,
    headline_of,
    managers,
    on_the_clock,
    supervisors,
    tell_staff,
    where_of,
    who_is_there,
    who_looks_after,
)
from tickets.services.tickets.pausing import end_run_out

RESPONSIBLE, SUPERVISOR, MANAGER = 1, 2, 3
ONE_DAY = timedelta(days=1)
OF_TICKET = ("estate", "responsible", "department", "unit")


def escalate_overdue(at: datetime | None = None) -> dict[str, int]:
    """How many tickets, slips and follow-up visits were told as late now; what was told before is not told again."""
    at = at or timezone.now()
    end_run_out(at)
    return {
        "tickets": escalate_tickets(at) + escalate_on_site(at) + escalate_answers(at),
        "slips": escalate_slips(at),
        "follow_ups": escalate_late(at),
    }


def escalate_tickets(at: datetime) -> int:
    """The responsible person when it is late, the supervisor half a limit later, the manager a whole limit later.

    The answer that is owed and the resolution have a ladder each: who was told of the one still hears of the other.
    """
    unresolved = limit_missed(at) & Q(escalation__lt=MANAGER)
    unanswered = Q(responded_at__isnull=True, response_due_at__lt=at, response_escalation__lt=MANAGER)
    late = Ticket.objects.overdue(at).filter(unresolved | unanswered, merged_into__isnull=True)  # type: ignore[attr-defined]
    return _each(late, OF_TICKET, lambda ticket: _escalate_ticket(ticket, at))


def _escalate_ticket(ticket: Ticket, at: datetime) -> bool:
    told = 0
    for clock, due, field in missed(ticket, at):
        level = _rung(ticket, clock, began=_began(ticket, due), due=due, at=at)
        before = getattr(ticket, field)
        if not _raise_level(ticket, level, field=field):
            continue
        # Whoever has just heard that it is not resolved has read there that it is unanswered, too.
        before, told = max(before, told), max(level, told)
        if level <= before:
            continue
        _tell_up(
            ticket,
            "ticket_late",
            clock,
            (before, level),
            due=due,
            at=at,
            unanswered=ticket.responded_at is None,
            unresolved=clock == "resolution",
            look_at_class=ticket.is_communication and ticket.resolution_due_at < at,
        )
    return told > 0


def missed(ticket: Ticket, at: datetime) -> list[tuple[str, datetime, str]]:
    """The limits that were missed, the graver first: (clock, due, the field that keeps who was told)."""
    found = []
    if ticket.resolution_due_at < (ticket.paused_since or at):
        found.append(("resolution", ticket.resolution_due_at, "escalation"))
    if ticket.responded_at is None and ticket.response_due_at < at:
        found.append(("response", ticket.response_due_at, "response_escalation"))
    return found


def _began(ticket: Ticket, due: datetime) -> datetime:
    """When the limit began to run; a ticket opened again counts from then."""
    again = Entry.objects.about(ticket).filter(verb="ticket.reopened").last() if ticket.reopened else None
    return again.at if again and again.at < due else ticket.created_at


def escalate_on_site(at: datetime) -> int:
    """A valid complaint that nobody has looked at on the spot goes the same way up."""
    unseen = Step.objects.filter(ticket=OuterRef("pk"), key="on_site", done_at__isnull=True)
    late = Ticket.objects.filter(
        Exists(unseen),
        on_site_due_at__lt=at,
        on_site_escalation__lt=MANAGER,
        status__in=UNRESOLVED,
        merged_into__isnull=True,
    )
    return _each(late, OF_TICKET, lambda ticket: _escalate_on_site(ticket, at))


def _escalate_on_site(ticket: Ticket, at: datetime) -> bool:
    due = ticket.on_site_due_at
    assert due is not None  # noqa: S101 - the query asked for it
    judged = ClassDecision.objects.filter(ticket=ticket).last()
    began = judged.decided_at if judged else ticket.created_at
    level = _rung(ticket, "on_site", began=began, due=due, at=at)
    before = ticket.on_site_escalation
    if not _raise_level(ticket, level, field="on_site_escalation"):
        return False
    _tell_up(ticket, "ticket_on_site_late", "on_site", (before, level), due=due, at=at)
    return True


def escalate_answers(at: datetime) -> int:
    """A forwarded matter whose sender still waits for an answer goes the same way up."""
    late = Forwarding.objects.late(at).filter(escalation__lt=MANAGER)  # type: ignore[attr-defined]
    related = ("ticket", *(f"ticket__{name}" for name in OF_TICKET))
    return _each(late, related, lambda forwarding: _escalate_answer(forwarding, at))


def _escalate_answer(forwarding: Forwarding, at: datetime) -> bool:
    ticket, due = forwarding.ticket, forwarding.answer_due_at
    assert due is not None  # noqa: S101 - the query asked for it
    level = _rung(ticket, "answer", began=due, due=due, at=at)
    before = forwarding.escalation
    if not _raise_level(forwarding, level, answered_at__isnull=True):
        return False
    who = {"sender": forwarding.sent_by, "sender_number": forwarding.number}
    _tell_up(ticket, "ticket_answer_late", "answer", (before, level), due=due, at=at, **who)
    return True


def _rung(ticket: Ticket, clock: str, *, began: datetime, due: datetime, at: datetime) -> int:
    """How far up it has to go by now: 0 nobody yet, 1 responsible, 2 supervisor, 3 manager."""
    return sum(at >= rung for rung in rungs(ticket.estate, ticket.priority, clock, began=began, due=due))


def _tell_up(
    ticket: Ticket,
    template: str,
    clock: str,
    levels: tuple[int, int],
    *,
    due: datetime,
    at: datetime,
    **said: Any,
) -> None:
    """Everybody between the level told before and the one reached now, and whoever is there at this hour."""
    before, level = levels
    told = {RESPONSIBLE: who_looks_after, SUPERVISOR: _supervisors_of, MANAGER: _managers_of}
    people = [person for step in range(before + 1, level + 1) for person in told[step](ticket)]
    record("ticket.escalated", ticket, actor=None, at=at, level=level, clock=clock)
    # One limit, one message a level: a ticket opened again has another limit.
    key = "late" if clock in {"response", "resolution"} else clock
    tell_staff(
        people + who_is_there(ticket, at),
        template,
        about=ticket,
        key=f"ticket:{ticket.pk}:{key}:{due:%Y%m%d%H%M}:{level}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        where=where_of(ticket),
        due=on_the_clock(ticket.estate, due),
        responsible=str(ticket.responsible or ""),
        **said,
    )


def _supervisors_of(ticket: Ticket) -> list[User]:
    return supervisors(ticket.estate, ticket.department)


def _managers_of(ticket: Ticket) -> list[User]:
    return managers(ticket.estate)


def escalate_slips(at: datetime) -> int:
    """A slip not signed for goes to the supervisor, and after as long again to the manager."""
    late = Slip.objects.late_to_sign(at).filter(escalation__lt=2)  # type: ignore[attr-defined]
    return _each(late, ("estate", "department", "unit"), lambda slip: _escalate_slip(slip, at))


def _escalate_slip(slip: Slip, at: datetime) -> bool:
    level = 2 if at >= _as_long_again(slip) else 1
    before = slip.escalation
    if not _raise_level(slip, level):
        return False
    people = supervisors(slip.estate, slip.department) if before < 1 else []
    if level == 2:
        people = people + managers(slip.estate)
    record("slip.escalated", slip, actor=None, filed_under=slip.ticket, at=at, level=level)
    tell_staff(
        people,
        "slip_unsigned",
        about=slip,
        key=f"slip:{slip.pk}:unsigned:{level}",
        link=reverse("slip_detail", args=[slip.pk]),
        department=slip.department.name,
        instructions=slip.instructions,
        where=slip.unit.code if slip.unit else "",
        sign_due=on_the_clock(slip.estate, slip.sign_due_at),
    )
    return True


def _as_long_again(slip: Slip) -> datetime:
    minutes = timedelta(minutes=slip.estate.sign_minutes)
    try:
        return add_business(business_calendar(slip.estate), slip.sign_due_at, minutes)
    except NeverOpens:
        return slip.sign_due_at + minutes


def escalate_late(at: datetime) -> int:
    """A follow-up visit that is late goes to the front desk's supervisor, and a day later to the manager."""
    late = FollowUp.objects.late(at).filter(escalation__lt=2)  # type: ignore[attr-defined]
    return _each(
        late,
        ("estate", "ticket", "slip", "contact", "unit", "assignee"),
        lambda visit: _escalate_visit(visit, at),
    )


def _escalate_visit(visit: FollowUp, at: datetime) -> bool:
    level = 2 if at >= visit.on_time_until + ONE_DAY else 1
    before = visit.escalation
    if not _raise_level(visit, level):
        return False
    first = desk_supervisors(visit.estate) or managers(visit.estate)
    people = (first if before < 1 else []) + (managers(visit.estate) if level == 2 else [])
    about = visit.about
    record("follow_up.late", visit, actor=None, filed_under=about, at=at, level=level)
    tell_staff(
        people,
        "follow_up_late",
        about=about,
        key=f"follow-up:{visit.pk}:late:{level}:{visit.on_time_until:%Y%m%d%H%M}",
        link=reverse("follow_up_detail", args=[visit.pk]),
        asker=str(visit.assignee or ""),
        due=on_the_clock(visit.estate, visit.on_time_until),
    )
    return True


def _each(rows: QuerySet[Any], related: Iterable[str], escalate: Callable[[Any], bool]) -> int:
    """Each row in a transaction of its own: one that fails holds back no other."""

    @transaction.atomic
    def escalate_if_still_late(pk: int) -> bool:
        row = rows.select_related(*related).select_for_update(of=("self",)).filter(pk=pk).first()
        return row is not None and escalate(row)

    what = f"escalating {rows.model._meta.model_name}"
    return one_by_one(list(rows.values_list("pk", flat=True)), escalate_if_still_late, what=what)


def _raise_level(thing: Any, level: int, *, field: str = "escalation", **still: Any) -> bool:
    """One conditional UPDATE decides which of two beats tells; False if this level was told before."""
    model: type[Model] = type(thing)
    if hasattr(thing, "status"):
        still["status"] = thing.status
    before = getattr(thing, field)
    rows = model._default_manager.filter(pk=thing.pk, **{field: before, f"{field}__lt": level}, **still)
    return rows.update(**{field: level}) == 1
