"""The lists of bills and payments: what the address asks for, and the same rows as a file."""

from datetime import date
from decimal import Decimal

import pytest

from billing.services.payments import reverse_payment, take_payment
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def money(unit, cashier):
    """A late bill that is part paid, one to come, and a payment that was taken back."""
    bills = [post_bill(unit, date(2026, 10, 15), "100.00"), post_bill(unit, date(2026, 11, 30), "80.00")]
    wrong = take_payment(unit, actor=cashier, amount=Decimal("7.00"), method="card", reference="Slip 9")
    reverse_payment(wrong, actor=cashier, reason="Wrong unit")
    take_payment(unit, actor=cashier, amount=Decimal("30.00"), method="cash")
    return bills


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [0, 1]),
        ("?status=overdue", [0]),
        ("?status=unpaid", [0, 1]),
        ("?status=paid", []),
        ("?period=2026-11", [1]),
        ("?unit=3-2-501&due_to=2026-10-31", [0]),
        ("?unit=9-9-999", []),
        ("?disputed=1", []),
        ("?due_from=rubbish", [0, 1]),
    ],
)
def test_bills_are_narrowed_by_the_address(money, clerk, login, query, shown):
    page = login(clerk).get(f"/fees/bills/{query}").text
    assert [n for n, bill in enumerate(money) if f">{bill.number}<" in page] == shown


@pytest.mark.parametrize(
    ("query", "amounts"),
    [("", {"7.00", "30.00"}), ("?reversed=1", {"7.00"}), ("?method=cash", {"30.00"}), ("?q=Slip", {"7.00"}), ("?channel=file", set())],
)  # fmt: skip
def test_payments_are_narrowed_by_the_address(money, clerk, login, query, amounts):
    page = login(clerk).get(f"/fees/payments/{query}").text
    assert {amount for amount in ("7.00", "30.00") if f">{amount}<" in page} == amounts


@pytest.mark.parametrize("noun", ["bills", "payments"])
def test_what_is_filtered_is_the_file(money, clerk, cashier, login, noun):
    path = f"/fees/{noun}/export/?unit=3-2-501"
    assert login(clerk).get(path).status_code == 403
    answer = login(cashier).get(path)
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert answer.status_code == 200 and len(lines) == 3
