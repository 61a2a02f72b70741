"""Paid services of the desk by the piece: billed on the unit's account at today's price, then paid like any bill."""

import re
from datetime import date
from decimal import Decimal as D

import pytest
from django.test import Client

from billing.models import Bill
from billing.services.bills import make_bill
from billing.services.charges import add_charge_item, set_rate
from billing.services.payments import take_payment
from helpdesk.audit.models import Entry
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def fax(estate, admin, copying):
    item = add_charge_item(estate=estate, actor=admin, code="fax", name="Fax", kind="piece", measure="page")
    set_rate(item, actor=admin, amount=D("2"), since=date(2026, 1, 1))
    return item


def sell(browser, unit, *rows, token="s1"):
    form = {"form_token": token}
    for n, (item, count) in enumerate(rows):
        form |= {f"item_{n}": getattr(item, "pk", item), f"quantity_{n}": count}
    return browser.post(f"/fees/units/{unit.pk}/sell/", form)


def test_what_is_sold_by_the_piece_is_billed_and_its_bill_chosen_for_payment(
    unit, resident, cashier, copying, fax, login
):
    older = make_bill(unit, actor=cashier, pieces=[(fax, D(50))], at=at("2026-10-15 10:00"))
    browser = login(cashier)
    answer = sell(browser, unit, (copying, "6"), (fax, "2"))
    bill = Bill.objects.exclude(pk=older.pk).get()
    assert answer.status_code == 303 and answer["Location"] == f"/fees/units/{unit.pk}/?pay={bill.pk}"
    assert (bill.total, bill.kind, bill.due_on, bill.issued_by) == (
        D(7),
        "counter",
        date(2026, 11, 17),
        cashier,
    )
    assert Entry.objects.about(bill).filter(verb="bill.issued").exists()
    page = browser.get(answer["Location"])
    assert page.context["form"]["bills"].value() == [str(bill.pk)]
    assert page.context["form"]["amount"].value() == "7.00"
    (chosen,) = [row for row in page.context["preview"]["rows"] if row["part"]]
    assert chosen["bill"] == bill and chosen["is_paid"]


def test_the_same_sale_sent_again_makes_no_second_bill(unit, cashier, copying, login):
    browser = login(cashier)
    first, again = (sell(browser, unit, (copying, "6")) for _time in range(2))
    assert first["Location"] == again["Location"] and Bill.objects.count() == 1
    assert sell(browser, unit, (copying, "7")).status_code == 409


def test_a_sale_of_nothing_or_of_no_item_says_so_beside_the_field(unit, cashier, copying, login):
    browser = login(cashier)
    empty = sell(browser, unit)
    assert empty.status_code == 422 and "Write how many." in empty.text and "<details" in empty.text
    for row in (("", "3"), (copying, "0"), (copying, "x"), (copying, "-1"), (10**9, "1")):
        assert sell(browser, unit, row).status_code == 422, row
    assert not Bill.objects.exists()


def test_the_price_is_the_narrowest_of_today(unit, admin, cashier, copying, login):
    set_rate(copying, actor=admin, amount=D("0.3"), since=date(2026, 11, 1), unit=unit)
    assert "Copying ¥0.30" in login(cashier).get(f"/fees/units/{unit.pk}/").text
    sell(login(cashier), unit, (copying, "10"))
    assert Bill.objects.get().total == D(3)


def test_the_form_is_taken_from_a_real_browser(unit, cashier, copying):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cashier)
    page = browser.get(f"/fees/units/{unit.pk}/").text
    form = re.search(r'<form[^>]*/sell/".*?</form>', page, re.DOTALL).group()
    sent = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', form))
    sent |= {"item_0": copying.pk, "quantity_0": "6"}
    assert browser.post(f"/fees/units/{unit.pk}/sell/", sent).status_code == 303


def test_a_sale_that_credit_settles_is_not_offered_for_payment(unit, cashier, copying, login):
    take_payment(unit, actor=cashier, amount=D(50), method="cash")
    browser = login(cashier)
    page = browser.get(sell(browser, unit, (copying, "6"))["Location"])
    assert Bill.objects.get().status == "paid" and not page.context["form"]["bills"].value()


def test_nobody_sells_without_leave_to_take_money(unit, copying, technician, outsider, login):
    for user in (technician, outsider):
        assert sell(login(user), unit, (copying, "1")).status_code in {403, 404}
    assert not Bill.objects.exists()


def test_an_estate_that_sells_nothing_by_the_piece_says_so(unit, cashier, management_fee, login):
    page = login(cashier).get(f"/fees/units/{unit.pk}/").text
    assert "Nothing is sold by the piece here." in page and f"/fees/units/{unit.pk}/sell/" not in page


def test_a_sale_too_big_for_the_books_is_refused(unit, admin, cashier, copying, login):
    set_rate(copying, actor=admin, amount=D(99999), since=date(2026, 11, 1))
    huge = sell(login(cashier), unit, (copying, "999999"))
    assert huge.status_code == 409 and "too big" in huge.text and not Bill.objects.exists()


def test_rows_that_are_too_big_together_are_refused_as_well(unit, admin, cashier, copying, fax, login):
    for item in (copying, fax):
        set_rate(item, actor=admin, amount=D(9000), since=date(2026, 11, 1))
    huge = sell(login(cashier), unit, (copying, "999999"), (fax, "999999"))
    assert huge.status_code == 409 and "too big" in huge.text and not Bill.objects.exists()
