"""What the desk keeps of a household beside its people: the columns that all such records share."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models.residents import Resident
from residents.models.units import Unit


class KeptQuerySet(models.QuerySet[Any]):
    def visible_to(self, user) -> KeptQuerySet:  # type: ignore[no-untyped-def]
        """Records of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def current(self) -> KeptQuerySet:
        """Those that were not put away."""
        return self.filter(is_archived=False)

    def of(self, owner: models.Model) -> KeptQuerySet:
        """Those of a unit or of a resident."""
        return self.filter(**{"unit" if isinstance(owner, Unit) else "resident": owner})


class KeptRecord(models.Model):
    """A record of a unit, of a resident, or of both; archived, never deleted (docs/domain.md §8)."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name=_("unit")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name=_("resident")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["is_archived", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(resident__isnull=False), name="%(class)s_of_somebody"
            )
        ]

    @property
    def history_label(self) -> str:
        """What the history calls it: it keeps no plates and no names."""
        return f"#{self.pk}"
