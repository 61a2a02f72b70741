"""Reminders of the fees wait for an open complaint, and go on when it has ended (docs/domain.md §9)."""

from datetime import datetime

from billing.services.collection import end_complaint_pause
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.models import OPEN, DoorComplaint, Ticket


def end_collection_pauses(ticket: Ticket, *, actor: User | None, at: datetime) -> int:
    """The ticket has ended: its units are reminded again, unless another complaint of theirs is open. Returns how many."""
    units = Unit.objects.filter(collection_visits__in=_visits(DoorComplaint.objects.filter(ticket=ticket)))
    others = DoorComplaint.objects.filter(ticket__status__in=OPEN).exclude(ticket=ticket)
    still = units.filter(collection_visits__in=_visits(others)).values("pk")
    free = units.exclude(pk__in=still).select_related("estate").distinct()
    return sum(bool(end_complaint_pause(unit, actor=actor, at=at)) for unit in free)


def move_collection_pauses(ticket: Ticket, into: Ticket) -> None:
    """What waits for a merged ticket waits for the one that took it over."""
    DoorComplaint.objects.filter(ticket=ticket).update(ticket=into)


def _visits(rows):  # type: ignore[no-untyped-def]
    return rows.values("visit")
