"""Business time and allowed calling hours: pure functions over a calendar value (docs/domain.md §2 and §5).

Every moment taken is aware, in any zone; every moment given back is in UTC. Two moments that share a zone are
compared and subtracted by Python as wall-clock times, which is wrong on the days the clocks change: so never here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Windows = tuple[tuple[time, time], ...]
Span = tuple[datetime, datetime]

SEARCH_DAYS = 400
ONE_DAY = timedelta(days=1)


class NeverOpens(Exception):
    """The calendar has no open window for 400 days on end."""


@dataclass(frozen=True)
class Calendar:
    """Open windows by weekday (Monday is 0), in local time. An end at or before its start lies on the next day.

    A make-up working day 调休 keeps `make_up_windows`, or Monday's; it wins over a day off of the same date.
    With `skip_days_off` false the days off are days like any other.
    """

    tz: str
    windows: Mapping[int, Windows] = field(hash=False)
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    skip_days_off: bool = True
    make_up_windows: Windows | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    def windows_on(self, day: date) -> Windows:
        """The windows that begin on this day, in local time, as they were written."""
        if day in self.working_days:
            return self.windows.get(0, ()) if self.make_up_windows is None else self.make_up_windows
        if self.skip_days_off and day in self.days_off:
            return ()
        return self.windows.get(day.weekday(), ())


def read_windows(written: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, Windows]:
    """The windows written as {"0": [["09:00", "18:00"]]}, as a calendar takes them."""
    return {
        int(weekday): tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in windows)
        for weekday, windows in written.items()
    }


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the moment lies in a window; the closing moment itself doesn't."""
    moment = _utc(at)
    today = _local_day(calendar, moment)
    return any(start <= moment < end for _, start, end in _spans(calendar, today - ONE_DAY, today + ONE_DAY))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """The moment itself if open, else the next opening. Raises NeverOpens if none comes within 400 days."""
    moment = _utc(at)
    _, start, _ = next(span for span in _spans_from(calendar, moment) if span[2] > moment)
    return max(start, moment)


def add_business(calendar: Calendar, at: datetime, duration: timedelta) -> datetime:
    """The first moment by which that much open time has passed: in a window, or the moment one closes.

    A negative duration is refused (ValueError); raises NeverOpens if 400 days pass without an opening.
    """
    if duration < timedelta(0):
        raise ValueError("A duration of open time can't be negative.")
    moment, left = _utc(at), duration
    for _, start, end in _spans_from(calendar, moment):
        begin = max(start, moment)
        if end < begin:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise NeverOpens


def add_working_days(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The same local time so many working days later, drawn into that day's windows (their closing included).

    A working day is one on which a window begins; the hours after midnight belong to the day their window began on.
    A moment outside the windows counts from the next opening. Negative days are refused (ValueError).
    """
    if days < 0:
        raise ValueError("A number of working days can't be negative.")
    moment = next_open(calendar, at)
    if days == 0:
        return moment
    first = next(day for day, start, end in _spans_from(calendar, moment) if start <= moment < end)
    target = _working_day_after(calendar, first, days)
    local = moment.astimezone(calendar.zone)
    wanted = _instant(calendar.zone, target + (local.date() - first), local.time())
    return _nearest(wanted, [(start, end) for _, start, end in _spans(calendar, target, target)])


def business_between(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """The open time between two moments; negative if the second comes first."""
    since, until = _utc(a), _utc(b)
    if until < since:
        return -business_between(calendar, b, a)
    days = _local_day(calendar, since) - ONE_DAY, _local_day(calendar, until) + ONE_DAY
    spans = ((max(start, since), min(end, until)) for _, start, end in _spans(calendar, *days))
    return sum((end - start for start, end in spans if start < end), timedelta(0))


def open_windows_on(calendar: Calendar, day: date) -> list[Span]:
    """The windows that begin on this local day, in order, touching ones joined; an overnight one ends a day later."""
    joined: list[Span] = []
    for _, start, end in _spans(calendar, day, day):
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def next_allowed_before(calendar: Calendar, earliest: datetime, due: datetime) -> tuple[datetime, bool]:
    """The first allowed moment at or after `earliest`, and whether it lies at or before `due` (docs/domain.md §5).

    Where the time until `due` holds none, the first one after it comes with False: asked then counts as on time.
    Raises NeverOpens if nothing is allowed within 400 days.
    """
    moment = next_open(calendar, earliest)
    return moment, moment <= _utc(due)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("A moment needs its time zone.")
    return at.astimezone(UTC)


def _local_day(calendar: Calendar, moment: datetime) -> date:
    return moment.astimezone(calendar.zone).date()


def _spans_from(calendar: Calendar, moment: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """Spans that may hold the moment and all after it; raises NeverOpens after 400 days without one."""
    day = last_open = _local_day(calendar, moment) - ONE_DAY
    while (day - last_open).days <= SEARCH_DAYS + 1:
        for span in _spans(calendar, day, day):
            last_open = day
            yield span
        day += ONE_DAY
    raise NeverOpens(f"No open window in {SEARCH_DAYS} days after {last_open}.")


def _spans(calendar: Calendar, first: date, last: date) -> Iterator[tuple[date, datetime, datetime]]:
    """(day begun on, start, end) of the days from first to last, in order, no moment twice, none without length."""
    # Last night's window may reach into the first day, and what it covers is last night's.
    covered_until = max((end for _, end in _written(calendar, first - ONE_DAY)), default=None)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for start, end in _written(calendar, day):
            start = start if covered_until is None else max(start, covered_until)
            if start < end:
                covered_until = end
                yield day, start, end


def _written(calendar: Calendar, day: date) -> list[Span]:
    """One day's windows as moments in UTC, in order, as they were written: they may overlap."""
    zone = calendar.zone
    return sorted(
        (_instant(zone, day, start), _instant(zone, day + ONE_DAY if end <= start else day, end))
        for start, end in calendar.windows_on(day)
    )


def _instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The moment a local clock first shows this time; for a time the clocks leap over, the moment of the leap."""
    # The leap matters: Python reads 02:30 there as 03:30, later than 03:00, and windows would run backwards.
    local = datetime.combine(day, at.replace(fold=0), zone)
    later, earlier = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if later <= earlier:
        return later
    return _leap_between(zone, earlier, later)


def _leap_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    # Clocks leap on a whole second, whatever fraction was asked for.
    before, after = before.replace(microsecond=0), after.replace(microsecond=0) + timedelta(seconds=1)
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _working_day_after(calendar: Calendar, day: date, days: int) -> date:
    last_open = day
    while days:
        day += ONE_DAY
        if any(_spans(calendar, day, day)):
            days, last_open = days - 1, day
        elif (day - last_open).days > SEARCH_DAYS:
            raise NeverOpens(f"No open window in {SEARCH_DAYS} days after {last_open}.")
    return day


def _nearest(moment: datetime, spans: list[Span]) -> datetime:
    """The moment itself if inside or at a closing; else the next opening; after the last closing, that closing."""
    for start, end in spans:
        if moment <= end:
            return max(start, moment)
    return spans[-1][1]
