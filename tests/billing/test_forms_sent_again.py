"""A form, or a key, does its deed once for ever; with something else in it, it is refused and nothing is lost unseen."""

from datetime import date
from decimal import Decimal as D
from unittest import mock

import pytest
from django.db import DatabaseError, transaction

from billing.models import Bill, Deposit, Handover, LateFeeWaiver, Payment, Refund, WriteOff
from billing.services import bills, charges, credit, deposits, late_fees, notices, payments, write_offs
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer, codes
from tests.billing.conftest import NOON
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(estate, admin):
    return charges.add_charge_item(estate=estate, actor=admin, code="keys", name="Keys", kind="deposit")


def test_a_payment_form_with_another_sum_unit_or_method_is_refused(bill, unit, neighbour, cashier):
    """A cashier goes back, types another sum and sends: to answer with the first payment would lose the second."""
    sent = {"amount": D(100), "method": "cash", "form_token": "t", "at": NOON, "actor": cashier}
    first = payments.take_payment(unit, **sent)
    assert payments.take_payment(unit, **sent) == first
    for home, other in ((unit, {"amount": D(50)}), (unit, {"method": "card"}), (neighbour, {})):
        with refused("form_already_sent"):
            payments.take_payment(home, **(sent | other))
    assert Payment.objects.count() == 1


def test_the_page_says_that_the_form_was_sent_and_shows_no_other_receipt(bill, unit, cashier, login):
    browser, page = login(cashier), f"/fees/units/{unit.pk}/pay/"
    sent = {"amount": "100", "method": "cash", "form_token": "t"}
    assert browser.post(page, sent).status_code == 303
    again = browser.post(page, sent | {"amount": "50"})
    assert again.status_code == 409 and "sent before" in again.text and Payment.objects.count() == 1


def test_the_form_of_a_payment_that_was_taken_back_takes_none(bill, unit, cashier):
    sent = {"amount": D(100), "method": "cash", "form_token": "t", "at": NOON, "actor": cashier}
    payments.reverse_payment(payments.take_payment(unit, **sent), actor=cashier, reason="Wrong", at=NOON)
    with refused("already_reversed"):
        payments.take_payment(unit, **sent)


def test_a_refund_form_with_another_sum_is_refused(bill, unit, cashier):
    payments.take_payment(unit, actor=cashier, amount=D(300), method="cash", at=NOON)
    sent = {"method": "cash", "reason": "Asked", "form_token": "t", "at": NOON, "actor": cashier}
    first = credit.refund_credit(unit, amount=D(10), **sent)
    assert credit.refund_credit(unit, amount=D(10), **sent) == first
    with refused("form_already_sent"):
        credit.refund_credit(unit, amount=D(20), **sent)
    assert Refund.objects.count() == 1


def test_a_form_gives_up_of_no_other_bill_and_no_other_sum(
    bill, unit, estate, neighbour, admin, manager, run_period
):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.01"), since=date(2026, 1, 1))
    other = run_period("2026-12")[0]
    late_fees.charge_late_fees(estate, date(2027, 1, 20), at=at("2027-01-21 10:00"))
    for act, model in ((write_offs.write_off, WriteOff), (late_fees.waive_late_fee, LateFeeWaiver)):
        sent = {"actor": manager, "reason": "Gone", "form_token": "t", "at": at("2027-01-21 10:00")}
        first = act(bill, amount=D(1), **sent)
        assert act(bill, amount=D(1), **sent) == act(bill, **sent) == first
        for one, amount in ((other, D(1)), (bill, D(2))):
            with refused("form_already_sent"):
                act(one, amount=amount, **sent)
        assert model.objects.count() == 1


def test_a_deposit_s_form_takes_and_gives_back_no_other_sum(unit, neighbour, cashier, keys):
    sent = {"actor": cashier, "charge_item": keys, "method": "cash", "form_token": "t"}
    held = deposits.take_deposit(unit, amount=D(50), **sent)
    assert deposits.take_deposit(unit, amount=D(50), **sent) == held
    for home, amount in ((unit, D(60)), (neighbour, D(50))):
        with refused("form_already_sent"):
            deposits.take_deposit(home, amount=amount, **sent)
    other = deposits.take_deposit(unit, amount=D(50), **(sent | {"form_token": "u"}))
    back = {"actor": cashier, "method": "cash", "form_token": "b"}
    deposits.give_back(held, amount=D(20), deduct=D(5), reason="Lost", **back)
    deposits.give_back(held, amount=D(20), deduct=D(5), reason="Lost", **back)
    for one, amount, kept in ((held, D(21), D(5)), (held, D(20), D(0)), (other, D(20), D(5))):
        with refused("form_already_sent"):
            deposits.give_back(one, amount=amount, deduct=kept, reason="Lost", **back)
    assert Deposit.objects.get(pk=held.pk).held == 25 and Deposit.objects.get(pk=other.pk).held == 50


def test_a_handover_s_form_is_one_bill_s(bill, neighbour, run_period, clerk):
    other = run_period("2026-12")[0]
    notices.hand_over_bill(bill, actor=clerk, way="hand", form_token="t")
    with refused("form_already_sent"):
        notices.hand_over_bill(other, actor=clerk, way="hand", form_token="t")
    assert Handover.objects.count() == 1


def test_a_counter_sale_is_made_once_a_form(unit, neighbour, cashier, copying):
    sent = {"actor": cashier, "form_token": "t"}
    first = bills.make_bill(unit, pieces=[(copying, D(2)), (copying, D(1))], **sent)
    assert bills.make_bill(unit, pieces=[(copying, D(3))], **sent) == first
    for home, count in ((unit, D(4)), (neighbour, D(3))):
        with refused("form_already_sent"):
            bills.make_bill(home, pieces=[(copying, count)], **sent)
    assert Bill.objects.count() == 1


def test_the_database_knows_one_bill_a_form(unit, cashier, copying):
    first = bills.make_bill(unit, actor=cashier, pieces=[(copying, D(2))], form_token="t")
    with pytest.raises(DatabaseError), transaction.atomic():
        bills.issue(
            unit, [bills._line_of_pieces(unit, copying, D(2), first.due_on)], actor=cashier, kind="counter",
            period=first.period, issued_on=first.issued_on, due_on=first.due_on, at=NOON, form_token="t",
        )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Bill.objects.filter(pk=first.pk).update(form_token="u")


def test_a_key_sells_once_even_after_its_answer_is_forgotten(unit, cashier, copying):
    client = bearer(create_token(cashier, name="t", actor=None)[1])

    def sell(count):
        body = {"unit": unit.pk, "lines": [{"item": copying.pk, "quantity": count}]}
        return client.post("/api/v1/bills/", body, format="json", headers={"Idempotency-Key": "k"})

    with mock.patch("helpdesk.api.idempotency.KEPT_FOR", at("2026-11-02") - at("2026-11-03")):
        first, again, other = sell("2"), sell("2"), sell("3")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json()["id"] == again.json()["id"] and codes(other) == {("idempotency_key_reused", None)}
    assert Bill.objects.count() == 1
