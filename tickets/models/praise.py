"""Praise 表扬: registered, on the wall, and a copy to the department of whoever is praised (docs/domain.md §3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from residents.models import Unit
from tickets.models.contacts import Contact


class PraiseQuerySet(models.QuerySet["Praise"]):
    def visible_to(self, user) -> PraiseQuerySet:  # type: ignore[no-untyped-def]
        """Praise of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def on_the_wall(self) -> PraiseQuerySet:
        return self.filter(is_on_wall=True)


class Praise(models.Model):
    """Thanks to somebody of the staff, or to a whole department."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="praise", verbose_name=_("estate"))
    praised = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("praised"),
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="praise", verbose_name=_("department")
    )
    words = models.TextField(_("words of praise"))
    from_name = models.CharField(_("from"), max_length=80, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="praise", verbose_name=_("unit")
    )
    # The letter it came by.
    contact = models.OneToOneField(
        Contact, models.PROTECT, null=True, blank=True, related_name="praise", verbose_name=_("letter")
    )
    is_on_wall = models.BooleanField(_("on the praise wall"), default=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("received"), default=timezone.now)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = PraiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("praise")
        verbose_name_plural = _("praise")
        indexes = [models.Index(fields=["estate", "-created_at"], name="praise_newest")]

    def __str__(self) -> str:
        return f"{self.praised or self.department or ''} {self.created_at:%Y-%m-%d}".strip()
