"""Tax invoices 发票 that residents ask for; another system issues them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.fields import BillingQuerySet, actor_field, amount_field
from billing.models.payments import Payment
from helpdesk.estates.models import Estate


class InvoiceRequest(models.Model):
    """A resident asks for a tax invoice 发票; another system issues it."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ISSUED = "issued", pgettext_lazy("of an invoice", "Issued")
        REFUSED = "refused", _("Refused")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="invoice_requests")
    title = models.CharField(_("title"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    # What it was asked for; null where it was asked for all of the payment before amounts were kept.
    amount = amount_field(null=True, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.REQUESTED)
    number = models.CharField(_("invoice number"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    requested_by = actor_field()
    requested_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice request")
        verbose_name_plural = _("invoice requests")
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=~Q(state="refused"), name="one_invoice_a_payment"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0), name="invoice_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def worth(self, given_back: Decimal) -> Decimal:
        """What it is for: an issued one stays as it is; before that what was given back of the payment comes off."""
        asked = self.payment.amount if self.amount is None else self.amount
        if self.state != self.State.REQUESTED:
            return asked
        return min(asked, self.payment.amount - given_back)

    def beyond(self, given_back: Decimal) -> Decimal:
        """How much of an issued one was given back since: the tax system has to take that part back."""
        if self.state != self.State.ISSUED:
            return Decimal(0)
        return max(self.worth(given_back) - (self.payment.amount - given_back), Decimal(0))

    @property
    def is_void(self) -> bool:
        """Whether it waits for the invoice of a payment that was taken back."""
        return self.state == self.State.REQUESTED and hasattr(self.payment, "reversal")
