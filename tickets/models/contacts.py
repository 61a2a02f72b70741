"""The registers: calls, callers at the counter, letters, messages. Each entry stands by itself, ticket or not."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from residents.models import Resident, Unit
from tickets.models.tickets import Ticket


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user) -> ContactQuerySet:  # type: ignore[no-untyped-def]
        """Entries of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def call_backs_open(self) -> ContactQuerySet:
        """Promised call-backs nobody has made yet, the earliest first."""
        return self.filter(call_back_at__isnull=False, called_back_at__isnull=True).order_by("call_back_at")

    def since(self, at: datetime) -> ContactQuerySet:
        return self.filter(created_at__gte=at)


class Contact(models.Model):
    """One entry of a register; a promised call-back is due at its minute (docs/domain.md §3)."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        COUNTER = "counter", _("Counter visit")
        LETTER = "letter", _("Letter")
        MESSAGE = "message", _("Message for a colleague")

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="contacts", verbose_name=_("estate"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("unit")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("resident")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = SealedTextField(_("telephone"), purpose="phone", blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True)
    summary = models.TextField(_("what it was about"), blank=True)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("ticket")
    )
    call_back_at = models.DateTimeField(_("ring back at"), null=True, blank=True)
    called_back_at = models.DateTimeField(_("rung back"), null=True, blank=True)
    called_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("taken"), default=timezone.now)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("registers")
        indexes = [
            models.Index(fields=["estate", "-created_at"], name="contact_newest"),
            models.Index(
                fields=["estate", "call_back_at"],
                condition=Q(called_back_at__isnull=True, call_back_at__isnull=False),
                name="contact_call_back",
            ),
            models.Index(fields=["unit", "-created_at"], name="contact_unit"),
            models.Index(fields=["resident", "-created_at"], name="contact_resident"),
            models.Index(fields=["phone_hash", "-created_at"], name="contact_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"
