"""Who did what. Entries are written once; database triggers refuse to change or delete them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, obj: models.Model) -> "EntryQuerySet":
        """Entries whose subject is `obj`, or which were filed under it, oldest first."""
        label, pk = obj._meta.label_lower, obj.pk
        own = models.Q(target_type=label, target_id=pk)
        return self.filter(own | models.Q(filed_type=label, filed_id=pk)).order_by("at", "id")


class Entry(models.Model):
    """One business event: `verb` done to a target by an actor (None: the system)."""

    at = models.DateTimeField(_("at"))
    # When it was written, which the daily seal goes by; `at` may lie earlier for what was entered later.
    recorded_at = models.DateTimeField(default=timezone.now, db_index=True)
    estate = models.ForeignKey("estates.Estate", models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Names and roles change; what stood there then is what the record must show.
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=80)
    target_type = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    target_label = models.CharField(max_length=120, blank=True)
    # A slip's or a visit's event also shows on its ticket.
    filed_type = models.CharField(max_length=80, blank=True)
    filed_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = [
            models.Index(fields=["target_type", "target_id", "at"], name="audit_target"),
            models.Index(fields=["filed_type", "filed_id", "at"], name="audit_filed"),
            models.Index(fields=["estate", "-at"], name="audit_estate"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.target_label}"


class AccessEntry(models.Model):
    """One view of somebody's personal data: who looked at what, where and why; never the value."""

    at = models.DateTimeField()
    estate = models.ForeignKey("estates.Estate", models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = _("access entry")
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="access_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.field} {self.subject_type} {self.subject_id}"


class DaySeal(models.Model):
    """A digest over one day's entries and the seal before it, so that a planted change shows."""

    day = models.DateField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("day seal")

    def __str__(self) -> str:
        return f"{self.day} ({self.entries})"
