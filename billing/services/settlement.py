"""What a unit has to settle, in which order, and how money settles it or lets it go (docs/domain.md §9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    Bill,
    BillLine,
    LateFee,
    Payment,
)
from billing.services.ledger import (
    settings_of,
)
from helpdesk.lib.errors import Refused
from residents.models import Unit


@dataclass(frozen=True)
class Debt:
    """Something of a bill that is still to be settled: a line, or a late fee."""

    bill: Bill
    outstanding: Decimal
    line: BillLine | None = None
    late_fee: LateFee | None = None


def debts_of(unit: Unit) -> list[Debt]:
    """All that a unit has to settle, in the order in which a payment does: oldest due first, late fees after or among."""
    # A paid bill may still have a late fee that is not.
    fees = LateFee.objects.filter(unit=unit).unpaid().values("bill")
    open_ones = Q(status__in=(Bill.Status.OPEN, Bill.Status.PART_PAID)) | Q(pk__in=fees)
    bills = list(Bill.objects.filter(open_ones, unit=unit).standing().order_by("due_on", "id"))
    return _in_order(bills, principal_first=settings_of(unit.estate).principal_first)


def chosen_debts(unit: Unit, bills: Sequence[Bill]) -> list[Debt]:
    """What the chosen bills have to settle, in the order of choice.

    Refused other_estate, bill_reversed, bill_paid.
    """
    fresh = {bill.pk: bill for bill in Bill.objects.filter(pk__in=[bill.pk for bill in bills], unit=unit)}
    chosen = [fresh[bill.pk] for bill in dict.fromkeys(bills) if bill.pk in fresh]
    if len(chosen) < len(set(bills)):
        raise Refused("other_estate", _("This bill belongs to another unit."), field="bills")
    if any(bill.status == Bill.Status.REVERSED for bill in chosen):
        raise Refused("bill_reversed", _("This bill was reversed."), field="bills")
    debts = _in_order(chosen, principal_first=settings_of(unit.estate).principal_first)
    if {debt.bill.pk for debt in debts} != set(fresh):
        raise Refused("bill_paid", _("Nothing of this bill is left to pay."), field="bills")
    return debts


def has_debts(bill: Bill) -> bool:
    """Whether anything of a bill is left to settle, a late fee included."""
    return any(debt.bill.pk == bill.pk for debt in debts_of(bill.unit))


def _in_order(bills: Sequence[Bill], *, principal_first: bool) -> list[Debt]:
    place = {bill.pk: n for n, bill in enumerate(bills)}
    by_id = {bill.pk: bill for bill in bills}
    unsettled = [bill.pk for bill in bills if bill.outstanding]
    lines = BillLine.objects.filter(bill__in=unsettled).exclude(amount=F("paid"))
    fees = LateFee.objects.filter(bill__in=place).exclude(amount=F("paid")).order_by("as_of")
    debts = [Debt(by_id[line.bill_id], line.outstanding, line=line) for line in lines.order_by("id")]
    late = [Debt(by_id[fee.bill_id], fee.outstanding, late_fee=fee) for fee in fees]
    if principal_first:
        found = sorted(debts, key=lambda d: place[d.bill.pk]) + sorted(late, key=lambda d: place[d.bill.pk])
    else:
        found = sorted([*late, *debts], key=lambda d: place[d.bill.pk])
    return [debt for debt in found if debt.outstanding > 0]


def allocate(
    payment: Payment, debts: Iterable[Debt], *, on: date, at: datetime, most: Decimal | None = None
) -> Decimal:
    """Settles debts with what of the payment is free, in their order; returns what was used."""
    left = free = payment.amount - payment.allocated if most is None else most
    parts = []
    for debt in debts:
        if left <= 0:
            break
        part = Allocation(
            estate_id=payment.estate_id,
            payment=payment,
            line=debt.line,
            late_fee=debt.late_fee,
            bill=debt.bill,
            amount=min(left, debt.outstanding),
            on=on,
            created_at=at,
        )
        parts.append(part)
        left -= part.amount
    Allocation.objects.bulk_create(parts)
    return free - left


def take_back(allocations: Iterable[Allocation], *, on: date, at: datetime) -> None:
    """Undoes allocations, each by one of its own that names it."""
    Allocation.objects.bulk_create(
        Allocation(
            estate_id=allocation.estate_id,
            payment_id=allocation.payment_id,
            line_id=allocation.line_id,
            late_fee_id=allocation.late_fee_id,
            bill_id=allocation.bill_id,
            amount=allocation.amount,
            on=on,
            reverses=allocation,
            created_at=at,
        )
        for allocation in allocations
    )
