"""Handing over of fixtures 设施交接单: what is in the unit, in which state, signed for by both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models.moves import EstateQuerySet, Move, staff_field


class FixturesHandover(models.Model):
    """One sheet of one move. Once both have signed nothing on it changes any more."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    move = models.OneToOneField(Move, models.PROTECT, related_name="fixtures")
    remarks = models.CharField(_("remarks"), max_length=500, blank=True)
    # The resident's signature: the name as typed, and the strokes where it was drawn (an SVG path).
    resident_name = models.CharField(_("signed by"), max_length=80, blank=True)
    resident_strokes = models.TextField(blank=True)
    resident_signed_at = models.DateTimeField(null=True, blank=True)
    staff = staff_field()
    staff_name = models.CharField(_("signed for the office by"), max_length=80, blank=True)
    staff_strokes = models.TextField(blank=True)
    staff_signed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("fixtures handover")
        verbose_name_plural = _("fixtures handovers")
        constraints = [
            models.CheckConstraint(
                condition=Q(resident_signed_at__isnull=True) | ~Q(resident_name=""),
                name="fixtures_signed_by_a_resident",
            ),
            models.CheckConstraint(
                condition=Q(staff_signed_at__isnull=True) | ~Q(staff_name="") & Q(staff__isnull=False),
                name="fixtures_signed_by_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.move_id}"

    @property
    def is_signed(self) -> bool:
        """Whether both have signed."""
        return bool(self.resident_signed_at and self.staff_signed_at)

    @property
    def is_begun(self) -> bool:
        """Whether somebody has signed: what one has signed the other may not change."""
        return bool(self.resident_signed_at or self.staff_signed_at)


class FixtureItem(models.Model):
    """One thing on the sheet; its photos are attachments of it."""

    class State(models.TextChoices):
        GOOD = "good", _("Good")
        WORN = "worn", _("Worn")
        DAMAGED = "damaged", _("Damaged")
        MISSING = "missing", _("Missing")

    handover = models.ForeignKey(FixturesHandover, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("item"), max_length=80)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    # Empty: not looked at yet.
    state = models.CharField(_("state"), max_length=8, choices=State, blank=True)
    # The state on the sheet of moving in.
    before = models.CharField(_("state before"), max_length=8, choices=State, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fixture")
        verbose_name_plural = _("fixtures")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fixture_of_something"),
            models.CheckConstraint(condition=~Q(name=""), name="fixture_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
