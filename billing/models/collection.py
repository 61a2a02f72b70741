"""Door-to-door collection 上门催收: what was said at the door, and promises to pay (docs/domain.md §9)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.fields import BillingQuerySet, actor_field, amount_field
from helpdesk.estates.models import Estate
from residents.models import Unit


class CollectionVisit(models.Model):
    """One visit at the door, or call: who was met, what they said and why they do not pay. Nobody promises for the company."""

    class Way(models.TextChoices):
        DOOR = "door", _("At the door")
        PHONE = "phone", _("By telephone")

    class Met(models.TextChoices):
        OWNER = "owner", _("Owner")
        PAYER = "payer", _("Payer")
        FAMILY = "family", _("Family")
        TENANT = "tenant", _("Tenant")
        OTHER = "other", _("Somebody else")
        NOBODY = "nobody", _("Nobody at home")

    class Reason(models.TextChoices):
        FORGOT = "forgot", _("Forgot, or did not know")
        HARDSHIP = "hardship", _("Short of money")
        COMPLAINT = "complaint", _("An open complaint")
        BILL = "bill", _("Doubts the bill")
        VACANT = "vacant", _("Does not live there")
        AWAY = "away", _("Away")
        REFUSES = "refuses", _("Refuses")
        OTHER = "other", _("Another reason")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="collection_visits", verbose_name=_("unit"))
    at = models.DateTimeField(_("visited"), default=timezone.now)
    by = actor_field()
    way = models.CharField(_("how"), max_length=5, choices=Way, default=Way.DOOR)
    met = models.CharField(_("met"), max_length=8, choices=Met)
    said = models.TextField(_("what was said"), max_length=2000, blank=True)
    reason = models.CharField(_("why they do not pay"), max_length=10, choices=Reason, blank=True)
    # Whom to ask about what could not be answered at the door.
    passed_to = models.CharField(_("to be answered by"), max_length=80, blank=True)
    left_notice = models.BooleanField(_("a notice was left in an envelope"), default=False)
    # What was owed when somebody stood at the door.
    owed = amount_field(_("owed"))
    owed_since = models.DateField(_("owed since"), null=True)
    form_token = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection visit")
        verbose_name_plural = _("collection visits")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(met="nobody") | ~Q(reason=""), name="whoever_was_met_gave_a_reason"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-at"], name="collection_of_unit"),
            models.Index(fields=["estate", "-at"], name="collection_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.at:%Y-%m-%d}"


class PromiseQuerySet(BillingQuerySet):
    def holding(self, on: date) -> PromiseQuerySet:
        """Those whose day has not passed: nobody is reminded while one holds."""
        return self.filter(settled_on__isnull=True, promised_for__gte=on)  # type: ignore[return-value]


class PaymentPromise(models.Model):
    """A promise to pay 承诺缴费: reminders wait until its day; then it is kept, or comes back by itself."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Not kept")
        REPLACED = "replaced", _("Replaced by another day")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="payment_promises", verbose_name=_("unit"))
    visit = models.ForeignKey(CollectionVisit, models.PROTECT, null=True, related_name="promises")
    promised_by = models.CharField(_("who promised"), max_length=80)
    promised_for = models.DateField(_("to pay by"))
    amount = amount_field(null=True, blank=True)
    made_on = models.DateField(_("made on"))
    taken_by = actor_field()
    settled_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        ordering = ["promised_for"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(settled_on__isnull=True), name="one_open_promise_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True, outcome="")
                | Q(settled_on__isnull=False) & ~Q(outcome=""),
                name="promise_settled_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["estate", "promised_for"], condition=Q(settled_on__isnull=True), name="promise_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.promised_for}"
