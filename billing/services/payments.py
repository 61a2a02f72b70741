"""Payments: taken, reversed, kept as credit, given back (docs/domain.md §9)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    Bill,
    BillLine,
    Dispute,
    LateFee,
    Payment,
    Receipt,
    Refund,
    UnitAccount,
    WriteOff,
)
from billing.services.late_fees import correct_late_fees
from billing.services.ledger import (
    account_of,
    check_amount,
    local_day,
    lock_ledger,
    made_before,
    post,
    posting_day,
    require_open,
    require_reason,
    settings_of,
)
from helpdesk.audit.services import record
from helpdesk.estates.services import next_number, next_serials
from helpdesk.lib.codes import format_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit


@dataclass(frozen=True)
class Debt:
    """Something of a bill that is still to be settled: a line, or a late fee."""

    bill: Bill
    outstanding: Decimal
    line: BillLine | None = None
    late_fee: LateFee | None = None


@transaction.atomic
def take_payment(
    unit: Unit,
    *,
    actor: User | None,
    amount: Decimal,
    method: str,
    bills: Sequence[Bill] | None = None,
    reference: str = "",
    received_on: date | None = None,
    value_on: date | None = None,
    channel: str = Payment.Channel.COUNTER,
    external_ref: str | None = None,
    currency: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> Payment:
    """Money for a unit: settles the chosen bills, else the oldest due first; the rest is credit.

    Unless bills are chosen, credit that stood already settles what this leaves open. `value_on`, where it lies before the
    day of posting, is when a bank had the money: late fees stop then.
    The same form again is the same payment.

    Refused amount_not_positive, invalid_amount, currency_mismatch, day_closed, day_not_begun, bill_reversed,
    bill_paid, other_estate.
    """
    at = at or timezone.now()
    estate = unit.estate
    lock_ledger(estate)
    before = Payment.objects.filter(estate=estate, form_token=form_token).first() if form_token else None
    if before is not None:
        return before
    amount = check_amount(amount)
    if currency and currency != estate.currency:
        raise Refused(
            "currency_mismatch", _("This estate keeps its accounts in another currency."), field="currency"
        )
    day = received_on or local_day(estate, at)
    if day > local_day(estate, at):
        raise Refused("day_not_begun", _("This day has not begun yet."), field="received_on")
    require_open(estate, day)
    value_on = value_on if value_on and value_on < day else None
    debts = chosen_debts(unit, bills) if bills else debts_of(unit)
    account_of(unit)
    payment = Payment.objects.create(
        estate=estate,
        unit=unit,
        number=next_number(estate, "PAY", at),
        amount=amount,
        currency=estate.currency,
        method=method,
        reference=reference,
        channel=channel,
        external_ref=external_ref or None,
        received_on=day,
        value_on=value_on,
        received_by=actor,
        form_token=form_token or None,
        created_at=at,
    )
    _write_receipt(payment, at)
    _settle(payment, debts, is_backdated=(value_on or day) < local_day(estate, at), actor=actor, at=at)
    post("payment", payment, unit=unit, amount=amount, on=day, number=payment.receipt.number)
    record("payment.taken", payment, actor=actor, at=at, amount=str(amount), method=method)
    if not bills:
        apply_credit(unit, actor=actor, at=at)
    payment.refresh_from_db()
    return payment


def _settle(
    payment: Payment, debts: Sequence[Debt], *, is_backdated: bool, actor: User | None, at: datetime
) -> None:
    """Allocates the payment. Money that had come in before today stops late fees from the day it came in on."""
    on = payment.received_on
    if not is_backdated:
        allocate(payment, debts, on=on, at=at)
        return
    lines = [debt for debt in debts if debt.line]
    late = [debt for debt in debts if debt.late_fee]
    principal_first = debts[: len(lines)] == lines
    used = allocate(payment, lines if principal_first else debts, on=on, at=at)
    correct_late_fees(list({debt.bill.pk: debt.bill for debt in debts}.values()), actor=actor, at=at)
    if principal_first and (left := payment.amount - used) > 0:
        fees = {
            fee.pk: fee for fee in LateFee.objects.filter(pk__in=[d.late_fee.pk for d in late if d.late_fee])
        }
        fresh = [(d.bill, fees[d.late_fee.pk]) for d in late if d.late_fee]
        rest = [Debt(bill, fee.outstanding, late_fee=fee) for bill, fee in fresh if fee.outstanding > 0]
        allocate(payment, rest, on=on, at=at, most=left)


def _write_receipt(payment: Payment, at: datetime) -> Receipt:
    year = payment.received_on.year
    serial = next_serials(payment.estate, "R", year)
    return Receipt.objects.create(
        estate=payment.estate,
        payment=payment,
        number=format_number("R", year, serial),
        year=year,
        serial=serial,
        amount=payment.amount,
        created_at=at,
    )


def debts_of(unit: Unit) -> list[Debt]:
    """All that a unit has to settle, in the order in which a payment does: oldest due first, late fees after or among."""
    # A paid bill may still have a late fee that is not.
    fees = LateFee.objects.filter(unit=unit, amount__gt=F("paid") + F("waived")).values("bill")
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


@transaction.atomic
def reverse_payment(
    payment: Payment, *, actor: User | None, reason: str, at: datetime | None = None
) -> Payment:
    """Takes a payment back as of today and reopens just what it settled; returns the payment.

    Refused reason_required, already_reversed, credit_refunded, day_closed.
    """
    at = at or timezone.now()
    reason = require_reason(reason)
    lock_ledger(payment.estate)
    payment = Payment.objects.select_related("estate", "unit").get(pk=payment.pk)
    if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        raise Refused("already_reversed", _("This payment was reversed already."))
    standing = payment.allocations.filter(reverses__isnull=True, reversal__isnull=True)
    if standing.filter(refund__isnull=False).exists():
        raise Refused(
            "credit_refunded", _("A part of this payment was given back; it can't be reversed any more.")
        )
    day = local_day(payment.estate, at)
    require_open(payment.estate, day)
    take_back(standing, on=day, at=at)
    taken_back = Payment.objects.create(
        estate=payment.estate,
        unit=payment.unit,
        number=next_number(payment.estate, "PAY", at),
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        received_on=day,
        received_by=actor,
        reverses=payment,
        reason=reason,
        created_at=at,
    )
    post("payment_reversal", taken_back, unit=payment.unit, amount=payment.amount, on=day,
         number=payment.receipt.number, payment=taken_back)  # fmt: skip
    record("payment.reversed", payment, actor=actor, at=at, reason=reason, amount=str(payment.amount))
    return Payment.objects.get(pk=payment.pk)


def payments_with_credit(unit: Unit) -> list[Payment]:
    """Payments of which something is left, the oldest first."""
    rows = Payment.objects.filter(
        unit=unit, reverses__isnull=True, reversal__isnull=True, allocated__lt=F("amount")
    )
    return list(rows.order_by("received_on", "id"))


@transaction.atomic
def apply_credit(
    unit: Unit, *, actor: User | None = None, on: date | None = None, at: datetime | None = None
) -> Decimal:
    """Settles what is open with the unit's credit, oldest first on both sides; returns how much was used."""
    at = at or timezone.now()
    lock_ledger(unit.estate)
    return _use(payments_with_credit(unit), lambda: debts_of(unit), unit=unit, actor=actor, on=on, at=at)


def _use(
    rich: Sequence[Payment],
    debts: Callable[[], list[Debt]],
    *,
    unit: Unit,
    actor: User | None,
    at: datetime,
    on: date | None = None,
) -> Decimal:
    # It moves no money: what a closed day can't take belongs to the next open one.
    day = on or posting_day(unit.estate, at)
    used = Decimal(0)
    for payment in rich:
        owed = debts()
        if not owed:
            break
        used += allocate(payment, owed, on=day, at=at)
    if used:
        record("credit.applied", unit, actor=actor, at=at, amount=str(used))
    return used


def settle_due_with_credit(at: datetime) -> int:
    """Nobody is reminded of, or charged a late fee on, what the unit's credit covers; returns how many units.

    What came in today waits until tomorrow, so that a slip of the counter can still be given back.
    """

    def settle(account: UnitAccount) -> bool:
        return settle_unit_with_credit(account.unit, at=at) > 0

    late = Bill.objects.filter(unit=OuterRef("unit")).unsettled()
    accounts = UnitAccount.objects.filter(Exists(late), credit__gt=0, estate__is_active=True)
    return one_by_one(accounts.select_related("unit__estate").order_by("pk"), settle, what="credit of")


@transaction.atomic
def settle_unit_with_credit(unit: Unit, *, at: datetime) -> Decimal:
    """Settles with credit of the days before what is due by today and not disputed; returns how much was used."""
    day = local_day(unit.estate, at)
    lock_ledger(unit.estate)
    rich = [payment for payment in payments_with_credit(unit) if payment.received_on < day]

    def due() -> list[Debt]:
        debts = [debt for debt in debts_of(unit) if debt.bill.due_on <= day]
        disputes = Dispute.objects.filter(bill__in={d.bill.pk for d in debts}, settled_on__isnull=True)
        disputed = set(disputes.values_list("bill", flat=True))
        return [debt for debt in debts if debt.bill.pk not in disputed]

    return _use(rich, due, unit=unit, actor=None, at=at)


@transaction.atomic
def use_credit(unit: Unit, *, actor: User | None, at: datetime | None = None) -> Decimal:
    """Somebody settles what is open with the unit's credit; returns how much was used. Refused nothing_to_settle."""
    used = apply_credit(unit, actor=actor, at=at)
    if not used:
        raise Refused("nothing_to_settle", _("The unit has no credit, or nothing to settle with it."))
    return used


@transaction.atomic
def refund_credit(
    unit: Unit,
    *,
    actor: User | None,
    amount: Decimal,
    method: str,
    reason: str,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Refund:
    """Gives credit back, from the oldest payment first.

    Refused amount_not_positive, reason_required, credit_too_small, day_closed.
    """
    at = at or timezone.now()
    reason, amount = require_reason(reason), check_amount(amount)
    estate = unit.estate
    lock_ledger(estate)
    before = Refund.objects.filter(estate=estate, form_token=form_token).first() if form_token else None
    if before is not None:
        return before
    day = local_day(estate, at)
    require_open(estate, day)
    if amount > account_of(unit).credit:
        raise Refused("credit_too_small", _("The unit has less credit than that."), field="amount")
    refund = Refund.objects.create(
        estate=estate,
        unit=unit,
        number=next_number(estate, "RF", at),
        amount=amount,
        method=method,
        reason=reason,
        on=day,
        approved_by=actor,
        form_token=form_token or None,
        created_at=at,
    )
    left = amount
    for payment in payments_with_credit(unit):
        part = min(left, payment.amount - payment.allocated)
        if part > 0:
            Allocation.objects.create(
                estate=estate, payment=payment, refund=refund, amount=part, on=day, created_at=at
            )
            left -= part
    post("refund", refund, unit=unit, amount=amount, on=day, number=refund.number)
    record("refund.given", refund, actor=actor, at=at, amount=str(amount), method=method, reason=reason)
    return refund


@transaction.atomic
def write_off(
    bill: Bill,
    *,
    actor: User | None,
    reason: str,
    amount: Decimal | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> WriteOff:
    """Gives up what is outstanding of a bill, late fees last, or a part of it. The same form again is the same one.

    Refused reason_required, bill_reversed, bill_paid, amount_too_big.
    """
    at = at or timezone.now()
    reason = require_reason(reason)
    lock_ledger(bill.estate)
    if before := made_before(WriteOff, bill.estate, form_token):
        return before
    debts = chosen_debts(bill.unit, [bill])
    owed = sum((debt.outstanding for debt in debts), Decimal(0))
    amount = owed if amount is None else check_amount(amount)
    if amount > owed:
        raise Refused("amount_too_big", _("Less than that is outstanding."), field="amount")
    day = posting_day(bill.estate, at)
    given_up = WriteOff.objects.create(
        estate=bill.estate, unit=bill.unit, bill=bill, amount=amount, reason=reason, on=day, approved_by=actor,
        form_token=form_token or None, created_at=at,
    )  # fmt: skip
    left = amount
    for debt in debts:
        part = min(left, debt.outstanding)
        if part > 0:
            Allocation.objects.create(
                estate=bill.estate, write_off=given_up, line=debt.line, late_fee=debt.late_fee, bill=bill,
                amount=part, on=day, created_at=at,
            )  # fmt: skip
            left -= part
    post("write_off", given_up, unit=bill.unit, amount=amount, on=day, number=bill.number)
    record("bill.written_off", bill, actor=actor, at=at, amount=str(amount), reason=reason)
    return given_up


@transaction.atomic
def count_print(receipt: Receipt, *, actor: User | None, at: datetime | None = None) -> Receipt:
    """Notes that a receipt was printed; beyond the first it says so on its face."""
    Receipt.objects.filter(pk=receipt.pk).update(prints=F("prints") + 1)
    receipt.refresh_from_db()
    record("receipt.printed", receipt, actor=actor, filed_under=receipt.payment, at=at, prints=receipt.prints)
    return receipt
