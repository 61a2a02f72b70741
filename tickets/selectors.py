"""What was said and reported before, and how much waits."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.models import UNRESOLVED, Contact, FollowUp, Slip, Ticket


def calls_of(
    *, unit: Unit | None = None, resident: Resident | None = None, phone_hash: str = "", since: datetime
) -> QuerySet[Contact]:
    """Incoming calls and visits of a unit, a resident or a number since a moment, the newest first."""
    who = Q(pk__in=[])
    if unit is not None:
        who |= Q(unit=unit)
    if resident is not None:
        who |= Q(resident=resident)
    if phone_hash:
        who |= Q(phone_hash=phone_hash)
    spoken = (Contact.Kind.CALL, Contact.Kind.COUNTER)
    rows = Contact.objects.filter(who, created_at__gte=since, direction=Contact.Direction.IN, kind__in=spoken)
    return rows.order_by("-created_at", "-id")


def duplicates_of(unit: Unit, topic: str) -> QuerySet[Ticket]:
    """Unresolved tickets of the unit on the same topic, the newest first: perhaps the same matter."""
    rows = Ticket.objects.filter(unit=unit, topic=topic, status__in=UNRESOLVED, merged_into__isnull=True)
    return rows.order_by("-created_at", "-id")


def counts_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, tuple[int, bool]]:
    """Place of the rail → (how much waits, whether some of it is late), for the places that this role opens."""
    counts: dict[str, tuple[int, bool]] = {}
    if user.may("tickets.view", estate.pk):
        counts["tickets"] = _tickets_waiting(user, estate, at)
    if user.may("slips.view", estate.pk):
        unsigned = Slip.objects.visible_to(user).filter(estate=estate, status=Slip.Status.ISSUED)  # type: ignore[attr-defined]
        counts["slips"] = _count(unsigned, Q(sign_due_at__lt=at))
    if user.may("follow_ups.view", estate.pk):
        visits = FollowUp.objects.visible_to(user).due(at).filter(estate=estate)  # type: ignore[attr-defined]
        counts["follow_ups"] = _count(visits, Q(on_time_until__lt=at))
    if user.may("contacts.view", estate.pk):
        calls = Contact.objects.visible_to(user).filter(estate=estate).call_backs_open()  # type: ignore[attr-defined]
        counts["contacts"] = _count(calls, Q(call_back_at__lt=at))
    return counts


def _tickets_waiting(user: User, estate: Estate, at: datetime) -> tuple[int, bool]:
    rows = Ticket.objects.visible_to(user).filter(estate=estate, status__in=UNRESOLVED)  # type: ignore[attr-defined]
    late = Q(resolution_due_at__lt=at) | Q(responded_at__isnull=True, response_due_at__lt=at)
    return _count(rows, late)


def _count(rows: QuerySet[Any], late: Q) -> tuple[int, bool]:
    found = rows.order_by().aggregate(all=Count("pk"), late=Count("pk", filter=late))
    return found["all"], found["late"] > 0
