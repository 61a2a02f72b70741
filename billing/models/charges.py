"""What is charged for, at what rate, from when to when (docs/domain.md §9)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.models.fields import BillingQuerySet, actor_field, amount_field, price_field, quantity_field
from helpdesk.estates.models import Estate
from residents.models import Building, Resident, Unit


class DatedQuerySet(BillingQuerySet):
    def on(self, day: object) -> DatedQuerySet:
        """Those in force on a day; `until` is the last one."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)  # type: ignore[return-value]


class LedgerSettings(models.Model):
    """How an estate bills. Its row is also the lock between posting into a day and closing it."""

    estate = models.OneToOneField(Estate, models.PROTECT, related_name="ledger", verbose_name=_("estate"))
    due_day = models.PositiveSmallIntegerField(
        _("bills are due on day"), default=15, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    principal_first = models.BooleanField(_("payments settle bills before late fees"), default=True)
    unusual_factor = models.PositiveSmallIntegerField(
        _("a reading is unusual at (times the usual)"), default=10, validators=[MinValueValidator(2)]
    )

    # The last day whose late fees are posted.
    late_fees_until = models.DateField(null=True, blank=True, editable=False)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("billing settings")
        verbose_name_plural = _("billing settings")

    def __str__(self) -> str:
        return str(self.estate_id)


class ChargeItem(models.Model):
    """One thing that is charged for, and how its amount is found."""

    class Kind(models.TextChoices):
        AREA = "area", _("By floor area")
        FIXED = "fixed", _("Fixed")
        METERED = "metered", _("Metered")
        SHARED = "shared", _("Shared cost by area")
        PIECE = "piece", _("By the piece")
        CONTRACT = "contract", _("By contract")
        DEPOSIT = "deposit", _("Refundable deposit")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="charge_items", verbose_name=_("estate"))
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=80, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    measure = models.CharField(_("unit of measure"), max_length=20, blank=True)
    bears_late_fee = models.BooleanField(_("bears a late fee where the contract has one"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge item")
        verbose_name_plural = _("charge items")
        ordering = ["estate", "code"]
        constraints = [models.UniqueConstraint(fields=["estate", "code"], name="charge_item_code_once")]

    def __str__(self) -> str:
        names = {"zh-hans": self.name_zh_hans, "zh-hant": self.name_zh_hant}
        return names.get(get_language() or "en", "") or self.name


class Rate(models.Model):
    """The price of an item from a day to a day, for a unit, a building, a use or the whole estate: the narrowest counts."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="rates", verbose_name=_("charge item")
    )
    amount = price_field(_("rate"))
    # Steps of a metered tariff: [{"up_to": "20", "rate": "3.4500"}, …, {"up_to": null, "rate": …}], of a month's use.
    tiers = models.JSONField(_("steps"), default=list, blank=True)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    use = models.CharField(_("use"), max_length=12, choices=Unit.Use, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    set_by = actor_field()
    set_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["charge_item", "since"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="rate_in_order"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True, building__isnull=True)
                | Q(unit__isnull=True, use="")
                | Q(building__isnull=True, use=""),
                name="rate_one_scope",
            ),
        ]
        indexes = [models.Index(fields=["estate", "since"], name="rate_estate_since")]

    def __str__(self) -> str:
        return f"{self.charge_item_id} {self.amount}"


class Exemption(models.Model):
    """A discount or a full exemption for a unit: who approved it, why, and its last day."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="exemptions", verbose_name=_("unit"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("charge item")
    )
    percent = models.DecimalField(_("percent off"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300)
    approved_by = actor_field()
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    created_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints = [
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="exemption_percent"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="exemption_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} -{self.percent}%"


class SharedCost(models.Model):
    """What a shared use cost in a period, to be borne by the units of an estate or a building by their area."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="shared_costs", verbose_name=_("charge item")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    period = models.CharField(_("period"), max_length=7)
    amount = amount_field()
    entered_by = actor_field()
    entered_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared cost")
        verbose_name_plural = _("shared costs")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="shared_cost_positive"),
            models.UniqueConstraint(
                fields=["charge_item", "period", "building"], name="shared_cost_building_once"
            ),
            models.UniqueConstraint(
                fields=["charge_item", "period"],
                condition=Q(building__isnull=True),
                name="shared_cost_estate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charge_item_id} {self.period}"


class Lease(models.Model):
    """A contract by which a unit pays every month: rent of a place, a storeroom, a number of parking places."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="leases", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="leases", verbose_name=_("unit"))
    charge_item = models.ForeignKey(
        ChargeItem, models.PROTECT, related_name="leases", verbose_name=_("charge item")
    )
    tenant = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="leases", verbose_name=_("tenant")
    )
    subject = models.CharField(_("what is let"), max_length=120)
    quantity = quantity_field(default=1)
    monthly_rent = amount_field(_("monthly rent"))
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    created_by = actor_field()
    created_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")
        constraints = [
            models.CheckConstraint(
                condition=Q(monthly_rent__gt=0, quantity__gt=0), name="lease_rent_positive"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="lease_in_order"
            ),
            # One line of a bill has one rent: a second place of the same kind is a quantity.
            models.UniqueConstraint(
                fields=["unit", "charge_item"], condition=Q(until__isnull=True), name="one_open_lease"
            ),
        ]

    def __str__(self) -> str:
        return self.subject
