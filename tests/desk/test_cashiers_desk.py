"""The cashier's Desk: takings, days to close, lines of the bank, invoices, doors."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.models import BankFile, BankLine, InvoiceRequest, Payment
from billing.services.closings import close_day
from billing.services.payments import reverse_payment, take_payment
from helpdesk.desk.day import desk_day
from residents.models import Unit
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
NOW = at("2026-11-17 10:42")
TODAY = NOW.date()
MOST_QUERIES = 29


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def take(unit, cashier):
    def make(days_ago: int = 0, amount: str = "100.00", where: Unit | None = None) -> Payment:
        moment = NOW - timedelta(days=days_ago)
        return take_payment(where or unit, actor=cashier, amount=Decimal(amount), method="cash", at=moment)

    return make


def lane(cashier: Any, estate: Any, key: str) -> Any:
    found = {lane.key: lane for column in desk_day(cashier, estate).columns for lane in column}
    return found[key]


def bank_file(estate, states, name="november.csv", **more):
    file = BankFile.objects.create(estate=estate, file_name=name, **more)
    for n, state in enumerate(states):
        BankLine.objects.create(
            estate=estate, file=file, row=n, key=f"{file.pk}-{n}", amount=1, received_on=TODAY, state=state
        )
    return file


def test_days_with_takings_that_nobody_closed_wait_today_first_then_the_oldest(cashier, estate, take):
    take(days_ago=3), take(days_ago=2), take(days_ago=2), take(amount="12.50")
    close_day(estate, actor=cashier, day=TODAY - timedelta(days=3), counted={"cash": Decimal(100)})
    found = lane(cashier, estate, "days")
    today, forgotten = found.rows
    assert (today["name"], today["line"], today["chip"]["label"]) == ("17 Nov", "Tue, 1 receipt", "Today")
    assert (forgotten["name"], forgotten["line"]) == ("15 Nov", "Sun, 2 receipts")
    assert forgotten["clock"]["state"] == "late" and "clock" not in today
    assert found.rows[1]["url"] == f"{reverse('closing')}?day=2026-11-15"
    assert (found.count, found.note) == ("2", "¥12.50 taken today")


def test_lines_of_the_bank_that_nobody_knows_wait_file_by_file(cashier, estate):
    bank_file(estate, ["open", "refused", "left"])
    bank_file(estate, ["left"], name="settled.csv")
    bank_file(estate, ["open"], name="dropped.csv", status="dropped")
    assert [(r["name"], r["line"]) for r in lane(cashier, estate, "bank").rows] == [
        ("november.csv", "2 lines to look at")
    ]


def test_invoices_wait_until_answered_not_those_of_a_payment_taken_back(cashier, manager, estate, take):
    for title in ("Willow Ltd", "Answered", "Taken back"):
        InvoiceRequest.objects.create(estate=estate, payment=take(), title=title)
    InvoiceRequest.objects.filter(title="Answered").update(state="issued", number="1")
    reverse_payment(Payment.objects.latest("pk"), actor=manager, reason="Wrong unit")
    assert [row["name"] for row in lane(cashier, estate, "invoices").rows] == ["Willow Ltd"]


def test_the_doors_are_those_of_the_collection_route(cashier, estate, unit, broken_promise):
    [row] = lane(cashier, estate, "doors").rows
    assert (row["plate"]["code"], row["owed"]) == (unit.code, "¥100.00")
    assert row["url"] == reverse("collection_visit", args=[unit.pk])


@pytest.fixture
def broken_promise(estate, unit, resident):
    post_bill(unit, date(2026, 9, 15), "100.00")
    return unit.payment_promises.create(
        estate=estate,
        promised_by="Wang",
        promised_for=TODAY - timedelta(days=2),
        made_on=TODAY - timedelta(days=9),
        settled_on=TODAY - timedelta(days=1),
        outcome="broken",
    )


def test_a_desk_with_nothing_waiting_says_so_and_names_what_was_taken(cashier, login):
    page = login(cashier).get(reverse("desk")).content.decode()
    assert "Every day with takings is closed." in page and "¥0.00 taken today" in page
    assert "Nobody waits for an invoice." in page and 'id="desk-ruler"' not in page


def test_another_estates_money_stands_on_no_cashiers_desk(cashier, estate, other_estate):
    bank_file(other_estate, ["open"])
    assert lane(cashier, estate, "bank").rows == []


def test_the_cashiers_desk_takes_as_many_queries_for_thirty_rows_as_for_one(
    cashier, estate, building, unit, broken_promise, take, login, django_assert_max_num_queries
):
    def fill(first, last):
        for n in range(first, last):
            bank_file(estate, ["open"], name=f"{n}.csv")
            door = Unit.objects.create(estate=estate, building=building, code=f"3-9-{n}", floor=1)
            InvoiceRequest.objects.create(
                estate=estate, payment=take(days_ago=n, where=door), title=f"Company {n}"
            )
            post_bill(door, date(2026, 9, 15), "100.00")
            door.payment_promises.create(
                **{
                    name: getattr(broken_promise, name)
                    for name in ("estate", "promised_by", "promised_for", "made_on", "settled_on", "outcome")
                }
            )

    browser = login(cashier)
    browser.get(reverse("desk"))
    fill(0, 1)
    with django_assert_max_num_queries(MOST_QUERIES) as for_one:
        browser.get(reverse("desk"))
    fill(1, 30)
    with django_assert_max_num_queries(MOST_QUERIES) as for_thirty:
        browser.get(reverse("desk"))
    assert len(for_one) == len(for_thirty)
