"""A unit's account in words: why each amount is what it is, down to reading, rate and days (docs/domain.md §9)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import AccountEntry
from billing.selectors import StatementRow

KIND = AccountEntry.Kind


def plain(number: Decimal) -> str:
    """89.40 → 89.4, 13.000 → 13: a figure without the noughts of its column."""
    return f"{number.normalize():f}"


def price(rate: Any) -> str:
    """3.2 → 3.20, 0.5283 stays: two places at least, and no noughts beyond them."""
    whole, _point, places = f"{Decimal(rate):,.4f}".partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def exact(amount: Any) -> str:
    """9.5000000 → 9.50, 0.127395 stays: a part of a sum, not rounded, so that the parts add up to it."""
    whole, _point, places = f"{Decimal(amount):,.8f}".partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def sum_of(line: Mapping[str, Any]) -> str:
    """One line as people reckon it: Management fee 89.4 m² × 3.20 = 286.08, with all else that made the amount."""
    made = " + ".join(_products(line))
    words = f"{line.get('item')} {made} = {line['amount']:,.2f}"
    asides = _asides(line)
    if not asides:
        return words
    why = asides[0]
    for more in asides[1:]:
        why = _("%(first)s; %(second)s") % {"first": why, "second": more}
    return _("%(sum)s (%(why)s)") % {"sum": words, "why": why}


def _products(line: Mapping[str, Any]) -> list[str]:
    """What was multiplied with what: the parts of a line, the steps of a tariff, a share of a cost, quantity × rate."""
    if line.get("parts"):
        return [f"{Decimal(part['amount']):,.2f}" for part in line["parts"]]
    if line.get("cost"):
        shares = (
            f"{Decimal(line['cost']):,.2f}",
            plain(line["quantity"]),
            plain(Decimal(line["area_of_all"])),
        )
        return ["{} × {} ÷ {} m²".format(*shares)]
    measure = str(getattr(line.get("item"), "measure", ""))
    if line.get("stretches"):
        return [_days_of(line, stretch, measure) for stretch in line["stretches"]]
    steps = line.get("steps") or [{"quantity": line["quantity"], "rate": line["rate"]}]
    return [f"{_quantity(step['quantity'], measure)} × {price(step['rate'])}" for step in steps]


def _days_of(line: Mapping[str, Any], stretch: Mapping[str, Any], measure: str) -> str:
    """Some days of a month at their own price: 89.4 m² × 3.20 × 16 ÷ 30, less a discount × 50%."""
    parts = [price(stretch["rate"]), f"{stretch['days']} ÷ {line['of_days']}"]
    if line["quantity"] != 1 or measure:
        parts.insert(0, _quantity(line["quantity"], measure))
    if stretch.get("percent_off"):
        parts.append(f"{plain(100 - Decimal(stretch['percent_off']))}%")
    return " × ".join(parts)


def _quantity(amount: Any, measure: str) -> str:
    return f"{plain(Decimal(amount))} {measure}".strip()


def _asides(line: Mapping[str, Any]) -> list[str]:
    """What stands behind the figures: readings, whether they were estimated, days of a part month, a discount."""
    found = []
    if line.get("meter_from") is not None and line.get("meter_to") is not None:
        span = {"from": plain(line["meter_from"]), "to": plain(line["meter_to"])}
        found.append(_("meter %(from)s to %(to)s") % span)
    if Decimal(line.get("multiplier") or 1) != 1:
        found.append(f"× {plain(Decimal(line['multiplier']))}")
    if line.get("estimated"):
        found.append(_("estimated"))
    if line.get("months"):
        found.append(_("with the steps of %(months)s months") % {"months": line["months"]})
    if line.get("used_before"):
        said = {"used": plain(Decimal(line["used_before"]))}
        found.append(_("in the steps after the %(used)s of the unit's other meters") % said)
    if line.get("odd_cent"):
        found.append(_("with one of the odd cents"))
    found += [_stretch(stretch) for stretch in line.get("stretches") or ()]
    for part in line.get("parts") or [line]:
        if part.get("lease"):
            found.append(_lease(part))
        found += _discounts(part)
    return found


def _discounts(part: Mapping[str, Any]) -> list[str]:
    """What exemptions took off it, on all of its days or on some."""
    found = []
    if part.get("percent_off"):
        found.append(_("less %(percent)s%%") % {"percent": plain(Decimal(part["percent_off"]))})
    for off in part.get("discounts") or ():
        said = {
            "percent": plain(Decimal(off["percent"])),
            "days": off["days"],
            "all": part["days_of_discounts"],
        }
        found.append(_("less %(percent)s%% on %(days)s of %(all)s days") % said)
    return found


def _stretch(stretch: Mapping[str, Any]) -> str:
    """From when to when one price held, and what was taken off it."""
    said = {"from": stretch["from"], "to": stretch["to"]}
    if not stretch.get("percent_off"):
        return _("%(from)s to %(to)s") % said
    said["percent"] = plain(Decimal(stretch["percent_off"]))
    return _("%(from)s to %(to)s less %(percent)s%%") % said


def _lease(part: Mapping[str, Any]) -> str:
    """What is let, and for how many days of the month where it is not all of them."""
    if part.get("days") == part.get("of_days"):
        return str(part["lease"])
    said = {"what": part["lease"], "days": part["days"], "all": part["of_days"]}
    return _("%(what)s, %(days)s of %(all)s days") % said


def settled_by(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a payment went to, bill by bill; late fees stand apart. Which lines they were stands on the payment's page."""
    sums: dict[tuple[str, str], Decimal] = {}
    for part in parts:
        what = _("Bill for %(period)s") if part.get("item") else _("Late fee of %(period)s")
        key = (part["bill"], what % {"period": part["period"] or part["bill"]})
        sums[key] = sums.get(key, Decimal(0)) + part["amount"]
    return [f"{what} {amount:,.2f}" for (_number, what), amount in sums.items()]


def late_days(fee: Mapping[str, Any]) -> list[str]:
    """The days of a late fee with the balance that each bore, exactly; then what rounding or the cap left of their sum."""
    percent = plain(Decimal(fee.get("rate") or 0) * 100)
    days = [
        _("%(from)s to %(to)s: %(days)s days × %(balance)s × %(percent)s%% = %(fee)s")
        % {
            "from": row["from"],
            "to": row["to"],
            "days": row["days"],
            "balance": f"{Decimal(row['balance']):,.2f}",
            "percent": percent,
            "fee": exact(row["fee"]),
        }
        for row in fee.get("days") or []
    ]
    return days + ([_rest_of(fee)] if fee.get("rest") else [])


def _rest_of(fee: Mapping[str, Any]) -> str:
    """Why an entry is not just what its days come to."""
    why = {
        "rounding": _("%(amount)s by rounding the sum of all days to the cent"),
        "cap": _("%(amount)s by the cap and what was charged before"),
        "earlier": _("%(amount)s for earlier days, of which something changed since"),
    }[fee["rest_of"]]
    sign = "+" if Decimal(fee["rest"]) > 0 else "−"
    return why % {"amount": sign + exact(abs(Decimal(fee["rest"])))}


def title_of(entry: AccountEntry) -> str:
    """What an entry is called, with the period of its bill or the reason of its reversal."""
    if entry.kind == KIND.BILL and entry.bill:
        return _("Bill for %(period)s") % {"period": entry.bill.period}
    if entry.kind == KIND.LATE_FEE and entry.late_fee:
        return _("Late fee of %(period)s") % {"period": entry.late_fee.bill.period or entry.number}
    if entry.kind == KIND.WAIVER and entry.waiver and entry.waiver.is_correction:
        return _("Late fee taken back")
    return str(entry.get_kind_display())


def why_of(row: StatementRow) -> list[str]:
    """The sentences under an entry."""
    entry = row.entry
    if entry.kind == KIND.BILL:
        return [sum_of(line) for line in row.lines if "quantity" in line]
    if entry.kind == KIND.PAYMENT:
        return _uses_of(row)
    if entry.kind == KIND.LATE_FEE:
        return [sentence for fee in row.lines for sentence in late_days(fee)]
    reasons = {
        KIND.PAYMENT_REVERSAL: entry.payment and entry.payment.reason,
        KIND.BILL_REVERSAL: entry.bill_reversal and entry.bill_reversal.reason,
        KIND.REFUND: entry.refund and entry.refund.reason,
        KIND.WAIVER: entry.waiver and entry.waiver.reason,
        KIND.WRITE_OFF: entry.write_off and entry.write_off.reason,
    }
    said = reasons.get(KIND(entry.kind))
    return [str(said)] if said else []


def _uses_of(row: StatementRow) -> list[str]:
    """Where a payment went: what it settled, what was given back, and what of it is still to be used."""
    told = settled_by([part for part in row.lines if "bill" in part])
    back = sum((part["amount"] for part in row.lines if "refund" in part), Decimal(0))
    if back:
        told.append(_("%(amount)s given back") % {"amount": f"{back:,.2f}"})
    left = row.credit - sum((part["amount"] for part in row.lines), Decimal(0))
    if left and not hasattr(row.entry.payment, "reversal"):
        told.append(_("%(amount)s kept as credit") % {"amount": f"{left:,.2f}"})
    return told


def url_of(entry: AccountEntry) -> str:
    """The page of the bill or payment behind an entry; of a refund its slip."""
    if entry.kind == KIND.BILL and entry.bill_id:
        return reverse("bill_detail", args=[entry.bill_id])
    if entry.kind == KIND.PAYMENT and entry.payment_id:
        return reverse("payment_detail", args=[entry.payment_id])
    if entry.kind == KIND.REFUND and entry.refund_id:
        return reverse("refund_print", args=[entry.refund_id])
    return ""
