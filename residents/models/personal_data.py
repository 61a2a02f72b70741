"""Keeping personal data lawfully: holds, wishes to be forgotten, what was agreed to, and what was forgotten when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models.residents import Resident


class LegalHold(models.Model):
    """A reason why nothing of a resident may be deleted for now: a claim, a dispute, an inquiry."""

    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="legal_holds", verbose_name=_("resident")
    )
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_with_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.placed_at:%Y-%m-%d}"


class Erasure(models.Model):
    """A resident's wish to be forgotten: done, or waiting until nothing holds the record any more."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="erasures", verbose_name=_("resident")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    ended_at = models.DateTimeField(_("done"), null=True, blank=True)
    # Rows emptied or deleted, by table.
    counts = models.JSONField(default=dict)
    # What the resident had agreed to before the wish, for as long as it may still be withdrawn.
    accepted_messages = models.BooleanField(null=True)
    was_not_disturbed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(status="waiting"), name="one_erasure_waits"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", ended_at__isnull=True)
                | ~Q(status="waiting") & Q(ended_at__isnull=False),
                name="erasure_ended_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.status}"


class GivenConsent(models.Model):
    """What somebody had read when they sent something in: the text's version and language, kept with what was sent."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    about_type = models.CharField(max_length=80)
    about_id = models.BigIntegerField()
    version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=8)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("consent given")
        verbose_name_plural = _("consents given")
        constraints = [models.UniqueConstraint(fields=["about_type", "about_id"], name="one_consent_a_form")]

    def __str__(self) -> str:
        return f"{self.about_type} {self.about_id} {self.version}"


class RetentionRun(models.Model):
    """What the nightly job emptied or deleted because its time was over: how much of what, never what it was."""

    ran_at = models.DateTimeField(_("done"), default=timezone.now)
    table = models.CharField(max_length=80)
    columns = models.CharField(max_length=300)
    rows = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-ran_at", "-id"]

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d} {self.table} {self.rows}"
