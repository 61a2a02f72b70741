"""Money at the counter: in part, over, chosen, reversed, given back."""

from datetime import date, timedelta
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from billing import tasks, triggers
from billing.models import AccountEntry, Allocation, Bill, Dispute, Receipt
from billing.selectors import arrears_of, credit_of, statement_of
from billing.services import bills, charges, closings, credit, disputes, late_fees, payments, write_offs
from billing.services.reminders import pauses_of
from helpdesk.audit.models import Entry
from tests.billing.conftest import NOON
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db
LATER = at("2026-12-20 10:00")


def pay(unit, amount, actor, moment=NOON, **kwargs):
    return payments.take_payment(
        unit, actor=actor, amount=D(str(amount)), method=kwargs.pop("method", "cash"), at=moment, **kwargs
    )


def state(bill):
    bill.refresh_from_db()
    return bill.status, bill.paid, bill.outstanding


def test_a_part_payment_leaves_the_rest_open(bill, unit, cashier):
    payment = pay(unit, "100", cashier)
    assert state(bill) == ("part_paid", D("100.00"), D("154.79"))
    assert [(a.bill_id, a.amount) for a in payment.allocations.all()] == [(bill.pk, D("100.00"))]
    assert payment.receipt.number == "R-2026-000001"
    assert statement_of(unit, at=NOON).balance == D("154.79")


def test_the_surplus_is_credit_and_pays_the_next_bill(bill, unit, cashier, run_period):
    pay(unit, "300", cashier)
    assert state(bill)[0] == "paid" and credit_of(unit) == D("45.21")
    december = run_period("2026-12", moment=at("2026-12-01 08:00"))[0]
    assert state(december) == ("part_paid", D("45.21"), D("209.58"))
    assert credit_of(unit) == 0


def test_the_oldest_due_is_settled_first_unless_one_is_chosen(bill, unit, cashier, run_period):
    december = run_period("2026-12", moment=at("2026-12-01 08:00"))[0]
    pay(unit, "10", cashier, LATER)
    assert state(bill)[1] == 10 and state(december)[1] == 0
    payment = pay(unit, "300", cashier, LATER, bills=[december])
    assert state(december)[0] == "paid" and state(bill)[1] == 10
    assert payment.credit == D("45.21")


def test_a_reversal_reopens_what_it_settled_and_no_later_month(bill, unit, cashier, run_period):
    wrong = pay(unit, "254.79", cashier)
    december = run_period("2026-12", moment=at("2026-12-01 08:00"))[0]
    pay(unit, "254.79", cashier, LATER)
    payments.reverse_payment(wrong, actor=cashier, reason="Another unit's money", at=LATER)
    assert state(bill)[0] == "open" and state(december)[0] == "paid"
    with refused("already_reversed"):
        payments.reverse_payment(wrong, actor=cashier, reason="Again", at=LATER)
    assert statement_of(unit, at=LATER).balance == D("254.79")
    assert Receipt.objects.count() == 2


def test_the_reversal_of_used_credit_takes_it_back_from_the_next_bill(bill, unit, cashier, run_period):
    wrong = pay(unit, "300", cashier)
    december = run_period("2026-12", moment=at("2026-12-01 08:00"))[0]
    payments.reverse_payment(wrong, actor=cashier, reason="Bounced", at=LATER)
    assert state(bill)[0] == "open" and state(december)[0] == "open" and credit_of(unit) == 0


def test_credit_used_after_the_day_was_closed_belongs_to_the_next_one(bill, unit, cashier, run_period):
    december = run_period("2026-12")[0]
    pay(unit, "300", cashier, bills=[december])
    closings.close_day(unit.estate, actor=cashier, day=NOON.date(), counted={"cash": D("300")}, at=NOON)
    assert credit.apply_credit(unit, actor=cashier, at=NOON) == D("45.21")
    assert [a.on for a in Allocation.objects.filter(bill=bill)] == [date(2026, 11, 4)]


def test_credit_is_given_back_and_no_more_than_there_is(bill, unit, cashier):
    payment = pay(unit, "300", cashier)
    with refused("credit_too_small"):
        credit.refund_credit(unit, actor=cashier, amount=D("45.22"), method="cash", reason="Moved", at=NOON)
    credit.refund_credit(unit, actor=cashier, amount=D("45.21"), method="cash", reason="Moved", at=NOON)
    assert credit_of(unit) == 0 and statement_of(unit).balance == 0
    with refused("credit_refunded"):
        payments.reverse_payment(payment, actor=cashier, reason="Mistake", at=NOON)


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"amount": D(0)}, "amount_not_positive"),
        ({"amount": D(-5)}, "amount_not_positive"),
        ({"amount": D("1.005")}, "invalid_amount"),
        ({"amount": D("NaN")}, "invalid_amount"),
        ({"amount": D(1), "currency": "HKD"}, "currency_mismatch"),
        ({"amount": D(1), "received_on": date(2026, 11, 4)}, "day_not_begun"),
    ],
)
def test_what_is_no_payment_is_refused(bill, unit, cashier, kwargs, code):
    with refused(code):
        payments.take_payment(unit, actor=cashier, method="cash", at=NOON, **kwargs)
    assert not Allocation.objects.exists() and not Receipt.objects.exists()


def test_a_chosen_bill_must_stand_and_have_something_left(bill, unit, neighbour, cashier):
    with refused("other_estate"):
        pay(neighbour, "5", cashier, bills=[bill])
    pay(unit, "254.79", cashier)
    with refused("bill_paid"):
        pay(unit, "5", cashier, bills=[bill])
    bills.reverse_bill(bill, actor=cashier, reason="Wrong area", at=NOON)
    with refused("bill_reversed"):
        pay(unit, "5", cashier, bills=[bill])


def test_nothing_goes_into_a_closed_day(bill, unit, cashier):
    payment = pay(unit, "100", cashier)
    pay(unit, "20", cashier, method="wechat")
    closing = closings.close_day(
        unit.estate, actor=cashier, day=date(2026, 11, 3), counted={"cash": D("99.50")}, note="Short", at=NOON
    )
    counts = {c.method: (c.expected, c.counted, c.difference) for c in closing.counts.all()}
    assert counts == {"cash": (D(100), D("99.50"), D("-0.50")), "wechat": (D(20), D(20), D(0))}
    with refused("day_closed"):
        pay(unit, "1", cashier)
    with refused("day_closed"):
        payments.reverse_payment(payment, actor=cashier, reason="Mistake", at=NOON)
    with refused("day_closed"):
        closings.close_day(unit.estate, actor=cashier, day=date(2026, 11, 3), counted={}, at=NOON)
    payments.reverse_payment(payment, actor=cashier, reason="Mistake", at=NOON + timedelta(days=1))
    assert closings.expected_of(unit.estate, date(2026, 11, 4)) == {"cash": D(-100)}


def test_the_same_form_again_is_the_same_payment(bill, unit, cashier):
    first = pay(unit, "100", cashier, form_token="t")
    assert pay(unit, "100", cashier, form_token="t") == first and state(bill)[1] == 100


def test_a_reversed_bill_gives_its_money_back_as_credit_and_is_made_anew(
    bill, unit, cashier, admin, management_fee
):
    pay(unit, "200", cashier)
    unit.area_m2 = D("80")
    unit.save()
    bills.reverse_bill(bill, actor=cashier, reason="The area was wrong", make_anew=True, at=NOON)
    new = Bill.objects.get(replaces=bill)
    assert (new.total, new.status, new.paid) == (D("228.00"), "part_paid", D("200.00"))
    assert state(bill)[:2] == ("reversed", 0) and credit_of(unit) == 0
    assert new.number == "B-2026-000002"
    with refused("bill_reversed"):
        bills.reverse_bill(bill, actor=cashier, reason="Again", at=NOON)


def test_a_write_off_settles_without_money(bill, unit, manager, cashier):
    pay(unit, "54.79", cashier)
    write_offs.write_off(bill, actor=manager, reason="Bankrupt", at=NOON)
    bill.refresh_from_db()
    assert (bill.status, bill.paid, bill.written_off, bill.outstanding) == ("paid", D("54.79"), D(200), 0)
    with refused("bill_written_off"):
        bills.reverse_bill(bill, actor=manager, reason="Wrong", at=NOON)
    assert arrears_of(unit, at=LATER).amount == 0


def test_principal_comes_before_late_fees(bill, unit, estate, admin, cashier):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    late_fees.charge_late_fees(estate, date(2026, 11, 25), at=at("2026-11-26 01:00"))
    fee = bill.late_fees.get()
    assert fee.amount == D("2.55")  # ten days of 0.25479
    pay(unit, "255", cashier, at("2026-11-26 09:00"))
    fee.refresh_from_db()
    assert state(bill)[0] == "paid" and fee.paid == D("0.21")
    assert arrears_of(unit, at=LATER).amount == D("2.34")
    late_fees.waive_late_fee(bill, actor=admin, reason="A good payer", at=LATER)
    assert statement_of(unit, at=LATER).balance == 0


def test_every_posting_balances_and_has_one_source(bill, unit, cashier, copying):
    pay(unit, "300", cashier)
    bills.make_bill(unit, actor=cashier, pieces=[(copying, D(7))], at=NOON)
    assert all(entry.debit != entry.credit for entry in AccountEntry.objects.all())
    assert sorted(AccountEntry.objects.values_list("kind", flat=True)) == ["bill", "bill", "payment"]


def test_a_rate_set_later_prices_nothing_anew(bill, unit, admin, management_fee):
    charges.set_rate(management_fee, actor=admin, amount=D("3.10"), since=date(2026, 12, 1))
    assert state(bill)[2] == D("254.79")


def test_the_nightly_proof_finds_what_was_planted(bill, unit, cashier):
    pay(unit, "300", cashier)
    call_command("verify_ledger", stdout=StringIO())
    with connection.cursor() as cursor:
        for table, name in triggers.names(connection.vendor):
            cursor.execute(
                f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )
        cursor.execute("UPDATE billing_unitaccount SET credit = credit + 1")
        cursor.execute("UPDATE billing_billline SET amount = amount + 1")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", stderr=said)
    for wrong in ("sum of its lines", "credit is not", "triggers are missing", "account is not"):
        assert wrong in said.getvalue()


# --- credit is not left beside what is owed ---------------------------------------------------------------------------


@pytest.fixture
def credit_beside_arrears(bill, unit, cashier, run_period):
    """December was chosen and paid over: 45.21 is credit, and November is open."""
    december = run_period("2026-12")[0]
    pay(unit, "300", cashier, bills=[december])
    assert credit_of(unit) == D("45.21") and state(bill)[0] == "open"


def test_credit_settles_what_the_next_payment_leaves(credit_beside_arrears, bill, unit, cashier):
    payment = pay(unit, "200", cashier)
    assert state(bill) == ("part_paid", D("245.21"), D("9.58")) and credit_of(unit) == 0
    assert payment.credit == 0 and statement_of(unit, at=NOON).balance == D("9.58")


def test_the_money_of_a_reversed_bill_settles_what_else_is_open(bill, unit, cashier, run_period):
    pay(unit, "254.79", cashier)
    other = run_period("2026-12")[0]
    bills.reverse_bill(bill, actor=cashier, reason="Never lived in", at=NOON)
    assert state(other)[0] == "paid" and credit_of(unit) == 0


def test_the_money_of_a_reversed_bill_is_given_back_when_nothing_else_is_owed(bill, unit, cashier):
    pay(unit, "254.79", cashier)
    bills.reverse_bill(bill, actor=cashier, reason="Never lived in", at=NOON)
    credit.refund_credit(unit, actor=cashier, amount=D("254.79"), method="cash", reason="Moved", at=NOON)
    assert credit_of(unit) == 0 and statement_of(unit).balance == 0


def test_a_bill_of_the_counter_is_settled_with_credit(bill, unit, cashier, copying):
    pay(unit, "256.79", cashier)
    sold = bills.make_bill(unit, actor=cashier, pieces=[(copying, D(7))], at=NOON)
    assert (sold.status, sold.outstanding) == ("part_paid", D("1.50")) and credit_of(unit) == 0


def test_what_is_due_is_settled_with_the_credit_of_days_before(credit_beside_arrears, bill, unit, neighbour):
    assert credit.settle_due_with_credit(NOON) == 0, "neither due nor of a day before"
    assert credit.settle_due_with_credit(at("2026-11-15 09:00")) == 1
    assert state(bill) == ("part_paid", D("45.21"), D("209.58")) and credit_of(unit) == 0
    assert credit.settle_due_with_credit(at("2026-11-15 09:01")) == 0


def test_credit_is_not_used_for_what_is_disputed(credit_beside_arrears, bill, unit, cashier):
    disputes.open_dispute(bill, actor=cashier, reason="Area", at=at("2026-11-10 10:00"))
    assert credit.settle_due_with_credit(at("2026-11-20 09:00")) == 0 and credit_of(unit) == D("45.21")


def test_what_credit_covers_bears_no_late_fee(
    neighbour, bill, unit, estate, admin, cashier, run_period, time_machine
):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    december = run_period("2026-12")[0]
    pay(unit, "509.58", cashier, bills=[december])
    for day in (15, 16, 17):
        time_machine.move_to(at(f"2026-11-{day} 01:00"))
        tasks.charge_late_fees()
    assert not bill.late_fees.exists() and state(bill)[0] == "paid"
    assert neighbour.late_fees.exists()


def test_a_cashier_uses_the_credit(credit_beside_arrears, bill, unit, cashier, clerk, login):
    browser, path = login(cashier), f"/fees/units/{unit.pk}/"
    assert "Use the credit" in browser.get(path).text
    answer = browser.post(f"{path}use-credit/")
    assert answer.status_code == 303 and state(bill)[1] == D("45.21")
    assert "Use the credit" not in browser.get(path).text
    again = browser.post(f"{path}use-credit/")
    assert again.status_code == 409 and "no credit, or nothing to settle" in again.text


def test_a_dispute_of_a_bill_that_is_reversed_is_settled_in_the_residents_favour(bill, unit, manager):
    disputes.open_dispute(bill, actor=manager, reason="The area is wrong", at=NOON)
    assert pauses_of(unit, date(2026, 11, 19)) != []
    bills.reverse_bill(bill, actor=manager, reason="Measured anew", at=at("2026-11-20 10:00"))
    dispute = bill.disputes.get()
    assert (dispute.outcome, dispute.note) == ("upheld", "Measured anew")
    assert (dispute.settled_on, dispute.settled_by) == (date(2026, 11, 20), manager)
    assert Entry.objects.about(bill).filter(verb="bill.dispute_settled").count() == 1
    assert pauses_of(unit, date(2026, 11, 21)) == []
    with refused("not_disputed"):
        disputes.settle_dispute(bill, actor=manager, outcome="rejected")


def test_no_dispute_is_left_open_on_a_reversed_bill_by_the_database(bill, unit, manager):
    bills.reverse_bill(bill, actor=manager, reason="Measured anew", at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Dispute.objects.create(estate=unit.estate, bill=bill, reason="Area", opened_on=NOON.date())


def test_a_disputed_bill_is_not_reversed_past_its_dispute(bill, unit, manager, monkeypatch):
    disputes.open_dispute(bill, actor=manager, reason="Area", at=NOON)
    monkeypatch.setattr(bills, "settle_dispute", lambda *_args, **_kwargs: None)
    with pytest.raises(DatabaseError), transaction.atomic():
        bills.reverse_bill(bill, actor=manager, reason="Measured anew", at=NOON)
