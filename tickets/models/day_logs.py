"""The day's log 工作日志: what the registers and the history tell of a day, and what clerks add (docs/domain.md §10)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from tickets.models.contacts import Contact
from tickets.models.slips import Slip
from tickets.models.tickets import Ticket


class EstateQuerySet(models.QuerySet[models.Model]):
    def visible_to(self, user) -> EstateQuerySet:  # type: ignore[no-untyped-def]
        """Of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class LogEntry(models.Model):
    """What a clerk writes into the log; a task may come of it, and the link stays."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="log_entries", verbose_name=_("estate"))
    # The day of the log it stands in: the next one once its own has been signed.
    day = models.DateField(_("day"))
    text = models.TextField(_("entry"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="+")
    slip = models.ForeignKey(Slip, models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the day's log")
        verbose_name_plural = _("entries of the day's log")
        ordering = ["written_at", "id"]
        indexes = [models.Index(fields=["estate", "day"], name="log_entry_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=True, slip__isnull=True)
                | Q(ticket__isnull=True, message__isnull=True)
                | Q(slip__isnull=True, message__isnull=True),
                name="one_task_of_an_entry",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_task(self) -> bool:
        return bool(self.ticket_id or self.slip_id or self.message_id)


class SignedLog(models.Model):
    """A day's log as it was read and signed, once; what comes later stands in the next day's."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="signed_logs", verbose_name=_("estate"))
    day = models.DateField(_("day"))
    # As it was read: [{"at": …, "kind": …, "verb": …, "label": …, "who": …, "text": …}], and the figures above it.
    lines = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    remark = models.TextField(_("remark"), blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed day's log")
        verbose_name_plural = _("signed day's logs")
        constraints = [models.UniqueConstraint(fields=["estate", "day"], name="a_day_is_signed_once")]
        indexes = [models.Index(fields=["estate", "-day"], name="signed_log_newest")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
