"""Until when a matter is answered, looked at on the spot and resolved, by its priority (docs/domain.md §2)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helpdesk.estates.business_time import (
    Calendar,
    NeverOpens,
    add_business,
    add_working_days,
    business_between,
)
from helpdesk.estates.calendars import business_calendar
from helpdesk.estates.models import Estate, PriorityLimit

UNITS = PriorityLimit.Unit
Limit = tuple[int, str]
HOUR = 60  # minutes
SHORTEST = timedelta(minutes=1)
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class Limits:
    """How long there is for each of the three; on the spot concerns valid complaints alone."""

    response: Limit
    resolution: Limit
    on_site: Limit


DEFAULTS: dict[str, Limits] = {
    "critical": Limits((15, UNITS.CLOCK_MINUTES), (4 * HOUR, UNITS.CLOCK_MINUTES), (30, UNITS.CLOCK_MINUTES)),
    "urgent": Limits(
        (30, UNITS.CLOCK_MINUTES), (8 * HOUR, UNITS.BUSINESS_MINUTES), (30, UNITS.BUSINESS_MINUTES)
    ),
    "normal": Limits((2 * HOUR, UNITS.BUSINESS_MINUTES), (3, UNITS.WORKING_DAYS), (1, UNITS.WORKING_DAYS)),
    "declined": Limits((2 * HOUR, UNITS.BUSINESS_MINUTES), (0, UNITS.AT_ONCE), (1, UNITS.WORKING_DAYS)),
}


def limits_for(estate: Estate, priority: str, at: datetime) -> tuple[datetime, datetime]:
    """(answer due, resolution due) of a matter taken at `at`: the estate's own limits, or the usual ones."""
    limits, calendar = _limits(estate, priority), business_calendar(estate)
    return _after(calendar, at, limits.response), _after(calendar, at, limits.resolution)


def on_site_limit(estate: Estate, priority: str, at: datetime) -> datetime:
    """Until when a complaint judged valid at `at` is looked at on the spot."""
    return _after(business_calendar(estate), at, _limits(estate, priority).on_site)


def sign_limit(estate: Estate, at: datetime, *, critical: bool) -> datetime:
    """Until when a slip issued at `at` is signed for: business minutes, but by the clock where there is danger."""
    unit = UNITS.CLOCK_MINUTES if critical else UNITS.BUSINESS_MINUTES
    return _after(business_calendar(estate), at, (estate.sign_minutes, unit))


def after_pause(
    estate: Estate, priority: str, due: datetime, *, since: datetime, until: datetime
) -> datetime:
    """The resolution limit once a pause is over: later by the time paused, counted as the limit itself is counted.

    What was late before the pause stays late.
    """
    if due <= since or until <= since:
        return due
    if _limits(estate, priority).resolution[1] in {UNITS.CLOCK_MINUTES, UNITS.AT_ONCE}:
        return due + (until.astimezone(UTC) - since.astimezone(UTC))
    calendar = business_calendar(estate)
    try:
        return add_business(calendar, due, business_between(calendar, since, until))
    except NeverOpens:
        return due + (until.astimezone(UTC) - since.astimezone(UTC))


def rungs(
    estate: Estate, priority: str, clock: str, *, began: datetime, due: datetime
) -> tuple[datetime, datetime, datetime]:
    """When a missed limit goes to the responsible person, the supervisor, the manager: at once, half a limit and a
    whole limit later, in the time that the limit itself is counted in. `clock` is response, resolution, on_site, answer.
    """
    limits, calendar = _limits(estate, priority), business_calendar(estate)
    # Another body's limit is a moment; it is pressed for in working hours.
    limit = getattr(limits, clock, (1, UNITS.WORKING_DAYS))
    if limit[1] == UNITS.AT_ONCE:
        # What is settled at once leaves the time to write the answer.
        limit = limits.response
    by_clock = limit[1] == UNITS.CLOCK_MINUTES
    due = due.astimezone(UTC)
    try:
        if not by_clock:
            span = max(business_between(calendar, began, _after(calendar, began, limit)), SHORTEST)
            return (
                add_business(calendar, due, NO_TIME),
                add_business(calendar, due, span / 2),
                add_business(calendar, due, span),
            )
    except NeverOpens:
        pass
    span = max(_after(calendar, began, limit) - began.astimezone(UTC), SHORTEST)
    return due, due + span / 2, due + span


def _limits(estate: Estate, priority: str) -> Limits:
    usual = DEFAULTS[priority]
    own = PriorityLimit.objects.filter(estate=estate, priority=priority).first()
    if own is None:
        return usual
    on_site = usual.on_site if own.on_site_amount is None else (own.on_site_amount, own.on_site_unit)
    return Limits(
        (own.response_amount, own.response_unit), (own.resolution_amount, own.resolution_unit), on_site
    )


def _after(calendar: Calendar, at: datetime, limit: Limit) -> datetime:
    amount, unit = limit
    # In UTC: on the days the clocks change, local hours are not all as long.
    at = at.astimezone(UTC)
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
