"""Business time and calling hours, by the front desk's own examples and the days the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.estates.business_time import (
    Calendar,
    NeverOpens,
    add_business,
    add_working_days,
    business_between,
    is_open,
    next_allowed_before,
    next_open,
    open_windows_on,
    read_windows,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = read_windows({str(day): [["09:00", "18:00"]] for day in range(5)})
CALLING = read_windows({str(day): [["09:00", "12:00"], ["14:00", "20:00"]] for day in range(7)})

# The National Day week of 2026, with its two make-up days (a Sunday and a Saturday).
NATIONAL_DAY = frozenset(date(2026, 10, day) for day in range(1, 8))
MAKE_UP_DAYS = frozenset({date(2026, 9, 27), date(2026, 10, 10)})

office = Calendar("Asia/Shanghai", NINE_TO_SIX, NATIONAL_DAY, MAKE_UP_DAYS)
calling = Calendar("Asia/Shanghai", CALLING, NATIONAL_DAY, MAKE_UP_DAYS, skip_days_off=False)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def shanghai(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def night_shift(zone: str = "Asia/Shanghai", **more) -> Calendar:
    return Calendar(zone, read_windows({str(day): [["22:00", "06:00"]] for day in range(5)}), **more)


def all_day(zone: str) -> Calendar:
    return Calendar(zone, read_windows({str(day): [["00:00", "00:00"]] for day in range(7)}))


# --- open or not


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        (shanghai(3, 2, 8, 59), False),
        (shanghai(3, 2, 9), True),
        (shanghai(3, 2, 17, 59), True),
        (shanghai(3, 2, 18), False),
        (shanghai(3, 7, 10), False),
        (shanghai(10, 1, 10), False),
        (shanghai(10, 10, 10), True),
        (shanghai(10, 10, 18), False),
    ],
    ids=["early", "opening", "late", "closing", "Saturday", "holiday", "make-up Saturday", "make-up closing"],
)
def test_the_office_is_open_by_its_windows_holidays_and_make_up_days(at, opened):
    assert is_open(office, at) is opened


def test_a_moment_in_another_zone_is_the_same_moment():
    assert is_open(office, datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    assert not is_open(office, datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("America/New_York")))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        is_open(office, shanghai(3, 2, 9).replace(tzinfo=None))


def test_nobody_is_called_while_people_rest_at_noon():
    assert is_open(calling, shanghai(3, 2, 11, 59))
    assert not is_open(calling, shanghai(3, 2, 12))
    assert not is_open(calling, shanghai(3, 2, 13, 59))
    assert next_open(calling, shanghai(3, 2, 12, 30)) == shanghai(3, 2, 14)


def test_calls_skip_public_holidays_only_if_the_estate_says_so():
    skipping = Calendar("Asia/Shanghai", CALLING, NATIONAL_DAY, MAKE_UP_DAYS, skip_days_off=True)
    assert is_open(calling, shanghai(10, 1, 10))
    assert next_open(skipping, shanghai(10, 1, 10)) == shanghai(10, 8, 9)


def test_make_up_days_keep_their_own_windows_where_given():
    short = Calendar(
        "Asia/Shanghai", NINE_TO_SIX, working_days=MAKE_UP_DAYS, make_up_windows=((time(10), time(12)),)
    )
    assert open_windows_on(short, date(2026, 10, 10)) == [(shanghai(10, 10, 10), shanghai(10, 10, 12))]
    no_windows = Calendar("Asia/Shanghai", NINE_TO_SIX, working_days=MAKE_UP_DAYS, make_up_windows=())
    assert open_windows_on(no_windows, date(2026, 10, 10)) == []


def test_a_make_up_day_wins_over_a_day_off_of_the_same_date():
    both = Calendar(
        "Asia/Shanghai", NINE_TO_SIX, frozenset({date(2026, 10, 10)}), frozenset({date(2026, 10, 10)})
    )
    assert is_open(both, shanghai(10, 10, 10))


# --- next opening


def test_friday_evening_opens_on_monday():
    assert next_open(office, shanghai(3, 6, 18)) == shanghai(3, 9, 9)


def test_the_evening_before_national_day_opens_after_it():
    assert next_open(office, shanghai(9, 30, 19)) == shanghai(10, 8, 9)


def test_an_open_moment_is_its_own_next_opening_down_to_the_microsecond():
    at = shanghai(3, 2, 9, 30).replace(microsecond=17)
    assert next_open(office, at) == at


def test_a_calendar_without_windows_never_opens():
    closed = Calendar("Asia/Shanghai", {})
    assert not is_open(closed, shanghai(3, 2, 10))
    assert business_between(closed, shanghai(3, 2), shanghai(3, 9)) == timedelta(0)
    for ask in (
        lambda: next_open(closed, shanghai(3, 2, 10)),
        lambda: add_business(closed, shanghai(3, 2, 10), hours(1)),
        lambda: add_working_days(closed, shanghai(3, 2, 10), 1),
        lambda: next_allowed_before(closed, shanghai(3, 2), shanghai(3, 3)),
    ):
        with pytest.raises(NeverOpens):
            ask()


@pytest.mark.parametrize(("away", "found"), [(400, True), (401, False)])
def test_the_search_for_an_opening_ends_after_400_days(away, found):
    opening = date(2026, 3, 2) + timedelta(days=away)
    once = Calendar(
        "Asia/Shanghai", {}, working_days=frozenset({opening}), make_up_windows=((time(0), time(9)),)
    )
    if found:
        assert next_open(once, shanghai(3, 2)).astimezone(SHANGHAI).date() == opening
    else:
        with pytest.raises(NeverOpens):
            next_open(once, shanghai(3, 2))


def test_counting_stops_when_the_last_working_day_is_past():
    once = Calendar(
        "Asia/Shanghai",
        {},
        working_days=frozenset({date(2026, 3, 2)}),
        make_up_windows=((time(9), time(18)),),
    )
    assert add_business(once, shanghai(3, 2, 9), hours(9)) == shanghai(3, 2, 18)
    with pytest.raises(NeverOpens):
        add_business(once, shanghai(3, 2, 9), hours(10))
    with pytest.raises(NeverOpens):
        add_working_days(once, shanghai(3, 2, 9), 1)


# --- hours of business


@pytest.mark.parametrize(
    ("at", "duration", "due"),
    [
        (shanghai(3, 2, 10), hours(2), shanghai(3, 2, 12)),
        (shanghai(3, 2, 17), hours(2), shanghai(3, 3, 10)),
        (shanghai(3, 6, 14), hours(8), shanghai(3, 9, 13)),
        (shanghai(3, 6, 17), hours(1), shanghai(3, 6, 18)),
        (shanghai(3, 7, 3), hours(2), shanghai(3, 9, 11)),
        (shanghai(9, 30, 17), hours(2), shanghai(10, 8, 10)),
        (shanghai(10, 9, 17), hours(2), shanghai(10, 10, 10)),
        (shanghai(3, 2, 10), timedelta(0), shanghai(3, 2, 10)),
        (shanghai(3, 7, 10), timedelta(0), shanghai(3, 9, 9)),
        (shanghai(3, 2, 9), hours(90), shanghai(3, 13, 18)),
    ],
    ids=[
        "2 h the same day",
        "2 h over night",
        "8 h over a weekend",
        "ends as the office closes",
        "from a Saturday night",
        "over National Day",
        "into a make-up Saturday",
        "nothing to add",
        "nothing to add while closed",
        "two weeks of hours",
    ],
)
def test_business_hours_pass_only_while_the_office_is_open(at, duration, due):
    assert add_business(office, at, duration) == due


def test_negative_amounts_are_refused():
    with pytest.raises(ValueError):
        add_business(office, shanghai(3, 2, 10), timedelta(minutes=-1))
    with pytest.raises(ValueError):
        add_working_days(office, shanghai(3, 2, 10), -1)


@pytest.mark.parametrize(
    ("a", "b", "between"),
    [
        (shanghai(3, 2, 10), shanghai(3, 2, 12), hours(2)),
        (shanghai(3, 6, 17), shanghai(3, 9, 10), hours(2)),
        (shanghai(3, 7), shanghai(3, 8), hours(0)),
        (shanghai(9, 28), shanghai(10, 12), hours(9 * 6)),
        (shanghai(3, 9, 10), shanghai(3, 6, 17), -hours(2)),
    ],
    ids=["morning", "weekend", "Saturday", "National Day fortnight", "backwards"],
)
def test_business_between_counts_open_time_only(a, b, between):
    assert business_between(office, a, b) == between


# --- working days


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        (shanghai(3, 6, 10), 3, shanghai(3, 11, 10)),
        (shanghai(3, 7, 10), 3, shanghai(3, 12, 9)),
        (shanghai(3, 2, 7), 1, shanghai(3, 3, 9)),
        (shanghai(3, 2, 18), 1, shanghai(3, 4, 9)),
        (shanghai(3, 2, 10), 0, shanghai(3, 2, 10)),
        (shanghai(3, 7, 10), 0, shanghai(3, 9, 9)),
        (shanghai(9, 25, 10), 3, shanghai(9, 29, 10)),
        (shanghai(9, 30, 10), 3, shanghai(10, 10, 10)),
        (datetime(2026, 12, 30, 10, tzinfo=SHANGHAI), 3, datetime(2027, 1, 4, 10, tzinfo=SHANGHAI)),
        (datetime(2028, 2, 28, 10, tzinfo=SHANGHAI), 1, datetime(2028, 2, 29, 10, tzinfo=SHANGHAI)),
    ],
    ids=[
        "Friday and three",
        "Saturday counts from Monday's opening",
        "before opening",
        "after closing",
        "none",
        "none while closed",
        "a make-up Sunday counts",
        "over National Day",
        "over New Year",
        "leap day",
    ],
)
def test_working_days_keep_the_local_time(at, days, due):
    assert add_working_days(office, at, days) == due


def test_a_short_day_draws_the_limit_to_its_closing_and_a_late_one_to_its_opening():
    uneven = Calendar(
        "Asia/Shanghai",
        read_windows({"0": [["09:00", "18:00"]], "1": [["10:00", "12:00"], ["14:00", "16:00"]]}),
    )
    assert add_working_days(uneven, shanghai(3, 2, 17), 1) == shanghai(3, 3, 16)
    assert add_working_days(uneven, shanghai(3, 2, 9), 1) == shanghai(3, 3, 10)
    assert add_working_days(uneven, shanghai(3, 2, 13), 1) == shanghai(3, 3, 14)
    assert add_working_days(uneven, shanghai(3, 2, 12), 1) == shanghai(3, 3, 12)


def test_the_hours_after_midnight_belong_to_the_day_the_night_shift_began_on():
    friday_night = shanghai(3, 7, 2)
    assert is_open(night_shift(), friday_night)
    assert add_working_days(night_shift(), friday_night, 1) == shanghai(3, 10, 2)
    assert add_business(night_shift(), friday_night, hours(5)) == shanghai(3, 9, 23)


# --- windows of a day


def test_windows_are_in_order_and_touching_or_overlapping_ones_are_joined():
    messy = Calendar(
        "Asia/Shanghai",
        read_windows({"0": [["14:00", "18:00"], ["09:00", "11:00"], ["10:00", "12:00"], ["12:00", "13:00"]]}),
    )
    assert open_windows_on(messy, date(2026, 3, 2)) == [
        (shanghai(3, 2, 9), shanghai(3, 2, 13)),
        (shanghai(3, 2, 14), shanghai(3, 2, 18)),
    ]


def test_an_overnight_window_runs_on_into_a_holiday_and_none_begins_there():
    shift = night_shift(days_off=frozenset({date(2026, 3, 3)}))
    assert open_windows_on(shift, date(2026, 3, 2)) == [(shanghai(3, 2, 22), shanghai(3, 3, 6))]
    assert open_windows_on(shift, date(2026, 3, 3)) == []
    assert is_open(shift, shanghai(3, 3, 5)) and not is_open(shift, shanghai(3, 3, 22))


def test_midnight_to_midnight_is_the_whole_day():
    assert open_windows_on(all_day("Asia/Shanghai"), date(2026, 3, 2)) == [(shanghai(3, 2), shanghai(3, 3))]
    assert add_business(all_day("Asia/Shanghai"), shanghai(3, 2), hours(240)) == shanghai(3, 12)


def test_time_two_windows_share_over_midnight_counts_once():
    sharing = Calendar("Asia/Shanghai", read_windows({"0": [["20:00", "10:00"]], "1": [["09:00", "12:00"]]}))
    assert business_between(sharing, shanghai(3, 2), shanghai(3, 5)) == hours(16)
    assert open_windows_on(sharing, date(2026, 3, 3)) == [(shanghai(3, 3, 10), shanghai(3, 3, 12))]


# --- follow-up visits


def test_a_follow_up_is_planned_for_an_allowed_hour_before_it_is_due():
    resolved = shanghai(3, 2, 12, 40)
    planned, on_time = next_allowed_before(
        calling, resolved + timedelta(days=1), resolved + timedelta(days=3)
    )
    assert (planned, on_time) == (shanghai(3, 3, 14), True)


def test_a_matter_resolved_in_the_night_is_asked_about_in_the_morning():
    resolved = shanghai(3, 2, 23)
    assert next_allowed_before(calling, resolved + hours(24), resolved + hours(72)) == (
        shanghai(3, 4, 9),
        True,
    )


def test_where_the_three_days_hold_no_allowed_hour_the_first_one_after_is_taken():
    skipping = Calendar("Asia/Shanghai", CALLING, NATIONAL_DAY)
    resolved = shanghai(9, 30, 21)
    assert next_allowed_before(skipping, resolved + hours(24), resolved + hours(72)) == (
        shanghai(10, 8, 9),
        False,
    )


def test_an_opening_at_the_very_moment_it_is_due_is_in_time():
    assert next_allowed_before(calling, shanghai(3, 2, 12), shanghai(3, 2, 14)) == (shanghai(3, 2, 14), True)
    assert next_allowed_before(calling, shanghai(3, 2, 12), shanghai(3, 2, 13, 59)) == (
        shanghai(3, 2, 14),
        False,
    )


# --- the days the clocks change


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("America/New_York", date(2026, 3, 8), hours(23)),
        ("America/New_York", date(2026, 11, 1), hours(25)),
        ("Europe/London", date(2026, 3, 29), hours(23)),
        ("Europe/London", date(2026, 10, 25), hours(25)),
        ("Australia/Lord_Howe", date(2026, 10, 4), hours(23.5)),
        ("Australia/Lord_Howe", date(2026, 4, 5), hours(24.5)),
        ("America/Sao_Paulo", date(2018, 11, 4), hours(23)),
        ("America/Sao_Paulo", date(2018, 2, 17), hours(25)),
        ("America/Havana", date(2026, 11, 1), hours(25)),
        ("Pacific/Apia", date(2011, 12, 30), hours(0)),
        ("Asia/Shanghai", date(2026, 3, 8), hours(24)),
    ],
)
def test_a_whole_day_is_as_long_as_the_clocks_make_it(zone, day, length):
    windows = open_windows_on(all_day(zone), day)
    assert sum((end - start for start, end in windows), timedelta(0)) == length


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London"])
def test_a_night_shift_is_an_hour_shorter_or_longer_when_the_clocks_change(zone):
    in_spring = {"America/New_York": date(2026, 3, 7), "Europe/London": date(2026, 3, 28)}[zone]
    in_autumn = {"America/New_York": date(2026, 10, 31), "Europe/London": date(2026, 10, 24)}[zone]
    shift = Calendar(zone, read_windows({"5": [["22:00", "06:00"]]}))
    for day, length in ((in_spring, hours(7)), (in_autumn, hours(9))):
        [(start, end)] = open_windows_on(shift, day)
        assert end - start == length


def test_a_window_inside_the_hour_that_never_comes_has_no_length():
    skipped = Calendar("America/New_York", read_windows({"6": [["02:15", "02:45"]]}))
    assert open_windows_on(skipped, date(2026, 3, 8)) == []
    half = Calendar("America/New_York", read_windows({"6": [["02:30", "03:30"]]}))
    leap = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert open_windows_on(half, date(2026, 3, 8)) == [(leap, leap + timedelta(minutes=30))]


def test_working_days_keep_the_local_time_when_the_clocks_change():
    new_york = ZoneInfo("America/New_York")
    desk = Calendar("America/New_York", NINE_TO_SIX)
    friday, monday = datetime(2026, 3, 6, 10, tzinfo=new_york), datetime(2026, 3, 9, 10, tzinfo=new_york)
    assert add_working_days(desk, friday, 1) == monday
    assert monday.astimezone(UTC) - friday.astimezone(UTC) == hours(71)
