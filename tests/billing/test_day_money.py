"""The money of a day adds up to what was taken; money may be dated back so far; what is refused always is not offered."""

import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from billing.bank_reasons import reason_in_words
from billing.bank_sheets import read_statement
from billing.history import _figures
from billing.models import BillReversal, Payment
from billing.services.bills import make_bill
from billing.services.charges import add_charge_item
from billing.services.closings import expected_of
from billing.services.credit import refund_credit
from billing.services.deposits import give_back, take_deposit
from billing.services.late_fees import charge_late_fees, set_late_fee
from billing.services.ledger import check_amount
from billing.services.payments import reverse_payment, take_payment
from billing.services.write_offs import write_off
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import parse_money, show_money
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.billing.bills import post_bill
from tests.billing.conftest import refused_beside
from tests.conftest import at

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 17)


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def keys(estate, admin):
    return add_charge_item(estate=estate, actor=admin, code="keys", name="Keys", kind="deposit")


def test_the_list_of_a_day_adds_up_to_what_was_taken(unit, estate, cashier, manager, keys, login):
    wrong = take_payment(unit, actor=cashier, amount=D(40), method="cash")
    take_payment(unit, actor=cashier, amount=D(100), method="wechat")
    reverse_payment(wrong, actor=manager, reason="Wrong unit")
    refund_credit(unit, actor=manager, amount=D(30), method="cash", reason="Asked")
    deposit = take_deposit(unit, actor=cashier, charge_item=keys, amount=D(500), method="cash")
    give_back(deposit, actor=manager, method="cash", amount=D(120), deduct=D(80), reason="A key lost")
    browser = login(cashier)
    page = browser.get("/fees/day/")
    sums = {group["title"]: group["sum"] for group in page.context["groups"]}
    assert sums == {
        "Payments": D(140), "Payments taken back": D(-40), "Refunds": D(-30), "Deposits taken": D(500),
        "Deposits given back": D(-120),
    }  # fmt: skip
    for group in page.context["groups"]:
        assert sum(D(row["amount"].replace(",", "")) for row in group["rows"]) == group["sum"]
    total = show_money(sum(expected_of(estate, TODAY).values()), "CNY")
    assert total == "¥450.00" == page.context["total"]
    home = browser.get("/fees/").text
    assert total in home and 'href="/fees/day/"' in home
    assert browser.get("/fees/day/?day=2026-11-16").context["groups"] == []


def test_the_money_of_a_day_stands_in_the_order_in_which_it_was_written(unit, cashier, login):
    for n, when in enumerate(("09:10", "09:05", "09:20")):
        take_payment(unit, actor=cashier, amount=D(n + 1), method="cash", at=at(f"2026-11-17 {when}"))
    (group,) = login(cashier).get("/fees/day/").context["groups"]
    assert [row["amount"] for row in group["rows"]] == ["2.00", "1.00", "3.00"]


def test_the_list_of_payments_goes_by_day_and_within_a_day_by_receipt(unit, cashier, manager, login):
    days = (16, 17, 15, 17, 16)
    receipts = [
        take_payment(
            unit, actor=cashier, amount=D(1), method="cash", received_on=date(2026, 11, day),
            at=at(f"2026-11-17 {12 - n:02d}:00"),
        ).receipt.number
        for n, day in enumerate(days)
    ]  # fmt: skip
    page = login(cashier).get("/fees/payments/").text
    listed = list(dict.fromkeys(re.findall(r">(R-2026-\d+)<", page)))
    assert listed == [receipts[n] for n in (3, 1, 4, 0, 2)]


# --- dating back ------------------------------------------------------------------------------------------------------


def test_money_more_than_a_month_back_needs_leave_to_waive(unit, clerk, cashier, manager):
    old = TODAY - timedelta(days=32)
    money = {"amount": D(5), "method": "cash"}
    for actor in (clerk, cashier):
        with refused_beside("received_on", "too_far_back"):
            take_payment(unit, actor=actor, received_on=old, **money)
        with refused_beside("value_on", "too_far_back"):
            take_payment(unit, actor=actor, value_on=old, **money)
        take_payment(unit, actor=actor, received_on=TODAY - timedelta(days=31), **money)
    take_payment(unit, actor=manager, received_on=old, **money)
    take_payment(unit, actor=clerk, received_on=old, value_on=old, channel="file", **money)
    assert Payment.objects.count() == 4


def test_a_program_dates_money_back_no_further_than_its_user_may(unit, clerk, manager):
    body = {"unit": unit.pk, "amount": "5.00", "method": "cash", "received_on": "2026-01-05"}
    for user, status in ((clerk, 409), (manager, 201)):
        _kept, token = create_token(user, name="test", actor=None)
        answer = bearer(token).post(
            "/api/v1/payments/", body, format="json", HTTP_IDEMPOTENCY_KEY=f"key-{user.pk}"
        )
        assert answer.status_code == status, answer.content
        if status == 409:
            (error,) = answer.json()["errors"]
            assert (error["code"], error["attr"]) == ("too_far_back", "received_on")


def test_a_row_of_a_bank_more_than_a_year_back_is_set_aside_with_its_reason():
    day = {back: (TODAY - timedelta(days=back)).isoformat() for back in (366, 367)}
    data = f"Date,Amount\n{day[366]},5\n{day[367]},7".encode()
    statement = read_statement("bank.csv", data, today=TODAY)
    assert [row.amount for row in statement.rows] == [5]
    (left,) = statement.unreadable
    assert (left["row"], left["code"]) == (3, "too_far_back")
    assert "More than a year back" in reason_in_words(left["code"], left["data"], left["why"])


# --- what is always refused is not offered ----------------------------------------------------------------------------


def test_a_payment_of_which_something_was_given_back_is_not_offered_to_be_taken_back(
    unit, cashier, manager, login
):
    payment = take_payment(unit, actor=cashier, amount=D(100), method="cash")
    browser = login(manager)
    assert "Take it back" in browser.get(f"/fees/payments/{payment.pk}/").text
    refund_credit(unit, actor=manager, amount=D(30), method="cash", reason="Asked")
    assert "Take it back" not in browser.get(f"/fees/payments/{payment.pk}/").text


def test_a_bill_of_which_something_was_written_off_is_not_offered_as_wrong(unit, manager, login):
    bill, browser = post_bill(unit, date(2026, 10, 15)), login(manager)
    assert "The bill is wrong" in browser.get(f"/fees/bills/{bill.pk}/").text
    write_off(bill, actor=manager, reason="Gone", amount=D(10))
    assert "The bill is wrong" not in browser.get(f"/fees/bills/{bill.pk}/").text


def test_a_sale_at_the_counter_is_taken_back_and_no_new_one_is_offered(
    unit, cashier, manager, copying, login
):
    bill = make_bill(unit, actor=cashier, pieces=[(copying, D(4))])
    browser = login(manager)
    page = browser.get(f"/fees/bills/{bill.pk}/").text
    assert "The bill is wrong" in page and 'name="anew"' not in page
    assert browser.post(f"/fees/bills/{bill.pk}/reverse/", {"reason": "Free of charge"}).status_code == 303
    assert BillReversal.objects.get().bill == bill


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["99999999999", "12345678901.50"])
def test_an_amount_that_is_too_big_is_told_to_be_too_big(unit, cashier, login, typed):
    answer = login(cashier).post(f"/fees/units/{unit.pk}/pay/", {"amount": typed, "method": "cash"})
    assert answer.status_code == 422 and "The amount is too big." in answer.text
    assert "in digits" not in answer.text
    for check in (parse_money, lambda text: check_amount(D(text))):
        with pytest.raises(Refused, match="too big") as caught:
            check(typed)
        assert caught.value.code == "invalid_amount"


def test_the_line_of_a_late_fee_names_its_bill_once(unit, estate, admin, cashier, login):
    bill = post_bill(unit, date(2026, 10, 15))
    set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    charge_late_fees(estate, date(2026, 11, 14))
    rows = login(cashier).get(f"/fees/units/{unit.pk}/").context["rows"]
    (line,) = [row for row in rows if row["title"].startswith("Late fee")]
    assert (line["title"], line["number"]) == ("Late fee of 2026-10", bill.number)


def test_a_payment_and_a_deposit_show_their_history(unit, cashier, manager, keys, login):
    payment = take_payment(unit, actor=cashier, amount=D(100), method="cash")
    reverse_payment(payment, actor=manager, reason="Wrong unit")
    deposit = take_deposit(unit, actor=cashier, charge_item=keys, amount=D(500), method="cash")
    give_back(deposit, actor=manager, method="cash", deduct=D(80), reason="A key lost")
    browser = login(manager)
    page = browser.get(f"/fees/payments/{payment.pk}/").text
    assert "took the payment" in page and "took the payment back" in page and "100.00, Wrong unit" in page
    page = browser.get(f"/fees/deposits/{deposit.pk}/").text
    assert "took the deposit" in page and "420.00, kept 80.00, A key lost" in page


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"total": "199630.93", "bills": 400}, ["199,630.93", "bills 400"]),
        ({"amount": "2000.00", "deducted": "0.00", "reason": "Moved"}, ["2,000.00", "Moved"]),
        ({"amount": "1234.5678", "since": "2026-01-01"}, ["1234.5678", "from 2026-01-01"]),
        ({"value": "15200.000"}, ["15200.000"]),
    ],
)
def test_a_history_parts_the_thousands_of_sums_and_of_nothing_else(data, told):
    assert _figures(data) == told
