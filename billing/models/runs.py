"""The monthly run: a preview with its problems, then bills in the background."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.charges import ChargeItem
from billing.models.fields import BillingQuerySet, actor_field, amount_field, price_field, quantity_field
from billing.models.meters import Meter, MeterReading
from helpdesk.estates.models import Estate
from residents.models import Unit


class BillingRun(models.Model):
    """The bills of one estate and period. Confirmed once; what was previewed is what is billed."""

    class Status(models.TextChoices):
        PREVIEWED = "previewed", _("Previewed")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DISCARDED = "discarded", _("Discarded")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="billing_runs", verbose_name=_("estate"))
    period = models.CharField(_("period"), max_length=7)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PREVIEWED)
    issued_on = models.DateField(_("dated"))
    due_on = models.DateField(_("due on"))
    # Figures of the preview.
    bills = models.PositiveIntegerField(_("bills"), default=0)
    total = amount_field(_("total"), default=0)
    done = models.PositiveIntegerField(_("bills made"), default=0)
    previewed_by = actor_field()
    previewed_at = models.DateTimeField(default=timezone.now)
    # When a rate, an exemption, a contract or a reading came in that this preview does not know.
    outdated_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = actor_field()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # A worker holds the run until then; one that was killed lets go by itself.
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["estate", "period"],
                condition=Q(status__in=["running", "done"]),
                name="period_billed_once",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=models.F("issued_on")), name="run_due_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.estate_id} {self.period}"


class RunProblem(models.Model):
    """Something that a run could not charge as usual; it holds up no other unit."""

    class Code(models.TextChoices):
        READING_MISSING = "reading_missing", _("No reading: estimated")
        READING_BACKWARDS = "reading_backwards", _("The meter runs backwards: left to the next run")
        READING_UNUSUAL = "reading_unusual", _("Far more than usual: left to the next run")
        CHARGED_BEYOND = "charged_beyond", _("Estimated beyond its last reading: reverse the estimated bill")
        NO_RATE = "no_rate", _("No rate is in force")
        NO_AREA = "no_area", _("The unit has no floor area")
        COST_MISSING = "cost_missing", _("No shared cost was entered for this period")
        COST_UNBORNE = "cost_unborne", _("Nobody bears this shared cost: no unit with a floor area")
        MONTHS_SKIPPED = "months_skipped", _("Months left out since the last run")
        ALREADY_BILLED = "already_billed", _("The unit has a bill of this period")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    run = models.ForeignKey(BillingRun, models.PROTECT, related_name="problems")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)
    charge_item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="+", null=True)
    code = models.CharField(_("problem"), max_length=20, choices=Code)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("problem of a run")
        indexes = [models.Index(fields=["run", "code"], name="run_problem")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.code}"


class DraftLine(models.Model):
    """A line that a preview worked out and no bill has yet; it goes when its bill is made or the preview discarded."""

    run = models.ForeignKey(BillingRun, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    charge_item = models.ForeignKey(ChargeItem, models.PROTECT, related_name="+")
    meter = models.ForeignKey(Meter, models.PROTECT, null=True, related_name="+")
    reading = models.ForeignKey(MeterReading, models.PROTECT, null=True, related_name="+")
    # Where a meter stood before, and up to where this line charges.
    meter_from = quantity_field(null=True, blank=True)
    meter_to = quantity_field(null=True, blank=True)
    quantity = quantity_field()
    rate = price_field()
    amount = amount_field()
    explanation = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("draft line")
        indexes = [models.Index(fields=["run", "unit"], name="draft_unit")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.unit_id}"
