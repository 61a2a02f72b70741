"""Canned replies 常用回复, and what they do beside their words (docs/domain.md §2: no promise gets past for being canned)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from tickets.models.tickets import ComplaintClass, Priority, Reply, Topic


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def visible_to(self, user) -> CannedReplyQuerySet:  # type: ignore[no-untyped-def]
        """The estate's, and one's own."""
        return self.filter(Q(owner__isnull=True) | Q(owner=user), estate_id__in=user.estate_ids)

    def in_use(self) -> CannedReplyQuerySet:
        return self.filter(is_archived=False)


class CannedReply(models.Model):
    """Words that are said often, in one language at least; a macro where it also gives the ticket away or its priority."""

    estate = models.ForeignKey(
        Estate, models.PROTECT, related_name="canned_replies", verbose_name=_("estate")
    )
    # Empty: shared by all who work on tickets in the estate.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=60)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic, blank=True)
    complaint_class = models.CharField(_("class"), max_length=12, choices=ComplaintClass, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Reply.Visibility, default=Reply.Visibility.PUBLIC
    )
    body = models.TextField(_("text"), blank=True)
    body_zh_hans = models.TextField(_("text in Simplified Chinese"), blank=True)
    body_zh_hant = models.TextField(_("text in Traditional Chinese"), blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)
    is_archived = models.BooleanField(_("no longer in use"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        indexes = [models.Index(fields=["estate", "is_archived"], name="canned_in_use")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(body="") | ~Q(body_zh_hans="") | ~Q(body_zh_hant=""),
                name="canned_says_something",
            ),
            models.CheckConstraint(condition=~Q(priority="declined"), name="canned_declines_nothing"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_macro(self) -> bool:
        """Whether it changes the ticket beside saying something."""
        return bool(self.department_id or self.priority)

    def words(self, language: str) -> tuple[str, str]:
        """The text in that language, else in one that it has; with the language's code."""
        columns = {"en": self.body, "zh-hans": self.body_zh_hans, "zh-hant": self.body_zh_hant}
        order = [
            language,
            *(("zh-hant", "zh-hans", "en") if language.startswith("zh") else ("en", "zh-hans")),
        ]
        for code in (*order, "zh-hant"):
            if columns.get(code):
                return columns[code], code
        return "", "en"
