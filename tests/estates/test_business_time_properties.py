"""Business time whatever the calendar: six zones, near the leaps of their clocks, leap days and the ends of years."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from helpdesk.estates.business_time import (
    Calendar,
    add_business,
    add_working_days,
    business_between,
    is_open,
    next_allowed_before,
    next_open,
    open_windows_on,
    read_windows,
)

ZONES = {
    "Asia/Shanghai": [date(2026, 10, 1)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/London": [date(2026, 3, 29), date(2026, 10, 25)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/Sao_Paulo": [date(2018, 2, 17), date(2018, 11, 4)],
    "Pacific/Apia": [date(2011, 12, 30)],
}
# The rest at noon, and an opening at the very moment a visit is due.
AT_NOON = Calendar("Asia/Shanghai", read_windows({"0": [["09:00", "12:00"], ["14:00", "20:00"]]}))
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
COMMON_DAYS = [date(2028, 2, 29), date(2026, 12, 31)]
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
window_lists = st.lists(st.tuples(quarters, quarters), max_size=3).map(tuple)


@st.composite
def cases(draw) -> tuple[Calendar, datetime]:
    """A calendar in one of six zones and a moment within days of a leap of its clocks, a leap day or a year's end."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    pivot = draw(st.sampled_from(ZONES[zone] + COMMON_DAYS))
    near = st.integers(-12, 12).map(lambda n: pivot + timedelta(days=n))
    windows = draw(st.dictionaries(st.integers(0, 6), window_lists, max_size=7))
    calendar = Calendar(
        zone,
        windows,
        days_off=draw(st.frozensets(near, max_size=8)),
        working_days=draw(st.frozensets(near, max_size=3)),
        skip_days_off=draw(st.booleans()),
        make_up_windows=draw(st.none() | window_lists),
    )
    minutes = draw(st.integers(-3 * 1440, 3 * 1440))
    midnight = datetime.combine(pivot, time(0), UTC)
    return calendar, midnight + timedelta(minutes=minutes)


durations = st.integers(0, 20 * 60).map(lambda n: timedelta(minutes=n))
gaps = st.integers(0, 6 * 1440).map(lambda n: timedelta(minutes=n))
within_reason = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def opens_weekly(calendar: Calendar) -> bool:
    return any(calendar.windows.get(day) for day in range(7))


def open_or_just_closing(calendar: Calendar, moment: datetime) -> bool:
    return is_open(calendar, moment) or is_open(calendar, moment - timedelta(microseconds=1))


@within_reason
@given(cases())
def test_the_next_opening_is_open_never_earlier_and_nothing_opens_before_it(case):
    calendar, at = case
    assume(opens_weekly(calendar))
    opening = next_open(calendar, at)
    assert opening >= at and is_open(calendar, opening)
    assert (opening == at) is is_open(calendar, at)
    assert business_between(calendar, at, opening) == timedelta(0)


@within_reason
@given(cases(), gaps, durations)
def test_later_moments_and_longer_times_never_come_out_earlier(case, gap, duration):
    calendar, at = case
    assume(opens_weekly(calendar))
    assert next_open(calendar, at) <= next_open(calendar, at + gap)
    assert add_business(calendar, at, duration) <= add_business(calendar, at + gap, duration)
    assert add_business(calendar, at, duration) <= add_business(calendar, at, duration + gap / 10)


@within_reason
@given(cases(), durations, durations)
def test_open_time_adds_up_and_what_was_added_is_what_lies_between(case, first, second):
    calendar, at = case
    assume(opens_weekly(calendar))
    halfway = add_business(calendar, at, first)
    assert add_business(calendar, halfway, second) == add_business(calendar, at, first + second)
    assert business_between(calendar, at, halfway) == first
    assert open_or_just_closing(calendar, halfway)


@within_reason
@given(cases(), gaps, gaps)
def test_time_between_adds_up_turns_around_and_never_exceeds_the_clock(case, first, second):
    calendar, a = case
    b, c = a + first, a + first + second
    parts = business_between(calendar, a, b), business_between(calendar, b, c)
    assert sum(parts, timedelta(0)) == business_between(calendar, a, c) == -business_between(calendar, c, a)
    assert timedelta(0) <= parts[0] <= first


@within_reason
@given(cases(), gaps)
def test_what_lies_between_leads_back_to_an_open_moment(case, gap):
    calendar, at = case
    assume(is_open(calendar, at + gap))
    elapsed = business_between(calendar, at, at + gap)
    assert add_business(calendar, at, elapsed + timedelta(microseconds=1)) == at + gap + timedelta(
        microseconds=1
    )


@within_reason
@given(cases())
def test_the_time_between_is_the_count_of_open_quarters(case):
    calendar, at = case
    quarter = timedelta(minutes=15)
    start = at.replace(minute=0)
    opened = sum(is_open(calendar, start + n * quarter) for n in range(4 * 26))
    assert business_between(calendar, start, start + 4 * 26 * quarter) == opened * quarter


def open_by_the_wall_clock(calendar: Calendar, at: datetime) -> bool:
    """The same question asked of the wall clock alone; true of moments that are neither leapt over nor repeated."""
    local = at.astimezone(calendar.zone).replace(tzinfo=None)
    for days_back in (0, 1):
        day = local.date() - timedelta(days=days_back)
        for start, end in calendar.windows_on(day):
            closing = datetime.combine(day + timedelta(days=1) if end <= start else day, end)
            if datetime.combine(day, start) <= local < closing:
                return True
    return False


@within_reason
@given(cases())
def test_open_is_what_the_clock_on_the_wall_says_away_from_a_repeated_hour(case):
    calendar, at = case
    local = at.astimezone(calendar.zone)
    assume(local.utcoffset() == local.replace(fold=not local.fold).utcoffset())
    assert is_open(calendar, at) is open_by_the_wall_clock(calendar, at)


@within_reason
@given(cases(), st.integers(0, 12))
def test_working_days_land_in_a_window_and_never_go_back(case, days):
    calendar, at = case
    assume(opens_weekly(calendar))
    due = add_working_days(calendar, at, days)
    assert due >= at and open_or_just_closing(calendar, due)
    assert due <= add_working_days(calendar, at, days + 1)


@within_reason
@given(cases(), gaps, st.integers(0, 12))
def test_a_later_start_is_never_due_earlier(case, gap, days):
    calendar, at = case
    assume(opens_weekly(calendar))
    # The same local time comes twice in a repeated hour: there, and only there, the order can't be kept.
    assume(not any(moment.astimezone(calendar.zone).fold for moment in (at, at + gap)))
    assert add_working_days(calendar, at, days) <= add_working_days(calendar, at + gap, days)


@within_reason
@given(cases())
def test_the_windows_of_the_days_are_ordered_apart_and_open(case):
    calendar, at = case
    previous_end = None
    for offset in range(-2, 3):
        for start, end in open_windows_on(calendar, at.date() + timedelta(days=offset)):
            assert start < end and (previous_end is None or previous_end <= start)
            assert is_open(calendar, start) and is_open(calendar, end - timedelta(microseconds=1))
            previous_end = end


@within_reason
@given(cases(), gaps, gaps)
@example((AT_NOON, NOON), timedelta(0), timedelta(hours=2))
def test_a_plan_is_allowed_and_in_time_whenever_an_hour_before_due_is(case, delay, limit):
    calendar, resolved = case
    assume(opens_weekly(calendar))
    earliest, due = resolved + delay, resolved + delay + limit
    planned, on_time = next_allowed_before(calendar, earliest, due)
    assert is_open(calendar, planned) and planned >= earliest and on_time is (planned <= due)
    if business_between(calendar, earliest, due):
        assert on_time
