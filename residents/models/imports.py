"""A spreadsheet of units and people on its way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField


class ImportQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, user) -> ImportQuerySet:  # type: ignore[no-untyped-def]
        """Imports into the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class ImportJob(models.Model):
    """One file: checked row by row, then written whole or not at all (docs/domain.md §8)."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Being checked")
        CHECKED = "checked", _("Checked")
        CONFIRMED = "confirmed", _("Being written")
        DONE = "done", _("Done")
        FAILED = "failed", _("Can't be read")
        DROPPED = "dropped", _("Dropped")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="imports", verbose_name=_("estate"))
    file_name = models.CharField(_("file"), max_length=120)
    # The file in base64: it holds numbers, so it stands sealed, and only until it is written or a week old.
    content = SealedTextField(purpose="residents.import", mask=None, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    unknown_columns = models.JSONField(default=list)
    failure = models.CharField(_("reason"), max_length=300, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("sent in"), default=timezone.now)
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["status"],
                condition=models.Q(status__in=["uploaded", "confirmed"]),
                name="import_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
