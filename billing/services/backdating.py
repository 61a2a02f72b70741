"""Money that was there before today: the late fees of the days since are taken back before any of them is paid (§9)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from billing.models import LateFee, Payment
from billing.services.late_fees import correct_late_fees, unpaid_late_fee_before
from billing.services.ledger import local_day
from billing.services.settlement import Debt, allocate
from helpdesk.staff.models import User


def settle_with(
    payment: Payment, debts: Sequence[Debt], *, actor: User | None, on: date, at: datetime
) -> Decimal:
    """Settles debts with what of the payment is free, in their order; returns what was used.

    Of money that came in before today no late fee is paid that it had stopped: those are taken back.
    """
    came_in, free = payment.value_on or payment.received_on, payment.amount - payment.allocated
    if came_in >= local_day(payment.estate, at):
        return allocate(payment, debts, on=on, at=at)
    used = allocate(payment, _owed_when_it_came(debts, came_in), on=on, at=at, most=free)
    correct_late_fees(list({debt.bill.pk: debt.bill for debt in debts}.values()), actor=actor, at=at)
    if free > used:
        used += allocate(payment, _fees_left(debts), on=on, at=at, most=free - used)
    return used


def _owed_when_it_came(debts: Sequence[Debt], came_in: date) -> list[Debt]:
    """The lines, each bill's own late fees of the days before `came_in` ahead of them where the estate has fees first."""
    lines = [debt for debt in debts if debt.line]
    if debts[: len(lines)] == lines:
        return lines
    left: dict[int, Decimal] = {}
    found = []
    for debt in debts:
        if debt.late_fee:
            if debt.bill.pk not in left:
                left[debt.bill.pk] = unpaid_late_fee_before(debt.bill, came_in)
            part = min(left[debt.bill.pk], debt.outstanding)
            left[debt.bill.pk] -= part
            debt = Debt(debt.bill, part, late_fee=debt.late_fee)
        if debt.outstanding > 0:
            found.append(debt)
    return found


def _fees_left(debts: Iterable[Debt]) -> list[Debt]:
    """What is unpaid of the late fees among the debts by now, in their order."""
    late = [(debt.bill, debt.late_fee.pk) for debt in debts if debt.late_fee]
    fees = LateFee.objects.in_bulk([pk for _bill, pk in late])
    return [
        Debt(bill, fees[pk].outstanding, late_fee=fees[pk]) for bill, pk in late if fees[pk].outstanding > 0
    ]
