"""The monthly run: previewed, billed once whatever happens, readings looked at before."""

import random
from datetime import date, timedelta
from decimal import Decimal as D
from unittest import mock

import pytest
from django.utils import timezone

from billing.models import AccountEntry, Bill, BillingRun, BillLine, DraftLine, Meter, RunProblem
from billing.proof import differences
from billing.selectors import credit_of, explained
from billing.services import bills, charges, meters, payments, runs
from billing.statement_lines import sum_of
from residents.models import Unit
from tests.billing.conftest import NOON, refused_beside
from tests.conftest import at
from tests.faults.conftest import in_process, kill_me
from tests.tickets.acts import at_once, refused

db = pytest.mark.django_db
on_tables = pytest.mark.django_db(transaction=True)


def previewed(estate, manager, period="2026-11"):
    return runs.preview_run(estate, actor=manager, period=period, at=at(f"{period}-01 12:00"))


def amounts(bill):
    return {line.charge_item.code: line.amount for line in bill.lines.select_related("charge_item")}


@pytest.fixture
def meter(unit, admin, water) -> Meter:
    return meters.add_meter(unit, actor=admin, charge_item=water, number="W1", installed_on=date(2026, 1, 1))


def read(meter, period, value, actor=None, **kwargs):
    return meters.take_reading(meter, actor=actor, period=period, value=D(str(value)), **kwargs)


@db
def test_a_preview_says_what_the_bills_will_be_and_makes_none(
    estate, manager, unit, neighbour, management_fee, parking
):
    run = previewed(estate, manager)
    assert (run.bills, run.total, run.issued_on, run.due_on) == (
        2,
        D("839.79"),
        date(2026, 11, 1),
        date(2026, 11, 15),
    )
    assert not Bill.objects.exists() and DraftLine.objects.count() == 4
    again = previewed(estate, manager)
    run.refresh_from_db()
    assert run.status == "discarded" and again.status == "previewed" and DraftLine.objects.count() == 4
    with refused("invalid_transition"):
        runs.confirm_run(run, actor=manager, at=NOON)


@db
def test_a_run_made_late_is_dated_the_day_it_is_made_and_leaves_as_many_days_as_usual(
    estate, manager, unit, management_fee
):
    late = at("2026-11-29 00:30")
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=late)
    assert (run.issued_on, run.due_on) == (date(2026, 11, 29), date(2026, 12, 13))
    runs.confirm_run(run, actor=manager, at=late)
    runs.continue_run(run)
    assert not Bill.objects.overdue_at(at("2026-12-13 23:00")).exists()
    ahead = runs.preview_run(estate, actor=manager, period="2026-12", at=late)
    assert (ahead.issued_on, ahead.due_on) == (date(2026, 12, 1), date(2026, 12, 15))


@db
def test_the_days_of_a_run_are_chosen_within_bounds(estate, manager, unit, management_fee):
    def preview(issued_on=None, due_on=None):
        return runs.preview_run(
            estate,
            actor=manager,
            period="2026-11",
            issued_on=issued_on,
            due_on=due_on,
            at=at("2026-11-29 09:00"),
        )

    assert preview(due_on=date(2026, 12, 31)).due_on == date(2026, 12, 31)
    back = preview(issued_on=date(2026, 11, 1))
    assert (back.issued_on, back.due_on) == (date(2026, 11, 1), date(2026, 12, 13))
    for days, code, field in [
        ({"issued_on": date(2026, 9, 30)}, "date_out_of_bounds", "issued_on"),
        ({"issued_on": date(2026, 12, 1)}, "date_out_of_bounds", "issued_on"),
        ({"due_on": date(2026, 11, 28)}, "not_in_order", "due_on"),
        ({"issued_on": date(2026, 11, 1), "due_on": date(2026, 11, 28)}, "day_is_past", "due_on"),
        ({"due_on": date(2027, 12, 31)}, "date_out_of_bounds", "due_on"),
    ]:
        with refused_beside(field, code):
            preview(**days)


@db
def test_a_period_beyond_next_month_is_refused_on_the_estates_clock(estate, manager, unit, management_fee):
    with refused_beside("period", "period_too_far"):
        runs.preview_run(estate, actor=manager, period="2027-01", at=at("2026-11-30 23:30"))
    assert runs.preview_run(estate, actor=manager, period="2027-01", at=at("2026-12-01 00:30")).bills == 1


@db
def test_a_preview_names_the_months_left_out_since_the_last_run(
    estate, manager, unit, management_fee, run_period
):
    run_period("2026-08")
    assert not previewed(estate, manager, "2026-09").problems.exists()
    problem = previewed(estate, manager, "2026-11").problems.get()
    assert (problem.code, problem.detail, problem.unit) == ("months_skipped", "2026-09, 2026-10", None)
    assert not previewed(estate, manager, "2026-07").problems.exists()


@db
def test_a_period_is_billed_once(estate, manager, unit, management_fee):
    first = previewed(estate, manager)
    runs.confirm_run(first, actor=manager, at=NOON)
    with refused("period_already_billed"):
        runs.confirm_run(first, actor=manager, at=NOON)
    with refused("period_already_billed"):
        previewed(estate, manager)
    assert runs.continue_runs(timezone.now()) == 1 and runs.continue_run(first) == 0
    first.refresh_from_db()
    assert (first.status, first.done, Bill.objects.count(), DraftLine.objects.count()) == ("done", 1, 1, 0)


@db
def test_the_narrowest_rate_counts_and_an_exemption_takes_its_part(
    estate, manager, admin, unit, neighbour, building, management_fee, parking, run_period
):
    charges.set_rate(management_fee, actor=admin, amount=D(3), since=date(2026, 1, 1), building=building)
    charges.set_rate(management_fee, actor=admin, amount=D(2), since=date(2026, 1, 1), unit=neighbour)
    charges.grant_exemption(
        unit, actor=manager, percent=D(50), since=date(2026, 10, 1), until=date(2026, 11, 30), reason="Water damage",
        charge_item=management_fee,
    )  # fmt: skip
    mine, theirs = run_period()
    assert amounts(mine) == {"management": D("134.10"), "parking": D(150)}
    assert amounts(theirs) == {"management": D(200), "parking": D(150)}
    assert mine.lines.first().explanation == {"percent_off": "50.00"}
    december = run_period("2026-12", moment=at("2026-12-01 08:00"))[0]
    assert amounts(december)["management"] == D("268.20")


@db
def test_a_meter_is_charged_in_steps_from_where_it_was_charged_last(estate, meter, run_period):
    read(meter, "2026-10", 15)
    october = run_period("2026-10")[0]
    assert october.total == D("52.50")
    line = october.lines.get()
    assert (line.meter_from, line.meter_to, line.quantity) == (D(0), D(15), D(15))
    assert line.explanation["steps"] == [
        {"quantity": "10.000", "rate": "3"},
        {"quantity": "5.000", "rate": "4.5"},
    ]
    read(meter, "2026-11", 25)
    assert run_period("2026-11")[0].total == D(30)


@db
def test_a_missing_reading_is_estimated_marked_and_put_right_by_the_next(estate, meter, run_period):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    october = run_period("2026-10")[0]
    assert october.lines.get().explanation["estimated"] is True and october.total == D(30)
    assert RunProblem.objects.get().code == "reading_missing"
    read(meter, "2026-11", 24)
    assert run_period("2026-11")[0].total == D(12)  # 4 m³ beyond the estimate


@db
def test_an_estimate_counts_the_months_between_readings(estate, unit, admin, manager, water, run_period):
    meter = meters.add_meter(unit, actor=admin, charge_item=water, number="W3", installed_on=date(2026, 7, 1))
    read(meter, "2026-08", 20)
    read(meter, "2026-11", 50)
    run_period("2026-11")
    assert run_period("2026-12")[0].lines.get().quantity == 10


@db
def test_a_meter_that_was_read_once_is_estimated_by_the_months_since_it_hangs(
    estate, unit, admin, management_fee, water, run_period
):
    run_period("2026-07")
    meter = meters.add_meter(
        unit, actor=admin, charge_item=water, number="W3", installed_on=date(2026, 7, 31)
    )
    read(meter, "2026-09", 30)
    run_period("2026-09")
    assert run_period("2026-10")[0].lines.get(meter=meter).quantity == 10


@db
def test_ten_times_the_usual_is_found_behind_a_gap_and_a_gap_is_not_unusual(
    estate, manager, meter, run_period
):
    read(meter, "2026-07", 10)
    read(meter, "2026-10", 40)  # ten a month
    run_period("2026-10")
    read(meter, "2026-11", 160)
    assert previewed(estate, manager).problems.get().detail == "W1: 120.000, usual 10.000"
    read(meter, "2026-11", 50)
    run_period("2026-11")
    read(meter, "2027-02", 340)  # three months, a hundred and a bit less each
    assert [p.code for p in previewed(estate, manager, "2027-02").problems.all()] == ["months_skipped"]


@db
def test_too_high_an_estimate_is_caught_up_and_no_mistake(estate, meter, run_period):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    run_period("2026-10")
    read(meter, "2026-11", 15)
    assert run_period("2026-11") == []
    read(meter, "2026-12", 23)
    assert run_period("2026-12")[0].total == D(9)


@db
def test_an_impossible_reading_leaves_its_line_to_the_next_run(
    estate, unit, meter, management_fee, run_period
):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    read(meter, "2026-10", 210)  # twenty times the usual
    assert amounts(run_period("2026-10")[0]) == {"management": D("254.79")}
    assert RunProblem.objects.get().code == "reading_unusual"
    with refused("reading_backwards"):
        read(meter, "2026-11", 5)
    read(meter, "2026-10", 21)
    read(meter, "2026-11", 30)
    water = run_period("2026-11")[0].lines.get(charge_item__code="water")
    assert (water.quantity, water.amount) == (D(20), D(60))  # both months, each with its first step of 10 m³


@db
def test_what_is_caught_up_of_several_months_has_the_steps_of_each(estate, meter, run_period):
    read(meter, "2026-07", 10)
    run_period("2026-07")
    read(meter, "2026-08", 310)
    run_period("2026-08")
    assert run_period("2026-09") == []  # and nothing is estimated upon what is unusual
    assert RunProblem.objects.filter(run__period="2026-09").get().code == "reading_unusual"
    read(meter, "2026-10", 320)  # what stands on it bears it out
    line = run_period("2026-10")[0].lines.get()
    assert line.explanation["steps"] == [
        {"quantity": "30.000", "rate": "3"},
        {"quantity": "30.000", "rate": "4.5"},
        {"quantity": "250.000", "rate": "6"},
    ]
    assert line.explanation["months"] == 3 and "steps of 3 months" in sum_of(explained(line))
    read(meter, "2026-11", 335)
    november = run_period("2026-11")[0].lines.get()
    assert november.amount == D("52.50") and "months" not in november.explanation


@db
def test_a_meter_that_was_never_charged_catches_up_from_its_first_month(
    estate, unit, admin, management_fee, water, run_period
):
    run_period("2026-09")
    new = meters.add_meter(unit, actor=admin, charge_item=water, number="W7", installed_on=date(2026, 10, 5))
    run_period("2026-10")  # nobody read it
    read(new, "2026-11", 25)
    line = run_period("2026-11")[0].lines.get(meter=new)
    assert (line.amount, line.explanation["months"]) == (D("82.50"), 2)


@db
def test_a_month_that_was_reversed_is_caught_up_with_its_own_steps(estate, meter, run_period):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    read(meter, "2026-10", 22)
    october = run_period("2026-10")[0]
    bills.reverse_bill(october, actor=None, reason="The area was wrong")
    read(meter, "2026-11", 30)
    line = run_period("2026-11")[0].lines.get()
    assert (line.quantity, line.amount) == (D(20), D(60))


@db
def test_an_older_bill_is_made_anew_with_what_its_meter_had_counted(
    estate, meter, management_fee, admin, unit, run_period
):
    """Later months were charged on from its end, so its span is charged once more and the meter stays."""
    read(meter, "2026-09", 12)
    (september,) = run_period("2026-09")
    read(meter, "2026-10", 30)
    run_period("2026-10")
    Unit.objects.filter(pk=unit.pk).update(area_m2=80)
    bills.reverse_bill(september, actor=None, reason="The area was wrong", make_anew=True)
    anew = Bill.objects.get(replaces=september)
    assert amounts(anew) == {"management": D(228), "water": D(39)}
    assert anew.lines.get(meter=meter).meter_to == 12
    read(meter, "2026-11", 31)
    assert amounts(run_period("2026-11")[0])["water"] == D(3)


@db
def test_a_meter_that_began_again_in_a_month_that_was_left_out_is_charged_whole(
    estate, unit, admin, water, run_period
):
    meter = meters.add_meter(
        unit, actor=admin, charge_item=water, number="W9", installed_on=date(2026, 1, 1),
        initial_value=D(99_970), digits=5,
    )  # fmt: skip
    read(meter, "2026-09", 99_980)
    run_period("2026-09")
    read(meter, "2026-10", 500, rolled_over=True)
    assert run_period("2026-10") == []
    read(meter, "2026-11", 520)
    line = run_period("2026-11")[0].lines.get()
    assert line.quantity == 540


@db
def test_an_unusual_last_reading_is_a_problem_of_every_run_until_it_is_charged(
    estate, meter, admin, run_period
):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    meters.replace_meter(meter, actor=admin, final_value=D(210), replaced_on=date(2026, 10, 10), number="W2")
    new = Meter.objects.get(number="W2")
    read(new, "2026-10", 5)
    problem = RunProblem.objects.filter(code="reading_unusual", detail__startswith="W1")
    for month, value in [("2026-10", 5), ("2026-11", 11)]:
        read(new, month, value)
        assert [line.meter.number for line in run_period(month)[0].lines.all()] == ["W2"]
        assert problem.filter(run__period=month).count() == 1
    read(meter, "2026-10", 210, is_confirmed=True)
    read(new, "2026-12", 16)
    lines = run_period("2026-12")[0].lines.order_by("meter")
    assert [(line.meter.number, line.quantity) for line in lines] == [("W1", 200), ("W2", 5)]
    read(new, "2027-01", 20)
    (january,) = run_period("2027-01")
    assert [line.meter.number for line in january.lines.all()] == ["W2"]


@db
def test_a_last_reading_after_the_month_was_billed_is_charged_in_the_next(estate, meter, admin, run_period):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    run_period("2026-10")  # estimated: 20
    meters.replace_meter(meter, actor=admin, final_value=D(24), replaced_on=date(2026, 10, 20), number="W2")
    read(Meter.objects.get(number="W2"), "2026-11", 5)
    lines = run_period("2026-11")[0].lines.order_by("meter")
    assert [(line.meter.number, line.quantity) for line in lines] == [("W1", 4), ("W2", 5)]


@db
def test_an_estimate_beyond_the_last_reading_is_a_problem_until_its_bill_is_reversed(
    estate, meter, admin, run_period
):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    (october,) = run_period("2026-10")  # estimated: 20
    meters.replace_meter(meter, actor=admin, final_value=D(14), replaced_on=date(2026, 10, 20), number="W2")
    run_period("2026-11")
    assert RunProblem.objects.filter(code="charged_beyond", detail="W1: 20.000 → 14.000").count() == 1
    bills.reverse_bill(october, actor=None, reason="Estimated too far")
    december = run_period("2026-12")[0].lines.get()
    assert (december.meter.number, december.quantity) == ("W1", 4)


@db
def test_an_unusual_reading_that_was_checked_is_charged_and_one_that_was_billed_stays(
    estate, meter, run_period
):
    read(meter, "2026-09", 10)
    run_period("2026-09")
    read(meter, "2026-10", 210, is_confirmed=True)
    bill = run_period("2026-10")[0]
    assert bill.lines.get().quantity == 200
    with refused("reading_billed"):
        read(meter, "2026-10", 200)
    bills.reverse_bill(bill, actor=None, reason="A burst pipe")
    meter.refresh_from_db()
    assert meter.billed_value == 10
    read(meter, "2026-10", 40)
    assert bills.make_bill_anew(bill, actor=None).lines.get().quantity == 30


@db
def test_a_replaced_meter_and_its_successor_are_both_charged(estate, meter, admin, run_period):
    read(meter, "2026-10", 10)
    run_period("2026-10")
    meters.replace_meter(meter, actor=admin, final_value=D(16), replaced_on=date(2026, 11, 10), number="W2")
    new = Meter.objects.get(number="W2")
    read(new, "2026-11", 5)
    lines = run_period("2026-11")[0].lines.order_by("meter")
    assert [(line.meter.number, line.quantity) for line in lines] == [("W1", 6), ("W2", 5)]


@db
def test_a_meter_that_began_again_is_no_meter_that_runs_backwards(estate, unit, admin, water, run_period):
    meter = meters.add_meter(
        unit,
        actor=admin,
        charge_item=water,
        number="W9",
        installed_on=date(2026, 1, 1),
        initial_value=D(99_995),
        digits=5,
    )
    read(meter, "2026-11", 5, rolled_over=True)
    assert run_period()[0].lines.get().quantity == 10


@db
def test_a_shared_cost_and_a_contract_stand_on_the_bill(estate, unit, neighbour, admin, manager, run_period):
    light = charges.add_charge_item(estate=estate, actor=admin, code="light", name="Light", kind="shared")
    rent = charges.add_charge_item(estate=estate, actor=admin, code="rent", name="Rent", kind="contract")
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(100))
    charges.add_lease(
        unit,
        actor=manager,
        charge_item=rent,
        subject="Cellar 4",
        monthly_rent=D(300),
        since=date(2026, 11, 21),
    )
    mine, theirs = run_period()
    assert amounts(mine) == {"light": D("47.20"), "rent": D(100)} and amounts(theirs) == {"light": D("52.80")}


@db
def test_a_shared_cost_is_missed_by_the_preview_and_refused_once_its_period_is_billed(
    estate, unit, admin, manager, management_fee, run_period
):
    light = charges.add_charge_item(estate=estate, actor=admin, code="light", name="Light", kind="shared")
    run = previewed(estate, manager)
    problem = run.problems.get()
    assert (problem.code, problem.charge_item, problem.unit) == ("cost_missing", light, None)
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(100))
    with refused("invalid_transition"):
        runs.confirm_run(run, actor=manager, at=NOON)
    assert amounts(run_period()[0])["light"] == D(100)
    assert not RunProblem.objects.filter(run__status="done").exists()
    with refused_beside("period", "period_already_billed"):
        charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(9))


@db
def test_a_unit_that_was_billed_keeps_its_bill(estate, manager, unit, neighbour, management_fee, run_period):
    run = previewed(estate, manager)
    runs.confirm_run(run, actor=manager, at=NOON)
    with mock.patch.object(runs, "finish"):
        runs.bill_next(run, 1, timezone.now())
    BillingRun.objects.filter(pk=run.pk).update(status="discarded")
    second = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    runs.confirm_run(second, actor=manager, at=NOON)
    runs.continue_run(second)
    assert Bill.objects.count() == 2 and RunProblem.objects.get(run=second).code == "already_billed"


# --- cut off, and twice at once ---------------------------------------------------------------------------------------


@pytest.fixture
def many(estate, building, management_fee, parking) -> int:
    Unit.objects.bulk_create(
        Unit(estate=estate, building=building, code=f"3-1-{n:04}", area_m2=D(40 + n % 90)) for n in range(300)
    )
    return 300


def whole(run, many):
    run.refresh_from_db()
    assert (run.status, run.done, Bill.objects.count()) == ("done", many, many)
    assert BillLine.objects.count() == 2 * many and AccountEntry.objects.count() == many
    assert sum(Bill.objects.values_list("total", flat=True)) == run.total
    assert sorted(Bill.objects.values_list("serial", flat=True)) == list(range(1, many + 1))
    assert differences() == {}


@on_tables
def test_a_run_that_is_killed_at_any_point_goes_on_and_bills_nobody_twice(estate, manager, many):
    run = previewed(estate, manager)
    runs.confirm_run(run, actor=manager, at=NOON)
    chance = random.Random(4)
    points = ["_execute", "_use_credit", "_leave_out_the_billed", "next_serials"]

    def die_at(point, after):
        genuine, calls = getattr(runs, point), iter(range(1000))

        def until(*args, **kwargs):
            return kill_me() if next(calls) == after else genuine(*args, **kwargs)

        with mock.patch.object(runs, point, until):
            runs.continue_run(run, chunk=20)

    for _ in range(20):
        point = chance.choice(points)
        in_process(lambda point=point: die_at(point, chance.randrange(8)))
        assert differences() == {}
    BillingRun.objects.filter(pk=run.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    runs.continue_runs(timezone.now())
    whole(run, many)


@db
@pytest.mark.parametrize("change", ["read", "replace", "bill anew"])
def test_a_preview_that_meters_have_left_behind_is_not_confirmed(
    estate, manager, meter, admin, unit, run_period, change
):
    read(meter, "2026-10", 10)
    read(meter, "2026-11", 22)
    if change == "bill anew":
        (old,) = run_period("2026-10")
    run = previewed(estate, manager)
    if change == "read":
        read(meter, "2026-11", 23)
    elif change == "replace":
        meters.replace_meter(
            meter, actor=admin, final_value=D(24), replaced_on=date(2026, 11, 20), number="W2"
        )
    else:
        bills.reverse_bill(old, actor=manager, reason="Wrong", at=NOON)
    with refused("preview_outdated"):
        runs.confirm_run(run, actor=manager, at=NOON)
    assert not BillingRun.objects.filter(period="2026-11", status="running").exists()
    again = previewed(estate, manager)
    assert runs.confirm_run(again, actor=manager, at=NOON).status == "running"


@db
def test_one_run_that_fails_holds_back_no_other(
    estate, other_estate, manager, unit, management_fee, monkeypatch
):
    run = runs.confirm_run(previewed(estate, manager), actor=manager, at=NOON)
    BillingRun.objects.create(
        estate=other_estate,
        period="2026-11",
        status="running",
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 1),
    )
    genuine = runs.bill_next
    monkeypatch.setattr(runs, "bill_next", lambda of, *rest: genuine(of, *rest) if of == run else 1 / 0)
    assert runs.continue_runs(timezone.now()) == 1


@on_tables
def test_two_workers_on_one_run_bill_everybody_once(estate, manager, many):
    run = previewed(estate, manager)
    runs.confirm_run(run, actor=manager, at=NOON)
    answers = at_once(*[lambda: runs.continue_run(run, chunk=20)] * 3)
    assert sum(answers) == many
    whole(run, many)


@on_tables
def test_of_two_confirmations_at_once_one_wins(estate, manager, many):
    run = previewed(estate, manager)
    answers = at_once(*[lambda: runs.confirm_run(run, actor=manager, at=NOON)] * 3)
    assert sorted(type(answer).__name__ for answer in answers) == ["BillingRun", "Refused", "Refused"]


@db
def test_what_was_paid_ahead_goes_to_the_bill_as_it_is_made(
    estate, unit, cashier, management_fee, run_period
):
    payments.take_payment(unit, actor=cashier, amount=D(1000), method="transfer", at=NOON)
    assert run_period()[0].paid == D("254.79") and credit_of(unit) == D("745.21")
