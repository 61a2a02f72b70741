"""The counter and the account in words: sums that come to their amount, the receipt with the payment, the run's table."""

import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.api.statements import EntrySerializer
from billing.models import BillingRun, CollectionVisit, Payment, Receipt, ReminderNotice, ReminderText
from billing.selectors import statement_of
from billing.services.bills import reverse_bill
from billing.services.charges import add_charge_item, set_rate
from billing.services.credit import refund_credit
from billing.services.late_fees import charge_late_fees, set_late_fee
from billing.services.payments import reverse_payment, take_payment
from billing.services.reminders import send_reminders
from billing.services.runs import confirm_run, continue_run, preview_run
from billing.statement_lines import late_days, settled_by, sum_of, why_of
from helpdesk.attachments.models import Attachment
from helpdesk.lib import pdf
from residents.models import Unit
from tests.attachments.hostile import picture
from tests.billing.bills import post_bill
from tests.billing.conftest import NOON
from tests.conftest import at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Item:
    def __init__(self, name, measure=""):
        self.name, self.measure = name, measure

    def __str__(self):
        return self.name


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def account(unit, resident):
    days = (date(2026, 9, 15), date(2026, 10, 15), date(2026, 11, 30))
    return [
        post_bill(unit, day, total) for day, total in zip(days, ("732.58", "744.62", "735.32"), strict=True)
    ]


@pytest.fixture
def jpeg():
    return SimpleUploadedFile("notice.jpg", picture())


# --- a sum is told as it was reckoned ---------------------------------------------------------------------------------


def line(item, quantity, rate, amount, **explanation):
    return {"item": item, "quantity": D(quantity), "rate": D(rate), "amount": D(amount), **explanation}


WATER = Item("Water", "m³")
TOLD = [
    (line(Item("Management fee", "m²"), "89.400", "3.2000", "286.08"), "Management fee 89.4 m² × 3.20 = 286.08"),
    (
        line(
            WATER, "27.000", "2.9000", "86.70", meter_from=D("1204.000"), meter_to=D("1231.000"), multiplier="1",
            steps=[{"quantity": "20.000", "rate": "2.90"}, {"quantity": "7.000", "rate": "4.10"}],
        ),
        "Water 20 m³ × 2.90 + 7 m³ × 4.10 = 86.70 (meter 1204 to 1231)",
    ),
    (
        line(WATER, "8.000", "2.9000", "23.20", meter_from=D(10), meter_to=D(18), estimated=True),
        "Water 8 m³ × 2.90 = 23.20 (meter 10 to 18; estimated)",
    ),
    (
        line(WATER, "400.000", "0.8283", "331.32", meter_from=D(10), meter_to=D(20), multiplier="40"),
        "Water 400 m³ × 0.8283 = 331.32 (meter 10 to 20; × 40)",
    ),
    (
        line(Item("Lifts"), "89.400", "0.0836", "7.47", cost="3021.00", area_of_all="36150.00", share="7.47"),
        "Lifts 3,021.00 × 89.4 ÷ 36150 m² = 7.47",
    ),
    (
        line(Item("Parking"), "1", "400.00", "160.00", lease="B1-088", days=12, of_days=30),
        "Parking 1 × 400.00 = 160.00 (B1-088, 12 of 30 days)",
    ),
    (
        line(Item("Management fee", "m²"), "100", "3", "150.00", percent_off="50.00"),
        "Management fee 100 m² × 3.00 = 150.00 (less 50%)",
    ),
    (
        line(
            Item("Parking"), "1", "450.00", "400.00",
            parts=[
                {"lease": "B1-088", "days": 10, "of_days": 30, "amount": "100.00"},
                {"lease": "B1-090", "days": 20, "of_days": 30, "amount": "300.00"},
            ],
        ),
        "Parking 100.00 + 300.00 = 400.00 (B1-088, 10 of 30 days; B1-090, 20 of 30 days)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("known", "told"), TOLD, ids=[told for _known, told in TOLD])
def test_a_line_says_how_its_amount_was_made(known, told):
    assert sum_of(known) == told


def test_a_late_fee_names_its_days_balance_and_rate():
    days = [
        {"from": "2026-10-11", "to": "2026-10-29", "days": 19, "balance": "1000.00", "fee": "9.5000000"},
        {"from": "2026-10-30", "to": "2026-10-31", "days": 2, "balance": "600.00", "fee": "0.6000000"},
    ]
    assert late_days({"rate": "0.0005", "days": days}) == [
        "2026-10-11 to 2026-10-29: 19 days × 1,000.00 × 0.05% = 9.50",
        "2026-10-30 to 2026-10-31: 2 days × 600.00 × 0.05% = 0.60",
    ]


def test_a_payment_is_told_bill_by_bill():
    parts = [
        {"bill": "B-1", "period": "2026-09", "item": "Water", "amount": D("20.00")},
        {"bill": "B-1", "period": "2026-09", "item": "Fee", "amount": D("300.00")},
        {"bill": "B-1", "period": "2026-09", "item": None, "amount": D("1.50")},
    ]
    assert settled_by(parts) == ["Bill for 2026-09 320.00", "Late fee of 2026-09 1.50"]


# --- the counter ------------------------------------------------------------------------------------------------------


def test_the_receipt_is_printed_with_the_payment_and_counted_once(account, unit, cashier, login):
    browser, path = login(cashier), f"/fees/units/{unit.pk}/pay/"
    form = {"amount": "100", "method": "cash", "form_token": "t1", "print": "on"}
    for _again in range(2):
        answer = browser.post(path, form)
        assert answer.status_code == 303 and answer["Location"].endswith("/receipt/?now=1")
    assert Payment.objects.count() == 1 and Receipt.objects.get().prints == 1
    paper = browser.get(answer["Location"]).text
    assert "data-print-now" in paper and "Copy" not in paper and f'href="/fees/units/{unit.pk}/"' in paper
    assert "data-print-now" not in browser.get(answer["Location"].split("?")[0]).text


def test_without_the_tick_the_payments_page_follows(account, unit, cashier, login):
    answer = login(cashier).post(f"/fees/units/{unit.pk}/pay/", {"amount": "100", "method": "cash"})
    assert answer["Location"] == f"/fees/payments/{Payment.objects.get().pk}/"
    assert Receipt.objects.get().prints == 0


def test_the_preview_says_what_stays_overdue(account, unit, cashier, login):
    browser, path = login(cashier), f"/fees/units/{unit.pk}/allocation/"
    some = browser.get(path, {"amount": "800"}).text
    assert "1 stays open" in some and '<b id="take-amount" hx-swap-oob="true">¥800.00</b>' in some
    everything = browser.get(path, {"amount": "1477.20"}).text
    assert "all settled, reminders stop" in everything
    assert "Overdue bills" not in browser.get(path).text


def test_a_refused_form_keeps_its_choice_and_its_preview(account, unit, cashier, login):
    form = {"amount": "50", "method": "barter", "bills": account[2].pk, "reference": "By her son"}
    page = login(cashier).post(f"/fees/units/{unit.pk}/pay/", form)
    assert page.status_code == 422 and "By her son" in page.text
    assert f'value="{account[2].pk}" checked' in page.text and "¥685.32 left" in page.text


def test_a_closed_day_is_said_before_anything_is_typed(account, unit, estate, cashier, login):
    browser = login(cashier)
    assert "Today is closed" not in browser.get(f"/fees/units/{unit.pk}/").text
    browser.post("/fees/closing/", {"day": "2026-11-17", "counted_cash": "0"})
    assert "Today is closed" in browser.get(f"/fees/units/{unit.pk}/").text


def test_the_account_by_item(account, unit, cashier, login):
    browser = login(cashier)
    browser.post(f"/fees/units/{unit.pk}/pay/", {"amount": "1000", "method": "card"})
    page = browser.get(f"/fees/units/{unit.pk}/?show=items").text
    assert all(figure in page for figure in ("2,212.52", "1,000.00", "1,212.52"))


def test_the_oldest_debt_stands_first(account, unit, cashier, login):
    older = Unit.objects.create(estate=unit.estate, building=unit.building, code="9-9-901")
    post_bill(older, date(2026, 3, 1), "10.00")
    page = login(cashier).get("/fees/").text
    assert page.index(f"/fees/units/{older.pk}/") < page.index(f"/fees/units/{unit.pk}/")


# --- paper ------------------------------------------------------------------------------------------------------------


def test_a_notice_adds_up_what_is_open_from_before(account, unit, resident, clerk, login):
    resident.language = "en"
    resident.save()
    paper = login(clerk).get(f"/fees/bills/{account[2].pk}/print/").text
    assert all(
        words in paper for words in (account[0].number, "732.58", "¥735.32", "¥2,212.52", "Wang Jianguo")
    )


def amounts_of(paper):
    """Each amount in the table of what is open besides the bill."""
    table = paper[paper.index("Open besides this bill</h2>") :].split("</table>")[0]
    return [D(found.replace(",", "")) for found in re.findall(r'<td class="number">([-0-9,.]+)</td>', table)]


def test_the_rows_of_a_notice_add_up_to_its_total(unit, estate, resident, admin, clerk, login):
    resident.language = "en"
    resident.save()
    for month in range(1, 13):
        post_bill(unit, date(2024, month, 15), "100.00")
        post_bill(unit, date(2025, month, 15), "100.00")
    bill = post_bill(unit, date(2026, 10, 15), "50.00")
    post_bill(unit, date(2026, 12, 15), "7.00")
    set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    charge_late_fees(estate, date(2026, 11, 14))
    fee = sum(row.amount for row in bill.late_fees.all())
    assert fee
    paper = login(clerk).get(f"/fees/bills/{bill.pk}/print/").text
    rows = amounts_of(paper)
    assert len(rows) == 12 + 1 + 1 and "and 13 more bills" in paper and "Late fee" in paper
    assert sum(rows) + 50 == 2457 + fee and f"¥{2457 + fee:,.2f}" in paper


def test_a_notice_takes_off_what_was_paid_ahead(account, unit, resident, clerk, login):
    resident.language = "en"
    resident.save()
    take_payment(unit, actor=clerk, amount=D("772.58"), method="cash", bills=[account[0]])
    paper = login(clerk).get(f"/fees/bills/{account[2].pk}/print/").text
    assert "Less what was paid ahead" in paper and amounts_of(paper) == [D("744.62"), D("-40.00")]
    assert "¥1,439.94" in paper, "735.32 + 744.62 - 40.00"


@pytest.mark.parametrize("sheet", ["bill", "statement", "receipt"])
def test_a_sheet_is_also_a_pdf(account, unit, cashier, login, sheet):
    browser = login(cashier)
    browser.post(f"/fees/units/{unit.pk}/pay/", {"amount": "100", "method": "cash"})
    paths = {
        "bill": f"/fees/bills/{account[0].pk}/print/",
        "statement": f"/fees/units/{unit.pk}/statement/",
        "receipt": f"/fees/payments/{Payment.objects.get().pk}/receipt/",
    }
    answer = browser.get(paths[sheet], {"as": "pdf"})
    if pdf.has_pdf():
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    else:
        assert answer.status_code == 409


# --- runs, doors, words -----------------------------------------------------------------------------------------------


def test_a_run_stands_beside_the_month_before(unit, estate, manager, login):
    item = add_charge_item(estate=estate, actor=manager, code="mgmt", name="Management fee", kind="fixed")
    set_rate(item, actor=manager, amount=D("100.00"), since=date(2026, 1, 1))
    continue_run(confirm_run(preview_run(estate, actor=manager, period="2026-10"), actor=manager))
    set_rate(item, actor=manager, amount=D("130.00"), since=date(2026, 11, 1))
    run = preview_run(estate, actor=manager, period="2026-11")
    page = login(manager).get(f"/fees/runs/{run.pk}/")
    assert page.context["table"]["rows"][0]["change"] == "+30.00" and "+30.0%" in page.text
    assert page.context["table"]["rows"][0]["is_far"], "a third more is worth a look"
    assert page.context["table"]["sums"]["cells"] == ["130.00"]


def test_a_run_is_given_the_day_it_is_due_and_says_which_it_would_be(
    unit, estate, manager, login, time_machine
):
    time_machine.move_to(at("2026-11-29 09:00"))
    item = add_charge_item(estate=estate, actor=manager, code="mgmt", name="Management fee", kind="fixed")
    set_rate(item, actor=manager, amount=D("100.00"), since=date(2026, 1, 1))
    browser = login(manager)
    page = browser.get("/fees/runs/")
    assert page.context["form"].initial["period"] == "2026-11" and "2026-12-13" in page.text
    for sent, field in [
        ({"period": "2027-01"}, "period"),
        ({"period": "2026-11", "due_on": "2026-11-15"}, "due_on"),
        ({"period": "2026-11", "due_on": "0001-01-01"}, "due_on"),
    ]:
        page = browser.post("/fees/runs/", sent)
        assert page.status_code in (409, 422) and list(page.context["form"].errors) == [field]
    assert browser.post("/fees/runs/", {"period": "2026-11", "due_on": "2026-12-20"}).status_code == 303
    run = BillingRun.objects.get()
    assert (run.issued_on, run.due_on) == (date(2026, 11, 29), date(2026, 12, 20))
    page = browser.get(f"/fees/runs/{run.pk}/")
    assert "2026-11-29" in page.text and "2026-12-20" in page.text


def test_the_photo_of_a_notice_is_shown_to_who_collects(account, unit, clerk, cashier, login, jpeg):
    browser, door = login(clerk), f"/fees/collection/{unit.pk}/"
    visit = {"way": "door", "met": "nobody", "left_notice": "on", "files": jpeg}
    assert browser.post(door, visit).status_code == 303
    made, file = CollectionVisit.objects.get(), Attachment.objects.get()
    path = f"/fees/collection/visits/{made.pk}/files/{file.pk}/"
    assert path in browser.get(door).text and browser.get(path).status_code == 200
    browser.post(door, {"way": "door", "met": "nobody"})
    other = CollectionVisit.objects.exclude(pk=made.pk).get()
    assert browser.get(f"/fees/collection/visits/{other.pk}/files/{file.pk}/").status_code == 404


def test_words_are_previewed_in_three_languages_and_not_kept(estate, admin, login):
    words = {"level": "3", "language": "en", "subject": "Fees", "body": "Dear %(name)s", "next": "preview"}
    page = login(admin).post("/fees/reminders/ladder/3/en/", words)
    assert page.status_code == 200 and "Dear Wang Jianguo" in page.text and "王建国" in page.text
    assert "王建國" in page.text and not ReminderText.objects.exists()


def test_a_tenant_who_does_not_pay_is_told_nothing(unit, resident):
    unit.occupancies.update(relation="tenant", is_payer=False)
    post_bill(unit, date(2026, 11, 10), "70.00")
    send_reminders(at("2026-11-17 10:42"))
    notice = ReminderNotice.objects.get()
    assert notice.resident is None and notice.channel == "print" and notice.message is None
    assert "Wang" not in notice.body


# --- what a payment went to stands once -------------------------------------------------------------------------------


def rows_of_receipt(browser, payment):
    """The amounts on a receipt's lines and the amount below them."""
    paper = browser.get(f"/fees/payments/{payment.pk}/receipt/").text
    body, foot = paper.split("<tbody>", 1)[1].split("<tfoot>", 1)
    figures = [D(text.replace(",", "")) for text in re.findall(r'class="number">¥?([\d,.]+)<', body)]
    return figures, D(re.search(r"<b>¥([\d,.]+)</b>", foot).group(1).replace(",", ""))


def told_of(unit, payment):
    (row,) = [row for row in statement_of(unit).rows if row.entry.payment_id == payment.pk]
    return why_of(row)


@pytest.fixture
def billed_anew(bill, unit, cashier):
    """November's bill, paid, then reversed and made anew for less ground: the money went from one to the other."""
    payment = take_payment(unit, actor=cashier, amount=D("254.79"), method="cash", at=NOON)
    unit.area_m2 = D("80")
    unit.save()
    reverse_bill(bill, actor=cashier, reason="The area was wrong", make_anew=True, at=NOON + DAY)
    return Payment.objects.get(pk=payment.pk)


def test_money_moved_to_a_bill_made_anew_is_named_once(billed_anew, unit, cashier, login):
    assert told_of(unit, billed_anew) == ["Bill for 2026-11 228.00", "26.79 kept as credit"]
    assert rows_of_receipt(login(cashier), billed_anew) == ([D("228.00"), D("26.79")], D("254.79"))
    page = login(cashier).get(f"/fees/payments/{billed_anew.pk}/").text
    assert page.count('class="struck"') == 1, "the page tells of the bill that was reversed, struck through"
    (row,) = [row for row in statement_of(unit).rows if row.entry.kind == "payment"]
    assert [part["amount"] for part in EntrySerializer(row).data["explanation"]] == ["228.00"]


def test_credit_that_was_given_back_is_no_longer_kept(billed_anew, unit, cashier, login):
    refund_credit(unit, actor=cashier, amount=D("20.00"), method="cash", reason="Asked", at=NOON + 2 * DAY)
    assert told_of(unit, billed_anew) == [
        "Bill for 2026-11 228.00",
        "20.00 given back",
        "6.79 kept as credit",
    ]
    assert rows_of_receipt(login(cashier), billed_anew) == ([D("228"), D("20"), D("6.79")], D("254.79"))
    assert "Given back" in login(cashier).get(f"/fees/payments/{billed_anew.pk}/").text


def test_a_payment_taken_back_still_says_what_it_had_settled(billed_anew, unit, cashier, login):
    reverse_payment(billed_anew, actor=cashier, reason="Another unit's", at=NOON + 3 * DAY)
    assert told_of(unit, billed_anew) == ["Bill for 2026-11 228.00"]
    assert rows_of_receipt(login(cashier), billed_anew) == ([D("228.00"), D("26.79")], D("254.79"))


def test_the_receipt_of_a_bill_reversed_without_another_says_credit(bill, unit, cashier, login):
    payment = take_payment(unit, actor=cashier, amount=D("254.79"), method="cash", at=NOON)
    reverse_bill(bill, actor=cashier, reason="Never lived in", at=NOON + DAY)
    assert told_of(unit, payment) == ["254.79 kept as credit"]
    assert rows_of_receipt(login(cashier), payment) == ([D("254.79")], D("254.79"))


@pytest.mark.parametrize(
    "amount", ["12,50", "1,2,3", "1.234,50", "NaN", "1e3", "-5", "０", "٣", "10000000000", "1.005"]
)
def test_what_is_no_sum_of_money_is_not_taken(account, unit, cashier, login, amount):
    """A decimal comma is no thousands: 12,50 is asked for again and never taken as 1250."""
    before = Payment.objects.count()
    answer = login(cashier).post(
        f"/fees/units/{unit.pk}/pay/", {"amount": amount, "method": "cash", "form_token": "a"}
    )
    assert answer.status_code == 422 and Payment.objects.count() == before


def test_thousands_may_be_parted(account, unit, cashier, login):
    page = f"/fees/units/{unit.pk}/pay/"
    assert (
        login(cashier).post(page, {"amount": "1,234.50", "method": "cash", "form_token": "a"}).status_code
        == 303
    )
    assert Payment.objects.latest("pk").amount == D("1234.50")
