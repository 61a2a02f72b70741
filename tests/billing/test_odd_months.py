"""Months that are not like the others: prices that change, meters in twos, costs that nobody bears (docs/domain.md §9)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from billing.models import Bill, BillingRun, Meter
from billing.selectors import explained
from billing.services import bills, charges, meters, notices, runs
from billing.statement_lines import sum_of
from helpdesk.audit.models import Entry
from residents.models import Building, Unit
from residents.services.units import edit_unit
from tests.billing.conftest import NOON
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db


def amounts(bill):
    return {line.charge_item.code: line.amount for line in bill.lines.select_related("charge_item")}


def told(bill, code):
    return sum_of(explained(bill.lines.get(charge_item__code=code)))


def exempt(unit, manager, percent, since, until, item=None):
    return charges.grant_exemption(
        unit,
        actor=manager,
        percent=D(percent),
        since=since,
        until=until,
        reason="Water damage",
        charge_item=item,
    )


# --- by the day -------------------------------------------------------------------------------------------------------


def test_a_rate_that_changes_within_a_month_counts_by_its_days(
    admin, unit, neighbour, building, management_fee, parking, run_period
):
    charges.set_rate(management_fee, actor=admin, amount=D("3.20"), since=date(2026, 11, 15))
    mine, theirs = run_period()
    # 89.4 × (2.85 × 14 + 3.20 × 16) ÷ 30 = 271.478
    assert amounts(mine) == {"management": D("271.48"), "parking": D(150)}
    assert amounts(theirs)["management"] == D("303.67")
    assert told(mine, "management") == (
        "Management fee 89.4 m² × 2.85 × 14 ÷ 30 + 89.4 m² × 3.20 × 16 ÷ 30 = 271.48 "
        "(2026-11-01 to 2026-11-14; 2026-11-15 to 2026-11-30)"
    )
    assert amounts(run_period("2026-12")[0])["management"] == D("286.08")


def test_of_each_day_the_narrowest_rate_counts_and_the_wider_one_comes_back_after_it(
    admin, unit, management_fee, run_period
):
    charges.set_rate(
        management_fee,
        actor=admin,
        amount=D(0),
        since=date(2026, 11, 11),
        until=date(2026, 11, 20),
        unit=unit,
    )
    # ten days for nothing: 254.79 × 20 ÷ 30
    assert amounts(run_period()[0])["management"] == D("169.86")


def test_an_item_that_begins_within_the_month_is_charged_from_that_day_and_later_not_at_all(
    estate, admin, unit, parking, run_period
):
    for code, since in (("late", date(2026, 11, 29)), ("later", date(2026, 12, 1))):
        item = charges.add_charge_item(estate=estate, actor=admin, code=code, name=code, kind="fixed")
        charges.set_rate(item, actor=admin, amount=D(90), since=since)
    (bill,) = run_period()
    assert amounts(bill) == {"parking": D(150), "late": D(6)}
    assert told(bill, "late") == "late 90.00 × 2 ÷ 30 = 6.00 (2026-11-29 to 2026-11-30)"


@pytest.mark.parametrize(
    ("since", "until", "amount"),
    [
        (date(2026, 11, 10), date(2026, 11, 12), "229.31"),
        (date(2026, 11, 1), date(2026, 11, 3), "229.31"),
        (date(2026, 11, 1), date(2026, 11, 29), "8.49"),
        (date(2026, 10, 1), date(2026, 10, 31), "254.79"),
    ],
)
def test_a_unit_that_is_exempt_for_some_days_pays_for_the_others(
    manager, unit, management_fee, run_period, since, until, amount
):
    exempt(unit, manager, 100, since, until)
    assert run_period()[0].total == D(amount)


def test_an_exemption_of_some_days_counts_by_them_for_what_has_no_days_of_its_own(
    estate, admin, manager, unit, neighbour, water, run_period
):
    light = charges.add_charge_item(estate=estate, actor=admin, code="light", name="Light", kind="shared")
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(100))
    meter = meters.add_meter(unit, actor=admin, charge_item=water, number="W1", installed_on=date(2026, 1, 1))
    meters.take_reading(meter, actor=admin, period="2026-11", value=D(10))
    exempt(unit, manager, 100, date(2026, 11, 28), date(2026, 12, 31))
    mine, theirs = run_period()
    assert amounts(mine) == {"water": D(27), "light": D("42.48")}
    # What is let off is nobody else's.
    assert amounts(theirs) == {"light": D("52.80")}
    assert "less 100% on 3 of 30 days" in told(mine, "light") and "less 100% on 3 of 30 days" in told(
        mine, "water"
    )


def test_february_has_its_own_days(admin, unit, parking, run_period):
    charges.set_rate(parking, actor=admin, amount=D(300), since=date(2028, 2, 15))
    # 2028 is a leap year: fourteen days at 150, fifteen at 300
    assert run_period("2028-02")[0].total == D("227.59")


# --- meters in twos ---------------------------------------------------------------------------------------------------


def with_meter(unit, admin, water, number, **reading):
    meter = meters.add_meter(
        unit, actor=admin, charge_item=water, number=number, installed_on=date(2026, 1, 1)
    )
    for period, value in reading.items():
        meters.take_reading(meter, actor=admin, period=period.replace("_", "-")[1:], value=D(value))
    return meter


def test_a_replaced_meter_and_its_successor_fill_the_same_steps(unit, admin, water, run_period):
    old = with_meter(unit, admin, water, "W1")
    meters.replace_meter(old, actor=admin, final_value=D(8), replaced_on=date(2026, 11, 10), number="W2")
    meters.take_reading(Meter.objects.get(number="W2"), actor=admin, period="2026-11", value=D(8))
    (bill,) = run_period()
    first, second = bill.lines.order_by("meter")
    # 8 × 3, then 2 × 3 + 6 × 4.50: as one meter would have been charged for 16
    assert (first.amount, second.amount) == (D(24), D(33))
    assert "in the steps after the 8 of the unit's other meters" in sum_of(explained(second))


def test_two_meters_of_one_kind_fill_the_same_steps_and_of_two_units_their_own(
    unit, neighbour, admin, water, run_period
):
    with_meter(unit, admin, water, "W1", p2026_11=10)
    with_meter(unit, admin, water, "W2", p2026_11=10)
    with_meter(neighbour, admin, water, "W3", p2026_11=10)
    mine, theirs = run_period()
    assert (mine.total, theirs.total) == (D(75), D(30))


def test_a_bill_made_anew_has_the_steps_it_had(unit, admin, manager, water, run_period):
    with_meter(unit, admin, water, "W1", p2026_11=10)
    with_meter(unit, admin, water, "W2", p2026_11=10)
    (bill,) = run_period()
    bills.reverse_bill(bill, actor=manager, reason="Wrong name", make_anew=True, at=NOON)
    assert Bill.objects.get(replaces=bill).total == bill.total == D(75)


@pytest.mark.parametrize(("used", "amount"), [("10", "30"), ("10.001", "30"), ("20", "75"), ("20.5", "78")])
def test_a_step_ends_where_it_says(unit, admin, water, run_period, used, amount):
    with_meter(unit, admin, water, "W1", p2026_11=used)
    assert run_period()[0].total == D(amount)


# --- shared costs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def light(estate, admin):
    return charges.add_charge_item(estate=estate, actor=admin, code="light", name="Light", kind="shared")


def test_one_cent_among_a_hundred_units_is_borne_by_one_and_the_bill_says_why(
    estate, building, manager, light, run_period
):
    Unit.objects.bulk_create(
        Unit(estate=estate, building=building, code=f"3-1-{n:04}", area_m2=D(50)) for n in range(100)
    )
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D("0.01"))
    (bill,) = run_period()
    assert bill.total == D("0.01") and bill.unit.code == "3-1-0000"
    assert told(bill, "light") == "Light 0.01 × 50 ÷ 5000 m² = 0.01 (with one of the odd cents)"


def test_a_unit_without_area_bears_nothing_and_is_a_problem(estate, unit, neighbour, manager, light):
    Unit.objects.filter(pk=neighbour.pk).update(area_m2=0)
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(100))
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    assert run.total == D(100)
    assert list(run.problems.values_list("code", "unit", "charge_item")) == [
        ("no_area", neighbour.pk, light.pk)
    ]


def test_a_cost_that_nobody_bears_is_a_problem(estate, unit, manager, light):
    empty = Building.objects.create(estate=estate, code="9")
    charges.enter_shared_cost(light, actor=manager, period="2026-11", amount=D(100), building=empty)
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    assert run.bills == 0
    assert list(run.problems.values_list("code", "detail")) == [("cost_unborne", "100.00")]


# --- what changed since the preview -----------------------------------------------------------------------------------


def new_rate(item, unit, admin, manager):
    charges.set_rate(item, actor=admin, amount=D(3), since=date(2026, 11, 1))


def ended_rate(item, unit, admin, manager):
    charges.end_rate(item.rates.get(), actor=admin, until=date(2026, 11, 15))


def exempted(item, unit, admin, manager):
    exempt(unit, manager, 50, date(2026, 11, 1), date(2026, 11, 30))


def put_to_rest(item, unit, admin, manager):
    charges.change_charge_item(item, actor=admin, is_active=False)


def measured(item, unit, admin, manager):
    Unit.objects.filter(pk=unit.pk).update(area_m2=D("90.00"))


def archived(item, unit, admin, manager):
    Unit.objects.filter(pk=unit.pk).update(is_archived=True)


def test_days_on_which_a_price_ended_and_none_began_are_named(
    estate, admin, manager, unit, neighbour, management_fee
):
    """A price for ten days ends the one before for good: the rest of the month is billed to nobody."""
    charges.set_rate(
        management_fee, actor=admin, amount=D(3), since=date(2026, 11, 10), until=date(2026, 11, 20)
    )
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    problem = run.problems.get()
    assert (problem.code, problem.charge_item, problem.unit) == ("no_rate", management_fee, None)
    assert problem.detail == "management: 2026-11-21 – 2026-11-30"
    charges.set_rate(management_fee, actor=admin, amount=D("2.85"), since=date(2026, 11, 21))
    assert not runs.preview_run(estate, actor=manager, period="2026-11", at=NOON).problems.exists()


def used_otherwise(item, unit, admin, manager):
    edit_unit(unit, actor=manager, use="shop")


@pytest.mark.parametrize(
    "change", [new_rate, ended_rate, exempted, put_to_rest, measured, archived, used_otherwise]
)
def test_a_preview_that_no_longer_holds_is_not_confirmed(
    estate, admin, manager, unit, management_fee, change
):
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    change(management_fee, unit, admin, manager)
    with refused("preview_outdated"):
        runs.confirm_run(run, actor=manager, at=NOON)
    assert not BillingRun.objects.filter(status="running").exists()


def test_a_share_of_another_area_is_not_billed_as_it_was_previewed(estate, admin, manager, unit, neighbour):
    item = charges.add_charge_item(
        estate=estate, actor=admin, code="public", name="Public light", kind="shared"
    )
    charges.enter_shared_cost(item, actor=admin, period="2026-11", amount=D(100))
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    Unit.objects.filter(pk=unit.pk).update(area_m2=D("90.00"))
    with refused("preview_outdated"):
        runs.confirm_run(run, actor=manager, at=NOON)


def test_a_unit_that_has_its_first_area_since_is_not_left_out(
    estate, manager, unit, neighbour, management_fee
):
    Unit.objects.filter(pk=unit.pk).update(area_m2=0)
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    edit_unit(neighbour, actor=manager, floor=6)
    assert not runs.is_outdated(run)
    edit_unit(unit, actor=manager, area_m2=D("90.00"))
    with refused("preview_outdated"):
        runs.confirm_run(run, actor=manager, at=NOON)


def test_a_preview_that_waited_past_its_due_day_bills_nobody(
    estate, manager, unit, management_fee, login, time_machine
):
    """Its bills would be overdue at once: reminders and late fees would begin with them."""
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=at("2026-11-01 12:00"))
    assert run.due_on == date(2026, 11, 15)
    time_machine.move_to(at("2026-11-16 00:10"))
    browser, path = login(manager), f"/fees/runs/{run.pk}/"
    page = browser.get(path)
    assert page.context["past_due"] and not page.context["may_confirm"] and "overdue at once" in page.text
    assert browser.post(f"{path}confirm/").status_code == 409
    again = browser.post("/fees/runs/", {"period": "2026-11"})
    assert browser.get(again["Location"]).context["run"].due_on == date(2026, 11, 30)


def test_a_preview_is_confirmed_on_its_due_day(estate, manager, unit, management_fee):
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=at("2026-11-01 12:00"))
    assert runs.confirm_run(run, actor=manager, at=at("2026-11-15 23:50")).status == "running"


def test_what_begins_after_the_period_leaves_its_preview_standing(
    estate, admin, manager, unit, management_fee
):
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    charges.set_rate(management_fee, actor=admin, amount=D(3), since=date(2026, 12, 1))
    exempt(unit, manager, 50, date(2026, 9, 1), date(2026, 10, 31))
    assert runs.confirm_run(run, actor=manager, at=NOON).status == "running"


def test_a_reading_of_a_month_that_is_far_ahead_or_a_day_to_come_is_refused(unit, admin, water):
    meter = with_meter(unit, admin, water, "W1")
    moment = at("2026-11-29 09:00")
    for period, read_on, code in (
        ("2027-11", None, "period_too_far"),
        ("2026-11", date(2026, 11, 30), "day_not_begun"),
    ):
        with refused(code):
            meters.take_reading(meter, actor=admin, period=period, value=D(5), read_on=read_on, at=moment)
    assert meters.take_reading(meter, actor=admin, period="2026-12", value=D(5), at=moment)


# --- left out ---------------------------------------------------------------------------------------------------------


def test_a_unit_that_was_left_out_is_billed_afterwards_and_once(
    estate, manager, unit, neighbour, management_fee, run_period, login
):
    Unit.objects.filter(pk=neighbour.pk).update(area_m2=0)
    (mine,) = run_period()
    run, client = mine.run, login(manager)
    page = client.get(reverse("run_detail", args=[run.pk]))
    assert [u.code for u in page.context["left_out"]] == [neighbour.code]
    url = reverse("run_bill_unit", args=[run.pk])
    # Still without an area: there is nothing to bill, and the page says so.
    assert client.post(url, {"unit": neighbour.code}).status_code == 409
    Unit.objects.filter(pk=neighbour.pk).update(area_m2=100)
    assert client.post(url, {"unit": neighbour.code}).status_code == 303
    bill = Bill.objects.get(unit=neighbour)
    assert (bill.total, bill.period, bill.run, bill.serial) == (D(285), "2026-11", run, 2)
    assert bill.due_on > bill.issued_on and Entry.objects.about(bill).filter(verb="bill.issued").exists()
    assert client.post(url, {"unit": neighbour.code}).status_code == 409
    assert client.post(url, {"unit": unit.code}).status_code == 409
    assert Bill.objects.count() == 2
    assert not client.get(reverse("run_detail", args=[run.pk])).context["left_out_count"]


def test_a_unit_whose_bill_was_reversed_is_left_out_until_it_is_made_anew(
    manager, unit, management_fee, run_period
):
    (bill,) = run_period()
    bills.reverse_bill(bill, actor=manager, reason="Wrong area", at=NOON)
    assert list(runs.left_out(bill.run)) == [unit]
    assert bills.bill_left_out(bill.run, unit, actor=manager, at=NOON).replaces == bill
    assert not runs.left_out(bill.run).exists()


def test_nobody_is_billed_apart_before_the_others(estate, manager, unit, management_fee):
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    with refused("invalid_transition"):
        bills.bill_left_out(run, unit, actor=manager)


def test_a_month_billed_late_charges_no_meter_that_a_later_one_charged(
    unit, admin, water, parking, run_period
):
    meter = with_meter(unit, admin, water, "W1", p2026_07=10, p2026_08=20)
    run_period("2026-08")
    meters.take_reading(meter, actor=admin, period="2026-11", value=D(50))
    assert run_period("2026-11")[0].lines.get(meter=meter).quantity == 30
    (october,) = run_period("2026-10", moment=at("2026-11-02 12:00"))
    assert not october.lines.filter(meter=meter).exists()


def test_a_preview_that_no_longer_holds_offers_another(
    estate, admin, manager, unit, management_fee, login, time_machine
):
    time_machine.move_to(NOON)
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    client = login(manager)
    assert client.get(reverse("run_detail", args=[run.pk])).context["may_confirm"]
    charges.set_rate(management_fee, actor=admin, amount=D("3.10"), since=date(2026, 11, 15))
    page = client.get(reverse("run_detail", args=[run.pk]))
    assert page.context["outdated"] and not page.context["may_confirm"]
    again = client.post(reverse("run_list"), {"period": "2026-11"}, follow=True)
    assert again.context["may_confirm"] and again.context["run"].pk != run.pk


def test_an_estate_without_rates_previews_nothing_and_says_why(estate, manager, unit, login):
    run = runs.preview_run(estate, actor=manager, period="2026-11", at=NOON)
    page = login(manager).get(reverse("run_detail", args=[run.pk]))
    assert page.context["nothing"] and not page.context["may_confirm"]


def test_bill_run_item_and_meter_show_who_did_what(
    admin, manager, unit, water, management_fee, run_period, login
):
    meter = with_meter(unit, admin, water, "W1", p2026_11=7)
    (bill,) = run_period()
    notices.hand_over_bill(bill, actor=manager, way="hand", received_by="Ms Lin")
    charges.set_rate(management_fee, actor=admin, amount=D("3.20"), since=date(2026, 12, 1))
    client = login(manager)
    for name, pk, said in (
        ("bill_detail", bill.pk, "handed the notice over"),
        ("run_detail", bill.run_id, "confirmed the bills"),
        ("meter_detail", meter.pk, "kept a reading"),
        ("charge_detail", management_fee.pk, "set a rate"),
    ):
        page = client.get(reverse(name, args=[pk]))
        line = next(row for row in page.context["history"] if row["sentence"] == said)
        assert line["who"] in {"Admin", "Manager"} and said in page.content.decode()
    (rate,) = [row for row in page.context["history"] if "3.2" in row["aside"]]
    assert rate["aside"] == "3.20, from 2026-12-01"


def test_who_sets_a_rate_or_an_exemption_for_months_that_were_billed_is_told_that_their_bills_stay(
    admin, manager, unit, management_fee, run_period, login
):
    (bill,) = run_period()
    form = {
        "unit": unit.code,
        "percent": "50",
        "since": "2026-10-01",
        "until": "2026-12-31",
        "reason": "Damage",
    }
    page = login(manager).post(reverse("exemption_list"), form, follow=True)
    assert "Bills of 2026-11 are made and stay as they are" in page.content.decode()
    url = reverse("rate_set", args=[management_fee.pk])
    page = login(admin).post(url, {"amount": "3.5", "since": "2026-12-01"}, follow=True)
    assert "stay as they are" not in "".join(str(m) for m in page.context["messages"])
    bill.refresh_from_db()
    assert bill.total == D("254.79")
