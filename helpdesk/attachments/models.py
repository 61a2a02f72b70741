"""Files that belong to a record. Served only by a view of the record's app, which asks who may see the record."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, obj: models.Model) -> "AttachmentQuerySet":
        """The files of one record, oldest first."""
        return self.filter(owner_type=obj._meta.label_lower, owner_id=obj.pk).order_by("id")


class Attachment(models.Model):
    """A photo or PDF, written anew on arrival: no metadata, a type we chose, a neutral name."""

    estate = models.ForeignKey("estates.Estate", models.PROTECT, related_name="+")
    owner_type = models.CharField(max_length=80)
    owner_id = models.BigIntegerField()
    # Random, so that a path can't be guessed even by somebody who reads the disk's listing.
    file = models.FileField(max_length=200)
    thumbnail = models.FileField(max_length=200, blank=True)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    # before / after / "" — what a photo of a job shows.
    purpose = models.CharField(max_length=20, blank=True)
    # Shown to the resident too, on the page behind their link.
    is_public = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="attachment_owner")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
