"""Pauses: while the desk waits for somebody or something else, the limit of the resolution stands still."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Ticket


class PauseQuerySet(models.QuerySet["Pause"]):
    def running(self) -> PauseQuerySet:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def run_out(self, at: datetime) -> PauseQuerySet:
        """Those that end by themselves and whose end has come, the earliest first."""
        return self.running().filter(until__lte=at).order_by("until", "id")


class Pause(models.Model):
    """From when to when a ticket waited, and what for; one with `until` ends by itself then (docs/domain.md §2)."""

    class Reason(models.TextChoices):
        RESIDENT = "resident", _("Waiting for the resident")
        PARTS = "parts", _("Waiting for parts")
        THIRD_PARTY = "third_party", _("Waiting for a third party")
        WEATHER = "weather", _("Waiting for the weather")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="pauses", verbose_name=_("ticket"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("what for"), max_length=300, blank=True)
    since = models.DateTimeField(_("paused from"), default=timezone.now)
    until = models.DateTimeField(_("paused until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Empty: it ended by itself, or with the resident's own word.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="one_pause_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="pause_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="pause_running"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.reason}"
