"""Until when a matter is answered and resolved, by its priority (docs/domain.md §2)."""

from datetime import datetime, timedelta

from helpdesk.estates.business_time import Calendar, NeverOpens, add_business, add_working_days
from helpdesk.estates.calendars import business_calendar
from helpdesk.estates.models import Estate, PriorityLimit

UNITS = PriorityLimit.Unit
Limit = tuple[int, str]
HOUR = 60  # minutes

# Priority → (first response within, resolved within).
DEFAULTS: dict[str, tuple[Limit, Limit]] = {
    "critical": ((15, UNITS.CLOCK_MINUTES), (4 * HOUR, UNITS.CLOCK_MINUTES)),
    "urgent": ((30, UNITS.CLOCK_MINUTES), (8 * HOUR, UNITS.BUSINESS_MINUTES)),
    "normal": ((2 * HOUR, UNITS.BUSINESS_MINUTES), (3, UNITS.WORKING_DAYS)),
    "declined": ((2 * HOUR, UNITS.BUSINESS_MINUTES), (0, UNITS.AT_ONCE)),
}


def limits_for(estate: Estate, priority: str, at: datetime) -> tuple[datetime, datetime]:
    """(answer due, resolution due) of a matter taken at `at`: the estate's own limits, or the usual ones."""
    response, resolution = _limits(estate, priority)
    calendar = business_calendar(estate)
    return _after(calendar, at, response), _after(calendar, at, resolution)


def sign_limit(estate: Estate, at: datetime, *, critical: bool) -> datetime:
    """Until when a slip issued at `at` is signed for: business minutes, but by the clock where there is danger."""
    unit = UNITS.CLOCK_MINUTES if critical else UNITS.BUSINESS_MINUTES
    return _after(business_calendar(estate), at, (estate.sign_minutes, unit))


def _limits(estate: Estate, priority: str) -> tuple[Limit, Limit]:
    own = PriorityLimit.objects.filter(estate=estate, priority=priority).first()
    if own is None:
        return DEFAULTS[priority]
    return (own.response_amount, own.response_unit), (own.resolution_amount, own.resolution_unit)


def _after(calendar: Calendar, at: datetime, limit: Limit) -> datetime:
    amount, unit = limit
    if unit == UNITS.AT_ONCE:
        return at
    try:
        if unit == UNITS.WORKING_DAYS:
            return add_working_days(calendar, at, amount)
        if unit == UNITS.BUSINESS_MINUTES:
            return add_business(calendar, at, timedelta(minutes=amount))
    except NeverOpens:
        # An estate without office hours still keeps its limits, by the clock.
        return at + (timedelta(days=amount) if unit == UNITS.WORKING_DAYS else timedelta(minutes=amount))
    return at + timedelta(minutes=amount)
