"""What was said and reported before, and how much waits."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import UNRESOLVED, Contact, FollowUp, Incident, Slip, Ticket
from tickets.models.contacts import CALL_BACK_WAITS, DECISION_WAITS, MESSAGE_WAITS
from tickets.models.tickets import late_at
from tickets.services.letters import may_decide
from tickets.services.tickets.repeated import Reporter

ALIKE_SHOWN = 3
# Rows that wait, and which of them are late.
Waiting = tuple[QuerySet[Any], Q]


def perhaps_same(
    user: User, estate: Estate, reporter: Reporter, topic: str, *, but_for: int | None = None
) -> list[Ticket]:
    """At most three unresolved tickets that `user` sees, of the same unit, resident or number and on the same topic.

    The newest first: perhaps the same matter, which the clerk decides.
    """
    theirs = reporter.is_same(number="reporter_phone_hash")
    rows = Ticket.objects.visible_to(user).filter(theirs, estate=estate, topic=topic)  # type: ignore[attr-defined]
    rows = rows.filter(status__in=UNRESOLVED, merged_into__isnull=True).exclude(pk=but_for or 0)
    return list(rows.order_by("-created_at", "-id")[:ALIKE_SHOWN])


def counts_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, tuple[int, bool]]:
    """Place of the rail → (how much waits, whether some of it is late), for the places that this role opens."""
    return count_together(waiting_for_rail(user, estate, at))


def waiting_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, Waiting]:
    """Place of the rail → (what waits, which of it is late), for the places that this role opens."""
    waiting: dict[str, Waiting] = {}
    if user.may("tickets.view", estate.pk):
        open_ones = Ticket.objects.visible_to(user).filter(estate=estate, status__in=UNRESOLVED)  # type: ignore[attr-defined]
        waiting["tickets"] = (open_ones, late_at(at))
    if user.may("slips.view", estate.pk):
        unsigned = Slip.objects.visible_to(user).filter(estate=estate, status=Slip.Status.ISSUED)  # type: ignore[attr-defined]
        waiting["slips"] = (unsigned, Q(sign_due_at__lt=at))
    if user.may("follow_ups.view", estate.pk):
        waiting["follow_ups"] = (follow_ups_of_day(user, estate, at), Q(on_time_until__lt=at))
    if user.may("contacts.view", estate.pk):
        waiting["contacts"] = (_entries_waiting(user, estate), CALL_BACK_WAITS & Q(call_back_at__lt=at))
    if user.may("incidents.view", estate.pk):
        running = Incident.objects.visible_to(user).filter(estate=estate).open()  # type: ignore[attr-defined]
        waiting["incidents"] = (running, Q(pk__isnull=False))
    return waiting


def follow_ups_of_day(user: User, estate: Estate, at: datetime) -> QuerySet[FollowUp]:
    """The visits of today: whose hour has come, and that may be asked later before midnight on the estate's clock."""
    midnight = local(estate, at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = FollowUp.objects.visible_to(user).scheduled()  # type: ignore[attr-defined]
    return rows.filter(estate=estate, scheduled_at__lt=midnight)  # type: ignore[no-any-return]


def count_together(waiting: dict[str, Waiting]) -> dict[str, tuple[int, bool]]:
    """(How much, whether some of it is late) of each, in one query whatever their number."""
    parts = []
    for key, (rows, late) in waiting.items():
        found = (
            rows.order_by()
            .values(of_place=Value(key))
            .annotate(all_of_it=Count("pk"), late_of_it=Count("pk", filter=late))
        )
        parts.append(found.values_list("of_place", "all_of_it", "late_of_it"))
    if not parts:
        return {}
    # A place where nothing waits may have no row.
    counted = {place: (much, late > 0) for place, much, late in parts[0].union(*parts[1:], all=True)}
    return {key: counted.get(key, (0, False)) for key in waiting}


def _entries_waiting(user: User, estate: Estate) -> QuerySet[Contact]:
    """Promised call-backs, messages for this person, and letters for whoever decides on them."""
    mine = CALL_BACK_WAITS | MESSAGE_WAITS & Q(addressee=user)
    if may_decide(user, estate.pk):
        mine |= DECISION_WAITS
    return Contact.objects.visible_to(user).filter(mine, estate=estate)  # type: ignore[attr-defined, no-any-return]
