"""Fifty at the counter at the same second: each yuan is counted once; without the lock it is not."""

import contextlib
import hashlib
import json
import os
from decimal import Decimal as D
from unittest import mock

import pytest
from django.db import connections
from django.db.models import Sum

from billing.models import Allocation, Bill, Payment, Receipt
from billing.proof import differences
from billing.selectors import credit_of
from billing.services import payments
from helpdesk.lib.errors import Refused
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.billing.conftest import NOON
from tests.faults.conftest import in_process
from tests.tickets.acts import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("CONCURRENT_ROUNDS", "4"))
AT_ONCE, PROCESSES = 50, 5


def everybody(act, tmp_path):
    """`act(n)` fifty times at once, in threads of some processes; what each said, as JSON."""
    said = tmp_path / "said"
    said.write_text("")

    def run(n):
        answers = at_once(*[lambda i=i: act(i) for i in range(n, AT_ONCE, PROCESSES)])
        with said.open("a") as log:
            for answer in answers:
                log.write(json.dumps(answer if not isinstance(answer, Exception) else repr(answer)) + "\n")
        connections.close_all()

    at_once(*[lambda n=n: in_process(lambda: run(n)) for n in range(PROCESSES)])
    return [json.loads(line) for line in said.read_text().splitlines()]


def pay_fifty_times(unit, cashier, bill, tmp_path):
    def pay(_n):
        try:
            payment = payments.take_payment(
                unit, actor=cashier, amount=D(10), method="cash", bills=[bill], at=NOON
            )
        except Refused as refusal:
            return refusal.code
        return str(payment.allocated)

    return everybody(pay, tmp_path)


@pytest.mark.parametrize("n", range(ROUNDS))
def test_fifty_payments_on_one_bill_settle_it_once(n, bill, unit, cashier, tmp_path):
    said = pay_fifty_times(unit, cashier, bill, tmp_path)
    bill.refresh_from_db()
    # 254.79: twenty-five whole tens, one of 4.79 with the rest as credit, and nobody pays what is paid.
    assert sorted(said) == sorted(["10.00"] * 25 + ["4.79"] + ["bill_paid"] * 24)
    assert (bill.paid, credit_of(unit)) == (D("254.79"), D("5.21"))
    received = Payment.objects.aggregate(sum=Sum("amount"))["sum"]
    assert received == Allocation.objects.aggregate(sum=Sum("amount"))["sum"] + credit_of(unit) == 260
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == list(range(1, 27))
    assert differences() == {}


def test_without_the_lock_fifty_payments_would_not_come_right(bill, unit, cashier, tmp_path):
    """The negative control. The database still takes nothing twice, but people at the counter meet an error."""

    @contextlib.contextmanager
    def no_transaction_lock():
        with mock.patch.object(payments, "lock_ledger", payments.settings_of):
            if connections["default"].vendor == "sqlite":
                # There the transaction itself is the lock.
                for connection in connections.all():
                    connection.transaction_mode = "DEFERRED"
            yield

    def pay(_n):
        connections["default"].ensure_connection()
        with no_transaction_lock():
            try:
                payments.take_payment(unit, actor=cashier, amount=D(10), method="cash", bills=[bill], at=NOON)
            except Refused:
                return "refused"
            return "taken"

    said = everybody(pay, tmp_path)
    assert [word for word in said if word not in {"refused", "taken"}]
    assert Bill.objects.get(pk=bill.pk).paid <= D("254.79") and differences() == {}


def test_fifty_repeats_of_one_key_take_one_payment(bill, unit, cashier, tmp_path):
    _kept, token = create_token(cashier, name="till", actor=None)

    def post(n):
        # The last ones come with the key but another amount.
        answer = bearer(token).post(
            "/api/v1/payments/",
            {"unit": unit.pk, "amount": "10.00" if n < 45 else "11.00", "method": "cash"},
            format="json",
            headers={"Idempotency-Key": "till 1, 10:42"},
        )
        return [answer.status_code, hashlib.sha256(answer.content).hexdigest()]

    said = everybody(post, tmp_path)
    assert len(said) == AT_ONCE and Payment.objects.count() == 1
    paid = int(Payment.objects.get().amount)
    answers = {tuple(answer) for answer in said}
    assert {status for status, _body in answers} == {201, 422} and len(answers) == 2
    assert len([1 for status, _body in said if status == 201]) == (45 if paid == 10 else 5)


def test_without_the_key_they_would_be_fifty(bill, unit, cashier, tmp_path):
    pay_fifty_times(unit, cashier, bill, tmp_path)
    assert Payment.objects.count() == 26
