"""What a unit's account shows: its heading, figures, statement, totals by item, and how an amount would spread."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import AccountEntry, Bill, BillLine, Deposit, LateFee, Lease, Method, Payment
from billing.rate_words import price
from billing.selectors import ZERO, Arrears, Statement, StatementRow, rates_of_unit
from billing.services.closings import expected_of
from billing.services.ledger import is_closed
from billing.services.settlement import Debt, debts_of
from billing.statement_lines import title_of, url_of, why_of
from helpdesk.estates.calendars import local
from helpdesk.lib.money import round_money, show_money
from residents.models import Occupancy, Resident, Unit

AMBER_DAYS = 7
ICONS = {"cash": "cash", "card": "card", "transfer": "bank", "wechat": "speech", "alipay": "qr"}


def shown(amount: Decimal, unit: Unit) -> str:
    """An amount in the estate's currency."""
    return show_money(amount, unit.estate.currency)


def heading(unit: Unit, payer: Resident | None, day: date) -> dict[str, Any]:
    """Who pays, in which role; what the unit is and what it is charged by the month."""
    roles = []
    if payer is not None:
        rows = Occupancy.objects.current(day).filter(unit=unit, resident=payer)
        for row in rows.order_by("-is_payer", "id")[:1]:
            roles = [row.get_relation_display(), *([_("Payer")] if row.is_payer else [])]
    facts = [_("%(area)s m²") % {"area": unit.area_m2}] if unit.area_m2 else []
    for rate in rates_of_unit(unit, day):
        cost = price(rate.amount, unit.estate.currency, rate.charge_item.measure)
        facts.append(f"{rate.charge_item} {cost}")
    leases = Lease.objects.filter(unit=unit).on(day).select_related("charge_item")
    facts += [f"{lease.charge_item} {lease.subject}" for lease in leases.order_by("id")]
    return {"roles": roles, "facts": facts}


def kpis(unit: Unit, statement: Statement, day: date) -> list[dict[str, Any]]:
    owed: Arrears = statement.arrears
    last = last_payment(unit)
    late = owed.days(day)
    figures: list[dict[str, Any]] = [
        {"label": _("Balance due"), "figure": shown(owed.outstanding, unit), "bad": owed.amount > 0},
        {
            "label": _("Oldest overdue"),
            "figure": ngettext("%(count)d day", "%(count)d days", late) % {"count": late} if late else "–",
        },
        {"label": _("Credit"), "figure": shown(owed.credit, unit)},
        {
            "label": _("Last payment"),
            "figure": f"{last.received_on:%Y-%m-%d}" if last else "–",
            "base": shown(last.amount, unit) if last else "",
        },
    ]
    if owed.amount and owed.amount != owed.outstanding:
        figures[0]["base"] = _("%(amount)s overdue") % {"amount": shown(owed.amount, unit)}
    return figures


def last_payment(unit: Unit) -> Payment | None:
    rows = Payment.objects.filter(unit=unit, reverses__isnull=True, reversal__isnull=True)
    return rows.order_by("-id").first()


def rows_of(rows: Iterable[StatementRow], statement: Statement, day: date) -> list[dict[str, Any]]:
    """Rows of the statement as they are drawn."""
    taken_back = {
        row.entry.payment.reverses_id  # type: ignore[union-attr]
        for row in statement.rows
        if row.entry.kind == "payment_reversal"
    }
    return [_row(row, row.entry.payment_id in taken_back, day) for row in rows]


def _row(row: StatementRow, is_taken_back: bool, day: date) -> dict[str, Any]:
    entry = row.entry
    chip = bill_chip(entry.bill, day) if entry.kind == "bill" and entry.bill else None
    if entry.kind == "payment" and is_taken_back:
        chip = {"label": _("Reversed"), "tone": "plain", "kind": "struck"}
    tones = {"payment": "paid", "payment_reversal": "struck", "bill_reversal": "struck"}
    return {
        "on": entry.on,
        "title": title_of(entry),
        "number": entry.number,
        "by": _by(entry),
        "url": url_of(entry),
        "why": why_of(row),
        "chip": chip,
        "debit": f"{row.debit:,.2f}" if row.debit else "",
        "credit": f"{row.credit:,.2f}" if row.credit else "",
        "balance": f"{row.balance:,.2f}",
        "tone": "" if is_taken_back else tones.get(entry.kind, ""),
    }


def _by(entry: AccountEntry) -> list[str]:
    """How money came or went, and through whose hands."""
    if entry.refund:
        how, who = entry.refund.get_method_display(), entry.refund.approved_by
    elif entry.payment:
        how, who = entry.payment.get_method_display(), entry.payment.received_by
    else:
        return []
    return [how, *([who.name] if who else [])]


def by_item(unit: Unit) -> list[dict[str, Any]]:
    """What was charged, settled and given up for each item, over all bills that stand."""
    lines = BillLine.objects.filter(bill__unit=unit).exclude(bill__status=Bill.Status.REVERSED)
    sums = lines.values("charge_item").annotate(
        charged=Sum("amount"), settled=Sum("paid"), given_up=Sum("written_off")
    )
    names = {line.charge_item_id: line.charge_item for line in lines.select_related("charge_item")}
    rows = [
        (names[row["charge_item"]], row["charged"], row["settled"], row["given_up"])
        for row in sums.order_by("charge_item__code")
    ]
    fees = LateFee.objects.filter(unit=unit).aggregate(Sum("amount"), Sum("paid"), Sum("waived"))
    if fees["amount__sum"]:
        rows.append((_("Late fee"), fees["amount__sum"], fees["paid__sum"], fees["waived__sum"]))
    return [
        {
            "item": item,
            "charged": f"{charged:,.2f}",
            "settled": f"{settled:,.2f}",
            "given_up": f"{given_up:,.2f}" if given_up else "",
            "open": f"{charged - settled - given_up:,.2f}",
            "is_open": charged > settled + given_up,
        }
        for item, charged, settled, given_up in rows
    ]


def bill_chip(bill: Bill, day: date) -> dict[str, Any]:
    """A bill's status: amber while it is late by seven days at most, red after that."""
    status = bill.status_on(day)
    if status == "overdue":
        late = (day - bill.due_on).days
        label = ngettext("%(count)d day overdue", "%(count)d days overdue", late) % {"count": late}
        is_new = late <= AMBER_DAYS
        return {
            "label": label,
            "tone": "amber" if is_new else "red",
            "icon": "clock" if is_new else "warning",
        }
    if status == "open":
        label = _("Due %(day)s") % {"day": f"{bill.due_on:%Y-%m-%d}"}
        return {"label": label, "tone": "plain", "icon": "document"}
    if status == "paid" and bill.written_off and not bill.paid:
        # Nothing is owed any more, but nobody paid it either.
        return {"label": _("Written off"), "tone": "plain", "icon": "close"}
    looks = {
        "paid": {"tone": "pine", "icon": "tick"},
        "reversed": {"tone": "plain", "kind": "struck", "icon": "undo"},
        "part_paid": {"tone": "plain", "icon": "ring"},
    }
    return {"label": bill.get_status_display(), "tone": "plain"} | looks.get(status, {})


# --- the counter ------------------------------------------------------------------------------------------------------


def till(unit: Unit, day: date) -> dict[str, Any]:
    """What stands below the form: the cash by the books of today, the payment before, whether the day is closed."""
    estate = unit.estate
    before = (
        Payment.objects.filter(estate=estate, received_on=day, reverses__isnull=True).order_by("-id").first()
    )
    return {
        "drawer": shown(expected_of(estate, day).get(Method.CASH, ZERO), unit),
        "before": f"{local(estate, before.created_at):%H:%M}" if before else "",
        "before_amount": shown(before.amount, unit) if before else "",
        "is_closed": is_closed(estate, day),
    }


def held(unit: Unit) -> Decimal:
    """What is held of the unit as deposits."""
    rows = Deposit.objects.filter(unit=unit)
    total = rows.aggregate(sum=Sum(F("amount") - F("given_back") - F("deducted")))["sum"]
    return round_money(total or ZERO)


def preview_of(unit: Unit, amount: Decimal, chosen: set[str], day: date) -> dict[str, Any]:
    """How an amount would spread over what is open: the very order in which the service settles."""
    debts = debts_of(unit)
    left = amount
    parts: dict[int, dict[str, Any]] = {}
    for debt in debts:
        is_meant = not chosen or str(debt.bill.pk) in chosen
        part = min(left, debt.outstanding) if is_meant else ZERO
        left -= part
        row = parts.setdefault(debt.bill.pk, _preview_row(debt, day))
        row["open"] += debt.outstanding
        row["part"] += part
    for row in parts.values():
        row["left"] = shown(row["open"] - row["part"], unit)
        row["is_paid"] = row["part"] == row["open"]
        row["part_shown"], row["open_shown"] = f"{row['part']:,.2f}", f"{row['open']:,.2f}"
    everything = sum((debt.outstanding for debt in debts), ZERO)
    late = [row for row in parts.values() if row["is_late"]]
    return {
        "rows": list(parts.values()),
        "amount": shown(amount, unit) if amount else "",
        "button": _button(shown(amount, unit) if amount else ""),
        "credit": shown(left, unit) if left else "",
        "after": shown(max(everything - (amount - left), ZERO), unit),
        "late": len(late),
        "late_after": sum(1 for row in late if not row["is_paid"]),
        "chosen": chosen,
    }


def _button(amount: str) -> SafeString:
    """The amount on the button, in a place that the preview can fill."""
    return format_html('<b id="take-amount">{}</b>', amount)


def _preview_row(debt: Debt, day: date) -> dict[str, Any]:
    bill = debt.bill
    return {
        "bill": bill,
        "pk": str(bill.pk),
        "title": _("Bill for %(period)s") % {"period": bill.period} if bill.period else bill.number,
        "is_late": bill.due_on < day,
        "open": ZERO,
        "part": ZERO,
    }


def method_icons(field: Any) -> list[tuple[Any, str]]:
    """Each choice of how it was paid, with its icon."""
    return [(choice, ICONS.get(str(choice.data["value"]), "cash")) for choice in field]


def crumbs_of(unit: Unit) -> list[dict[str, str]]:
    return [{"label": _("Fees"), "url": reverse("fees_home")}, {"label": unit.code}]
