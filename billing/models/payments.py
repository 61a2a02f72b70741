"""Money that came in and went out, and what it settled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.bills import Bill, BillLine
from billing.models.fields import BillingQuerySet, actor_field, amount_field, once
from helpdesk.estates.models import Estate
from residents.models import Unit

HALF_A_CENT = Decimal("0.005")


class Method(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    TRANSFER = "transfer", _("Bank transfer")
    WECHAT = "wechat", _("WeChat")
    ALIPAY = "alipay", _("Alipay")
    OTHER = "other", _("Other")


class UnitAccount(models.Model):
    """A unit's account: the row that is locked before money moves, and the credit that is left on it."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="account")
    credit = amount_field(_("credit"), default=0)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("account of a unit")
        constraints = [models.CheckConstraint(condition=Q(credit__gte=0), name="credit_not_negative")]

    def __str__(self) -> str:
        return str(self.unit_id)


class Payment(models.Model):
    """Money received for a unit, or, with `reverses`, the taking back of such a payment."""

    class Channel(models.TextChoices):
        COUNTER = "counter", _("Counter")
        API = "api", _("Another system")
        FILE = "file", _("Bank file")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="payments", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="payments", verbose_name=_("unit"))
    number = models.CharField(_("number"), max_length=20)
    amount = amount_field()
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(_("method"), max_length=10, choices=Method)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.COUNTER)
    # The bank's own number of an entry in its file: one payment each, for ever.
    external_ref = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    received_on = models.DateField(_("received on"))
    # When the bank had it, where that day was closed before its list came: a late fee stops then.
    value_on = models.DateField(_("at the bank on"), null=True, blank=True)
    received_by = actor_field()
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)
    # Kept by the database: what of it has been allocated or given back.
    allocated = amount_field(_("allocated"), default=0)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="payment_number_once"),
            models.UniqueConstraint(fields=["channel", "external_ref"], name="external_payment_once"),
            models.UniqueConstraint(fields=["estate", "form_token"], name="payment_key_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")), name="payment_allocated_within"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reason=""), name="payment_reversal_has_reason"
            ),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="payment_method_known"),
            models.CheckConstraint(
                condition=Q(value_on__isnull=True) | Q(value_on__lt=F("received_on"), reverses__isnull=True),
                name="payment_value_before_posting",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="payment_of_unit"),
            models.Index(fields=["estate", "-created_at", "-id"], name="payment_newest"),
            models.Index(fields=["estate", "-received_on", "-id"], name="payment_newest_day"),
            models.Index(fields=["estate", "received_on", "method"], name="payment_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def credit(self):  # type: ignore[no-untyped-def]
        """What of it is still to be used."""
        return self.amount - self.allocated


class Receipt(models.Model):
    """The numbered receipt of a payment; void when the payment is reversed, never deleted."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="receipts", verbose_name=_("estate"))
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt")
    number = models.CharField(_("number"), max_length=20)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    amount = amount_field()
    created_at = models.DateTimeField(default=timezone.now)
    prints = models.PositiveIntegerField(_("printed"), default=0)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["estate", "year", "serial"], name="receipt_serial_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Refund(models.Model):
    """Credit given back."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="refunds", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="refunds", verbose_name=_("unit"))
    number = models.CharField(_("number"), max_length=20)
    amount = amount_field()
    method = models.CharField(_("method"), max_length=10, choices=Method)
    reason = models.CharField(_("reason"), max_length=300)
    on = models.DateField(_("on"))
    approved_by = actor_field()
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="refund_number_once"),
            models.UniqueConstraint(fields=["estate", "form_token"], name="refund_key_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class WriteOff(models.Model):
    """What will not be collected any more (坏账核销): by whom, why. Kept for ever."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="write_offs", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="write_offs", verbose_name=_("unit"))
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="write_offs", verbose_name=_("bill"))
    amount = amount_field()
    reason = models.CharField(_("reason"), max_length=300)
    on = models.DateField(_("on"))
    approved_by = actor_field()
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_positive"),
            once("write_off_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount}"


class LateFeePolicy(models.Model):
    """The late fee that a contract allows; where none is in force there is none."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    # None: every unit of the estate whose own contract says nothing else.
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    rate_per_day = models.DecimalField(_("rate a day"), max_digits=9, decimal_places=6)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    cap_percent = models.DecimalField(
        _("at most (percent of the bill)"), max_digits=5, decimal_places=2, default=100
    )
    minimum_balance = amount_field(_("from a balance of"), default=0)
    since = models.DateField(_("for bills due from"))
    until = models.DateField(_("until"), null=True, blank=True)
    set_by = actor_field()

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("late fee rule")
        verbose_name_plural = _("late fee rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(rate_per_day__gt=0, rate_per_day__lte="0.1"), name="late_fee_rate_bounded"
            ),
            models.CheckConstraint(
                condition=Q(cap_percent__gt=0, cap_percent__lte=100, minimum_balance__gte=0),
                name="late_fee_cap_bounded",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="late_fee_rule_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate_per_day}"


class LateFeeQuerySet(BillingQuerySet):
    def unpaid(self) -> LateFeeQuerySet:
        """Late fees of which something is neither paid nor let off.

        By half a cent: SQLite keeps decimals as floating numbers, to which 32.30 and 0.01 are less than 32.31.
        """
        return self.filter(amount__gte=F("paid") + F("waived") + HALF_A_CENT)


class LateFee(models.Model):
    """What lateness of one bill added up to a day, since the entry before: an entry of its own, never a line."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="late_fees")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="late_fees")
    as_of = models.DateField(_("up to"))
    amount = amount_field()
    # What stands of this bill's late fees up to and with this one (what was taken back doesn't, what was let off does),
    # and what it may come to.
    cumulative = amount_field()
    cap = amount_field()
    # How it was worked out: rate, first and last day, days counted, balance.
    explanation = models.JSONField(default=dict)
    on = models.DateField(_("posted on"))
    paid = amount_field(_("paid"), default=0)
    waived = amount_field(_("waived"), default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LateFeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("late fee")
        verbose_name_plural = _("late fees")
        ordering = ["as_of"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "as_of"], name="late_fee_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="late_fee_positive"),
            models.CheckConstraint(
                condition=Q(cumulative__gte=F("amount"), cumulative__lte=F("cap")), name="late_fee_within_cap"
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount")), name="late_fee_paid_within"
            ),
            models.CheckConstraint(
                condition=Q(waived__gte=0, waived__lte=F("amount")), name="late_fee_waived_within"
            ),
        ]
        indexes = [models.Index(fields=["unit"], name="late_fee_of_unit")]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.as_of}"

    @property
    def outstanding(self):  # type: ignore[no-untyped-def]
        return self.amount - self.paid - self.waived


class LateFeeWaiver(models.Model):
    """Late fees let off: by whom, why; or taken back because they were counted on days that bore none."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="waivers")
    amount = amount_field()
    reason = models.CharField(_("reason"), max_length=300)
    on = models.DateField(_("on"))
    approved_by = actor_field()
    # Not let off but never owed: the money had come in on an earlier day than it was entered.
    is_correction = models.BooleanField(default=False)
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver of a late fee")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="waiver_positive"),
            once("waiver_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount}"


class AllocationQuerySet(models.QuerySet[Any]):
    def on_receipt(self) -> AllocationQuerySet:
        """What a receipt names: parts that stand or, of a payment taken back, those that stood until then."""
        taken_back_with_it = Q(reversal__created_at=F("payment__reversal__created_at"))
        return self.filter(Q(reversal__isnull=True) | taken_back_with_it, reverses__isnull=True)


class Allocation(models.Model):
    """A part of a payment, write-off or waiver that settles a line, a late fee, or a refund; or takes such a part back."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="allocations")
    write_off = models.ForeignKey(WriteOff, models.PROTECT, null=True, related_name="allocations")
    waiver = models.ForeignKey(LateFeeWaiver, models.PROTECT, null=True, related_name="allocations")
    line = models.ForeignKey(BillLine, models.PROTECT, null=True, related_name="allocations")
    late_fee = models.ForeignKey(LateFee, models.PROTECT, null=True, related_name="allocations")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="allocations")
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="allocations")
    amount = amount_field()
    on = models.DateField(_("on"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")
    created_at = models.DateTimeField(default=timezone.now)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, write_off__isnull=True, waiver__isnull=True)
                | Q(payment__isnull=True, write_off__isnull=False, waiver__isnull=True, refund__isnull=True)
                | Q(
                    payment__isnull=True, write_off__isnull=True, waiver__isnull=False, late_fee__isnull=False
                ),
                name="allocation_one_source",
            ),
            models.CheckConstraint(
                condition=Q(
                    line__isnull=False, late_fee__isnull=True, refund__isnull=True, bill__isnull=False
                )
                | Q(line__isnull=True, late_fee__isnull=False, refund__isnull=True, bill__isnull=False)
                | Q(line__isnull=True, late_fee__isnull=True, refund__isnull=False, bill__isnull=True),
                name="allocation_one_target",
            ),
        ]
        indexes = [models.Index(fields=["estate", "on"], name="allocation_day")]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"
