"""What a request of the public form keeps of its one-use link (docs/domain.md §6 §7)."""

from django.db import models

from residents.models import Resident


class AskedByLink(models.Model):
    """A row that somebody on file is asked to confirm by a link."""

    # Emptied by whatever ends the question: the answer, the desk, a refusal, the end of the day.
    confirm_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # The same, for good: whoever still has the link reads that there is nothing to answer any more.
    link_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # Who got the link, and may answer while they belong to the unit.
    confirm_asked = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
