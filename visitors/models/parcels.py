"""Parcels, letters and newspapers 快件: received, told, collected (docs/domain.md §10)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from residents.models import Resident, Unit


class ParcelQuerySet(models.QuerySet["Parcel"]):
    def visible_to(self, user) -> ParcelQuerySet:  # type: ignore[no-untyped-def]
        """Parcels of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class Parcel(models.Model):
    """Something left at the desk for a unit."""

    class Kind(models.TextChoices):
        PARCEL = "parcel", _("Parcel")
        LETTER = "letter", _("Letter")
        NEWSPAPER = "newspaper", _("Newspaper")

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("of a parcel", "Received")
        COLLECTED = "collected", _("Collected")
        RETURNED = "returned", _("Sent back")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="parcels", verbose_name=_("estate"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="parcels", verbose_name=_("unit"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="parcels", verbose_name=_("for")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARCEL)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    carrier = models.CharField(_("brought by"), max_length=60, blank=True)
    reference = models.CharField(_("number on it"), max_length=60, blank=True)
    shelf = models.CharField(_("shelf"), max_length=30, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    # Days of the last reminder that is past, sent or not: it and those before it are due no more.
    reminded_days = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    collected_by = models.CharField(_("collected by"), max_length=80, blank=True)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="received", ended_at__isnull=True)
                | ~Q(status="received") & Q(ended_at__isnull=False),
                name="parcel_ended_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="collected") | ~Q(collected_by=""), name="parcel_collected_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["estate", "status", "-received_at"], name="parcel_status")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit_id}"
