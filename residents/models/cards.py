"""Cards and permits 证卡: issued, lost, cancelled, returned."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models.kept import KeptRecord


class AccessCard(KeptRecord):
    """One card or permit in somebody's hands (docs/domain.md §8)."""

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("Resident's card")
        DOOR = "door", _("Door card")
        PARKING = "parking", _("Parking card")
        WORKER = "worker", _("Worker's permit")
        OTHER = "other", _("Other card")

    class Status(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("of a card", "Issued")
        LOST = "lost", _("Lost")
        CANCELLED = "cancelled", _("Cancelled")
        RETURNED = "returned", _("Returned")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.DOOR)
    number = models.CharField(_("card number"), max_length=40)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ISSUED)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("card or permit")
        verbose_name_plural = _("cards and permits")
        constraints = [
            *KeptRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["estate", "kind", "number"], condition=Q(status="issued"), name="card_issued_once"
            ),
            models.CheckConstraint(
                condition=Q(status="issued", ended_on__isnull=True)
                | ~Q(status="issued") & Q(ended_on__isnull=False),
                name="card_ended_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number
