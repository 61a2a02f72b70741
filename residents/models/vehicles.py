"""Vehicles of a household, and the places they stand on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models.kept import KeptQuerySet, KeptRecord
from residents.models.units import Unit


class ParkingSpace(models.Model):
    """One place; `unit` is the household that owns or rents it."""

    class Kind(models.TextChoices):
        OWNED = "owned", _("Owned")
        RENTED = "rented", _("Rented")
        PUBLIC = "public", _("For everybody")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="parking_spaces")
    code = models.CharField(_("parking place"), max_length=20)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.RENTED)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="parking_spaces", verbose_name=_("unit")
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("parking place")
        verbose_name_plural = _("parking places")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "code"], name="parking_code_once"),
            models.CheckConstraint(
                condition=~Q(kind="public") | Q(unit__isnull=True), name="public_space_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Vehicle(KeptRecord):
    """A car or bicycle with its plate, as it is written and as it is looked for."""

    class Kind(models.TextChoices):
        CAR = "car", _("Car")
        MOTORCYCLE = "motorcycle", _("Motorcycle")
        ELECTRIC_BICYCLE = "e_bike", _("Electric bicycle")
        OTHER = "other", _("Other vehicle")

    plate = models.CharField(_("plate"), max_length=20)
    # Without blanks and dots, in capitals; and the same from its end on, as people tell the last digits.
    plate_key = models.CharField(max_length=20)
    plate_turned = models.CharField(max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CAR)
    description = models.CharField(_("make and colour"), max_length=60, blank=True)
    space = models.ForeignKey(
        ParkingSpace,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vehicles",
        verbose_name=_("parking place"),
    )

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            *KeptRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["estate", "plate_key"],
                condition=Q(is_archived=False) & ~Q(plate_key=""),
                name="plate_once",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "plate_key"], name="vehicle_plate"),
            models.Index(fields=["estate", "plate_turned"], name="vehicle_plate_end"),
        ]

    def __str__(self) -> str:
        return self.plate
