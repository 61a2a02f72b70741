"""Invoices: asked for on a payment's page, answered once, listed by where they stand."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import InvoiceRequest
from billing.services.credit import refund_credit
from billing.services.invoices import request_invoice, settle_invoice
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


def ask(browser, payment, title="Willow Ltd", **more):
    form = {"title": title, "tax_number": "91310000MA1FL0000X"} | more
    return browser.post(f"/fees/payments/{payment.pk}/invoice/", form)


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
    assert settle_invoice(asked, actor=cashier, state="refused", note="Void").state == "refused"


def test_another_estate_asks_and_sees_nothing(payment, outsider, login):
    assert ask(login(outsider), payment).status_code in {403, 404}
    assert not InvoiceRequest.objects.exists()


# --- an invoice is never of more than was kept -------------------------------------------------------------------------


@pytest.fixture
def rich(unit, clerk, manager):
    """700.00, of which 168.05 was given back."""
    post_bill(unit, date(2026, 10, 15), "531.95")
    payment = take_payment(unit, actor=clerk, amount=Decimal(700), method="cash")
    refund_credit(unit, actor=manager, amount=Decimal("168.05"), method="cash", reason="Paid too much")
    return payment


def test_what_can_be_invoiced_is_net_of_what_was_given_back(rich, clerk, login):
    browser = login(clerk)
    assert "No more than ¥531.95 can be invoiced" in browser.get(f"/fees/payments/{rich.pk}/").text
    more = ask(browser, rich, amount="531.96")
    assert more.status_code == 409 and 'value="531.96"' in more.text and "a part was given back" in more.text
    with refused("amount_too_big"):
        request_invoice(rich, actor=clerk, title="Willow Ltd", amount=Decimal(700))
    assert ask(browser, rich).status_code == 303
    assert InvoiceRequest.objects.get().amount == Decimal("531.95")
    assert "¥531.95" in browser.get("/fees/invoices/").text
    assert "¥700.00" not in browser.get("/fees/invoices/").text


def test_a_request_shrinks_with_a_refund_and_an_issued_one_says_what_was_given_back_since(
    unit, clerk, manager, login
):
    payment = take_payment(unit, actor=clerk, amount=Decimal(100), method="cash")
    asked, browser = request_invoice(payment, actor=clerk, title="Willow Ltd"), login(clerk)
    give = {"actor": manager, "method": "cash", "reason": "Asked"}
    refund_credit(unit, amount=Decimal(30), **give)
    assert "¥70.00" in browser.get("/fees/invoices/").text
    assert settle_invoice(asked, actor=clerk, state="issued", number="INV-7").amount == Decimal(70)
    refund_credit(unit, amount=Decimal(20), **give)
    for path in ("/fees/invoices/?state=issued", f"/fees/payments/{payment.pk}/"):
        page = browser.get(path).text
        assert "¥70.00" in page and "¥20.00 of it was given back since." in page
    _kept, token = create_token(manager, name="test", actor=None)
    (row,) = bearer(token).get("/api/v1/invoice-requests/").json()["results"]
    assert row["amount"] == "70.00"


def test_nothing_is_invoiced_of_a_payment_that_was_given_back_whole(unit, clerk, manager, login):
    payment = take_payment(unit, actor=clerk, amount=Decimal(100), method="cash")
    asked = request_invoice(payment, actor=clerk, title="Willow Ltd")
    refund_credit(unit, actor=manager, amount=Decimal(100), method="cash", reason="Asked")
    with refused("nothing_to_invoice"):
        settle_invoice(asked, actor=clerk, state="issued", number="INV-7")
    settle_invoice(asked, actor=clerk, state="refused", note="Given back")
    with refused("nothing_to_invoice"):
        request_invoice(payment, actor=clerk, title="Willow Ltd")
    assert "Ask for the invoice" not in login(clerk).get(f"/fees/payments/{payment.pk}/").text


def test_no_invoice_is_refused_without_a_note(payment, clerk, login):
    browser = login(clerk)
    ask(browser, payment)
    asked = InvoiceRequest.objects.get()
    answer = browser.post(f"/fees/invoices/{asked.pk}/settle/", {"state": "refused", "note": " "})
    assert answer.status_code == 409 and "Say why the invoice is refused." in answer.text
    with refused("note_required"):
        settle_invoice(asked, actor=clerk, state="refused")


@pytest.mark.parametrize(
    ("region", "number", "kept"),
    [
        ("CN", "91310000MA1FL0000X", "91310000MA1FL0000X"),
        ("CN", " 91310000ma1fl0000x ", "91310000MA1FL0000X"),
        ("CN", "123456789012345", "123456789012345"),
        ("CN", "12345678901234567890", "12345678901234567890"),
        ("CN", "", ""),
        ("CN", "1234567890123456", None),
        ("CN", "91310000MA1FL-000X", None),
        ("HK", "12345678-000", "12345678-000"),
        ("HK", "12345678/000", None),
        ("HK", "一二三", None),
    ],
)
def test_a_tax_number_has_the_shape_of_its_place(payment, estate, clerk, login, region, number, kept):
    estate.phone_region = region
    estate.save(update_fields=["phone_region"])
    answer = ask(login(clerk), payment, tax_number=number)
    if kept is None:
        assert answer.status_code == 409 and "A tax number has" in answer.text
        assert not InvoiceRequest.objects.exists()
    else:
        assert answer.status_code == 303 and InvoiceRequest.objects.get().tax_number == kept
