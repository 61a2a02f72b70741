"""Credit given back, bills given up, late fees let off, the day's paper: by whom, why, once, and the ledger still agrees."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import Bill, DayClosing, LateFeeWaiver, LedgerSettings, Refund, WriteOff
from billing.proof import differences
from billing.services.closings import close_day
from billing.services.late_fees import charge_late_fees, set_late_fee
from billing.services.payments import take_payment
from billing.services.write_offs import write_off
from billing.views.account_page import bill_chip
from helpdesk.audit.models import Entry
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture(autouse=True)
def the_ledger_agrees_with_itself():
    yield
    assert differences() == {}


@pytest.fixture
def bill(unit, resident):
    return post_bill(unit, date(2026, 10, 15), "100.00")


@pytest.fixture
def late_fee(bill, estate, admin):
    set_late_fee(estate, actor=admin, rate_per_day=Decimal("0.001"), since=date(2026, 1, 1))
    charge_late_fees(estate, date(2026, 11, 14))
    return bill.late_fees.get()


def test_credit_is_given_back_once_and_never_more_than_there_is(bill, unit, clerk, cashier, login):
    take_payment(unit, actor=clerk, amount=Decimal("150.00"), method="cash")
    browser, path = login(cashier), f"/fees/units/{unit.pk}/refund/"
    assert "Give credit back" in browser.get(f"/fees/units/{unit.pk}/").text
    form = {"amount": "50.01", "method": "cash", "reason": "Moved out", "form_token": "r1"}
    too_much = browser.post(path, form)
    assert too_much.status_code == 409 and "less credit" in too_much.text and 'value="50.01"' in too_much.text
    assert browser.post(path, form | {"amount": "50", "reason": ""}).status_code == 422
    for _again in range(2):
        assert browser.post(path, form | {"amount": "50"}).status_code == 303
    assert Refund.objects.get().approved_by == cashier
    page = browser.get(f"/fees/units/{unit.pk}/").text
    assert "Moved out" in page and "Give credit back" not in page
    assert login(clerk).post(path, form).status_code == 403


def test_a_refund_has_a_slip_to_be_signed(unit, resident, clerk, cashier, technician, outsider, login):
    paid = take_payment(unit, actor=clerk, amount=Decimal("150.00"), method="cash")
    form = {"amount": "50", "method": "wechat", "reason": "Moved out", "form_token": "r1"}
    answer = login(cashier).post(f"/fees/units/{unit.pk}/refund/", form)
    refund = Refund.objects.get()
    path = f"/fees/refunds/{refund.pk}/print/"
    assert answer.status_code == 303 and answer["Location"] == path
    known = (refund.number, "¥50.00", "WeChat", "Moved out", "3-2-501", cashier.name, paid.receipt.number)
    for paper, body in (("", "paper roll"), ("?paper=a4", "paper half")):
        slip = login(clerk).get(path + paper).text
        assert all(words in slip for words in known) and f'class="{body}"' in slip
        assert "Received the money" in slip
    statement = login(clerk).get(f"/fees/units/{unit.pk}/")
    assert f'href="{path}"' in statement.text
    (row,) = [row for row in statement.context["rows"] if row["number"] == refund.number]
    assert row["by"] == ["WeChat", cashier.name], "how, and through whose hands"
    assert login(outsider).get(path).status_code == 404


def test_a_manager_writes_a_bill_off_with_a_reason(bill, cashier, manager, login):
    browser, path = login(manager), f"/fees/bills/{bill.pk}/write-off/"
    assert login(cashier).post(path, {"reason": "Gone"}).status_code == 403
    assert browser.post(path, {"reason": ""}).status_code == 422
    assert browser.post(path, {"reason": "Gone", "amount": "100.01"}).status_code == 409
    assert browser.post(path, {"reason": "Part is lost", "amount": "40"}).status_code == 303
    assert browser.post(path, {"reason": "Owner is bankrupt"}).status_code == 303
    assert [row.amount for row in WriteOff.objects.order_by("id")] == [40, 60]
    page = browser.get(f"/fees/bills/{bill.pk}/").text
    assert "Owner is bankrupt" in page and manager.name in page
    assert browser.post(path, {"reason": "Again"}).status_code == 409
    assert Entry.objects.about(bill).filter(verb="bill.written_off").count() == 2


def test_a_manager_lets_a_late_fee_off(bill, late_fee, cashier, manager, login):
    browser, path = login(manager), f"/fees/bills/{bill.pk}/waive/"
    assert "Waive the late fee" in browser.get(f"/fees/bills/{bill.pk}/").text
    assert "Waive the late fee" not in login(cashier).get(f"/fees/bills/{bill.pk}/").text
    assert login(cashier).post(path, {"reason": "Kind"}).status_code == 403
    assert browser.post(path, {"reason": " "}).status_code == 422
    assert browser.post(path, {"reason": "Ill in hospital"}).status_code == 303
    assert LateFeeWaiver.objects.get().amount == late_fee.amount
    assert browser.post(path, {"reason": "Again"}).status_code == 409
    assert "Ill in hospital" in browser.get(f"/fees/bills/{bill.pk}/").text


def test_the_same_form_writes_off_once(bill, manager, login):
    browser, path = login(manager), f"/fees/bills/{bill.pk}/"
    assert 'id="off_form_token"' in browser.get(path).text
    form = {"reason": "Part is lost", "amount": "40", "form_token": "w1"}
    for _again in range(2):
        assert browser.post(path + "write-off/", form).status_code == 303
    assert WriteOff.objects.get().amount == 40
    assert browser.post(path + "write-off/", form | {"form_token": "w2"}).status_code == 303
    assert WriteOff.objects.count() == 2


def test_a_part_that_is_written_off_leaves_the_late_fee_where_fees_are_paid_first(bill, late_fee, manager):
    LedgerSettings.objects.update_or_create(estate=bill.estate, defaults={"principal_first": False})
    write_off(bill, actor=manager, reason="Part is lost", amount=Decimal(40))
    late_fee.refresh_from_db()
    assert late_fee.waived == 0 and Bill.objects.get(pk=bill.pk).written_off == 40


def test_the_same_form_lets_a_late_fee_off_once(bill, late_fee, manager, login):
    browser, path = login(manager), f"/fees/bills/{bill.pk}/waive/"
    form = {"reason": "Kind", "amount": "1", "form_token": "v1"}
    for _again in range(2):
        assert browser.post(path, form).status_code == 303
    assert LateFeeWaiver.objects.get().amount == 1


def test_the_same_form_hands_a_notice_over_once(bill, clerk, login):
    browser, path = login(clerk), f"/fees/bills/{bill.pk}/notice/"
    page = browser.get(path).text
    assert page.count('id="notice_form_token"') == 1
    form = {"way": "hand", "received_by": "Mrs Wang", "form_token": "h1"}
    for _again in range(2):
        assert browser.post(path, form).status_code == 303
    assert bill.handovers.count() == 1
    assert browser.post(path, form | {"form_token": "h2"}).status_code == 303
    assert bill.handovers.count() == 2


def test_what_was_written_off_is_not_called_paid(bill, unit, manager, login):
    browser = login(manager)
    browser.post(
        f"/fees/bills/{bill.pk}/write-off/", {"amount": "", "reason": "Bankrupt", "form_token": "w1"}
    )
    bill.refresh_from_db()
    assert bill.status == "paid" and bill_chip(bill, bill.due_on)["label"] == "Written off"


def test_a_bill_paid_but_for_what_was_written_off_is_called_paid(bill, unit, manager, login):
    browser = login(manager)
    browser.post(f"/fees/bills/{bill.pk}/write-off/", {"amount": "1.00", "reason": "Odd", "form_token": "w1"})
    browser.post(
        f"/fees/units/{unit.pk}/pay/", {"amount": str(bill.total - 1), "method": "cash", "form_token": "p1"}
    )
    bill.refresh_from_db()
    assert bill.status == "paid" and bill_chip(bill, bill.due_on)["label"] == "Paid"


def test_another_estate_reaches_none_of_it(bill, unit, outsider, login):
    browser = login(outsider)
    for path in (f"units/{unit.pk}/refund/", f"bills/{bill.pk}/write-off/", f"bills/{bill.pk}/waive/"):
        assert browser.post(
            f"/fees/{path}", {"reason": "x", "amount": "1", "method": "cash"}
        ).status_code in {403, 404}


def test_a_closed_day_is_printed_with_its_counts(bill, estate, unit, clerk, cashier, login):
    take_payment(unit, actor=clerk, amount=Decimal("30.00"), method="cash")
    counted = {"cash": Decimal("29.50")}
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted=counted, note="Change was short")
    paper = login(cashier).get(f"/fees/closing/{DayClosing.objects.get().pk}/print/").text
    assert all(words in paper for words in ("¥30.00", "¥29.50", "-¥0.50", "Change was short", cashier.name))


def test_a_closed_day_shows_what_was_counted_and_no_form(bill, estate, unit, clerk, cashier, login):
    take_payment(unit, actor=clerk, amount=Decimal("30.00"), method="cash")
    browser = login(cashier)
    assert "counted_cash" in browser.get("/fees/closing/").text
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={"cash": Decimal("29.50")}, note="Short")
    page = browser.get("/fees/closing/?day=2026-11-17").text
    assert "counted_cash" not in page and page.count("¥29.50") >= 2


def test_what_was_counted_twice_at_once_is_still_told(bill, estate, cashier, login):
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={})
    again = login(cashier).post("/fees/closing/", {"day": "2026-11-17", "counted_cash": "12"})
    assert again.status_code == 409 and 'value="12"' in again.text


def test_nothing_goes_back_on_a_closed_day(bill, estate, unit, clerk, cashier, login):
    take_payment(unit, actor=clerk, amount=Decimal("150.00"), method="cash")
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={"cash": Decimal(150)})
    form = {"amount": "10", "method": "cash", "reason": "x"}
    answer = login(cashier).post(f"/fees/units/{unit.pk}/refund/", form)
    assert answer.status_code == 409 and "closed" in answer.text and not Refund.objects.exists()


def test_the_statement_is_printed_with_its_reasons(bill, unit, clerk, outsider, login):
    take_payment(unit, actor=clerk, amount=Decimal("30.00"), method="cash")
    paper = login(clerk).get(f"/fees/units/{unit.pk}/statement/").text
    assert all(words in paper for words in ("3-2-501", "Wang Jianguo", "¥70.00", "1 × 100.00 = 100.00"))
    assert "¥30.00" in login(clerk).get(f"/fees/units/{unit.pk}/").text, "the drawer of today"
    assert login(outsider).get(f"/fees/units/{unit.pk}/statement/").status_code in {403, 404}
