"""Requests for a tax invoice 发票; issuing it is another system's work."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import InvoiceRequest, Payment
from billing.services.ledger import lock_ledger
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User


@transaction.atomic
def request_invoice(
    payment: Payment, *, actor: User | None, title: str, tax_number: str = "", at: datetime | None = None
) -> InvoiceRequest:
    """Asks for the invoice of a payment. Refused already_reversed, already_requested, text_missing."""
    lock_ledger(payment.estate)
    if not title.strip():
        raise Refused("text_missing", _("Write the title of the invoice."), field="title")
    if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        raise Refused("already_reversed", _("This payment was reversed already."))
    if payment.invoice_requests.exclude(state=InvoiceRequest.State.REFUSED).exists():
        raise Refused("already_requested", _("An invoice was asked for already."))
    asked = InvoiceRequest.objects.create(
        estate=payment.estate, payment=payment, title=title.strip(), tax_number=tax_number.strip(), requested_by=actor,
        requested_at=at or timezone.now(),
    )  # fmt: skip
    record("invoice.requested", asked, actor=actor, filed_under=payment, at=at)
    return asked


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
    """Notes what the other system answered: issued with a number, or refused.

    Refused invalid_transition, text_missing, already_reversed (no invoice is issued of a payment that was taken back).
    """
    lock_ledger(asked.estate)  # the payment may be reversed meanwhile
    asked = InvoiceRequest.objects.select_for_update().get(pk=asked.pk)
    if asked.state != InvoiceRequest.State.REQUESTED or state == InvoiceRequest.State.REQUESTED:
        raise Refused("invalid_transition", _("This request is settled."))
    if state == InvoiceRequest.State.ISSUED and asked.is_void:
        raise Refused("already_reversed", _("This payment was reversed already."))
    if state == InvoiceRequest.State.ISSUED and not number.strip():
        raise Refused("text_missing", _("Write the number of the invoice."), field="number")
    asked.state, asked.number, asked.note = state, number.strip(), note.strip()
    asked.save(update_fields=["state", "number", "note"])
    record(f"invoice.{state}", asked, actor=actor, filed_under=asked.payment, at=at, number=asked.number)
    return asked
