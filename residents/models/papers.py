"""Contracts and other papers of a household, with the day they run out."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.models.kept import KeptQuerySet, KeptRecord

SOON = timedelta(days=60)


class PaperQuerySet(KeptQuerySet):
    def expiring(self, on: date) -> PaperQuerySet:
        """Those that run out within sixty days of `on`, or have run out."""
        return self.filter(is_archived=False, expires_on__lte=on + SOON)


class Paper(KeptRecord):
    """A contract, a power of attorney, a certificate; the file itself hangs on it as an attachment."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("Purchase contract")
        LEASE = "lease", _("Lease")
        SERVICE = "service", _("Service agreement")
        AUTHORITY = "authority", _("Letter of authority")
        CERTIFICATE = "certificate", _("Title or certificate")
        OTHER = "other", _("Other paper")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.OTHER)
    title = models.CharField(_("what it is"), max_length=120)
    number = models.CharField(_("its number"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    objects = PaperQuerySet.as_manager()  # type: ignore[misc]

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            *KeptRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(signed_on__isnull=True)
                | Q(expires_on__gte=F("signed_on")),
                name="paper_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "expires_on"], condition=Q(is_archived=False), name="paper_expiry")
        ]

    def __str__(self) -> str:
        return self.title
