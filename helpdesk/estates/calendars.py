"""An estate's calendars as values for helpdesk.estates.business_time, and who is on duty."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.estates.business_time import Calendar
from helpdesk.estates.models import Department, Duty, Estate


def business_calendar(estate: Estate) -> Calendar:
    """When the office works: its windows, less public holidays, plus make-up working days."""
    return _calendar(estate, estate.business_windows, skip_days_off=True)


def calling_calendar(estate: Estate) -> Calendar:
    """When a resident may be rung: never while people rest; holidays count only if the estate says so."""
    return _calendar(estate, estate.calling_windows, skip_days_off=estate.calls_skip_holidays)


def local(estate: Estate, at: datetime) -> datetime:
    """The moment `at` on the estate's own clock."""
    return at.astimezone(ZoneInfo(estate.time_zone))


def estates_by_day(at: datetime) -> dict[date, list[int]]:
    """The days that are today at the moment `at`, each with the ids of the estates on whose clock it is."""
    days: dict[date, list[int]] = {}
    for pk, zone in Estate.objects.values_list("pk", "time_zone"):
        days.setdefault(at.astimezone(ZoneInfo(zone)).date(), []).append(pk)
    return days


def on_duty_ids(estate: Estate, at: datetime, *, department: Department | None = None) -> list[int]:
    """Ids of those whom the duty list names for the moment `at`; overnight shifts belong to the day they began."""
    now = local(estate, at)
    today, yesterday = now.date(), now.date() - timedelta(days=1)
    duties = Duty.objects.filter(shift__estate=estate, day__in=[today, yesterday], person__is_active=True)
    if department is not None:
        duties = duties.filter(shift__department=department)
    return sorted({d.person_id for d in duties.select_related("shift") if _covers(d, now)})


def _covers(duty: Duty, now: datetime) -> bool:
    start, end = duty.shift.starts, duty.shift.ends
    overnight = end <= start
    if duty.day == now.date():
        return now.time() >= start and (overnight or now.time() < end)
    return overnight and now.time() < end


def _calendar(estate: Estate, windows: Mapping[str, list[list[str]]], *, skip_days_off: bool) -> Calendar:
    # Read with estate.holidays prefetched where many estates are walked.
    days = list(estate.holidays.all())
    return Calendar(
        tz=estate.time_zone,
        windows={
            int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)
            for day, spans in windows.items()
        },
        days_off=frozenset(d.day for d in days if not d.is_working),
        working_days=frozenset(d.day for d in days if d.is_working),
        skip_days_off=skip_days_off,
    )
