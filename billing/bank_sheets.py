"""A bank's list of what came in, as rows: whatever the bank calls its columns, in Chinese or English."""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.models import Method
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import parse_money, without_thousands
from helpdesk.lib.names import fold
from residents.importing.sheets import Cells, Sheet, read_sheet
from residents.importing.values import CUT_NUMBER, Unreadable, choice_of, date_of, text_of

SEARCHED = 15  # rows, for the one with the headings
MOST_LINES = 10_000
MOST_UNREADABLE = 200
OLDEST_DAYS = 366  # that a row may lie back
MOST_MONEY = 1e12  # a spreadsheet's number beyond it is no sum of money
COLUMNS: dict[str, tuple[str, ...]] = {
    "received_on": (
        *("date", "received on", "value date", "transaction date", "posting date", "booking date"),
        *("日期", "交易日期", "交易时间", "入账日期", "入账时间", "到账日期", "记账日期", "收款日期"),
    ),
    "amount": (
        *("amount", "credit", "credit amount", "paid in", "money in", "amount received"),
        *("金额", "交易金额", "收入", "收入金额", "贷方", "贷方金额", "贷方发生额", "入账金额", "收款金额"),
    ),
    "outgoing": (
        *("debit", "debit amount", "paid out", "money out"),
        *("支出", "支出金额", "借方", "借方金额", "借方发生额"),
    ),
    "reference": (
        *("reference", "bank reference", "transaction id", "transaction no", "reference no", "serial no"),
        *("流水号", "交易流水号", "银行流水号", "参考号", "交易号", "流水", "交易编号"),
    ),
    # A voucher's number counts only where the bank gives no better one: many banks write 000000 in every row.
    "voucher": ("voucher", "voucher no", "凭证号", "凭证号码", "凭证编号"),
    "payer": (
        *("payer", "payer name", "name", "counterparty", "from", "ordering customer"),
        *("付款人", "付款方", "付款人名称", "付款人户名", "对方户名", "对方名称", "户名", "交款人", "姓名"),
    ),
    "unit": (*("unit", "unit code", "door plate", "flat", "房号", "门牌", "门牌号", "房屋", "单位", "户号"),),
    "bill": (*("bill", "bill number", "bill no", "账单", "账单号", "账单编号", "通知单号"),),
    "note": (
        *("note", "message", "remark", "remarks", "purpose", "description", "details", "narrative"),
        *("摘要", "附言", "备注", "用途", "交易摘要", "留言"),
    ),
    "method": (*("method", "channel", "payment method", "方式", "付款方式", "渠道", "支付方式"),),
}
BY_WORD = {fold(word): key for key, words in COLUMNS.items() for word in words}
METHODS = {
    Method.TRANSFER: ("transfer", "bank transfer", "转账", "银行转账", "汇款", "网银", "代扣"),
    Method.WECHAT: ("wechat", "wechat pay", "微信", "微信支付"),
    Method.ALIPAY: ("alipay", "支付宝"),
    Method.CARD: ("card", "刷卡", "银行卡", "pos"),
    Method.CASH: ("cash", "现金", "现金存款"),
    Method.OTHER: ("other", "其他"),
}


@dataclass(frozen=True)
class Row:
    """One sum that came in. `key` is the bank's own number of it, or what stands for it where the bank gives none.

    `mark` stands for what the row says, and `aliases` are all the keys under which an earlier file may have kept it.
    """

    row: int
    key: str
    mark: str
    aliases: tuple[str, ...]
    reference: str
    received_on: date
    amount: Decimal
    method: str
    payer: str
    note: str
    unit: str
    bill: str

    @property
    def said(self) -> str:
        return "|".join(
            [self.received_on.isoformat(), str(self.amount), self.payer, self.note, self.unit, self.bill]
        )


@dataclass
class Statement:
    """What a file holds: sums that came in, how many went out, and {row, code, data, why} of what nobody can read."""

    rows: list[Row] = field(default_factory=list)
    outgoing: int = 0
    unreadable: list[dict[str, Any]] = field(default_factory=list)


def read_statement(name: str, data: bytes, *, today: date) -> Statement:
    """The file, row by row; a row that can't be read blocks no other.

    Refused no_headings, too_many_rows, nothing_to_import, and what read_sheet refuses.
    """
    sheet = read_sheet(name, data)
    first, places = _headings(sheet)
    if len(sheet.rows) > MOST_LINES:
        raise Refused("too_many_rows", _("More than 10,000 rows: cut the file in two."), field="file")
    found, twins = Statement(), Counter[str]()
    for number, cells in sheet.rows:
        if number > first:
            _take(found, number, {key: _at(cells, at) for key, at in places.items()}, twins, today)
    if not found.rows and not found.unreadable:
        raise Refused("nothing_to_import", _("No money came in by this file."), field="file")
    found.rows = _without_shared_references(found.rows)
    return found


def _without_shared_references(rows: list[Row]) -> list[Row]:
    """A reference that stands at different sums tells none of them apart: what the row says does."""
    said: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        said[row.key].add(row.said)
    return [replace(row, key=row.mark) if len(said[row.key]) > 1 else row for row in rows]


def _take(found: Statement, number: int, cells: dict[str, Any], twins: Counter[str], today: date) -> None:
    try:
        row = _row(number, cells, twins, today)
    except (Unreadable, Refused) as problem:
        if len(found.unreadable) < MOST_UNREADABLE:
            found.unreadable.append({"row": number, **_why(problem)})
        return
    if row is None:
        found.outgoing += 1
    else:
        found.rows.append(row)


def _why(problem: Unreadable | Refused) -> dict[str, Any]:
    """Code and figures, and the sentence as it is now for a code that nobody has words for later."""
    if isinstance(problem, Unreadable):
        return {"code": problem.code, "data": problem.data, "why": problem.reason}
    return {"code": problem.code, "data": {}, "why": str(problem.message)}


def _row(number: int, cells: dict[str, Any], twins: Counter[str], today: date) -> Row | None:
    """None for money that went out."""
    amount = amount_of(cells.get("amount"))
    if amount is None or amount <= 0:
        return None
    received_on = date_of(cells.get("received_on"))
    if received_on is None:
        raise Unreadable("date_missing")
    if received_on > today:
        raise Unreadable("day_not_begun")
    if (today - received_on).days > OLDEST_DAYS:
        raise Unreadable("too_far_back")
    number_of = {key: reference_of(cells.get(key)) for key in ("reference", "voucher")}
    reference = next((value for value in number_of.values() if tells_apart(value)), "")
    words = {key: text_of(cells.get(key), 200) for key in ("payer", "note", "unit", "bill")}
    # A bank that gives no number: the same sum twice on a day is two sums, the same file again is the same two.
    said = "|".join([received_on.isoformat(), str(amount), *words.values()])
    said = f"{reference}|{said}" if reference else said
    twins[said] += 1
    mark = "~" + hashlib.sha256(f"{said}|{twins[said]}".encode()).hexdigest()[:40]
    aliases = tuple(value for value in dict.fromkeys([reference, mark, *number_of.values()]) if value)
    method = choice_of(cells.get("method"), METHODS) or Method.TRANSFER  # type: ignore[arg-type]
    return Row(number, reference or mark, mark, aliases, reference, received_on, amount, str(method), **words)


def tells_apart(reference: str) -> bool:
    """False for what a bank writes where it has no number: nothing, noughts, dashes."""
    return bool(reference.strip("0-—–_.*/ ")) and reference.casefold() not in {
        "n/a",
        "na",
        "none",
        "null",
        "无",
    }


def amount_of(value: Any) -> Decimal | None:
    """Money as banks write it: 1,234.50, ¥90, +12.00; below nothing for what went out. Unreadable: amount_unreadable."""
    if isinstance(value, float) and abs(value) < MOST_MONEY:
        # 89.39999999999999 is how a spreadsheet keeps 89.40.
        nearest = Decimal(repr(value)).quantize(Decimal("0.01"))
        value = str(nearest if abs(float(nearest) - value) < 1e-6 else value)
    text = unicodedata.normalize("NFKC", text_of(value, 40)).replace(" ", "")
    text = re.sub(r"^(CNY|RMB|HKD|HK\$|¥|\$)|(元|CNY|RMB)$", "", text).lstrip("+")
    text = without_thousands(text)
    if text in {"", "-", "--"}:
        return None
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    try:
        return sign * parse_money(digits)
    except Refused as refusal:
        raise Unreadable("amount_unreadable", text=text[:20]) from refusal


def reference_of(value: Any) -> str:
    """The bank's own number, whole. Unreadable: digits_lost."""
    if (isinstance(value, int | float) and abs(value) >= 10**15) or CUT_NUMBER.fullmatch(str(value or "")):
        raise Unreadable("digits_lost")
    return text_of(value, 80)


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]]:
    """The headings' row, and column by key; what is called alike twice counts where it stands first."""
    for number, cells in sheet.rows[:SEARCHED]:
        places: dict[str, int] = {}
        for index, cell in enumerate(cells):
            key = BY_WORD.get(_plain(cell)) if isinstance(cell, str) else None
            if key:
                places.setdefault(key, index)
        if {"received_on", "amount"} <= set(places):
            return number, places
    message = _("No headings were found: name the columns, at least “Date” and “Amount”.")
    raise Refused("no_headings", message, field="file")


def _plain(heading: str) -> str:
    bare = re.sub(r"[（(\[【].*?[)）\]】]", "", heading)  # 金额（元）
    return re.sub(r"[\s*:：_]+", " ", fold(bare)).strip(" .")


def _at(cells: Cells, index: int) -> Any:
    return cells[index] if index < len(cells) else None
