"""Keys that hang at the desk: public ones, and those of units that are not handed over yet; who has them now."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Department, Estate
from residents.models.kept import KeptQuerySet
from residents.models.units import Unit


class DeskKey(models.Model):
    """One key, or a bunch on one ring (docs/domain.md §8)."""

    class Kind(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("key", "Public")
        UNIT = "unit", _("Of a unit not handed over")
        LEFT = "left", _("Left by the household")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="desk_keys")
    code = models.CharField(_("tag"), max_length=20)
    label = models.CharField(_("what it opens"), max_length=80)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.PUBLIC)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="desk_keys", verbose_name=_("unit")
    )
    place = models.CharField(_("where it hangs"), max_length=40, blank=True)
    is_lost = models.BooleanField(_("lost"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["estate", "code"], condition=Q(is_archived=False), name="key_tag_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="public", unit__isnull=True) | ~Q(kind="public") & Q(unit__isnull=False),
                name="key_of_a_unit_or_public",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class KeyLoanQuerySet(models.QuerySet["KeyLoan"]):
    def visible_to(self, user) -> KeyLoanQuerySet:  # type: ignore[no-untyped-def]
        """Loans of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def out(self) -> KeyLoanQuerySet:
        """Keys that somebody has now."""
        return self.filter(ended_at__isnull=True)

    def overdue(self, at: datetime) -> KeyLoanQuerySet:
        """Keys that should have been back before `at`."""
        return self.out().filter(due_at__lt=at)


class KeyLoan(models.Model):
    """A key went to somebody, until a moment; it came back, or was lost."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    key = models.ForeignKey(DeskKey, models.PROTECT, related_name="loans", verbose_name=_("key"))
    borrower = models.CharField(_("lent to"), max_length=80)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    purpose = models.CharField(_("what for"), max_length=200, blank=True)
    lent_at = models.DateTimeField(_("lent"))
    lent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("back by"))
    ended_at = models.DateTimeField(_("back"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    was_lost = models.BooleanField(_("lost"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = KeyLoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("key loan")
        verbose_name_plural = _("key loans")
        ordering = ["-lent_at", "-id"]
        constraints = [
            # Two clerks at the same second: one of them lends it.
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at__isnull=True), name="key_lent_to_one"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=models.F("lent_at")), name="key_back_after_lent"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, was_lost=False)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="key_taken_back_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["estate", "due_at"], condition=Q(ended_at__isnull=True), name="key_loans_out"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.lent_at:%Y-%m-%d}"
