"""A bank's list of what came in: each line becomes one payment, once, or waits for somebody who knows whose it is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.bills import Bill
from billing.models.fields import BillingQuerySet, actor_field, amount_field
from billing.models.payments import Method, Payment
from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from residents.models import Unit


class BankFile(models.Model):
    """One file, read and matched when it came; its lines are posted in the background once somebody says so."""

    class Status(models.TextChoices):
        READ = "read", _("To be looked through")
        POSTING = "posting", _("Being posted")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    file_name = models.CharField(_("file"), max_length=120)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.READ)
    # Rows that are on file already (how many, and the first of them), that brought nothing in, that nobody can read.
    known = models.PositiveIntegerField(default=0)
    set_aside = models.JSONField(default=list)
    outgoing = models.PositiveIntegerField(default=0)
    unreadable = models.JSONField(default=list)
    sent_by = actor_field()
    confirmed_by = actor_field()
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("sent in"), default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status"], condition=Q(status="posting"), name="bank_file_posting"),
        ]

    def __str__(self) -> str:
        return self.file_name


class BankLine(models.Model):
    """Money that the bank says came in. `key` is the bank's own number of it: one line and one payment for ever."""

    class State(models.TextChoices):
        MATCHED = "matched", _("Matched")
        OPEN = "open", _("Whose is it?")
        LEFT = "left", _("Left out")
        REFUSED = "refused", _("Not posted")
        POSTED = "posted", _("Posted")

    class Match(models.TextChoices):
        PLATE = "plate", _("Unit in the file")
        BILL = "bill", _("Bill number")
        NOTE = "note", _("Unit in the payer's words")
        NAME = "name", _("Payer and amount")
        HAND = "hand", _("Picked by hand")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField(_("row"))
    key = models.CharField(max_length=100)
    reference = models.CharField(_("bank reference"), max_length=80, blank=True)
    received_on = models.DateField(_("received on"))
    amount = amount_field()
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.TRANSFER)
    payer = SealedTextField(purpose="billing.bank_payer", blank=True, default="", mask=None)
    note = SealedTextField(purpose="billing.bank_note", blank=True, default="", mask=None)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, blank=True, related_name="+")
    matched_by = models.CharField(max_length=6, choices=Match, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    # Why it waits, as billing/bank_reasons.py says it (`why` alone in older lines), and the units that it may be for.
    why_code = models.CharField(max_length=40, blank=True, default="")
    why_data = models.JSONField(default=dict, blank=True)
    why = models.CharField(max_length=300, blank=True)
    candidates = models.JSONField(default=list)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, blank=True, related_name="bank_line", verbose_name=_("payment")
    )

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_line_positive"),
            models.CheckConstraint(
                condition=Q(state="posted", payment__isnull=False)
                | (~Q(state="posted") & Q(payment__isnull=True)),
                name="bank_line_posted_has_payment",
            ),
            models.CheckConstraint(
                condition=~Q(state="matched") | Q(unit__isnull=False), name="bank_line_matched_has_unit"
            ),
        ]
        indexes = [models.Index(fields=["file", "state", "row"], name="bank_line_waiting")]

    def __str__(self) -> str:
        return self.reference or self.key
