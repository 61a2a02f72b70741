"""Bills, their lines, and what may happen to a bill. Posted rows never change but for their kept columns."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.charges import ChargeItem
from billing.models.fields import (
    BillingQuerySet,
    actor_field,
    amount_field,
    once,
    price_field,
    quantity_field,
)
from billing.models.meters import Meter, MeterReading
from billing.models.runs import BillingRun
from helpdesk.estates.calendars import estates_by_day
from helpdesk.estates.models import Estate
from residents.models import Unit


class BillQuerySet(BillingQuerySet):
    def standing(self) -> BillQuerySet:
        """Those that were not reversed."""
        return self.exclude(status=Bill.Status.REVERSED)  # type: ignore[return-value]

    def unsettled(self) -> BillQuerySet:
        return self.filter(status__in=(Bill.Status.OPEN, Bill.Status.PART_PAID))  # type: ignore[return-value]

    def overdue(self, on: date) -> BillQuerySet:
        """Past their due date on the day `on` with something outstanding."""
        return self.unsettled().filter(due_on__lt=on)  # type: ignore[return-value]

    def overdue_at(self, at: datetime) -> BillQuerySet:
        """The same at a moment, for each estate by its own calendar."""
        late = Q(pk__in=())
        for day, estates in estates_by_day(at).items():
            late |= Q(estate__in=estates, due_on__lt=day)
        return self.unsettled().filter(late)  # type: ignore[return-value]


class Bill(models.Model):
    """What a unit owes for a period (交费通知单).

    `paid`, `written_off` and `status` are kept by the database from the allocations.
    """

    class Kind(models.TextChoices):
        RUN = "run", _("Monthly bill")
        COUNTER = "counter", _("Counter sale")
        FINAL = "final", _("Final bill")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a bill", "Open")
        PART_PAID = "part_paid", _("Part paid")
        PAID = "paid", _("Paid")
        REVERSED = "reversed", _("Reversed")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="bills", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="bills", verbose_name=_("unit"))
    run = models.ForeignKey(
        BillingRun, models.PROTECT, null=True, blank=True, related_name="made", verbose_name=_("billing run")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.RUN)
    number = models.CharField(_("number"), max_length=20)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    period = models.CharField(_("period"), max_length=7)
    issued_on = models.DateField(_("dated"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = amount_field(_("total"))
    paid = amount_field(_("paid"), default=0)
    written_off = amount_field(_("written off"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # A bill that was made anew stands for the reversed one.
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    issued_by = actor_field()
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="bill_number_once"),
            models.UniqueConstraint(fields=["estate", "year", "serial"], name="bill_serial_once"),
            models.UniqueConstraint(
                fields=["unit", "period"],
                condition=Q(kind="run") & ~Q(status="reversed"),
                name="one_bill_a_period",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="bill_total_positive"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("total")), name="bill_paid_within_total"
            ),
            models.CheckConstraint(
                condition=Q(written_off__gte=0, written_off__lte=F("total")), name="bill_written_off_within"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="bill_due_after_issue"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "part_paid", "paid", "reversed"]), name="bill_status_known"
            ),
            once("bill_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["unit", "due_on"],
                condition=Q(status__in=["open", "part_paid"]),
                name="bill_unsettled",
            ),
            models.Index(
                fields=["estate", "due_on"], condition=Q(status__in=["open", "part_paid"]), name="bill_due"
            ),
            models.Index(fields=["estate", "period", "kind"], name="bill_period"),
            models.Index(fields=["unit", "-id"], name="bill_of_unit"),
            models.Index(fields=["estate", "-created_at", "-id"], name="bill_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def outstanding(self):  # type: ignore[no-untyped-def]
        """What is still to be paid of it, late fees apart; nothing of a reversed one."""
        return (
            self.total * 0
            if self.status == self.Status.REVERSED
            else self.total - self.paid - self.written_off
        )

    def status_on(self, day: date) -> str:
        """Its status as people speak of it: overdue once past due with something outstanding."""
        owes = self.status in (self.Status.OPEN, self.Status.PART_PAID)
        return "overdue" if owes and self.due_on < day else self.status


class BillLine(models.Model):
    """One item of a bill, with quantity, rate and reading as they were."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="+", verbose_name=_("charge item")
    )
    meter = models.ForeignKey(Meter, models.PROTECT, null=True, blank=True, related_name="bill_lines")
    reading = models.ForeignKey(MeterReading, models.PROTECT, null=True, blank=True, related_name="+")
    # Where a meter stood before, and up to where this line charges.
    meter_from = quantity_field(null=True, blank=True)
    meter_to = quantity_field(null=True, blank=True)
    quantity = quantity_field()
    rate = price_field()
    amount = amount_field()
    # Why the amount is what it is: readings, steps, days, discount, share.
    explanation = models.JSONField(default=dict)
    # As its item said when the bill was made: what an item says later re-reckons no day that is past.
    bears_late_fee = models.BooleanField(default=True)
    paid = amount_field(_("paid"), default=0)
    written_off = amount_field(_("written off"), default=0)

    class Meta:
        verbose_name = _("bill line")
        verbose_name_plural = _("bill lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_amount_positive"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount")), name="line_paid_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(written_off__gte=0, written_off__lte=F("amount")), name="line_written_off_within"
            ),
            models.UniqueConstraint(fields=["bill", "charge_item", "meter"], name="line_meter_once"),
            models.UniqueConstraint(
                fields=["bill", "charge_item"], condition=Q(meter__isnull=True), name="line_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.charge_item_id}"

    @property
    def outstanding(self):  # type: ignore[no-untyped-def]
        return self.amount - self.paid - self.written_off


class BillReversal(models.Model):
    """Takes a whole bill back, once."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    bill = models.OneToOneField(Bill, models.PROTECT, related_name="reversal")
    amount = amount_field()
    reason = models.CharField(_("reason"), max_length=300)
    on = models.DateField(_("on"))
    reversed_by = actor_field()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reversal of a bill")

    def __str__(self) -> str:
        return str(self.bill_id)


class Dispute(models.Model):
    """The resident contests a bill: no reminders and no late fee until it is settled."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The resident was right")
        REJECTED = "rejected", _("The bill stands")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="disputes")
    reason = models.CharField(_("reason"), max_length=300)
    opened_on = models.DateField(_("since"))
    opened_by = actor_field()
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    settled_by = actor_field()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(settled_on__isnull=True), name="one_open_dispute"
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True) | Q(settled_on__gte=F("opened_on")),
                name="dispute_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.bill_id)


class Handover(models.Model):
    """Who handed a bill's notice over, to whom, when and how."""

    class Way(models.TextChoices):
        HAND = "hand", _("By hand")
        LETTERBOX = "letterbox", _("Into the letterbox")
        EMAIL = "email", _("By e-mail")
        SMS = "sms", _("By text message")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="handovers")
    way = models.CharField(_("how"), max_length=10, choices=Way)
    received_by = models.CharField(_("taken by"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    handed_by = actor_field()
    form_token = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - unique where there is one
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notice handed out")
        constraints = [once("handover_key_once")]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.way}"
