"""Refundable deposits: taken, given back, deducted from with a reason."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import AccountEntry, ChargeItem, Deposit, DepositMove
from billing.services.ledger import (
    check_amount,
    local_day,
    lock_ledger,
    made_before,
    post,
    require_open,
    require_reason,
    sent_before,
)
from helpdesk.audit.services import record
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Decoration, Resident, Unit

KIND, ACCOUNT = DepositMove.Kind, AccountEntry.Account
ACCOUNTS = {
    KIND.TAKEN: (ACCOUNT.MONEY, ACCOUNT.DEPOSITS),
    KIND.GIVEN_BACK: (ACCOUNT.DEPOSITS, ACCOUNT.MONEY),
    KIND.DEDUCTED: (ACCOUNT.DEPOSITS, ACCOUNT.INCOME),
}


@transaction.atomic
def take_deposit(
    unit: Unit,
    *,
    actor: User | None,
    charge_item: ChargeItem,
    amount: Decimal,
    method: str,
    subject: str = "",
    payer: Resident | None = None,
    decoration: Decoration | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Deposit:
    """Holds money of a unit, for its decoration where one is named. The same form again is the same deposit.

    Refused amount_not_positive, not_a_deposit, other_estate, other_unit, day_closed, form_already_sent.
    """
    at = at or timezone.now()
    estate = unit.estate
    lock_ledger(estate)
    amount = check_amount(amount)
    same = {"unit_id": unit.pk, "charge_item_id": charge_item.pk, "amount": amount}
    if before := made_before(Deposit, estate, form_token, **same):
        if before.moves.filter(kind=KIND.TAKEN).exclude(method=method).exists():
            raise sent_before()
        return before
    if charge_item.estate_id != estate.pk:
        raise Refused("other_estate", _("This belongs to another estate."), field="charge_item")
    if charge_item.kind != ChargeItem.Kind.DEPOSIT:
        raise Refused("not_a_deposit", _("This item is not a deposit."), field="charge_item")
    if decoration is not None and decoration.unit_id != unit.pk:
        raise Refused("other_unit", _("This decoration is another unit's."), field="decoration")
    day = local_day(estate, at)
    require_open(estate, day)
    deposit = Deposit.objects.create(
        estate=estate, unit=unit, charge_item=charge_item, payer=payer, decoration=decoration,
        number=next_number(estate, "D", at), subject=subject, amount=amount, taken_on=day,
        form_token=form_token or None, created_at=at,
    )  # fmt: skip
    _move(deposit, KIND.TAKEN, amount, method, "", actor, at)
    record("deposit.taken", deposit, actor=actor, at=at, amount=str(amount), method=method)
    return deposit


@transaction.atomic
def give_back(
    deposit: Deposit,
    *,
    actor: User | None,
    method: str,
    amount: Decimal | None = None,
    deduct: Decimal = Decimal(0),
    reason: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> Deposit:
    """Gives a deposit back: all that is held less what is deducted, or a part. The same form again gives nothing more.

    Refused deposit_settled, amount_too_big, reason_required, day_closed, form_already_sent.
    """
    at = at or timezone.now()
    lock_ledger(deposit.estate)
    if before := made_before(DepositMove, deposit.estate, form_token, deposit_id=deposit.pk):
        _require_same(before, amount, deduct, method)
        return before.deposit
    deposit = Deposit.objects.get(pk=deposit.pk)
    if not deposit.held:
        raise Refused("deposit_settled", _("Nothing of this deposit is held any more."))
    deduct = check_amount(deduct) if deduct else Decimal(0)
    if deduct:
        reason = require_reason(reason)
    if amount is None:
        amount = deposit.held - deduct
    elif amount or not deduct:  # nothing is given back where all of it is kept
        amount = check_amount(amount)
    if amount < 0 or amount + deduct > deposit.held:
        raise Refused("amount_too_big", _("Less than that is held."), field="amount")
    require_open(deposit.estate, local_day(deposit.estate, at))
    if deduct:
        _move(deposit, KIND.DEDUCTED, deduct, "", reason, actor, at, form_token)
    if amount:
        _move(deposit, KIND.GIVEN_BACK, amount, method, reason, actor, at, form_token)
    record(
        "deposit.given_back",
        deposit,
        actor=actor,
        at=at,
        amount=str(amount),
        deducted=str(deduct),
        reason=reason,
    )
    return Deposit.objects.get(pk=deposit.pk)


def _require_same(before: DepositMove, amount: Decimal | None, deduct: Decimal, method: str) -> None:
    """Refused form_already_sent unless the form moved these amounts in this way (None: all that was held, so none is)."""
    rows = DepositMove.objects.filter(estate=before.estate_id, form_token=before.form_token)
    moved = dict(rows.values_list("kind", "amount"))
    other_sum = before.deposit.held if amount is None else amount != moved.get(KIND.GIVEN_BACK, 0)
    other_way = rows.filter(kind=KIND.GIVEN_BACK).exclude(method=method).exists()
    if moved.get(KIND.DEDUCTED, 0) != deduct or other_sum or other_way:
        raise sent_before()


def _move(
    deposit: Deposit,
    kind: str,
    amount: Decimal,
    method: str,
    reason: str,
    actor: User | None,
    at: datetime,
    form_token: str | None = None,
) -> None:
    day = local_day(deposit.estate, at)
    move = DepositMove.objects.create(
        estate=deposit.estate, deposit=deposit, kind=kind, amount=amount, method=method, reason=reason, on=day,
        done_by=actor, form_token=form_token or None, created_at=at,
    )  # fmt: skip
    post("deposit", move, unit=deposit.unit, amount=amount, on=day, number=deposit.number,
         accounts=ACCOUNTS[DepositMove.Kind(kind)], deposit_move=move)  # fmt: skip
