"""Payments: taken, and taken back (docs/domain.md §9)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import (
    Bill,
    Payment,
    Receipt,
)
from billing.services.backdating import settle_with
from billing.services.credit import apply_credit
from billing.services.ledger import (
    account_of,
    check_amount,
    local_day,
    lock_ledger,
    made_before,
    post,
    require_open,
    require_reason,
    sent_before,
)
from billing.services.settlement import chosen_debts, debts_of, take_back
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.estates.services import next_number, next_serials
from helpdesk.lib.codes import format_number
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Unit

MOST_DAYS_BACK = 31  # that somebody at the counter may date money back


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
    bill_paid, other_estate, form_already_sent, already_reversed (the form's payment), too_far_back.
    """
    at = at or timezone.now()
    estate = unit.estate
    lock_ledger(estate)
    amount = check_amount(amount)
    same = {"unit_id": unit.pk, "amount": amount, "method": method, "reference": reference}
    same |= {"received_on": received_on} if received_on else {}
    if before := made_before(Payment, estate, form_token, **same):
        if hasattr(before, "reversal"):
            raise Refused("already_reversed", _("This payment was reversed already."))
        _require_same_bills(before, bills)
        return before
    if currency and currency != estate.currency:
        raise Refused(
            "currency_mismatch", _("This estate keeps its accounts in another currency."), field="currency"
        )
    day = received_on or local_day(estate, at)
    if day > local_day(estate, at):
        raise Refused("day_not_begun", _("This day has not begun yet."), field="received_on")
    require_open(estate, day)
    value_on = value_on if value_on and value_on < day else None
    if channel != Payment.Channel.FILE:
        _require_near(estate, actor, local_day(estate, at), {"received_on": day, "value_on": value_on or day})
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
    settle_with(payment, debts, actor=actor, on=day, at=at)
    post("payment", payment, unit=unit, amount=amount, on=day, number=payment.receipt.number)
    record("payment.taken", payment, actor=actor, at=at, amount=str(amount), method=method)
    if not bills:
        apply_credit(unit, actor=actor, at=at)
    payment.refresh_from_db()
    return payment


def _require_same_bills(before: Payment, bills: Sequence[Bill] | None) -> None:
    """Refused form_already_sent where the form's payment settled a bill at once that is not among those chosen now."""
    at_once = before.allocations.filter(created_at=before.created_at, bill__isnull=False)
    if bills and at_once.exclude(bill__in=bills).exists():
        raise sent_before()


def _require_near(estate: Estate, actor: User | None, today: date, days: dict[str, date]) -> None:
    """Money of long ago takes late fees back, as a waiver does, and needs the same leave. Refused too_far_back.

    Bank files keep their own dates: they are the bank's word, not the counter's.
    """
    if actor is None or actor.may("billing.waive", estate.pk):
        return
    for field, day in days.items():
        if (today - day).days > MOST_DAYS_BACK:
            said = _("More than %(days)s days back: a manager has to take this payment.")
            raise Refused("too_far_back", said % {"days": MOST_DAYS_BACK}, field=field)


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


@transaction.atomic
def count_print(receipt: Receipt, *, actor: User | None, at: datetime | None = None) -> Receipt:
    """Notes that a receipt was printed; beyond the first it says so on its face."""
    Receipt.objects.filter(pk=receipt.pk).update(prints=F("prints") + 1)
    receipt.refresh_from_db()
    record("receipt.printed", receipt, actor=actor, filed_under=receipt.payment, at=at, prints=receipt.prints)
    return receipt
