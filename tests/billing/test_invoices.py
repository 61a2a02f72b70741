"""Invoices: asked for on a payment's page, answered once, listed by where they stand."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import InvoiceRequest
from billing.services.invoices import settle_invoice
from billing.services.payments import reverse_payment, take_payment
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.billing.bills import post_bill
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(unit, clerk):
    post_bill(unit, date(2026, 10, 15), "100.00")
    return take_payment(unit, actor=clerk, amount=Decimal(100), method="cash")


def ask(browser, payment, title="Willow Ltd"):
    return browser.post(f"/fees/payments/{payment.pk}/invoice/", {"title": title, "tax_number": "91310000X"})


def test_an_invoice_is_asked_for_once_and_answered_once(payment, clerk, login):
    browser = login(clerk)
    assert ask(browser, payment, title="").status_code == 422
    assert ask(browser, payment).status_code == 303
    assert ask(browser, payment).status_code == 409
    asked = InvoiceRequest.objects.get()
    assert "Willow Ltd" in browser.get("/fees/invoices/").text
    path = f"/fees/invoices/{asked.pk}/settle/"
    missing = browser.post(path, {"state": "issued", "number": ""})
    assert missing.status_code == 409 and "Write the number" in missing.text
    assert browser.post(path, {"state": "issued", "number": "INV-7"}).status_code == 303
    assert browser.post(path, {"state": "issued", "number": "INV-8"}).status_code == 409
    assert "Willow Ltd" not in browser.get("/fees/invoices/").text
    assert "INV-7" in browser.get("/fees/invoices/?state=issued").text
    assert "INV-7" in browser.get(f"/fees/payments/{payment.pk}/").text


def test_what_is_wrong_with_an_answer_stands_in_its_row_and_nothing_typed_is_lost(payment, clerk, login):
    browser = login(clerk)
    ask(browser, payment)
    asked = InvoiceRequest.objects.get()
    page = browser.post(f"/fees/invoices/{asked.pk}/settle/", {"state": "issued", "note": "By post"}).text
    assert f'id="answer-{asked.pk}-error"' in page and 'value="By post"' in page


def test_an_answer_that_came_too_late_is_told_above_the_list(payment, clerk, login):
    browser = login(clerk)
    ask(browser, payment)
    path = f"/fees/invoices/{InvoiceRequest.objects.get().pk}/settle/"
    browser.post(path, {"state": "issued", "number": "INV-7"})
    late = browser.post(path, {"state": "issued", "number": "INV-8"})
    assert late.status_code == 409 and "alert-bar red" in late.text


def test_a_refused_one_may_be_asked_for_again(payment, clerk, login):
    browser = login(clerk)
    ask(browser, payment)
    asked = InvoiceRequest.objects.get()
    browser.post(f"/fees/invoices/{asked.pk}/settle/", {"state": "refused", "note": "Wrong tax number"})
    assert ask(browser, payment).status_code == 303 and InvoiceRequest.objects.count() == 2


def test_there_is_none_for_a_payment_taken_back(payment, cashier, login):
    reverse_payment(payment, actor=cashier, reason="Wrong unit")
    assert ask(login(cashier), payment).status_code == 409


def test_a_request_is_void_once_its_payment_is_taken_back(payment, cashier, manager, login):
    browser = login(cashier)
    ask(browser, payment)
    asked = InvoiceRequest.objects.get()
    reverse_payment(payment, actor=manager, reason="Wrong unit")
    path = f"/fees/invoices/{asked.pk}/settle/"
    assert browser.post(path, {"state": "issued", "number": "INV-7"}).status_code == 409
    with refused("already_reversed"):
        settle_invoice(asked, actor=cashier, state="issued", number="INV-7")
    assert "Willow Ltd" not in browser.get("/fees/invoices/").text
    for page in (
        browser.get("/fees/invoices/?state=void").text,
        browser.get("/fees/invoices/?state=all").text,
    ):
        assert "Void" in page and "The payment was reversed." in page and path not in page
    assert "Void" in browser.get(f"/fees/payments/{payment.pk}/").text
    _kept, token = create_token(manager, name="test", actor=None)
    (row,) = bearer(token).get("/api/v1/invoice-requests/").json()["results"]
    assert (row["state"], row["is_void"]) == ("requested", True)
    assert settle_invoice(asked, actor=cashier, state="refused").state == "refused"


def test_another_estate_asks_and_sees_nothing(payment, outsider, login):
    assert ask(login(outsider), payment).status_code in {403, 404}
    assert not InvoiceRequest.objects.exists()
