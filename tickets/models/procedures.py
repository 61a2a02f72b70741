"""The procedure of a class as an estate has laid it down; without rows the house's own procedure holds."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate


class ProcedureStep(models.Model):
    """One step of an estate's procedure. A removed one stays, so that its key is never given to another step."""

    class Group(models.TextChoices):
        VALID = "valid", _("Valid complaint")
        COMMUNICATION = "communication", _("Communication complaint")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="procedure_steps")
    group = models.CharField(_("procedure"), max_length=14, choices=Group)
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    # Empty: the house's own word for it.
    title = models.CharField(_("title"), max_length=40, blank=True)
    title_zh_hans = models.CharField(_("title in Simplified Chinese"), max_length=40, blank=True)
    title_zh_hant = models.CharField(_("title in Traditional Chinese"), max_length=40, blank=True)
    # Such a step is done or the ticket waits: it can't be marked as not needed.
    is_required = models.BooleanField(_("always needed"), default=False)
    is_removed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("step of a procedure")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "group", "key"], name="procedure_step_once"),
            models.CheckConstraint(
                condition=~Q(key__startswith="own_") | ~Q(title=""), name="own_step_has_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    @property
    def titles(self) -> dict[str, str]:
        """Language → title, of the languages that have one."""
        given = {"en": self.title, "zh-hans": self.title_zh_hans, "zh-hant": self.title_zh_hant}
        return {language: title for language, title in given.items() if title}
