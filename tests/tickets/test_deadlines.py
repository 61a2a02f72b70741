"""Limits by priority (docs/domain.md §2)."""

from datetime import timedelta

import pytest

from helpdesk.estates.models import Holiday, PriorityLimit
from tests.conftest import at
from tickets.deadlines import limits_for, sign_limit

FRIDAY = at("2026-11-20 17:30")


@pytest.mark.parametrize(
    ("priority", "response", "resolution"),
    [
        ("critical", "2026-11-20 17:45", "2026-11-20 21:30"),
        ("urgent", "2026-11-20 18:00", "2026-11-23 16:30"),
        ("normal", "2026-11-23 10:30", "2026-11-25 17:30"),
        ("declined", "2026-11-23 10:30", "2026-11-20 17:30"),
    ],
)
def test_each_priority_has_the_limits_of_the_house(estate, priority, response, resolution):
    assert limits_for(estate, priority, FRIDAY) == (at(response), at(resolution))


def test_an_estate_may_set_its_own_limits(estate):
    PriorityLimit.objects.create(
        estate=estate,
        priority="urgent",
        response_amount=10,
        response_unit="clock_minutes",
        resolution_amount=60,
        resolution_unit="clock_minutes",
    )
    assert limits_for(estate, "urgent", FRIDAY) == (
        FRIDAY + timedelta(minutes=10),
        FRIDAY + timedelta(hours=1),
    )
    assert limits_for(estate, "critical", FRIDAY)[0] == FRIDAY + timedelta(minutes=15)


def test_a_holiday_takes_no_business_time(estate):
    Holiday.objects.create(estate=estate, day=at("2026-11-23 00:00").date())
    assert limits_for(estate, "normal", FRIDAY)[0] == at("2026-11-24 10:30")


def test_an_estate_without_office_hours_counts_by_the_clock(estate):
    estate.business_windows = {}
    assert limits_for(estate, "normal", FRIDAY) == (FRIDAY + timedelta(hours=2), FRIDAY + timedelta(days=3))


def test_a_slip_is_signed_for_in_business_minutes_but_by_the_clock_where_there_is_danger(estate):
    late = at("2026-11-20 17:50")
    assert sign_limit(estate, late, critical=False) == at("2026-11-23 09:20")
    assert sign_limit(estate, late, critical=True) == at("2026-11-20 18:20")
