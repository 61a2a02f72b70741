"""A unit's account in words: why each amount is what it is, down to reading, rate and days (docs/domain.md §9)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import AccountEntry
from billing.selectors import StatementRow

KIND = AccountEntry.Kind


def plain(number: Decimal) -> str:
    """89.40 → 89.4, 13.000 → 13: a figure without the noughts of its column."""
    return f"{number.normalize():f}"


def sum_of(line: Mapping[str, Any]) -> str:
    """One line as people reckon it: Management fee 89.4 × 3.2 = 286.08."""
    item = line.get("item")
    words = f"{item} {plain(line['quantity'])} × {plain(line['rate'])} = {line['amount']}"
    if line.get("meter_from") is not None and line.get("meter_to") is not None:
        span = {"from": plain(line["meter_from"]), "to": plain(line["meter_to"])}
        words += " " + _("(meter %(from)s to %(to)s)") % span
    return words


def settled_by(part: Mapping[str, Any]) -> str:
    """What a part of a payment went to."""
    item = part.get("item")
    known = {"period": part["period"], "amount": part["amount"], "item": item or _("late fee")}
    return _("%(period)s %(item)s %(amount)s") % known


def late_days(fee: Mapping[str, Any]) -> str:
    """The days of a late fee, as far as they are known."""
    days = fee.get("days")
    count = len(days) if isinstance(days, list) else int(days or 0)
    return ngettext("%(count)d day late", "%(count)d days late", count) % {"count": count}


def title_of(entry: AccountEntry) -> str:
    """What an entry is called, with the period of its bill or the reason of its reversal."""
    if entry.kind == KIND.BILL and entry.bill:
        return _("Bill for %(period)s") % {"period": entry.bill.period}
    if entry.kind == KIND.LATE_FEE and entry.late_fee:
        return _("Late fee on %(number)s") % {"number": entry.late_fee.bill.number}
    return str(entry.get_kind_display())


def why_of(row: StatementRow) -> list[str]:
    """The sentences under an entry."""
    entry = row.entry
    if entry.kind == KIND.BILL:
        return [sum_of(line) for line in row.lines if "quantity" in line]
    if entry.kind == KIND.PAYMENT:
        return [settled_by(part) for part in row.lines if "bill" in part] or [_("kept as credit")]
    if entry.kind == KIND.LATE_FEE:
        return [late_days(fee) for fee in row.lines]
    reasons = {
        KIND.PAYMENT_REVERSAL: entry.payment and entry.payment.reason,
        KIND.BILL_REVERSAL: entry.bill_reversal and entry.bill_reversal.reason,
        KIND.REFUND: entry.refund and entry.refund.reason,
        KIND.WAIVER: entry.waiver and entry.waiver.reason,
        KIND.WRITE_OFF: entry.write_off and entry.write_off.reason,
    }
    said = reasons.get(KIND(entry.kind))
    return [str(said)] if said else []


def url_of(entry: AccountEntry) -> str:
    """The page of the bill or payment behind an entry."""
    if entry.kind == KIND.BILL and entry.bill_id:
        return reverse("bill_detail", args=[entry.bill_id])
    if entry.kind == KIND.PAYMENT and entry.payment_id:
        return reverse("payment_detail", args=[entry.payment_id])
    return ""
