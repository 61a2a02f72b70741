"""Deposits at the counter: taken once, given back whole or in part, kept with a reason, on paper."""

from decimal import Decimal

import pytest

from billing.models import Deposit
from billing.proof import differences
from billing.services.charges import add_charge_item
from billing.services.deposits import take_deposit
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def keys(estate):
    return add_charge_item(estate=estate, actor=None, code="keys", name="Keys", kind="deposit")


@pytest.fixture
def deposit(unit, keys, clerk):
    return take_deposit(
        unit, actor=clerk, charge_item=keys, amount=Decimal(200), method="cash", subject="Two keys"
    )


def test_a_deposit_is_taken_once(unit, keys, clerk, login):
    browser, path = login(clerk), f"/fees/units/{unit.pk}/deposits/"
    form = {
        "charge_item": keys.pk,
        "amount": "200",
        "method": "cash",
        "subject": "Two keys",
        "form_token": "d1",
    }
    for _again in range(2):
        assert browser.post(path, form).status_code == 303
    assert Deposit.objects.get().held == 200
    assert "Two keys" in browser.get(path).text and "¥200.00" in browser.get(f"/fees/units/{unit.pk}/").text
    assert browser.post(path, form | {"amount": "0", "form_token": "d2"}).status_code == 409
    assert browser.post(path, form | {"amount": "x", "form_token": "d2"}).status_code == 422


def test_it_goes_back_in_parts_and_what_is_kept_has_a_reason(deposit, clerk, cashier, login):
    browser, path = login(cashier), f"/fees/deposits/{deposit.pk}/"
    assert login(clerk).post(path + "give-back/", {"method": "cash"}).status_code == 403
    assert browser.post(path + "give-back/", {"method": "cash", "amount": "50"}).status_code == 303
    assert browser.post(path + "give-back/", {"method": "cash", "deduct": "50"}).status_code == 409
    assert browser.post(path + "give-back/", {"method": "cash", "amount": "151"}).status_code == 409
    rest = {"method": "cash", "deduct": "50", "reason": "A key is lost"}
    assert browser.post(path + "give-back/", rest).status_code == 303
    deposit.refresh_from_db()
    assert (deposit.given_back, deposit.deducted, deposit.held) == (150, 50, 0)
    assert browser.post(path + "give-back/", rest).status_code == 409
    page, paper = browser.get(path).text, browser.get(path + "print/").text
    assert "A key is lost" in page and "Settled" in page and "A key is lost" in paper
    assert differences() == {}


def test_the_same_form_gives_back_once(deposit, cashier, login):
    browser, path = login(cashier), f"/fees/deposits/{deposit.pk}/"
    assert 'id="back_form_token"' in browser.get(path).text
    part = {"method": "cash", "amount": "50", "deduct": "20", "reason": "A scratch", "form_token": "b1"}
    for _again in range(2):
        assert browser.post(path + "give-back/", part).status_code == 303
    deposit.refresh_from_db()
    assert (deposit.given_back, deposit.deducted, deposit.held) == (50, 20, 130)
    assert browser.post(path + "give-back/", part | {"form_token": "b2"}).status_code == 303
    deposit.refresh_from_db()
    assert deposit.held == 60, "another form is another sum"


def test_another_estate_sees_none(deposit, outsider, login):
    for path in ("", "print/"):
        assert login(outsider).get(f"/fees/deposits/{deposit.pk}/{path}").status_code in {403, 404}


def test_nothing_goes_back_where_all_of_it_is_kept(deposit, cashier, login):
    browser, path = login(cashier), f"/fees/deposits/{deposit.pk}/give-back/"
    nothing = {"amount": "0", "method": "cash", "reason": "Lost"}
    assert browser.post(path, nothing).status_code == 409
    assert browser.post(path, nothing | {"deduct": "200"}).status_code == 303
    deposit.refresh_from_db()
    assert (deposit.given_back, deposit.deducted) == (0, 200)
