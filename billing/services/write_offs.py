"""Write-offs: what nobody will pay is given up by a manager, with a reason (docs/domain.md §9)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    Bill,
    WriteOff,
)
from billing.services.ledger import (
    check_amount,
    lock_ledger,
    made_before,
    post,
    posting_day,
    require_reason,
    sent_before,
)
from billing.services.settlement import chosen_debts, has_debts
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User


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

    Refused reason_required, bill_reversed, bill_paid, amount_too_big, form_already_sent.
    """
    at = at or timezone.now()
    reason = require_reason(reason)
    lock_ledger(bill.estate)
    same = {"bill_id": bill.pk} | ({} if amount is None else {"amount": amount})
    if before := made_before(WriteOff, bill.estate, form_token, **same):
        if amount is None and has_debts(bill):
            raise sent_before()
        return before
    debts = sorted(chosen_debts(bill.unit, [bill]), key=lambda debt: debt.late_fee is not None)
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
