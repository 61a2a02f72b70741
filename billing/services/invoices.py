"""Requests for a tax invoice 发票; issuing it is another system's work."""

import re
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import InvoiceRequest, Payment
from billing.selectors import given_back_of
from billing.services.ledger import check_amount, lock_ledger
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User

STATE = InvoiceRequest.State
IN_CHINA = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{18}|[0-9A-Z]{20}")
ELSEWHERE = re.compile(r"[0-9A-Za-z-]+")


def invoiceable(payment: Payment) -> Decimal:
    """What an invoice may come to: the payment less what was given back of it, nothing once it was taken back."""
    if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        return Decimal("0.00")
    return payment.amount - given_back_of([payment.pk]).get(payment.pk, Decimal(0))


def check_tax_number(estate: Estate, text: str) -> str:
    """The number without spaces around it, in capitals in China. Refused invalid_tax_number for another shape."""
    number = text.strip()
    if not number:
        return ""
    if estate.phone_region == "CN":
        number = number.upper()
        if not IN_CHINA.fullmatch(number):
            said = _("A tax number has 15, 18 or 20 digits and capital letters.")
            raise Refused("invalid_tax_number", said, field="tax_number")
    elif not ELSEWHERE.fullmatch(number):
        said = _("A tax number has only letters, digits and hyphens.")
        raise Refused("invalid_tax_number", said, field="tax_number")
    return number


@transaction.atomic
def request_invoice(
    payment: Payment,
    *,
    actor: User | None,
    title: str,
    tax_number: str = "",
    amount: Decimal | None = None,
    at: datetime | None = None,
) -> InvoiceRequest:
    """Asks for the invoice of a payment, or of a part of it; never of more than was kept of it.

    Refused already_reversed, already_requested, text_missing, invalid_tax_number, nothing_to_invoice, amount_too_big.
    """
    lock_ledger(payment.estate)
    if not title.strip():
        raise Refused("text_missing", _("Write the title of the invoice."), field="title")
    tax_number = check_tax_number(payment.estate, tax_number)
    if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        raise Refused("already_reversed", _("This payment was reversed already."))
    if payment.invoice_requests.exclude(state=STATE.REFUSED).exists():
        raise Refused("already_requested", _("An invoice was asked for already."))
    most = _require_kept(payment)
    amount = most if amount is None else check_amount(amount)
    if amount > most:
        raise Refused(
            "amount_too_big", _("The payment came to less, or a part was given back."), field="amount"
        )
    asked = InvoiceRequest.objects.create(
        estate=payment.estate, payment=payment, title=title.strip(), tax_number=tax_number, amount=amount,
        requested_by=actor, requested_at=at or timezone.now(),
    )  # fmt: skip
    record("invoice.requested", asked, actor=actor, filed_under=payment, at=at, amount=str(amount))
    return asked


def _require_kept(payment: Payment) -> Decimal:
    """What may be invoiced. Refused nothing_to_invoice."""
    most = invoiceable(payment)
    if not most:
        raise Refused("nothing_to_invoice", _("All of this payment was given back."))
    return most


@transaction.atomic
def settle_invoice(
    asked: InvoiceRequest,
    *,
    actor: User | None,
    state: str,
    number: str = "",
    note: str = "",
    at: datetime | None = None,
) -> InvoiceRequest:
    """Notes what the other system answered: issued with a number, for what is kept by then; or refused, with why.

    Refused invalid_transition, text_missing, note_required, nothing_to_invoice, already_reversed (no invoice is issued
    of a payment that was taken back).
    """
    lock_ledger(asked.estate)  # the payment may be reversed or given back meanwhile
    asked = InvoiceRequest.objects.select_for_update().get(pk=asked.pk)
    if asked.state != STATE.REQUESTED or state == STATE.REQUESTED:
        raise Refused("invalid_transition", _("This request is settled."))
    if state == STATE.ISSUED and asked.is_void:
        raise Refused("already_reversed", _("This payment was reversed already."))
    if state == STATE.ISSUED and not number.strip():
        raise Refused("text_missing", _("Write the number of the invoice."), field="number")
    if state == STATE.REFUSED and not note.strip():
        raise Refused("note_required", _("Say why the invoice is refused."), field="note")
    if state == STATE.ISSUED:
        asked.amount = asked.worth(asked.payment.amount - _require_kept(asked.payment))
    asked.state, asked.number, asked.note = state, number.strip(), note.strip()
    asked.save(update_fields=["state", "number", "note", "amount"])
    record(
        f"invoice.{state}", asked, actor=actor, filed_under=asked.payment, at=at, number=asked.number,
        amount=str(asked.amount or asked.payment.amount), reason=asked.note,
    )  # fmt: skip
    return asked
