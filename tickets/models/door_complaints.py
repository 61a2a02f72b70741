"""A complaint that a household named at the door as the reason why it does not pay (docs/domain.md §9)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import CollectionVisit
from helpdesk.estates.models import Estate
from tickets.models.tickets import Ticket


class DoorComplaint(models.Model):
    """Which ticket a visit at the door spoke of: its reminders wait for that ticket."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="door_complaints", verbose_name=_("ticket")
    )
    visit = models.OneToOneField(
        CollectionVisit, models.PROTECT, related_name="+", verbose_name=_("collection visit")
    )
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("complaint at the door")
        verbose_name_plural = _("complaints at the door")

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.visit_id}"
