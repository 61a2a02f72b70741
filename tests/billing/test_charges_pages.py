"""The settings of the fees: items and rates with their days, less for some, contracts, late fees (docs/domain.md §9)."""

from datetime import date
from decimal import Decimal as D

import pytest

from billing.models import Bill, BillLine, ChargeItem, Exemption, LateFeePolicy, Lease, Rate, SharedCost
from billing.services import charges
from billing.services.late_fees import charge_late_fees, set_late_fee
from tests.billing.bills import post_bill
from tests.billing.conftest import FIRST_DAY
from tests.conftest import at

pytestmark = pytest.mark.django_db
ITEMS = "/fees/charges/"


@pytest.fixture(autouse=True)
def _november(time_machine):
    time_machine.move_to(at("2026-11-20 10:00"))


def rate_form(**more):
    return {"amount": "3.10", "since": "2026-12-01"} | more


# --- items and rates --------------------------------------------------------------------------------------------------


def test_an_administrator_adds_an_item_and_its_first_rate(estate, admin, login):
    browser = login(admin)
    assert "Nothing is charged for yet" in browser.get(ITEMS).text
    form = {"code": "lift", "kind": "fixed", "name": "Lift", "name_zh_hans": "电梯费", "measure": "month"}
    made = browser.post(f"{ITEMS}new/", form)
    item = ChargeItem.objects.get()
    assert (made.status_code, made["Location"]) == (303, f"{ITEMS}{item.pk}/")
    assert "No rate yet" in browser.get(f"{ITEMS}{item.pk}/").text
    assert "no rate today" in browser.get(ITEMS).text
    assert (
        browser.post(f"{ITEMS}{item.pk}/rates/", rate_form(amount="12.5", since="2026-01-01")).status_code
        == 303
    )
    assert "¥12.50 / month" in browser.get(ITEMS).text
    again = browser.post(f"{ITEMS}new/", form)
    assert again.status_code == 409 and "This code is taken." in again.text and 'value="lift"' in again.text


def test_a_new_rate_ends_the_one_before_and_prices_nothing_anew(bill, management_fee, admin, login):
    before = list(BillLine.objects.values_list("rate", "amount"))
    browser = login(admin)
    page = browser.get(f"{ITEMS}{management_fee.pk}/")
    assert "Changing a rate never prices anew what was billed." in page.text and "in force" in page.text
    assert browser.post(f"{ITEMS}{management_fee.pk}/rates/", rate_form()).status_code == 303
    old, new = Rate.objects.order_by("since")
    assert (old.until, new.until, new.set_by) == (date(2026, 11, 30), None, admin)
    assert list(BillLine.objects.values_list("rate", "amount")) == before
    assert Bill.objects.get().total == D("254.79")
    assert "to come" in browser.get(f"{ITEMS}{management_fee.pk}/").text


def test_a_rate_for_a_building_a_use_or_one_unit(management_fee, building, unit, admin, login):
    browser, path = login(admin), f"{ITEMS}{management_fee.pk}/rates/"
    assert browser.post(path, rate_form(building=building.pk)).status_code == 303
    assert browser.post(path, rate_form(use="shop")).status_code == 303
    assert browser.post(path, rate_form(unit="3 2 501")).status_code == 303
    page = browser.get(f"{ITEMS}{management_fee.pk}/").text
    assert "Building 3" in page and "3-2-501" in page
    both = browser.post(path, rate_form(use="shop", unit="3-2-501", since="2027-01-01"))
    assert both.status_code == 422 and "choose one of them" in both.text
    nowhere = browser.post(path, rate_form(unit="9-9-999"))
    assert nowhere.status_code == 422 and "No unit of this plate" in nowhere.text


def test_the_steps_of_a_metered_tariff(water, admin, login):
    steps = {"form-TOTAL_FORMS": "4", "form-INITIAL_FORMS": "0"}
    steps |= {"form-0-up_to": "20", "form-0-rate": "2.9", "form-1-up_to": "35", "form-1-rate": "4.1"}
    browser, path = login(admin), f"{ITEMS}{water.pk}/rates/"
    assert browser.post(path, rate_form(amount="5.6") | steps).status_code == 303
    assert Rate.objects.latest("since").tiers == [
        {"up_to": "20", "rate": "2.9"},
        {"up_to": "35", "rate": "4.1"},
    ]
    shown = browser.get(f"{ITEMS}{water.pk}/").text
    assert "up to 20 ¥2.90 / m³, up to 35 ¥4.10 / m³, beyond it ¥5.60 / m³" in shown
    half = steps | {"form-1-rate": ""}
    answer = browser.post(path, rate_form(since="2027-01-01") | half)
    assert answer.status_code == 422 and "A step has an end and a rate." in answer.text
    falling = browser.post(path, rate_form(since="2027-01-01") | steps | {"form-1-up_to": "10"})
    assert falling.status_code == 409 and "Each step needs an end above the one before" in falling.text


def test_rates_do_not_overlap_and_end_once(management_fee, admin, login):
    browser = login(admin)
    early = browser.post(f"{ITEMS}{management_fee.pk}/rates/", rate_form(since="2025-01-01"))
    assert early.status_code == 409 and "Another rate is in force then." in early.text
    rate = Rate.objects.get()
    path = f"/fees/rates/{rate.pk}/end/"
    before = browser.post(path, {"until": "2025-01-01"})
    assert before.status_code == 409 and "before its beginning" in before.text
    assert browser.post(path, {"until": "soon"}).status_code == 422
    assert browser.post(path, {"until": "2026-12-31"}).status_code == 303
    again = browser.post(path, {"until": "2027-01-31"})
    assert again.status_code == 409 and "ends earlier already" in again.text
    assert Rate.objects.get().until == date(2026, 12, 31)


def test_an_item_is_renamed_and_put_to_rest_but_keeps_code_and_kind(management_fee, admin, cashier, login):
    path = f"{ITEMS}{management_fee.pk}/"
    form = {"name": "Service fee", "measure": "m²", "code": "other", "kind": "fixed"}
    assert login(cashier).post(path, form).status_code == 403
    assert login(admin).post(path, form).status_code == 303
    management_fee.refresh_from_db()
    assert (management_fee.name, management_fee.code, management_fee.kind) == (
        "Service fee",
        "management",
        "area",
    )
    assert not management_fee.is_active and not management_fee.bears_late_fee
    assert "not charged" in login(cashier).get(ITEMS).text


def test_what_has_its_own_amount_has_no_rate(estate, admin, login):
    item = charges.add_charge_item(estate=estate, actor=admin, code="d", name="Keys", kind="deposit")
    browser = login(admin)
    assert "A deposit has no rate" in browser.get(f"{ITEMS}{item.pk}/").text
    assert browser.post(f"{ITEMS}{item.pk}/rates/", rate_form()).status_code == 409
    assert not Rate.objects.exists()


def test_a_shared_cost_is_entered_once_a_period_by_who_runs_the_bills(
    estate, building, admin, manager, login
):
    item = charges.add_charge_item(estate=estate, actor=admin, code="light", name="Light", kind="shared")
    path, form = f"{ITEMS}{item.pk}/costs/", {"period": "2026-11", "amount": "1,800.00"}
    assert login(admin).post(path, form).status_code == 403
    browser = login(manager)
    assert "add up to the cost" in browser.get(f"{ITEMS}{item.pk}/").text
    assert browser.post(path, form).status_code == 303
    assert browser.post(path, form | {"building": building.pk}).status_code == 303
    assert browser.post(path, form).status_code == 409
    assert browser.post(path, {"period": "2026-13", "amount": "5"}).status_code == 409
    assert browser.post(path, {"period": "2026-10", "amount": "a lot"}).status_code == 422
    assert SharedCost.objects.count() == 2 and "¥1,800.00" in browser.get(f"{ITEMS}{item.pk}/").text


# --- exemptions -------------------------------------------------------------------------------------------------------


def less(**more):
    form = {
        "unit": "3-2-501",
        "percent": "50",
        "since": "2026-12-01",
        "until": "2027-05-31",
        "reason": "Leaking roof",
    }
    return form | more


def test_a_manager_grants_less_and_stands_for_it(management_fee, unit, run_period, manager, clerk, login):
    browser = login(manager)
    assert "Nobody pays less." in browser.get("/fees/exemptions/").text
    assert browser.post("/fees/exemptions/", less(charge_item=management_fee.pk)).status_code == 303
    granted = Exemption.objects.get()
    assert (granted.approved_by, granted.unit, granted.until) == (manager, unit, date(2027, 5, 31))
    shown = login(clerk).get("/fees/exemptions/").text
    assert "Leaking roof" in shown and manager.name in shown
    assert run_period("2026-11")[0].total == D("254.79")
    assert run_period("2026-12")[0].total == D("127.40")
    path = f"/fees/exemptions/{granted.pk}/end/"
    assert browser.post(path, {"until": "2027-06-30"}).status_code == 409
    assert browser.post(path, {"until": "2026-12-31"}).status_code == 303
    assert run_period("2027-01")[0].total == D("254.79")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"unit": "9-9-9"}, 422),
        ({"percent": "0"}, 409),
        ({"percent": "101"}, 422),
        ({"until": "2026-11-30"}, 409),
        ({"reason": ""}, 422),
        ({"until": ""}, 422),
    ],
)
def test_an_exemption_without_measure_is_refused(unit, manager, login, wrong, status):
    answer = login(manager).post("/fees/exemptions/", less(**wrong))
    assert answer.status_code == status and "field-error" in answer.text
    assert not Exemption.objects.exists()


def test_nobody_grants_an_exemption_to_another_estate(other_estate, unit, make_staff, login):
    foreign = make_staff("boss", "manager", other_estate)
    answer = login(foreign).post("/fees/exemptions/", less())
    assert answer.status_code == 422 and not Exemption.objects.exists()


# --- leases -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def storeroom(estate, admin):
    return charges.add_charge_item(
        estate=estate, actor=admin, code="store", name="Storeroom", kind="contract"
    )


def test_a_contract_is_kept_charged_and_ended(storeroom, unit, run_period, manager, cashier, login):
    form = {
        "unit": "3-2-501",
        "charge_item": storeroom.pk,
        "subject": "B2-14",
        "quantity": "2",
        "monthly_rent": "150",
    }
    browser = login(manager)
    assert "Nothing is let by contract." in browser.get("/fees/leases/").text
    assert browser.post("/fees/leases/", form | {"since": "2026-11-01"}).status_code == 303
    lease = Lease.objects.get()
    assert lease.created_by == manager
    shown = login(cashier).get("/fees/leases/").text
    assert "¥300.00 a month" in shown and "B2-14" in shown
    assert login(cashier).post("/fees/leases/", form).status_code == 403
    assert browser.post("/fees/leases/", form | {"since": "2026-12-01"}).status_code == 409
    assert run_period("2026-11")[0].total == D("300.00")
    path = f"/fees/leases/{lease.pk}/end/"
    assert browser.post(path, {"until": "2026-01-01"}).status_code == 409
    assert browser.post(path, {"until": "2026-12-15"}).status_code == 303
    assert run_period("2026-12")[0].total == D("145.16")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"quantity": "0"}, 409),
        ({"monthly_rent": "0"}, 409),
        ({"quantity": "2", "monthly_rent": "9999999999.99"}, 409),
        ({"until": "2026-01-01"}, 409),
        ({"subject": ""}, 422),
    ],
)
def test_a_contract_about_nothing_is_refused(storeroom, unit, manager, login, wrong, status):
    form = {
        "unit": "3-2-501",
        "charge_item": storeroom.pk,
        "subject": "B2-14",
        "quantity": "1",
        "monthly_rent": "150",
    }
    answer = login(manager).post("/fees/leases/", form | {"since": "2026-11-01"} | wrong)
    assert answer.status_code == status and not Lease.objects.exists()


# --- late fees --------------------------------------------------------------------------------------------------------

RULES = "/fees/late-fees/"


def rule(**more):
    form = {"rate_per_day": "0.05", "grace_days": "10", "cap_percent": "100", "minimum_balance": "0.00"}
    form |= {
        "since": "2026-12-01",
        "principal": "1000.00",
        "late_days": "60",
        "part": "400.00",
        "part_days": "30",
    }
    return form | more


def test_a_late_fee_is_off_until_somebody_sets_it(estate, admin, clerk, login):
    browser = login(admin)
    page = browser.get(RULES).text
    assert "No late fee is charged here." in page and "A new rule" in page
    assert "A new rule" not in login(clerk).get(RULES).text
    assert browser.post(RULES, rule(since="2026-11-01")).status_code == 303
    made = LateFeePolicy.objects.get()
    assert (made.rate_per_day, made.grace_days, made.set_by) == (D("0.0005"), 10, admin)
    assert "18.25" in browser.get(RULES).text and "in force" in browser.get(RULES).text


def test_a_preview_shows_the_days_and_keeps_nothing(estate, admin, login):
    page = login(admin).post(RULES, rule(next="preview"))
    assert page.status_code == 200 and not LateFeePolicy.objects.exists()
    # Days 11 to 29 on 1,000, days 30 to 60 on 600: 19 × 0.5 + 31 × 0.3.
    assert "¥18.80" in page.text and "2026-12-12" in page.text and "9.5000" in page.text
    assert 'value="0.05"' in page.text, "what was typed stands again"
    capped = login(admin).post(RULES, rule(next="preview", cap_percent="1"))
    assert "¥10.00" in capped.text and "The cap holds it." in capped.text
    spared = login(admin).post(RULES, rule(next="preview", late_days="10"))
    assert "No day bears a late fee." in spared.text


def test_a_preview_is_what_a_bill_would_bear(estate, unit, admin, management_fee, login):
    shown = login(admin).post(RULES, rule(next="preview", part="", since="2026-09-01")).context["preview"]
    set_late_fee(estate, actor=admin, rate_per_day=D("0.0005"), grace_days=10, since=date(2026, 9, 1))
    bill = post_bill(unit, date(2026, 9, 1), "1000.00")
    charge_late_fees(estate, date(2026, 10, 31))
    assert f"¥{bill.late_fees.get().amount}" == shown["total"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"rate_per_day": "0"}, 409),
        ({"rate_per_day": "11"}, 422),
        ({"cap_percent": "0"}, 409),
        ({"until": "2026-11-01"}, 409),
        ({"unit": "9-9-9"}, 422),
        ({"principal": "x"}, 422),
    ],
)
def test_a_rule_beyond_measure_is_refused(estate, admin, login, wrong, status):
    answer = login(admin).post(RULES, rule(**wrong))
    assert answer.status_code == status and "field-error" in answer.text
    assert not LateFeePolicy.objects.exists()


def test_a_rule_for_one_unit_stands_beside_the_estates_and_ends(estate, unit, admin, login):
    browser = login(admin)
    assert browser.post(RULES, rule()).status_code == 303
    assert browser.post(RULES, rule(unit="3-2-501")).status_code == 303
    again = browser.post(RULES, rule())
    assert again.status_code == 409 and "Another rule holds" in again.text
    own = LateFeePolicy.objects.get(unit=unit)
    assert browser.post(f"{RULES}{own.pk}/end/", {"until": "2026-12-31"}).status_code == 303
    assert browser.post(f"{RULES}{own.pk}/end/", {"until": "2026-12-31"}).status_code == 409


def test_lists_cost_the_same_however_long(
    estate, unit, neighbour, management_fee, admin, manager, login, django_assert_max_num_queries
):
    for n in range(12):
        item = charges.add_charge_item(
            estate=estate, actor=admin, code=f"i{n}", name=f"Item {n}", kind="fixed"
        )
        charges.set_rate(item, actor=admin, amount=D(1), since=FIRST_DAY)
        charges.set_rate(item, actor=admin, amount=D(2), since=FIRST_DAY, unit=unit)
        charges.grant_exemption(
            neighbour,
            actor=manager,
            percent=D(5),
            since=FIRST_DAY,
            until=date(2027, 1, 1),
            reason="x",
            charge_item=item,
        )
    browser = login(manager)
    for path in (ITEMS, f"{ITEMS}{management_fee.pk}/", "/fees/exemptions/", "/fees/leases/", RULES):
        browser.get(path)
        with django_assert_max_num_queries(16):
            assert browser.get(path).status_code == 200
