"""What an estate says otherwise than the house's own scripts (docs/domain.md §3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate


class ScriptText(models.Model):
    """The estate's own words for one procedure in one language; an empty one falls back to the house's."""

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="script_texts", verbose_name=_("estate"))
    key = models.CharField(_("procedure"), max_length=20)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    say = models.TextField(_("say"), blank=True)
    do = models.TextField(_("do"), blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        constraints = [models.UniqueConstraint(fields=["estate", "key", "language"], name="script_text_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.language}"
