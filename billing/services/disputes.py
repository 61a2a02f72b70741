"""Disputes: a contested bill has no reminders and no late fee until it is settled."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Bill, Dispute
from billing.services.ledger import local_day, lock_ledger, require_reason
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User


@transaction.atomic
def open_dispute(bill: Bill, *, actor: User | None, reason: str, at: datetime | None = None) -> Dispute:
    """The resident contests the bill. Refused reason_required, bill_reversed, already_disputed."""
    at = at or timezone.now()
    reason = require_reason(reason)
    lock_ledger(bill.estate)
    bill = Bill.objects.get(pk=bill.pk)
    if bill.status == Bill.Status.REVERSED:
        raise Refused("bill_reversed", _("This bill was reversed."))
    if bill.disputes.filter(settled_on__isnull=True).exists():
        raise Refused("already_disputed", _("This bill is disputed already."))
    dispute = Dispute.objects.create(
        estate=bill.estate, bill=bill, reason=reason, opened_on=local_day(bill.estate, at), opened_by=actor
    )
    record("bill.disputed", bill, actor=actor, at=at, reason=reason)
    return dispute


@transaction.atomic
def settle_dispute(
    bill: Bill, *, actor: User | None, outcome: str, note: str = "", at: datetime | None = None
) -> Dispute:
    """The dispute is over; what follows from it (reversal, waiver) is done on its own. Refused not_disputed."""
    at = at or timezone.now()
    lock_ledger(bill.estate)
    dispute = bill.disputes.filter(settled_on__isnull=True).first()
    if dispute is None:
        raise Refused("not_disputed", _("This bill is not disputed."))
    dispute.settled_on = max(local_day(bill.estate, at), dispute.opened_on)
    dispute.settled_by, dispute.outcome, dispute.note = actor, outcome, note
    dispute.save(update_fields=["settled_on", "settled_by", "outcome", "note"])
    record("bill.dispute_settled", bill, actor=actor, at=at, outcome=outcome, note=note)
    return dispute
