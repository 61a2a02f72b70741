"""Telling those above of what is late: each level once, whatever was missed meanwhile (docs/domain.md §2, §4, §5)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.business_time import NeverOpens, add_business
from helpdesk.estates.calendars import business_calendar
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from tickets.models import FollowUp, Priority, Slip, Ticket
from tickets.services.telling import (
    desk_supervisors,
    duty_after_hours,
    headline_of,
    managers,
    on_the_clock,
    supervisors,
    tell_staff,
    where_of,
    who_looks_after,
)

RESPONSIBLE, SUPERVISOR, MANAGER = 1, 2, 3
ONE_DAY = timedelta(days=1)


def escalate_overdue(at: datetime | None = None) -> dict[str, int]:
    """How many tickets, slips and follow-up visits were told as late now; what was told before is not told again."""
    at = at or timezone.now()
    return {
        "tickets": escalate_tickets(at),
        "slips": escalate_slips(at),
        "follow_ups": escalate_late(at),
    }


def escalate_tickets(at: datetime) -> int:
    """The responsible person when it is late, the supervisor half a limit later, the manager a whole limit later."""
    late = Ticket.objects.overdue(at).filter(merged_into__isnull=True, escalation__lt=MANAGER)  # type: ignore[attr-defined]
    return _each(
        late, ("estate", "responsible", "department", "unit"), lambda ticket: _escalate_ticket(ticket, at)
    )


def _escalate_ticket(ticket: Ticket, at: datetime) -> bool:
    due = late_since(ticket, at)
    limit = limit_of(ticket, due)
    level = RESPONSIBLE + (at >= due + limit / 2) + (at >= due + limit)
    before = ticket.escalation
    if not _raise_level(ticket, level):
        return False
    told = {RESPONSIBLE: who_looks_after, SUPERVISOR: _supervisors_of, MANAGER: _managers_of}
    people = [person for step in range(before + 1, level + 1) for person in told[step](ticket)]
    if ticket.priority == Priority.CRITICAL:
        people += duty_after_hours(ticket.estate, at)
    record("ticket.escalated", ticket, actor=None, at=at, level=level)
    tell_staff(
        people,
        "ticket_late",
        about=ticket,
        # One limit, one message a level: a ticket opened again has another limit.
        key=f"ticket:{ticket.pk}:late:{due:%Y%m%d%H%M}:{level}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        where=where_of(ticket),
        due=on_the_clock(ticket.estate, due),
        unanswered=ticket.responded_at is None,
        responsible=str(ticket.responsible or ""),
        look_at_class=ticket.is_communication and ticket.resolution_due_at < at,
    )
    return True


def late_since(ticket: Ticket, at: datetime) -> datetime:
    """The limit that was missed: the answer's if that is still owed, else the resolution's."""
    if ticket.responded_at is None and ticket.response_due_at < at:
        return ticket.response_due_at
    return ticket.resolution_due_at


def limit_of(ticket: Ticket, due: datetime) -> timedelta:
    """How long there was; a ticket opened again counts from then, and one to be settled at once has time to answer."""
    again = Entry.objects.about(ticket).filter(verb="ticket.reopened").last() if ticket.reopened else None
    began = again.at if again and again.at < due else ticket.created_at
    return max(due - began, ticket.response_due_at - ticket.created_at, timedelta(minutes=1))


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
    return _each(late, ("estate", "ticket", "slip", "assignee"), lambda visit: _escalate_visit(visit, at))


def _escalate_visit(visit: FollowUp, at: datetime) -> bool:
    level = 2 if at >= visit.on_time_until + ONE_DAY else 1
    before = visit.escalation
    if not _raise_level(visit, level):
        return False
    first = desk_supervisors(visit.estate) or managers(visit.estate)
    people = (first if before < 1 else []) + (managers(visit.estate) if level == 2 else [])
    about = visit.ticket or visit.slip
    assert about is not None  # noqa: S101 - the table has a constraint for it
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


def _raise_level(thing: Any, level: int) -> bool:
    """One conditional UPDATE decides which of two beats tells; False if this level was told before."""
    model: type[Model] = type(thing)
    rows = model._default_manager.filter(
        pk=thing.pk, status=thing.status, escalation=thing.escalation, escalation__lt=level
    )
    return rows.update(escalation=level) == 1
