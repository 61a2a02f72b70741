"""Fees in figures: rounding, steps, shares, days."""

from datetime import date
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from billing import calculation as c

amounts = st.decimals("0.01", "1000000", places=2)
areas = st.dictionaries(st.integers(1, 500), st.decimals("0", "1000", places=2), min_size=1, max_size=40)


def test_a_line_is_rounded_once_and_half_up():
    assert c.line_amount(D("89.40"), D("2.85")) == D("254.79")
    assert c.line_amount(D("0.5"), D("0.01")) == D("0.01")
    assert c.line_amount(D("100"), D("2.8575"), D("12.5")) == D("250.03")


def test_a_tariff_charges_each_step_at_its_own_rate():
    tiers = [{"up_to": "10", "rate": "3"}, {"up_to": "20", "rate": "4.5"}, {"up_to": None, "rate": "6"}]
    assert [c.metered_amount(D(q), tiers, D(6)) for q in (0, 10, 15, 25)] == [D(0), D(30), D("52.5"), D(105)]
    assert c.metered_amount(D(25), tiers[:2], D(7)) == D(110)
    assert c.metered_amount(D(25), [], D(7)) == D(175)


@given(st.decimals("0", "1000", places=3), st.decimals("0", "1000", places=3))
def test_more_never_costs_less(a, b):
    tiers = [{"up_to": "10", "rate": "3"}, {"up_to": "20", "rate": "4.5"}, {"up_to": None, "rate": "6"}]
    low, high = sorted([a, b])
    assert c.metered_amount(low, tiers, D(6)) <= c.metered_amount(high, tiers, D(6))


@given(amounts, areas)
def test_a_shared_cost_is_borne_to_the_cent(cost, areas):
    shares = c.share_by_area(cost, areas)
    if any(areas.values()):
        assert sum(shares.values()) == cost
        whole = sum(areas.values())
        for key, share in shares.items():
            assert abs(share - cost * areas[key] / whole) < D("0.01")
    else:
        assert shares == {}


def test_the_odd_cent_goes_to_the_greatest_fraction_then_to_the_smaller_key():
    assert c.share_by_area(D("10.00"), {1: D(50), 2: D(50), 3: D(50)}) == {
        1: D("3.34"),
        2: D("3.33"),
        3: D("3.33"),
    }
    assert c.share_by_area(D("0.02"), {1: D(1), 2: D(2), 3: D(3)}) == {1: D(0), 2: D("0.01"), 3: D("0.01")}


def test_a_meter_that_began_again_has_run_past_its_last_digit():
    assert c.consumption(D(99_990), D(12), digits=5, multiplier=D(1), rolled_over=True) == 22
    assert c.consumption(D(10), D(12), digits=5, multiplier=D(20)) == 40
    assert c.consumption(D(12), D(10), digits=5, multiplier=D(1)) == -2


def test_a_part_of_a_month_costs_its_days():
    days = c.days_within(date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 21), None)
    assert days == 10 and c.rent_for_days(D(1000), days, 30) == D("333.33")
    assert c.days_within(date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1), None) == 0


def test_periods_are_counted_over_the_year():
    assert c.period_before("2026-01") == "2025-12" and c.period_before("2026-11", 12) == "2025-11"
    assert c.bounds_of("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
