"""The answers book 问答库: what the desk says to what is always asked, dated and with a keeper (docs/domain.md §3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user) -> AnswerQuerySet:  # type: ignore[no-untyped-def]
        """Answers of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def in_use(self) -> AnswerQuerySet:
        return self.filter(is_archived=False)


class Answer(models.Model):
    """One question with its answer, in one language at least; `checked_on` is the day it was last found right."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="answers", verbose_name=_("estate"))
    question = models.CharField(_("question"), max_length=200, blank=True)
    question_zh_hans = models.CharField(_("question in Simplified Chinese"), max_length=200, blank=True)
    question_zh_hant = models.CharField(_("question in Traditional Chinese"), max_length=200, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answer_zh_hans = models.TextField(_("answer in Simplified Chinese"), blank=True)
    answer_zh_hant = models.TextField(_("answer in Traditional Chinese"), blank=True)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("keeper")
    )
    checked_on = models.DateField(_("checked on"))
    is_archived = models.BooleanField(_("no longer in use"), default=False)
    # Both scripts folded into one, cut into pairs (helpdesk.lib.names.bigrams).
    search_text = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers book")
        indexes = [models.Index(fields=["estate", "is_archived"], name="answer_in_use")]

    def __str__(self) -> str:
        return self.asked[0]

    @property
    def asked(self) -> tuple[str, str]:
        """The question in the reader's language, else in one that it has; with the language's code."""
        return self._in_words("question")

    @property
    def said(self) -> tuple[str, str]:
        """The answer in the reader's language, else in one that it has; with the language's code."""
        return self._in_words("answer")

    def _in_words(self, field: str) -> tuple[str, str]:
        columns = {"en": field, "zh-hans": f"{field}_zh_hans", "zh-hant": f"{field}_zh_hant"}
        mine = get_language() or "en"
        # A reader of one Chinese script reads the other sooner than English.
        order = [mine, *(("zh-hant", "zh-hans", "en") if mine.startswith("zh") else ("zh-hans", "zh-hant"))]
        for code in order:
            words = getattr(self, columns.get(code, field))
            if words:
                return words, code if code in columns else "en"
        return "", "en"
