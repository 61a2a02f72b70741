"""A matter that another body forwarded 转办: whose, under which number, and until when they want an answer."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Ticket


class ForwardingQuerySet(models.QuerySet["Forwarding"]):
    def late(self, at: datetime) -> ForwardingQuerySet:
        """Those whose sender waits longer than agreed."""
        waiting = self.filter(
            answered_at__isnull=True, answer_due_at__lt=at, ticket__merged_into__isnull=True
        )
        return waiting.exclude(ticket__status=Ticket.Status.CLOSED)


class Forwarding(models.Model):
    """Who sent the matter, their number and their limit; later, how they were answered (docs/domain.md §2)."""

    class Sender(models.TextChoices):
        HOTLINE = "hotline", _("12345 hotline")
        OWNERS_COMMITTEE = "committee", _("Owners' committee")
        DEVELOPER = "developer", _("Developer")
        OTHER = "other", _("Other body")

    class Via(models.TextChoices):
        PLATFORM = "platform", _("their platform")
        PHONE = "phone", _("phone")
        LETTER = "letter", _("letter")
        EMAIL = "email", _("e-mail")
        PERSON = "person", _("in person")

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="forwarding", verbose_name=_("ticket"))
    sender = models.CharField(_("forwarded by"), max_length=10, choices=Sender)
    sender_name = models.CharField(_("name of the sender"), max_length=80, blank=True)
    number = models.CharField(_("sender's number"), max_length=60, blank=True)
    answer_due_at = models.DateTimeField(_("answer to the sender due"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered back"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_via = models.CharField(_("answered by way of"), max_length=10, choices=Via, blank=True)
    answer = models.TextField(_("the answer"), blank=True)
    # Told as late so far: 0 nobody, 1 responsible, 2 supervisor, 3 manager.
    escalation = models.PositiveSmallIntegerField(default=0)

    objects = ForwardingQuerySet.as_manager()

    class Meta:
        verbose_name = _("forwarded matter")
        verbose_name_plural = _("forwarded matters")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer="") & ~Q(answered_via=""),
                name="answered_back_with_what_and_how",
            )
        ]
        indexes = [
            models.Index(
                fields=["answer_due_at"], condition=Q(answered_at__isnull=True), name="forwarding_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.number}".strip()

    @property
    def sent_by(self) -> str:
        """The sender as people name it."""
        return self.sender_name or str(self.get_sender_display())
