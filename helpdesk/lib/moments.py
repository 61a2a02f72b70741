"""Days as the moments that an index answers."""

from datetime import date, datetime, time

from django.utils import timezone

# What an estate's books may hold: a day outside is a slip of the pen, and at the calendar's edges no day lies beside it.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2999, 12, 31)


def on_a_calendar(day: date) -> bool:
    """Whether a day, or a moment, is one that people write; at the edges a change of zone would fall off the calendar."""
    return 1900 <= day.year <= 2999


def midnight(day: date) -> datetime:
    """The beginning of a day on the estate's clock (the zone that is active)."""
    return timezone.make_aware(datetime.combine(day, time()))
