"""The fees by API: from rate to receipt, with the refusals that integrations rely on."""

from datetime import date, timedelta
from decimal import Decimal as D
from unittest import mock

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from billing.models import ChargeItem, Deposit, Payment, Refund, WriteOff
from billing.services import charges, closings, disputes, late_fees, runs
from helpdesk.estates.models import Estate
from helpdesk.staff.models import Membership
from helpdesk.staff.services import create_token
from residents.models import Building, Unit
from tests.api.conftest import bearer, codes
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    def make(user) -> APIClient:
        _kept, plain = create_token(user, name="test", actor=None)
        return bearer(plain)

    return make


def post(client, path, body=None, key=None, status=201):
    headers = {"Idempotency-Key": key} if key else {}
    response = client.post(f"/api/v1/{path}", body, format="json", headers=headers)
    assert response.status_code == status, response.content
    return response.json() if status < 400 else codes(response)


@pytest.fixture
def billed(api, admin, manager, estate, unit):
    """October's bill of 3-2-501, made by API alone: {bill}."""
    office, desk = api(admin), api(manager)
    item = post(
        office,
        "charge-items/",
        {"estate": estate.pk, "code": "fee", "name": "Management fee", "kind": "area"},
    )
    post(office, "rates/", {"charge_item": item["id"], "amount": "2.85", "since": "2026-01-01"})
    with mock.patch.object(timezone, "now", lambda: at("2026-10-01 09:00")):
        run = post(desk, "billing-runs/", {"estate": estate.pk, "period": "2026-10"})
        confirmed = post(desk, f"billing-runs/{run['id']}/confirm/", status=202)
    assert (run["status"], run["bills"], run["total"], run["problems"]) == ("previewed", 1, "254.79", [])
    assert confirmed["status"] == "running" and confirmed["progress"] == {"done": 0, "total": 1}
    runs.continue_runs(timezone.now())
    done = desk.get(f"/api/v1/billing-runs/{run['id']}/").json()
    assert (done["status"], done["progress"]) == ("done", {"done": 1, "total": 1})
    return desk.get("/api/v1/bills/?period=2026-10").json()["results"][0]


@pytest.fixture
def deposit_item(estate, admin):
    return charges.add_charge_item(estate=estate, actor=admin, code="keys", name="Keys", kind="deposit")


def test_a_bill_says_what_it_is_made_of(billed, unit):
    assert billed["number"] == "B-2026-000001" and billed["unit"] == unit.pk
    assert (billed["status"], billed["total"], billed["paid"], billed["outstanding"]) == (
        "overdue",
        "254.79",
        "0.00",
        "254.79",
    )
    (line,) = billed["lines"]
    assert (D(line["quantity"]), D(line["rate"]), line["amount"]) == (D("89.4"), D("2.85"), "254.79")


def test_what_is_overdue_is_asked_by_each_estates_own_day(api, manager, estate, other_estate, unit):
    """At 07:30 in Shanghai it is yesterday evening in New York."""
    Membership.objects.create(user=manager, estate=other_estate, role="manager")
    Estate.objects.filter(pk=other_estate.pk).update(time_zone="America/New_York")
    abroad = Unit.objects.create(
        estate=other_estate, building=Building.objects.create(estate=other_estate, code="1"), code="1-101"
    )
    here, there = post_bill(unit, date(2026, 11, 15)), post_bill(abroad, date(2026, 11, 15))
    early = post_bill(abroad, date(2026, 11, 14))
    client = api(manager)

    def found(status):
        rows = client.get(f"/api/v1/bills/?status={status}").json()["results"]
        assert {row["status"] for row in rows} <= {status}
        return {row["id"] for row in rows}

    with mock.patch.object(timezone, "now", lambda: at("2026-11-16 07:30")):
        assert found("overdue") == {here.pk, early.pk} and found("open") == {there.pk}
    with mock.patch.object(timezone, "now", lambda: at("2026-11-16 13:30")):
        assert found("overdue") == {here.pk, there.pk, early.pk} and found("open") == set()


def test_a_period_is_billed_once(billed, api, manager, estate):
    body = {"estate": estate.pk, "period": "2026-10"}
    assert post(api(manager), "billing-runs/", body, status=409) == {("period_already_billed", None)}


def test_a_run_is_dated_within_bounds(billed, api, manager, estate):
    body = {"estate": estate.pk, "period": "2026-11"}
    client = api(manager)
    with mock.patch.object(timezone, "now", lambda: at("2026-11-29 09:00")):
        assert post(client, "billing-runs/", body | {"period": "2027-01"}, status=409) == {
            ("period_too_far", "period")
        }
        for name, day, status, code in [
            ("issued_on", "0001-01-01", 400, "range"),
            ("due_on", "9999-12-31", 400, "range"),
            ("issued_on", "2026-08-31", 409, "date_out_of_bounds"),
            ("due_on", "2026-11-15", 409, "not_in_order"),
        ]:
            assert post(client, "billing-runs/", body | {name: day}, status=status) == {(code, name)}
        run = post(client, "billing-runs/", body)
    assert (run["issued_on"], run["due_on"]) == ("2026-11-29", "2026-12-13")


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "9999-12-31"])
def test_a_day_that_no_book_holds_is_bad_input_beside_its_field(billed, day, api, admin, clerk, estate, unit):
    item = ChargeItem.objects.get()
    bodies = {
        "rates/": {"charge_item": item.pk, "amount": "3", "since": day},
        "late-fee-rules/": {"estate": estate.pk, "rate_per_day": "0.0005", "since": day},
    }
    for path, body in bodies.items():
        assert post(api(admin), path, body, status=400) == {("range", "since")}
    money = {"unit": unit.pk, "amount": "1", "method": "cash", "received_on": day}
    assert post(api(clerk), "payments/", money, key="far", status=400) == {("range", "received_on")}


def test_a_payment_needs_a_key_and_comes_once(billed, api, clerk, unit):
    client = api(clerk)
    body = {"unit": unit.pk, "amount": "100.00", "method": "cash"}
    assert post(client, "payments/", body, status=400) == {("required", "Idempotency-Key")}
    first = post(client, "payments/", body, key="a")
    assert first["receipt_number"].startswith("R-") and first["credit"] == "0.00"
    assert [(a["bill"], a["amount"]) for a in first["allocations"]] == [(billed["id"], "100.00")]
    again = client.post("/api/v1/payments/", body, format="json", headers={"Idempotency-Key": "a"})
    assert again.json() == first and again["Idempotent-Replay"] == "true"
    post(client, "payments/", body | {"amount": "1"}, key="a", status=422)
    assert Payment.objects.count() == 1
    assert client.get(f"/api/v1/bills/{billed['id']}/").json()["status"] == "overdue"


def test_a_key_takes_one_payment_even_after_its_answer_is_forgotten(billed, api, clerk, unit):
    client = api(clerk)
    body = {"unit": unit.pk, "amount": "100.00", "method": "cash"}
    first = post(client, "payments/", body, key="a")
    clerk_answers = mock.patch("helpdesk.api.idempotency.KEPT_FOR", timedelta(seconds=-1))
    with clerk_answers:
        assert post(client, "payments/", body, key="a")["id"] == first["id"]
        post(client, "payments/", body | {"amount": "7"}, key="a", status=422)


def test_a_key_moves_no_money_out_twice_even_after_its_answer_is_forgotten(
    billed, api, estate, unit, manager, deposit_item
):
    """Without a key each call counts, as API.md has it; with one none counts twice."""
    desk = api(manager)
    post(desk, "payments/", {"unit": unit.pk, "amount": "354.79", "method": "cash"}, key="pay")
    money = {"unit": unit.pk, "amount": "10.00", "method": "cash"}
    other = post_bill(unit, date(2026, 11, 15), "90.00")
    held = post(desk, "deposits/", money | {"charge_item": deposit_item.pk}, key="d")
    acts = [
        ("refunds/", money | {"reason": "Asked"}, 201),
        ("deposits/", money | {"charge_item": deposit_item.pk}, 201),
        (f"deposits/{held['id']}/give-back/", {"amount": "4.00", "method": "cash"}, 200),
        (f"bills/{other.pk}/write-off/", {"amount": "1.00", "reason": "Small"}, 200),
    ]
    forgotten = mock.patch("helpdesk.api.idempotency.KEPT_FOR", timedelta(seconds=-1))
    for path, body, status in acts:
        with forgotten:
            first = post(desk, path, body, key=path, status=status)
            assert post(desk, path, body, key=path, status=status) == first, path
            post(desk, path, body | {"amount": "2.00"}, key=path, status=422)
        post(desk, path, body, status=status)
    assert Refund.objects.count() == 2 and Deposit.objects.count() == 3 and WriteOff.objects.count() == 2
    assert Deposit.objects.get(pk=held["id"]).held == 2


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"amount": "0"}, 409, ("amount_not_positive", "amount")),
        ({"amount": "-5"}, 409, ("amount_not_positive", "amount")),
        ({"amount": "1.005"}, 400, ("invalid", "amount")),
        ({"amount": "１０"}, 400, ("invalid", "amount")),
        ({"amount": "1e3"}, 400, ("invalid", "amount")),
        ({"amount": True}, 400, ("invalid", "amount")),
        ({"currency": "USD"}, 409, ("currency_mismatch", "currency")),
        ({"method": "barter"}, 400, ("invalid_choice", "method")),
        ({"bills": [999_999]}, 400, ("does_not_exist", "bills.0")),
        ({"paid": "1"}, 400, ("unknown_field", "paid")),
    ],
)
def test_what_is_no_payment_is_refused_by_name(billed, api, clerk, unit, change, status, said):
    body = {"unit": unit.pk, "amount": "5", "method": "cash"} | change
    assert post(api(clerk), "payments/", body, key="x", status=status) == {said}


def test_paid_reversed_and_closed_are_said_so(billed, api, cashier, unit, estate):
    client = api(cashier)
    body = {"unit": unit.pk, "amount": "254.79", "method": "wechat", "bills": [billed["id"]]}
    payment = post(client, "payments/", body, key="1")
    assert post(client, "payments/", body, key="2", status=409) == {("bill_paid", "bills")}
    undone = post(client, f"payments/{payment['id']}/reverse/", {"reason": "Mistake"}, status=200)
    assert (undone["status"], undone["allocations"], undone["credit"]) == ("reversed", [], "0.00")
    again = post(client, f"payments/{payment['id']}/reverse/", {"reason": "Again"}, status=409)
    assert again == {("already_reversed", None)}
    post(client, f"bills/{billed['id']}/reverse/", {"reason": "Wrong"}, status=200)
    assert post(client, "payments/", body, key="3", status=409) == {("bill_reversed", "bills")}
    today = timezone.localdate().isoformat()
    closing = post(client, "day-closings/", {"estate": estate.pk, "day": today, "counted": {"cash": "0"}})
    assert closing["difference"] == "0.00"
    assert post(client, "payments/", body | {"bills": [billed["id"]]}, key="4", status=409) == {
        ("day_closed", None)
    }


def test_a_reading_that_runs_backwards_is_refused(api, admin, clerk, estate, unit):
    office, desk = api(admin), api(clerk)
    water = post(
        office, "charge-items/", {"estate": estate.pk, "code": "w", "name": "Water", "kind": "metered"}
    )
    meter = post(office, "meters/", {"unit": unit.pk, "charge_item": water["id"], "number": "W1"})
    reading = {"meter": meter["id"], "period": "2026-09", "value": "12.5"}
    assert post(desk, "meter-readings/", reading)["value"] == "12.500"
    backwards = post(desk, "meter-readings/", reading | {"period": "2026-10", "value": "3"}, status=409)
    assert backwards == {("reading_backwards", "value")}
    assert post(desk, "meter-readings/", reading | {"period": "2026-13"}, status=400) == {
        ("invalid", "period")
    }


def test_a_statement_explains_itself(billed, api, clerk, admin, estate, unit):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    late_fees.charge_late_fees(estate, date(2026, 10, 25))
    client = api(clerk)
    post(client, "payments/", {"unit": unit.pk, "amount": "300", "method": "cash"}, key="s")
    statement = client.get(f"/api/v1/units/{unit.pk}/statement/").json()
    assert (statement["outstanding"], statement["arrears"], statement["credit"]) == ("0.00", "0.00", "42.66")
    rows = [(e["kind"], e["debit"], e["credit"], e["balance"]) for e in statement["entries"]]
    assert rows == [
        ("bill", "254.79", "0.00", "254.79"),
        ("late_fee", "2.55", "0.00", "257.34"),
        ("payment", "0.00", "300.00", "-42.66"),
    ]
    bill, fee, payment = (entry["explanation"] for entry in statement["entries"])
    assert bill[0]["quantity"] == "89.400" and fee[0]["days"][0]["days"] == 10
    assert [part["amount"] for part in payment] == ["254.79", "2.55"]


def test_a_dispute_is_opened_and_settled(billed, api, clerk):
    client = api(clerk)
    assert (
        post(client, f"bills/{billed['id']}/dispute/", {"reason": "Area"}, status=200)["is_disputed"] is True
    )
    again = post(client, f"bills/{billed['id']}/dispute/", {"reason": "Area"}, status=409)
    assert again == {("already_disputed", None)}
    assert client.get("/api/v1/bills/?is_disputed=true").json()["results"]
    assert post(client, f"bills/{billed['id']}/settle-dispute/", {}, status=200)["is_disputed"] is False
    assert disputes.Dispute.objects.get().outcome == "rejected"


def test_a_counter_sale_and_a_deposit(api, admin, cashier, estate, unit):
    office, till = api(admin), api(cashier)
    copies = post(
        office, "charge-items/", {"estate": estate.pk, "code": "c", "name": "Copies", "kind": "piece"}
    )
    keys = post(
        office, "charge-items/", {"estate": estate.pk, "code": "k", "name": "Keys", "kind": "deposit"}
    )
    post(office, "rates/", {"charge_item": copies["id"], "amount": "0.5", "since": "2026-01-01"})
    bill = post(till, "bills/", {"unit": unit.pk, "lines": [{"item": copies["id"], "quantity": "7"}]})
    assert (bill["kind"], bill["total"], bill["status"]) == ("counter", "3.50", "open")
    deposit = post(
        till, "deposits/", {"unit": unit.pk, "charge_item": keys["id"], "amount": "200", "method": "cash"}
    )
    assert deposit["status"] == "held" and closings.expected_of(estate, timezone.localdate()) == {
        "cash": D(200)
    }
    back = post(
        till,
        f"deposits/{deposit['id']}/give-back/",
        {"method": "cash", "deduct": "50", "reason": "A key is lost"},
        status=200,
    )
    assert (back["given_back"], back["deducted"], back["status"]) == ("150.00", "50.00", "settled")
    assert till.get("/api/v1/deposits/?status=held").json()["results"] == []
    assert till.get("/api/v1/deposits/?status=settled").json()["results"] == [back]


@pytest.mark.parametrize("noun", ["bills", "payments", "billing-runs"])
def test_a_list_asks_the_same_number_of_questions_at_one_row_and_at_many(
    noun, billed, api, clerk, cashier, unit, run_period, django_assert_max_num_queries
):
    client = api(clerk)
    for n in range(6):
        post(client, "payments/", {"unit": unit.pk, "amount": "1", "method": "cash"}, key=f"k{n}")
    for period in ("2026-11", "2026-12", "2027-01"):
        run_period(period)
    with django_assert_max_num_queries(16 if noun == "billing-runs" else 10):
        assert len(client.get(f"/api/v1/{noun}/").json()["results"]) >= 4


# --- rates, runs and notices -------------------------------------------------------------------------------------------------------


def test_what_is_set_is_changed_and_ended_by_the_api(api, admin, manager, unit, management_fee, run_period):
    desk = api(admin)
    url = f"/api/v1/charge-items/{management_fee.pk}/"
    changed = desk.patch(url, {"name_zh_hans": "物业费"}, format="json")
    assert changed.status_code == 200 and changed.json()["name_zh_hans"] == "物业费"
    assert desk.patch(url, {"code": "x"}, format="json").status_code == 400
    rate = management_fee.rates.get()
    until = {"until": "2026-11-15"}
    ended = desk.post(f"/api/v1/rates/{rate.pk}/end/", until, format="json")
    assert ended.status_code == 200 and ended.json()["until"] == "2026-11-15"
    twice = desk.post(f"/api/v1/rates/{rate.pk}/end/", until, format="json")
    assert twice.status_code == 409 and codes(twice) == {("invalid_transition", "until")}
    off = charges.grant_exemption(
        unit,
        actor=manager,
        percent=D(50),
        since=date(2026, 11, 1),
        until=date(2026, 12, 31),
        reason="Water damage",
    )
    ended = api(manager).post(f"/api/v1/exemptions/{off.pk}/end/", until, format="json")
    assert ended.json()["until"] == "2026-11-15"
    # 254.79 for fifteen of thirty days, less a half
    assert run_period()[0].total == D("63.70")


def test_a_run_tells_its_sums_and_a_bill_its_handing_over_by_the_api(
    api, manager, clerk, unit, neighbour, building, management_fee, run_period
):
    Unit.objects.filter(pk=neighbour.pk).update(area_m2=0)
    (bill,) = run_period()
    desk = api(manager)
    sums = desk.get(f"/api/v1/billing-runs/{bill.run_id}/totals/").json()
    assert sums == [{"item": management_fee.pk, "building": building.pk, "amount": "254.79"}]
    url = f"/api/v1/bills/{bill.pk}/hand-over/"
    sent = {"way": "letterbox", "received_by": "Ms Lin"}
    told = api(clerk).post(url, sent, format="json").json()["handovers"]
    assert [(row["way"], row["received_by"], row["handed_by"]) for row in told] == [
        ("letterbox", "Ms Lin", clerk.pk)
    ]
    Unit.objects.filter(pk=neighbour.pk).update(area_m2=100)
    url, body = f"/api/v1/billing-runs/{bill.run_id}/bill-unit/", {"unit": neighbour.pk}
    made = desk.post(url, body, format="json")
    assert made.status_code == 201 and made.json()["total"] == "285.00"
    again = desk.post(url, body, format="json")
    assert again.status_code == 409 and codes(again) == {("period_already_billed", None)}


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "1999-12", "november", "2026-11\n"])
@pytest.mark.parametrize("path", ["bills/", "billing-runs/", "meter-readings/", "shared-costs/"])
def test_a_filter_by_a_period_that_is_none_is_bad_input(path, period, billed, api, manager):
    answer = api(manager).get(f"/api/v1/{path}", {"period": period})
    assert answer.status_code == 400
    assert [(e["code"], e["attr"]) for e in answer.json()["errors"]] == [("invalid", "period")]
    assert api(manager).get(f"/api/v1/{path}", {"period": "2026-11"}).status_code == 200
