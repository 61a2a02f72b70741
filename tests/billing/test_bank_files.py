"""Payments by a bank's file: whose each sum is, what somebody has to look at, and each line posted once, for ever."""

import html
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone, translation
from openpyxl import Workbook

from billing.bank_reasons import WORDS, reason_in_words, reason_kept
from billing.bank_sheets import amount_of
from billing.models import BankFile, BankLine, Payment
from billing.proof import differences
from billing.selectors import arrears_of
from billing.services import bank_files, late_fees
from billing.services.closings import close_day
from billing.services.credit import apply_credit
from billing.services.payments import reverse_payment
from helpdesk.lib.errors import Refused
from residents.importing.values import Unreadable
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
HEADS = "Date,Amount,Bank reference,Payer,Unit,Bill number,Message"


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"), tick=False)


@pytest.fixture
def bill(unit, resident):
    return post_bill(unit, date(2026, 10, 15), "254.79")


@pytest.fixture(autouse=True)
def the_ledger_agrees_with_itself():
    yield
    assert differences() == {}


def send(estate, actor, *lines: str, heads: str = HEADS, encoding: str = "utf-8") -> BankFile:
    data = "\n".join([heads, *lines]).encode(encoding)
    return bank_files.send_bank_file(estate, actor=actor, name="bank.csv", data=data)


def post(file: BankFile, actor) -> int:
    bank_files.confirm_bank_file(file, actor=actor)
    return bank_files.continue_bank_files(timezone.now())


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("2026-11-16,100.00,T1,Somebody,3-2-501,,", "plate"),
        ("2026-11-16,100.00,T1,Somebody,3栋2单元501,,", "plate"),
        ("2026-11-16,100.00,T1,Somebody,,B-2026-000001,", "bill"),
        ("2026-11-16,100.00,T1,Somebody,,,fees B-2026-000001", "bill"),
        ("2026-11-16,100.00,T1,Somebody,,,3-2-501 management fee", "note"),
        ("2026-11-16,254.79,T1,Wang Jianguo,,,", "name"),
        ("2026-11-16,254.79,T1,王建国,,,", "name"),
    ],
)
def test_a_line_finds_its_unit(bill, estate, unit, resident, cashier, line, by):
    resident.other_name = "王建国"
    resident.save(update_fields=["other_name"])
    (found,) = send(estate, cashier, line).lines.all()
    assert (found.state, found.matched_by, found.unit) == ("matched", by, unit)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-11-16,100.00,T1,Nobody,,,", "unit_unknown"),
        ("2026-11-16,100.00,T1,Wang Jianguo,,,", "nothing_owed"),
        ("2026-11-16,100.00,T1,Wang Jianguo,9-9-999,,", "not_on_file"),
        ("2026-11-16,100.00,T1,Somebody,3-2-502,B-2026-000001,", "several_units"),
    ],
)
def test_what_is_not_sure_waits(bill, neighbour, estate, cashier, line, why):
    (found,) = send(estate, cashier, line).lines.all()
    assert found.state == "open" and found.unit is None and why == found.why_code


def test_the_payers_units_are_offered(bill, estate, cashier):
    (found,) = send(estate, cashier, "2026-11-16,1.00,T1,Wang Jianguo,,,").lines.all()
    assert found.candidates == ["3-2-501"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_chinese_file_of_any_encoding_is_read(bill, estate, unit, cashier, encoding):
    heads = "交易日期,贷方金额,借方金额,交易流水号,对方户名,摘要"
    file = send(
        estate, cashier, "2026年11月16日,\"1,254.79\",,0001,王建国,3栋2单元501 物业费", "2026-11-16,,88.00,0002,银行,手续费",
        heads=f"账户明细\n{heads}", encoding=encoding,
    )  # fmt: skip
    (line,) = file.lines.all()
    assert (line.amount, line.reference, line.unit, file.outgoing) == (Decimal("1254.79"), "0001", unit, 1)


def test_a_workbook_is_read_with_its_numbers_as_they_were(bill, estate, unit, cashier):
    book, out = Workbook(), io.BytesIO()
    book.active.append(["日期", "金额", "流水号", "房号"])
    book.active.append([date(2026, 11, 16), 89.39999999999999, "0000123", "3-2-501"])
    book.save(out)
    file = bank_files.send_bank_file(estate, actor=cashier, name="bank.xlsx", data=out.getvalue())
    (line,) = file.lines.all()
    assert (line.amount, line.reference, line.received_on) == (
        Decimal("89.40"),
        "0000123",
        date(2026, 11, 16),
    )


@pytest.mark.parametrize(
    "line",
    ["2026-11-16,1.005,T1", "2026-11-16,abc,T1", ",5,T1", "03/04/2026,5,T1", "2026-11-18,5,T1", "2026-11-16,5,6.2E+20"],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_said_and_blocks_no_other(bill, estate, cashier, line):
    file = send(estate, cashier, f"{line},,,,", "2026-11-16,5.00,T9,,3-2-501,,")
    assert [problem["row"] for problem in file.unreadable] == [2] and file.lines.count() == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file_empty"), (b"a,b\n1,2", "no_headings"), (b"Date,Amount\n2026-11-16,-5", "nothing_to_import")],
)
def test_what_is_no_bank_file_is_refused(estate, cashier, data, code):
    with pytest.raises(Refused) as refusal:
        bank_files.send_bank_file(estate, actor=cashier, name="x.csv", data=data)
    assert refusal.value.code == code


def test_lines_are_posted_on_the_banks_day_and_settle_the_named_bill(bill, estate, unit, cashier):
    later = post_bill(unit, date(2026, 11, 30), "90.00")
    file = send(estate, cashier, f"2026-11-12,90.00,T1,,,{later.number},", "2026-11-13,300.00,T2,,3-2-501,,")
    assert post(file, cashier) == 2
    first, second = Payment.objects.order_by("id")
    assert (first.received_on, first.channel, first.reference) == (date(2026, 11, 12), "file", "T1")
    later.refresh_from_db(), bill.refresh_from_db()
    assert (later.status, bill.status, second.credit) == ("paid", "paid", Decimal("45.21"))
    file.refresh_from_db()
    assert file.status == "done"


def test_the_same_file_again_posts_nothing(bill, estate, cashier):
    rows = ["2026-11-16,10.00,T1,,3-2-501,,", "2026-11-16,10.00,,,3-2-501,,", "2026-11-16,10.00,,,3-2-501,,"]
    assert post(send(estate, cashier, *rows), cashier) == 3, "two alike without a number are two sums"
    again = send(estate, cashier, *rows)
    assert (again.known, again.lines.count(), Payment.objects.count()) == (3, 0, 3)


def test_a_bank_reference_is_one_payment_by_the_database(bill, estate, cashier):
    post(send(estate, cashier, "2026-11-16,10.00,T1,,3-2-501,,"), cashier)
    line = BankLine.objects.get()
    twin = {
        f.attname: getattr(line, f.attname) for f in BankLine._meta.fields if f.name not in ("id", "payment")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.create(**twin | {"state": "matched"})


def test_one_reference_with_two_amounts_is_two_sums(bill, estate, cashier):
    rows = [
        "2026-11-16,10.00,T1,,3-2-501,,",
        "2026-11-16,20.00,T1,,3-2-501,,",
        "2026-11-16,20.00,T1,,3-2-501,,",
    ]
    file = send(estate, cashier, *rows)
    assert [line.amount for line in file.lines.all()] == [10, 20, 20]
    assert send(estate, cashier, *rows).lines.count() == 0, "the same file again is the same sums"


VOUCHERS = "交易日期,凭证号,交易流水号,贷方金额,对方户名,附言"


@pytest.mark.parametrize("nothing", ["000000", "0", "-", ""])
def test_a_voucher_number_of_noughts_hides_no_money(bill, estate, cashier, nothing):
    heads = VOUCHERS.replace("交易流水号,", "")
    day = ["李一", "王二", "张三"]
    rows = [f"2026-11-15,{nothing},100.00,{name},物业费" for name in day]
    assert send(estate, cashier, *rows, heads=heads).lines.count() == 3
    later = send(estate, cashier, f"2026-11-16,{nothing},999.00,赵四,物业费", heads=heads)
    assert (later.known, later.lines.get().amount) == (0, 999)
    assert send(estate, cashier, *rows, heads=heads).known == 3


def test_a_serial_number_goes_before_a_voucher_number(bill, estate, cashier):
    rows = [f"2026-11-15,000000,S{n},100.00,李一,物业费" for n in range(3)]
    file = send(estate, cashier, *rows, heads=VOUCHERS)
    assert [line.key for line in file.lines.all()] == ["S0", "S1", "S2"]


def test_a_voucher_number_counts_where_there_is_no_better_one(bill, estate, cashier):
    file = send(estate, cashier, "2026-11-15,88,,100.00,李一,物业费", heads=VOUCHERS)
    assert file.lines.get().key == "88"


@pytest.mark.parametrize(
    "row", ["2026-11-16,999.00,T1,Li,3-2-501,,", "2026-11-15,10.00,T1,Li,3-2-501,,", "2026-11-16,10.00,T1,Wang,3-2-501,,"]
)  # fmt: skip
def test_a_known_reference_with_other_money_is_somebodys_to_look_at(bill, estate, unit, cashier, row):
    post(send(estate, cashier, "2026-11-16,10.00,T1,Li,3-2-501,,"), cashier)
    file = send(estate, cashier, row)
    line = file.lines.get()
    assert (file.known, line.state, line.candidates) == (0, "open", [unit.code])
    assert (line.why_code, line.why_data) == ("same_reference", {"file": file.file_name})
    bank_files.match_line(line, actor=cashier, unit=unit)
    assert post(file, cashier) == 1 and Payment.objects.count() == 2
    assert send(estate, cashier, row).known == 1


def test_a_reference_shared_only_in_a_later_file_takes_nothing_twice(bill, estate, cashier):
    first = "2026-11-16,10.00,T1,Li,3-2-501,,"
    send(estate, cashier, first)
    file = send(estate, cashier, first, "2026-11-16,20.00,T1,Wang,3-2-501,,")
    assert (file.known, file.lines.get().amount) == (1, 20)
    assert send(estate, cashier, first).known == 1


def test_a_line_kept_under_its_noughts_is_known_when_it_comes_again(bill, estate, cashier):
    heads = VOUCHERS.replace("交易流水号,", "")
    send(estate, cashier, "2026-11-16,000000,10.00,李一,物业费", heads=heads)
    BankLine.objects.update(key="000000", reference="000000")
    assert send(estate, cashier, "2026-11-16,000000,10.00,李一,物业费", heads=heads).known == 1


def test_killed_half_way_it_goes_on_with_the_rest(bill, estate, cashier, monkeypatch):
    file = send(estate, cashier, *(f"2026-11-16,{n}.00,T{n},,3-2-501,," for n in range(1, 6)))
    bank_files.confirm_bank_file(file, actor=cashier)
    whole, calls = bank_files.post_line, []

    def dies(pk, **known):
        calls.append(pk)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(pk, **known)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(bank_files, "post_line", dies)
        bank_files.continue_bank_files(timezone.now())
    assert Payment.objects.count() == 2
    assert bank_files.continue_bank_files(timezone.now()) == 0, "the dead worker's hold is respected"
    assert bank_files.continue_bank_files(timezone.now() + 2 * bank_files.LEASE) == 3
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1, 2, 3, 4, 5]


def test_money_of_a_closed_day_is_booked_on_the_next_open_one(bill, estate, cashier):
    close_day(estate, actor=cashier, day=date(2026, 11, 16), counted={})
    post(send(estate, cashier, "2026-11-16,10.00,T1,,3-2-501,,"), cashier)
    assert Payment.objects.get().received_on == date(2026, 11, 17)


def test_with_every_day_closed_a_line_waits_and_is_posted_later(bill, estate, unit, cashier, time_machine):
    for day in (16, 17):
        close_day(estate, actor=cashier, day=date(2026, 11, day), counted={})
    file = send(estate, cashier, "2026-11-16,10.00,T1,,3-2-501,,")
    assert post(file, cashier) == 0
    line = file.lines.get()
    assert line.state == "refused" and line.why_code == "day_closed"
    time_machine.move_to(at("2026-11-18 09:00"), tick=False)
    bank_files.match_line(line, actor=cashier, unit=unit)
    file.refresh_from_db()
    assert post(file, cashier) == 1


# --- pages ------------------------------------------------------------------------------------------------------------


def upload(browser, *lines: str):
    data = "\n".join([HEADS, *lines]).encode()
    return browser.post("/fees/bank-files/", {"file": SimpleUploadedFile("bank.csv", data)})


def test_a_cashier_looks_a_file_through_and_posts_it(bill, unit, neighbour, cashier, login):
    browser = login(cashier)
    sent = upload(
        browser, "2026-11-16,10.00,T1,,3-2-501,,", "2026-11-16,20.00,T2,Li,,,rent", "2026-11-16,5.00,T3,,,,"
    )
    page = browser.get(sent.url).text
    assert "1 line is matched" in page and "Nothing in the line says which unit." in page
    second, third = BankLine.objects.filter(state="open")
    wrong = browser.post(f"/fees/bank-files/lines/{second.pk}/match/", {"unit": "9-9-999"})
    assert wrong.status_code == 422 and "No unit of this plate" in wrong.text
    assert browser.post(f"/fees/bank-files/lines/{second.pk}/match/", {"unit": "3-2-502"}).status_code == 303
    assert browser.post(f"/fees/bank-files/lines/{third.pk}/leave/").status_code == 303
    assert browser.post(f"{sent.url}confirm/").status_code == 303
    assert "being posted" in browser.get(sent.url).text
    assert bank_files.continue_bank_files(timezone.now()) == 2
    assert "2 lines are posted" in browser.get(sent.url).text
    assert browser.post(f"{sent.url}confirm/", follow=True).status_code in {200, 409}
    assert Payment.objects.get(unit=neighbour).amount == 20
    posted = BankLine.objects.filter(state="posted").first()
    browser.post(f"/fees/bank-files/lines/{posted.pk}/leave/")
    posted.refresh_from_db()
    assert posted.state == "posted", "what is posted is only reversed"


def test_the_page_shows_the_rows_that_were_left_aside(bill, cashier, login):
    browser = login(cashier)
    upload(browser, "2026-11-16,10.00,T1,,3-2-501,,")
    again = upload(
        browser, "2026-11-16,10.00,T1,,3-2-501,,", "2026-11-16,7.00,T2,,,,", "2026-11-16,7.00,T2,,,,"
    )
    page = browser.get(again.url).text
    assert (
        "Rows left aside" in page
        and "on file since “bank.csv”" in page
        and "stands twice in this file" in page
    )


def test_a_file_of_which_nothing_was_posted_is_dropped_and_may_come_again(bill, cashier, login):
    browser = login(cashier)
    sent = upload(browser, "2026-11-16,10.00,T1,,3-2-501,,")
    assert browser.post(f"{sent.url}drop/").status_code == 303 and not BankLine.objects.exists()
    assert upload(browser, "2026-11-16,10.00,T1,,3-2-501,,").status_code == 303
    assert BankLine.objects.count() == 1


def test_a_clerk_imports_nothing_and_another_estate_sees_nothing(
    bill, estate, clerk, cashier, outsider, login
):
    file = send(estate, cashier, "2026-11-16,10.00,T1,,3-2-501,,")
    assert upload(login(clerk), "2026-11-16,1.00,T2,,3-2-501,,").status_code == 403
    assert login(outsider).get(f"/fees/bank-files/{file.pk}/").status_code in {403, 404}
    assert upload(login(cashier), "rubbish").status_code == 409


def test_the_empty_file_is_understood_when_it_comes_back_filled_in(bill, cashier, login):
    browser = login(cashier)
    body = b"".join(browser.get("/fees/bank-files/template.csv"))
    sent = browser.post(
        "/fees/bank-files/",
        {"file": SimpleUploadedFile("t.csv", body + b"2026-11-16,10.00,T1,,3-2-501,,\r\n")},
    )
    assert sent.status_code == 303
    assert BankLine.objects.get().amount == Decimal("10.00")
    assert browser.get("/fees/bank-files/template.exe").status_code == 404


@pytest.mark.parametrize(
    "amount", [1e308, float("inf"), float("nan"), 1e12, "12,50", "1,2,3.00", "1.234,50", "1e5"]
)
def test_what_is_no_sum_of_money_is_unreadable_and_never_guessed(amount):
    """A comma that parts no thousands would make 12,50 into 1250; a spreadsheet may hold any number at all."""
    with pytest.raises(Unreadable) as caught:
        amount_of(amount)
    assert caught.value.code in {"amount_unreadable", "too_long"}


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1,234.50", "1234.50"), ("¥1,234,567元", "1234567"), (89.39999999999999, "89.40")],
)
def test_thousands_and_the_tail_of_a_spreadsheet_s_number_are_read(written, amount):
    assert amount_of(written) == Decimal(amount)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_file_holds_nothing_that_could_be_posted(kind, bill, cashier, login):
    browser = login(cashier)
    body = b"".join(browser.get(f"/fees/bank-files/template.{kind}"))
    browser.post("/fees/bank-files/", {"file": SimpleUploadedFile(f"t.{kind}", body)})
    assert not BankLine.objects.exists()


# --- the day the bank had it ------------------------------------------------------------------------------------------


@pytest.fixture
def counted_while_closed(estate, unit, admin, cashier, time_machine):
    """A bill due on 15 November, days closed from the 14th to the 20th, and a late fee counted up to the 20th."""
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=Decimal("0.001"), since=date(2026, 1, 1))
    bill = post_bill(unit, date(2026, 11, 15), "1000.00")
    time_machine.move_to(at("2026-11-21 09:00"), tick=False)
    for day in range(14, 21):
        close_day(estate, actor=cashier, day=date(2026, 11, day), counted={})
    late_fees.charge_late_fees(estate, date(2026, 11, 20))
    assert bill.late_fees.get().amount == 5
    return bill


def test_money_that_came_in_time_bears_no_late_fee_though_its_day_is_closed(
    counted_while_closed, estate, unit, cashier
):
    post(send(estate, cashier, "2026-11-14,1000.00,T1,,3-2-501,,"), cashier)
    payment = Payment.objects.get()
    assert (payment.received_on, payment.value_on) == (date(2026, 11, 21), date(2026, 11, 14))
    assert payment.entry.on == date(2026, 11, 21), "it is booked on the open day"
    assert counted_while_closed.waivers.get().amount == 5 and arrears_of(unit).outstanding == 0
    late_fees.charge_late_fees(estate, date(2026, 12, 10))
    assert arrears_of(unit).outstanding == 0


def test_money_of_a_closed_day_that_came_late_leaves_the_days_before_it(
    counted_while_closed, estate, unit, cashier
):
    post(send(estate, cashier, "2026-11-18,1000.00,T1,,3-2-501,,"), cashier)
    assert counted_while_closed.waivers.get().amount == 3, "18 to 20 November; the 16th and the 17th stand"
    assert arrears_of(unit).outstanding == 2


def test_what_is_taken_back_is_late_again_from_that_day_on(
    counted_while_closed, estate, unit, cashier, time_machine
):
    post(send(estate, cashier, "2026-11-14,1000.00,T1,,3-2-501,,"), cashier)
    time_machine.move_to(at("2026-11-25 09:00"), tick=False)
    reverse_payment(Payment.objects.get(), actor=cashier, reason="Another unit's")
    late_fees.charge_late_fees(estate, date(2026, 11, 26))
    assert arrears_of(unit).outstanding == 1002, "25 and 26 November"


def test_credit_that_was_there_bears_no_late_fee_though_it_is_used_later(
    counted_while_closed, estate, unit, cashier, time_machine
):
    post(send(estate, cashier, "2026-11-14,1500.00,T1,,3-2-501,,"), cashier)
    time_machine.move_to(at("2026-12-14 09:00"), tick=False)
    later = post_bill(unit, date(2026, 12, 10), "400.00")
    apply_credit(unit, actor=cashier)
    late_fees.charge_late_fees(estate, date(2026, 12, 20))
    assert not later.late_fees.exists(), "the money was there on the day the bill fell due"


def test_a_payment_says_when_the_bank_had_it_and_never_otherwise(
    counted_while_closed, estate, cashier, login
):
    post(send(estate, cashier, "2026-11-14,10.00,T1,,3-2-501,,", "2026-11-21,10.00,T2,,3-2-501,,"), cashier)
    first, second = Payment.objects.order_by("id")
    assert second.value_on is None, "its own day is open"
    assert "At the bank on" in login(cashier).get(f"/fees/payments/{first.pk}/").text
    for wrong in ({"value_on": date(2026, 11, 15)}, {"value_on": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Payment.objects.filter(pk=first.pk).update(**wrong)


# --- why a row waits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-11-16,100.00,T1,Nobody,,,", "unit_unknown"),
        ("2026-11-16,abc,T1,,,,", "amount_unreadable"),
        ("03/04/2026,5.00,T1,,,,", "date_two_ways"),
        (",5.00,T1,,,,", "date_missing"),
    ],
)
@pytest.mark.parametrize("sender", ["en", "zh-hans"])
def test_why_a_row_waits_is_said_in_the_readers_language(bill, estate, cashier, login, line, said, sender):
    with translation.override(sender):
        file = send(estate, cashier, line, "2026-11-16,7.00,T2,,3-2-501,,")
    cashier.language = "zh-hans"
    cashier.save()
    page = login(cashier).get(f"/fees/bank-files/{file.pk}/?show=open").text
    data = next((row["data"] for row in file.unreadable), {})
    with translation.override("zh-hans"):
        chinese = reason_in_words(said, data)
    with translation.override("en"):
        english = reason_in_words(said, data)
    assert chinese != english
    assert html.escape(chinese) in page
    assert html.escape(english) not in page


def test_what_an_older_line_says_stays_as_it_was(bill, estate, cashier, login):
    file = send(estate, cashier, "2026-11-16,100.00,T1,Nobody,,,")
    file.lines.update(why_code="", why="Wer soll das sein?")
    file.unreadable = [{"row": 9, "why": "Kein Datum"}]
    file.save()
    page = login(cashier).get(f"/fees/bank-files/{file.pk}/").text
    assert "Wer soll das sein?" in page and "Kein Datum" in page


def test_a_refusal_without_words_of_its_own_is_kept_as_it_was_said():
    kept = reason_kept("currency_mismatch", "Another currency.")
    assert kept == {"why_code": "currency_mismatch", "why_data": {}, "why": "Another currency."}
    assert reason_in_words(kept["why_code"], kept["why_data"], kept["why"]) == "Another currency."


def test_a_word_that_is_not_known_is_answered_with_those_the_reader_writes():
    with translation.override("zh-hans"):
        assert "转账" in reason_in_words("word_unknown", {"text": "牛"})
    assert "transfer" in reason_in_words("word_unknown", {"text": "cow"})


def test_every_reason_has_words_for_what_it_keeps():
    for code in WORDS:
        assert reason_in_words(code, {"text": "x", "file": "y", "count": 3})
