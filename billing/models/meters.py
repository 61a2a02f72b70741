"""Meters and what was read from them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.charges import ChargeItem
from billing.models.fields import BillingQuerySet, actor_field, quantity_field
from helpdesk.estates.models import Estate
from residents.models import Unit


class Meter(models.Model):
    """One meter of a unit; a replaced one keeps its last reading."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="meters", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="meters", verbose_name=_("unit"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="meters", verbose_name=_("charge item")
    )
    number = models.CharField(_("number"), max_length=40)
    # A meter of five digits goes on with 00000 after 99999.
    digits = models.PositiveSmallIntegerField(
        _("digits before the point"), default=6, validators=[MinValueValidator(3), MaxValueValidator(9)]
    )
    multiplier = quantity_field(_("multiplier"), default=1)
    installed_on = models.DateField(_("installed on"))
    initial_value = quantity_field(_("first reading"), default=0)
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    # What was charged last; the next bill goes on from here.
    billed_value = quantity_field(_("charged up to"), default=0)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meter")
        verbose_name_plural = _("meters")
        ordering = ["estate", "number"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "charge_item", "number"], name="meter_number_once"),
            models.CheckConstraint(
                condition=Q(multiplier__gt=0, initial_value__gte=0, billed_value__gte=0),
                name="meter_counts_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StandingReadings(models.Manager.from_queryset(BillingQuerySet)):  # type: ignore[misc]
    """All but those that were withdrawn, so that nobody counts with one by mistake."""

    def get_queryset(self) -> BillingQuerySet:
        return super().get_queryset().filter(withdrawn_at=None)  # type: ignore[no-any-return]


class MeterReading(models.Model):
    """What a meter showed at the end of a period; a correction keeps what stood there before in the history.

    A wrong one that no standing bill used may be withdrawn: lines of reversed bills still point to it.
    """

    class Source(models.TextChoices):
        GRID = "grid", _("Typed in")
        FILE = "file", _("From a file")
        API = "api", _("By another system")
        ESTIMATE = "estimate", _("Estimated")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings", verbose_name=_("meter"))
    period = models.CharField(_("period"), max_length=7)
    read_on = models.DateField(_("read on"))
    value = quantity_field(_("reading"))
    # The meter ran past its last digit and began again.
    rolled_over = models.BooleanField(_("began again at zero"), default=False)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.GRID)
    is_confirmed = models.BooleanField(_("checked although unusual"), default=False)
    read_by = actor_field()
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = StandingReadings()
    every = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meter reading")
        verbose_name_plural = _("meter readings")
        ordering = ["-read_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "period"],
                condition=Q(withdrawn_at__isnull=True),
                name="reading_once_a_period",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="reading_not_negative"),
        ]
        indexes = [models.Index(fields=["estate", "period"], name="reading_period")]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.period} {self.value}"
