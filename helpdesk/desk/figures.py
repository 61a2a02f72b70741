"""The figures of the frame around every page, in one query, kept for a few seconds for each person."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Q

from helpdesk.estates.models import Duty, Estate
from helpdesk.notifications.selectors import inbox_of
from helpdesk.staff.models import User
from tickets.selectors import count_together, waiting_for_rail
from visitors.pass_selectors import passes_for_rail
from visitors.selectors import visits_for_rail

# What a colleague does shows this late in the rail; what one does oneself shows at once (OwnDeedsMiddleware).
KEPT = 10  # seconds
SHIFT_KEPT = 300


@dataclass(frozen=True)
class Figures:
    """Place of the rail → (how much waits, whether some of it is late); messages not read."""

    counts: dict[str, tuple[int, bool]]
    unread: int


def figures_of(user: User, estate: Estate, at: datetime) -> Figures:
    """What waits for this person here; at most KEPT seconds old."""
    key = _key(user.pk, estate.pk)
    kept = cache.get(key)
    if kept is None:
        kept = count(user, estate, at)
        cache.set(key, kept, KEPT)
    return kept


def count(user: User, estate: Estate, at: datetime) -> Figures:
    """The same, counted now."""
    waiting = waiting_for_rail(user, estate, at) | passes_for_rail(user, estate, at)
    waiting |= visits_for_rail(user, estate, at)
    counted = count_together(
        waiting | {"messages": (inbox_of(user).filter(read_at__isnull=True), Q(pk=None))}
    )
    unread, _late = counted.pop("messages")
    return Figures(counted, unread)


def forget_figures(user: User) -> None:
    """Count anew at the next page: this person has just done something."""
    cache.delete_many([_key(user.pk, estate_id) for estate_id in user.estate_ids])


def shift_of(user: User, estate: Estate, at: datetime) -> tuple[str, str] | None:
    """The shift on which the duty list names this person today, and until when; at most five minutes old."""
    key = f"shift:{user.pk}:{estate.pk}"
    kept = cache.get(key)
    if kept is None:
        kept = _shift(user, estate, at) or ()
        cache.set(key, kept, SHIFT_KEPT)
    return kept or None


def _shift(user: User, estate: Estate, at: datetime) -> tuple[str, str] | None:
    day = at.astimezone(ZoneInfo(estate.time_zone)).date()
    duties = Duty.objects.filter(person=user, day=day, shift__estate=estate).select_related("shift")
    duty = duties.order_by("id").first()
    return (duty.shift.name, f"{duty.shift.ends:%H:%M}") if duty else None


def _key(user_id: int, estate_id: int) -> str:
    return f"figures:{user_id}:{estate_id}"
