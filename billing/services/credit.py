"""Credit: what of a payment settled nothing yet is used, or given back (docs/domain.md §9)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    Bill,
    Dispute,
    LateFee,
    Payment,
    Refund,
    UnitAccount,
)
from billing.services.backdating import settle_with
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
)
from billing.services.settlement import Debt, debts_of
from helpdesk.audit.services import record
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit


def payments_with_credit(unit: Unit) -> list[Payment]:
    """Payments of which something is left, the oldest first."""
    rows = Payment.objects.filter(
        unit=unit, reverses__isnull=True, reversal__isnull=True, allocated__lt=F("amount")
    )
    return list(rows.select_related("estate").order_by("received_on", "id"))


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
        used += settle_with(payment, owed, actor=actor, on=day, at=at)
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
    # A paid bill may still have a late fee that is not.
    fees = LateFee.objects.filter(unit=OuterRef("unit")).unpaid()
    accounts = UnitAccount.objects.filter(Exists(late) | Exists(fees), credit__gt=0, estate__is_active=True)
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

    Refused amount_not_positive, reason_required, credit_too_small, day_closed, form_already_sent.
    """
    at = at or timezone.now()
    reason, amount = require_reason(reason), check_amount(amount)
    estate = unit.estate
    lock_ledger(estate)
    if before := made_before(Refund, estate, form_token, unit_id=unit.pk, amount=amount, method=method):
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
