"""The ledger proper: entries, deposits, and days that are closed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.bills import Bill, BillReversal
from billing.models.charges import ChargeItem
from billing.models.fields import BillingQuerySet, actor_field, amount_field, once
from billing.models.payments import LateFee, LateFeeWaiver, Method, Payment, Refund, WriteOff
from helpdesk.estates.models import Estate
from residents.models import Decoration, Resident, Unit


class Deposit(models.Model):
    """A refundable deposit: held until it is given back, whole or less what was deducted."""

    class Status(models.TextChoices):
        HELD = "held", _("Held")
        SETTLED = "settled", _("Settled")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="deposits", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="deposits", verbose_name=_("unit"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="+", verbose_name=_("charge item")
    )
    payer = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payer")
    )
    number = models.CharField(_("number"), max_length=20)
    subject = models.CharField(_("for what"), max_length=200, blank=True)
    # A decoration waits for its deposit before it begins, and for its return before it is closed.
    decoration = models.ForeignKey(
        Decoration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deposits",
        verbose_name=_("decoration"),
    )
    amount = amount_field()
    # Kept by the database from the movements.
    given_back = amount_field(_("given back"), default=0)
    deducted = amount_field(_("deducted"), default=0)
    taken_on = models.DateField(_("taken on"))
    created_at = models.DateTimeField(default=timezone.now)
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="deposit_number_once"),
            models.UniqueConstraint(fields=["estate", "form_token"], name="deposit_key_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_positive"),
            models.CheckConstraint(
                condition=Q(
                    given_back__gte=0, deducted__gte=0, given_back__lte=F("amount"), deducted__lte=F("amount")
                ),
                name="deposit_given_back_within",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def held(self):  # type: ignore[no-untyped-def]
        """What the desk still holds of it."""
        return self.amount - self.given_back - self.deducted

    @property
    def status(self) -> str:
        return self.Status.HELD if self.held else self.Status.SETTLED


class DepositMove(models.Model):
    """A deposit taken, given back or deducted from."""

    class Kind(models.TextChoices):
        TAKEN = "taken", pgettext_lazy("of a deposit", "Taken")
        GIVEN_BACK = "given_back", _("Given back")
        DEDUCTED = "deducted", _("Deducted")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="moves")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = amount_field()
    method = models.CharField(_("method"), max_length=10, choices=Method, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    on = models.DateField(_("on"))
    done_by = actor_field()
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("movement of a deposit")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_move_positive"),
            models.UniqueConstraint(fields=["deposit"], condition=Q(kind="taken"), name="deposit_taken_once"),
            # What goes back and what is kept are two moves of one form.
            once("deposit_move_key_once", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.kind}"


class AccountEntry(models.Model):
    """One posting: it debits one account and credits another with the same amount, so that it always balances."""

    class Kind(models.TextChoices):
        BILL = "bill", _("Bill")
        BILL_REVERSAL = "bill_reversal", _("Bill reversed")
        PAYMENT = "payment", _("Payment")
        PAYMENT_REVERSAL = "payment_reversal", _("Payment reversed")
        REFUND = "refund", _("Refund")
        LATE_FEE = "late_fee", _("Late fee")
        WAIVER = "waiver", _("Late fee waived")
        WRITE_OFF = "write_off", _("Written off")
        DEPOSIT = "deposit", _("Deposit")

    class Account(models.TextChoices):
        UNIT = "unit", _("Unit")
        INCOME = "income", _("Income")
        LATE_FEES = "late_fees", _("Late fees")
        LOSSES = "losses", _("Losses")
        MONEY = "money", _("Money")
        DEPOSITS = "deposits", _("Deposits")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="account_entries")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    on = models.DateField(_("date"))
    debit = models.CharField(_("debit"), max_length=10, choices=Account)
    credit = models.CharField(_("credit"), max_length=10, choices=Account)
    amount = amount_field()
    number = models.CharField(_("number"), max_length=20, blank=True)
    bill = models.OneToOneField(Bill, models.PROTECT, null=True, related_name="entry")
    bill_reversal = models.OneToOneField(BillReversal, models.PROTECT, null=True, related_name="entry")
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="entry")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="entry")
    late_fee = models.OneToOneField(LateFee, models.PROTECT, null=True, related_name="entry")
    waiver = models.OneToOneField(LateFeeWaiver, models.PROTECT, null=True, related_name="entry")
    write_off = models.OneToOneField(WriteOff, models.PROTECT, null=True, related_name="entry")
    deposit_move = models.OneToOneField(DepositMove, models.PROTECT, null=True, related_name="entry")
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="entry_moves_something"),
        ]
        indexes = [
            models.Index(fields=["unit", "on", "id"], name="entry_statement"),
            models.Index(fields=["estate", "on"], name="entry_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class DayClosing(models.Model):
    """A cashier's day, closed with a count of the drawer; nothing is posted into it any more."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="day_closings", verbose_name=_("estate"))
    day = models.DateField(_("day"))
    expected = amount_field(_("expected"))
    counted = amount_field(_("counted"))
    difference = amount_field(_("difference"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    closed_by = actor_field()
    closed_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("day closing")
        verbose_name_plural = _("day closings")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["estate", "day"], name="day_closed_once")]

    def __str__(self) -> str:
        return str(self.day)


class DayCount(models.Model):
    """What one method should have brought on a closed day, what was counted, and the difference."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    closing = models.ForeignKey(DayClosing, models.PROTECT, related_name="counts")
    method = models.CharField(_("method"), max_length=10, choices=Method)
    expected = amount_field(_("expected"))
    counted = amount_field(_("counted"))
    difference = amount_field(_("difference"))

    class Meta:
        verbose_name = _("count of a closed day")
        constraints = [models.UniqueConstraint(fields=["closing", "method"], name="method_counted_once")]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.method}"
