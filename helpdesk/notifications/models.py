"""The outbox: every message stands here before it is sent, in the transaction that caused it."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.fields import SealedTextField


class Channel(models.TextChoices):
    DESK = "desk", _("on the desk")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PRINT = "print", _("print")


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self, at) -> "MessageQuerySet":  # type: ignore[no-untyped-def]
        """Those that may be sent at `at`: not before their hour, and not claimed by a living worker."""
        unclaimed = models.Q(claimed_until__isnull=True) | models.Q(claimed_until__lt=at)
        return self.filter(unclaimed, status=Message.Status.WAITING, not_before__lte=at)


class Message(models.Model):
    """One message to one person by one channel; `dedupe_key` is what makes a repeat harmless."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("not known whether it went out")
        CANCELLED = "cancelled", _("cancelled")

    estate = models.ForeignKey("estates.Estate", models.PROTECT, related_name="+")
    dedupe_key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=8, choices=Channel)
    template = models.CharField(max_length=60)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    language = models.CharField(max_length=8)
    recipient_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    # An e-mail address or a telephone number, sealed; empty on the desk and on paper.
    address = SealedTextField(purpose="message.address", blank=True, default="")
    recipient_label = models.CharField(max_length=80, blank=True)
    about_type = models.CharField(max_length=80, blank=True)
    about_id = models.BigIntegerField(null=True)
    # The page that the message leads to; a resident's is a secret, so it stands sealed.
    link = SealedTextField(purpose="message.link", mask=None, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    not_before = models.DateTimeField(default=timezone.now)
    # A second copy of this message would do harm (money): after a crash it is not sent again by itself.
    once_only = models.BooleanField(default=False)
    # A resident is never told in rest hours, however long the message had to wait or how often it failed.
    spares_rest_hours = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["status", "not_before"], name="message_due"),
            models.Index(fields=["recipient_user", "read_at", "-created_at"], name="message_inbox"),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.channel} {self.status}"


class Beat(models.Model):
    """When the scheduler was last heard of: one row."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("beat")

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
