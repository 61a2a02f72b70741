"""Buildings and units: the doors of an estate."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate


class RoomField(models.CharField):
    """The last part of the door plate, kept in step with it: 3-2-501 → 501. People often say no more than that."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        room = str(getattr(model_instance, "code", "")).rsplit("-", 1)[-1]
        setattr(model_instance, self.attname, room)
        return room


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user) -> UnitQuerySet:  # type: ignore[no-untyped-def]
        """Units of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class BuildingQuerySet(models.QuerySet["Building"]):
    def visible_to(self, user) -> BuildingQuerySet:  # type: ignore[no-untyped-def]
        """Buildings of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class Building(models.Model):
    """One building; its code is the first part of its units' door plates."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="buildings", verbose_name=_("estate"))
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=80, blank=True)
    floors = models.PositiveSmallIntegerField(_("floors"), default=1)
    is_archived = models.BooleanField(_("archived"), default=False)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["estate", "code"]
        constraints = [models.UniqueConstraint(fields=["estate", "code"], name="building_code_once")]

    def __str__(self) -> str:
        return self.name or self.code


class Unit(models.Model):
    """One door: a flat, an office, a shop. Its code is the whole door plate, such as 3-2-501."""

    class Use(models.TextChoices):
        RESIDENTIAL = "residential", _("Residential")
        OFFICE = "office", _("Office")
        SHOP = "shop", _("Shop")
        STORAGE = "storage", _("Storage")
        PARKING = "parking", _("Parking")

    class Status(models.TextChoices):
        OCCUPIED = "occupied", _("Occupied")
        VACANT = "vacant", _("Vacant")
        DECORATING = "decorating", _("Decorating")
        NOT_HANDED_OVER = "not_handed_over", _("Not handed over")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="units", verbose_name=_("estate"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name=_("building"))
    code = models.CharField(_("door plate"), max_length=30)
    entrance = models.CharField(_("entrance"), max_length=10, blank=True)
    room = RoomField(max_length=30, editable=False, default="")
    floor = models.SmallIntegerField(_("floor"), default=1)
    area_m2 = models.DecimalField(_("gross floor area (m²)"), max_digits=9, decimal_places=2, default=0)
    net_area_m2 = models.DecimalField(
        _("net area (m²)"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    use = models.CharField(_("use"), max_length=12, choices=Use, default=Use.RESIDENTIAL)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OCCUPIED)
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["estate", "code"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "code"], name="unit_code_once"),
            models.CheckConstraint(condition=models.Q(area_m2__gte=0), name="unit_area_not_negative"),
            models.CheckConstraint(
                condition=models.Q(net_area_m2__isnull=True) | models.Q(net_area_m2__gt=0),
                name="unit_net_area_above_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="unit_code"),
            models.Index(fields=["estate", "room"], name="unit_room"),
            # A room number is told from the first door that has it on.
            models.Index(fields=["estate", "room", "code"], name="unit_room_code"),
        ]

    def __str__(self) -> str:
        return self.code
