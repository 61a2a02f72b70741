"""Notes that only some of the staff read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.roles import estates_where
from residents.models.kept import KeptQuerySet, KeptRecord

# Audience → who reads it (helpdesk.staff.permissions).
READERS = {"desk": "notes.desk", "accounts": "notes.accounts", "managers": "notes.managers"}


class NoteQuerySet(KeptQuerySet):
    def visible_to(self, user) -> NoteQuerySet:  # type: ignore[no-untyped-def]
        """Notes that one of the user's roles in their estate may read; the others do not exist."""
        seen = Q(pk__in=[])
        for audience, permission in READERS.items():
            seen |= Q(audience=audience, estate_id__in=estates_where(user, permission))
        return self.filter(seen)


class Note(KeptRecord):
    """Words about a unit or a resident for one circle of readers (docs/domain.md §8)."""

    class Audience(models.TextChoices):
        DESK = "desk", _("The desk and the departments")
        ACCOUNTS = "accounts", _("Cashier and manager")
        MANAGERS = "managers", _("Managers only")

    audience = models.CharField(_("who reads it"), max_length=8, choices=Audience, default=Audience.DESK)
    body = models.TextField(_("note"), max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = NoteQuerySet.as_manager()  # type: ignore[misc]

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("note for some")
        verbose_name_plural = _("notes for some")

    def __str__(self) -> str:
        return self.history_label
