"""What bills' notices 缴费通知单 say on paper, each in its payer's language; eight queries however many there are."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation

from billing.models import Bill, BillLine
from billing.selectors import NOTHING_OWED, Arrears, arrears_of_units, explained
from billing.services.ledger import local_day
from billing.services.reminders import payers_of
from billing.statement_lines import sum_of
from helpdesk.lib.money import show_money
from residents.models import Resident
from residents.names_shown import full_name

EARLIER = 12


def notices_of(bills: Sequence[Bill], at: datetime) -> list[dict[str, Any]]:
    """One estate's bills as templates/billing/_bill_notice.html wants them: what is asked for, why, what else is open."""
    if not bills:
        return []
    day = local_day(bills[0].estate, at)
    units = {bill.unit_id for bill in bills}
    payers = payers_of(units, day)
    arrears = arrears_of_units(units, on=day)
    lines: dict[int, list[BillLine]] = defaultdict(list)
    for line in BillLine.objects.filter(bill__in=bills).select_related("charge_item", "meter").order_by("id"):
        lines[line.bill_id].append(line)
    unsettled: dict[int, list[Bill]] = defaultdict(list)
    for row in Bill.objects.filter(unit__in=units).unsettled().order_by("due_on", "id"):
        unsettled[row.unit_id].append(row)
    found = []
    for bill in bills:
        payer = payers.get(bill.unit_id)
        language = (payer.language if payer else "") or translation.get_language() or "en"
        others = [row for row in unsettled[bill.unit_id] if row.pk != bill.pk]
        owed = arrears.get(bill.unit_id, NOTHING_OWED)
        with translation.override(language):
            said = _notice(bill, payer, lines[bill.pk], others, owed)
        found.append(said | {"language": language})
    return found


def _notice(
    bill: Bill, payer: Resident | None, lines: list[BillLine], others: list[Bill], owed: Arrears
) -> dict[str, Any]:
    currency = bill.estate.currency
    earlier = [row for row in others if row.due_on < bill.due_on][:EARLIER]
    more = [row for row in others if row not in earlier]
    open_others = sum((row.outstanding for row in others), Decimal(0))
    late_fees = owed.outstanding - bill.outstanding - open_others
    used = min(owed.credit, owed.outstanding)
    return {
        "bill": bill,
        "unit": bill.unit,
        "estate": bill.estate,
        "payer": full_name(payer) if payer else "",
        "total": show_money(bill.total, currency),
        "outstanding": show_money(bill.outstanding, currency),
        "is_part_paid": bill.outstanding != bill.total,
        "lines": [(line, sum_of(explained(line)), f"{line.amount:,.2f}") for line in lines],
        "earlier": [(row, f"{row.outstanding:,.2f}") for row in earlier],
        # Whatever else makes up the sum at the foot, so that the reader's own reckoning comes to the same.
        "more": {"n": len(more), "sum": f"{sum(row.outstanding for row in more):,.2f}"} if more else None,
        "late_fees": f"{late_fees:,.2f}" if late_fees else "",
        "used": f"-{used:,.2f}" if used else "",
        "everything": show_money(owed.outstanding - used, currency),
        "credit": show_money(owed.credit - used, currency) if owed.credit > used else "",
    }
