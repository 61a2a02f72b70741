"""The lists of bills and payments: what the address asks for, and the same rows as a file."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import PaymentPromise, ReminderNotice
from billing.rungs import Standing, households_at, standings
from billing.services.payments import reverse_payment, take_payment
from billing.services.reminders import hand_over_notice, send_reminders
from helpdesk.staff.models import SavedView
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


@pytest.fixture
def reminded(unit, neighbour, resident, clerk):
    """3-2-501 by e-mail at the seventh day, 3-2-502 on paper; the letter of 3-2-502's older bill was handed over."""
    resident.email = "wang@example.com"
    resident.save()
    post_bill(unit, date(2026, 11, 10), "100.00")
    post_bill(neighbour, date(2026, 11, 10), "80.00")
    send_reminders(at("2026-11-10 10:00"))
    hand_over_notice(ReminderNotice.objects.get(unit=neighbour), actor=clerk, note="letterbox")
    send_reminders(at("2026-11-17 10:00"))
    assert ReminderNotice.objects.count() == 4


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", {"3-2-502 2026-11-17"}),
        ("?state=done", {"3-2-502 2026-11-10"}),
        ("?state=waiting", {"3-2-501 2026-11-10", "3-2-501 2026-11-17"}),
        ("?state=failed", set()),
        ("?state=all&level=3", {"3-2-501 2026-11-17", "3-2-502 2026-11-17"}),
        ("?state=all&unit=3-2-501&day_to=2026-11-12", {"3-2-501 2026-11-10"}),
        ("?state=all&way=legal", set()),
        ("?state=rubbish", {"3-2-502 2026-11-17"}),
    ],
)
def test_reminders_are_narrowed_by_the_address_and_the_file_is_the_same(
    reminded, login, cashier, clerk, query, days
):
    assert login(clerk).get(f"/fees/reminders/export/{query}").status_code == 403
    browser = login(cashier)
    lines = b"".join(browser.get(f"/fees/reminders/export/{query}")).decode("utf-8-sig").splitlines()
    assert {" ".join(line.split(",")[:2]) for line in lines[1:]} == days
    page = browser.get(f"/fees/reminders/{query}").text
    assert page.count('id="notice-') == len(days) and ("Print" in page) == any(
        "502 2026-11-17" in d for d in days
    )


def test_a_view_of_the_reminders_is_kept(reminded, login, cashier):
    browser = login(cashier)
    SavedView.objects.create(
        owner=cashier,
        estate=ReminderNotice.objects.first().estate,
        list_name="reminder_list",
        name="By e-mail",
        query="state=waiting",
    )
    assert "By e-mail" in browser.get("/fees/reminders/").text


def test_the_overview_counts_each_household_at_its_highest_rung(reminded, unit, neighbour, login, clerk):
    post_bill(neighbour, date(2026, 12, 15), "20.00")
    PaymentPromise.objects.create(
        estate=unit.estate,
        unit=unit,
        promised_by="Wang",
        promised_for=date(2026, 11, 30),
        made_on=date(2026, 11, 17),
    )
    day = date(2026, 11, 17)
    found = standings(unit.estate, day)
    assert found == {3: Standing(3, households=2, bills=3, owed=Decimal("200.00"), waiting=1)}
    assert [(row.unit_id, row.owed, row.waits) for row in households_at(unit.estate, day, 3, most=9)] == [
        (unit.pk, Decimal("100.00"), True),
        (neighbour.pk, Decimal("100.00"), False),
    ]
    page = login(clerk).get("/fees/reminders/overview/?level=3").text
    assert "¥200.00" in page and "7 days after" in page and f"/fees/units/{neighbour.pk}/" in page


def test_a_household_that_nobody_reminded_yet_stands_below_the_ladder(unit, login, clerk):
    post_bill(unit, date(2026, 12, 15), "20.00")
    assert standings(unit.estate, date(2026, 11, 17))[0].households == 1
    assert "Not reminded yet" in login(clerk).get("/fees/reminders/overview/?level=0").text
    for level in ("99", "x", "-1"):
        assert login(clerk).get(f"/fees/reminders/overview/?level={level}").status_code == 200


@pytest.mark.parametrize("noun", ["bills", "payments"])
def test_what_is_filtered_is_the_file(money, clerk, cashier, login, noun):
    path = f"/fees/{noun}/export/?unit=3-2-501"
    assert login(clerk).get(path).status_code == 403
    answer = login(cashier).get(path)
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert answer.status_code == 200 and len(lines) == 3


def test_a_period_that_is_none_is_said_beside_the_filter_and_hides_no_bill(login, manager, bill):
    page = login(manager).get(reverse("bill_list"), {"period": "2026-13"})
    assert list(page.context["form"].errors) == ["period"] and bill.number in page.content.decode()
