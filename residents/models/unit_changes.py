"""Unit change 房屋变更: exchange 换房, transfer 过户, giving back 退房 (docs/domain.md §8)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from residents.models.moves import EstateQuerySet, staff_field
from residents.models.residents import Resident
from residents.models.units import Unit


class UnitChange(models.Model):
    """Asked for, decided by a manager, carried out on a day; who belonged to the unit before stays on file."""

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", _("Exchange of units")
        TRANSFER = "transfer", _("Transfer to a new owner")
        GIVING_BACK = "giving_back", _("Giving back")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        CARRIED_OUT = "carried_out", _("Carried out")
        CANCELLED = "cancelled", pgettext_lazy("of a unit change", "Cancelled")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="unit_changes", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.REQUESTED)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="changes", verbose_name=_("unit"))
    other_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("other unit")
    )
    new_owner = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("new owner")
    )
    wanted_on = models.DateField(_("wanted on"))
    carried_out_on = models.DateField(_("carried out on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    decision_reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    requested_by = staff_field()
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = staff_field()
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_by = staff_field()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit change")
        verbose_name_plural = _("unit changes")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="unit_change_number_once"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(status__in=["requested", "approved"]), name="one_open_change"
            ),
            models.UniqueConstraint(
                fields=["other_unit"],
                condition=Q(status__in=["requested", "approved"]),
                name="one_open_exchange_with",
            ),
            models.CheckConstraint(
                condition=Q(kind="exchange", other_unit__isnull=False, new_owner__isnull=True)
                | Q(kind="transfer", other_unit__isnull=True, new_owner__isnull=False)
                | Q(kind="giving_back", other_unit__isnull=True, new_owner__isnull=True),
                name="unit_change_knows_its_parties",
            ),
            models.CheckConstraint(
                condition=Q(other_unit__isnull=True) | ~Q(other_unit=F("unit")),
                name="unit_change_of_two_units",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "refused", "carried_out"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="unit_change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "cancelled"]) | ~Q(decision_reason=""),
                name="unit_change_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="carried_out") | Q(carried_out_on__isnull=False),
                name="unit_change_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["estate", "status", "wanted_on"], name="unit_change_status")]

    def __str__(self) -> str:
        return self.number
