"""Slips: work orders, coordination slips and non-conformity slips, which share one life (docs/domain.md §4)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from residents.models import Unit
from tickets.models.tickets import Ticket
from tickets.scopes import slip_scope


class SlipQuerySet(models.QuerySet["Slip"]):
    def visible_to(self, user) -> SlipQuerySet:  # type: ignore[no-untyped-def]
        """Slips that `user` may see: the estate's; the own department's; a technician's own or still unsigned."""
        return self.filter(slip_scope(user))

    def unsigned(self) -> SlipQuerySet:
        """Issued and not signed for, the earliest limit first."""
        return self.filter(status=Slip.Status.ISSUED).order_by("sign_due_at")

    def late_to_sign(self, at: datetime) -> SlipQuerySet:
        return self.unsigned().filter(sign_due_at__lt=at)


class Slip(models.Model):
    """One job handed to a department. Signed for by name, done with a report, verified by the desk."""

    class Kind(models.TextChoices):
        WORK_ORDER = "work_order", _("Work order")
        COORDINATION = "coordination", _("Coordination slip")
        NON_CONFORMITY = "non_conformity", _("Non-conformity slip")

    class Status(models.TextChoices):
        ISSUED = "issued", _("Issued")
        SIGNED = "signed", _("Signed for")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        VERIFIED = "verified", _("Verified")
        CANCELLED = "cancelled", _("Cancelled")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="slips", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.WORK_ORDER)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ISSUED)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="slips")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="slips", verbose_name=_("unit")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="slips", verbose_name=_("department")
    )
    instructions = models.TextField(_("what is to be done"))
    due_at = models.DateTimeField(_("due"))
    sign_due_at = models.DateTimeField(_("to be signed for by"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    report = models.TextField(_("report"), blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Told as not signed for: 0 nobody, 1 supervisor, 2 manager.
    escalation = models.PositiveSmallIntegerField(default=0)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = _("slip")
        verbose_name_plural = _("slips")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="slip_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=["issued", "cancelled"])
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "verified"]) | Q(done_at__isnull=False),
                name="done_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "-issued_at", "-id"], name="slip_newest"),
            models.Index(
                fields=["estate", "sign_due_at"], condition=Q(status="issued"), name="slip_unsigned"
            ),
            models.Index(fields=["department", "status", "due_at"], name="slip_department"),
            models.Index(fields=["signed_by", "status"], name="slip_own"),
            models.Index(fields=["ticket"], name="slip_ticket"),
        ]

    def __str__(self) -> str:
        return self.number
