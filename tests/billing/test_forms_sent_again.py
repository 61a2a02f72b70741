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
    others = [
        {"amount": D(50)},
        {"method": "card"},
        {"reference": "Cheque 7"},
        {"received_on": date(2026, 11, 2)},
    ]
    for home, other in (*((unit, other) for other in others), (neighbour, {})):
        with refused("form_already_sent"):
            payments.take_payment(home, **(sent | other))
    assert Payment.objects.count() == 1


def test_the_page_says_that_the_form_was_sent_and_shows_no_other_receipt(bill, unit, cashier, login):
    browser, page = login(cashier), f"/fees/units/{unit.pk}/pay/"
    sent = {"amount": "100", "method": "cash", "form_token": "t"}
    assert browser.post(page, sent).status_code == 303
    again = browser.post(page, sent | {"amount": "50"})
    assert again.status_code == 409 and "sent before" in again.text and Payment.objects.count() == 1


def test_two_presses_of_a_payment_for_a_ticked_bill_show_one_receipt(bill, unit, cashier, login):
    """The first press paid the bill, so the second can't find it among the open ones; it is the same payment."""
    browser, page = login(cashier), f"/fees/units/{unit.pk}/pay/"
    sent = {"amount": str(bill.total), "method": "cash", "form_token": "t", "bills": [bill.pk], "print": "on"}
    first, again = browser.post(page, sent), browser.post(page, sent)
    assert first.status_code == again.status_code == 303 and first["Location"] == again["Location"]
    other = browser.post(page, sent | {"form_token": "u"})
    assert other.status_code == 409 and "Nothing of this bill is left to pay." in other.text
    assert Payment.objects.count() == 1


def test_a_payment_form_for_another_bill_is_refused(bill, unit, cashier, run_period):
    other = run_period("2026-12")[0]
    sent = {"actor": cashier, "amount": D(100), "method": "cash", "form_token": "t", "at": NOON}
    first = payments.take_payment(unit, bills=[bill], **sent)
    assert payments.take_payment(unit, bills=[bill], **sent) == first
    with refused("form_already_sent"):
        payments.take_payment(unit, bills=[other], **sent)


def test_a_ticked_bill_of_another_unit_is_none(bill, neighbour, cashier, login):
    for strange in (bill.pk, 10**18, "9" * 30, "x", "²"):
        page = login(cashier).post(
            f"/fees/units/{neighbour.pk}/pay/", {"amount": "10", "method": "coins", "bills": [strange]}
        )
        assert page.status_code == 422 and page.text.count('class="field-error"') == 2


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
        assert act(bill, amount=D(1), **sent) == first
        for one, amount in ((other, D(1)), (bill, D(2)), (bill, None)):
            with refused("form_already_sent"):
                act(one, amount=amount, **sent)
        assert model.objects.count() == 1


def test_a_form_that_gives_all_of_a_bill_up_gives_it_up_once(bill, estate, admin, manager):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.01"), since=date(2026, 1, 1))
    late_fees.charge_late_fees(estate, date(2027, 1, 20), at=at("2027-01-21 10:00"))
    for act in (late_fees.waive_late_fee, write_offs.write_off):
        sent = {"actor": manager, "reason": "Gone", "form_token": "t", "at": at("2027-01-21 10:00")}
        assert act(bill, **sent) == act(bill, **sent)


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


def test_a_deposit_s_form_takes_and_gives_back_in_no_other_way(unit, cashier, keys):
    """Cash that the books take for a card is missing from the drawer."""
    sent = {"actor": cashier, "charge_item": keys, "amount": D(50), "form_token": "t"}
    held = deposits.take_deposit(unit, method="cash", **sent)
    back = {"actor": cashier, "amount": D(20), "form_token": "b"}
    deposits.give_back(held, method="cash", **back)
    with refused("form_already_sent"):
        deposits.take_deposit(unit, method="card", **sent)
    for other in ({"method": "card"}, {"method": "cash", "amount": None}):
        with refused("form_already_sent"):
            deposits.give_back(held, **(back | other))
    rest = {"actor": cashier, "method": "cash", "form_token": "c"}
    for _press in range(2):
        assert not deposits.give_back(held, **rest).held


def test_a_handover_s_form_is_one_bill_s(bill, neighbour, run_period, clerk):
    other = run_period("2026-12")[0]
    notices.hand_over_bill(bill, actor=clerk, way="hand", form_token="t")
    for one, told in ((other, {}), (bill, {"received_by": "Mrs Li"}), (bill, {"note": "Wet"})):
        with refused("form_already_sent"):
            notices.hand_over_bill(one, actor=clerk, way="hand", form_token="t", **told)
    assert Handover.objects.count() == 1


def test_a_form_of_many_handovers_says_no_other_hour(bill, estate, clerk):
    sent = {"actor": clerk, "way": "letterbox", "form_token": "t", "at": NOON}
    first = notices.hand_over_bills(estate, [bill], handed_at=at("2026-11-03 09:00"), **sent)
    assert notices.hand_over_bills(estate, [bill], handed_at=at("2026-11-03 09:00"), **sent) == first
    assert notices.hand_over_bills(estate, [bill], **sent) == first
    with refused("form_already_sent"):
        notices.hand_over_bills(estate, [bill], handed_at=at("2026-11-03 10:00"), **sent)


def test_a_counter_sale_is_made_once_a_form(unit, neighbour, cashier, copying):
    sent = {"actor": cashier, "form_token": "t"}
    first = bills.make_bill(unit, pieces=[(copying, D(2)), (copying, D(1))], **sent)
    assert bills.make_bill(unit, pieces=[(copying, D(3))], **sent) == first
    for home, count in ((unit, D(4)), (neighbour, D(3))):
        with refused("form_already_sent"):
            bills.make_bill(home, pieces=[(copying, count)], **sent)
    assert Bill.objects.count() == 1


def test_a_counter_sale_s_form_sells_nothing_more(unit, cashier, copying, estate, admin):
    """A fax that is added after going back would be gone, and the page would say that it was billed."""
    fax = charges.add_charge_item(estate=estate, actor=admin, code="fax", name="Fax", kind="piece")
    charges.set_rate(fax, actor=admin, amount=D("0.4"), since=date(2026, 1, 1))
    sent = {"actor": cashier, "form_token": "t"}
    first = bills.make_bill(unit, pieces=[(copying, D(2)), (fax, D("0.01"))], **sent)
    assert first.lines.count() == 1
    assert bills.make_bill(unit, pieces=[(copying, D(2)), (fax, D("0.01"))], **sent) == first
    with refused("form_already_sent"):
        bills.make_bill(unit, pieces=[(copying, D(2)), (fax, D(1))], **sent)


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
