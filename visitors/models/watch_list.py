"""The watch list 关注名单: it warns the clerk, without telling the visitor (docs/domain.md §6)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.masking import mask_name


class WatchEntryQuerySet(models.QuerySet["WatchEntry"]):
    def visible_to(self, user) -> WatchEntryQuerySet:  # type: ignore[no-untyped-def]
        """Entries of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def running(self, on: date) -> WatchEntryQuerySet:
        return self.filter(ends_on__gte=on)


class WatchEntry(models.Model):
    """Somebody to be looked at twice, for a reason, until a day. Who looked is in the access log."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="watch_entries", verbose_name=_("estate"))
    name = SealedTextField(_("name"), purpose="watch.name", mask=mask_name, blank=True, default="")
    name_hash = models.CharField(max_length=64, blank=True)
    phone_hash = models.CharField(max_length=64, blank=True)
    id_hash = models.CharField(max_length=64, blank=True)
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    source = models.CharField(_("source"), max_length=120)
    ends_on = models.DateField(_("until"))
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = WatchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch-list entry")
        verbose_name_plural = _("watch list")
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(source=""), name="watched_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(name_hash="") | ~Q(phone_hash="") | ~Q(id_hash="") | ~Q(plate=""),
                name="watched_by_something",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "name_hash"], name="watch_name"),
            models.Index(fields=["estate", "plate"], name="watch_plate"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
