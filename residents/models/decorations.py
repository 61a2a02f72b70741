"""Decoration 二次装修: application, approval, workers' permits, inspections, violations, acceptance (docs/domain.md §8)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
from residents.models.moves import EstateQuerySet, staff_field
from residents.models.residents import Resident
from residents.models.units import Unit


class Decoration(models.Model):
    """One job in one unit. Drawings are attachments; a deposit points here from the fees."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied for")
        APPROVED = "approved", pgettext_lazy("of a decoration", "Approved")
        REFUSED = "refused", pgettext_lazy("of a decoration", "Refused")
        RUNNING = "running", _("Under way")
        STOPPED = "stopped", _("Stopped")
        ACCEPTED = "accepted", _("Accepted")
        CLOSED = "closed", pgettext_lazy("of a decoration", "Closed")
        CANCELLED = "cancelled", pgettext_lazy("of a decoration", "Cancelled")

    # Somebody waits for something until it is one of the others.
    OPEN = ("applied", "approved", "running", "stopped", "accepted")
    AT_WORK = ("running", "stopped")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="decorations", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="decorations", verbose_name=_("unit"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.APPLIED)
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="decorations",
        verbose_name=_("applicant"),
    )  # fmt: skip
    contractor = models.CharField(_("contractor"), max_length=120)
    foreman = models.CharField(_("foreman"), max_length=80, blank=True)
    foreman_phone = SealedTextField(
        _("telephone"), purpose="decoration.phone", mask=mask_phone, blank=True, default=""
    )
    scope = models.CharField(_("what is done"), max_length=500)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    needs_deposit = models.BooleanField(_("a deposit is needed"), default=True)
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)
    applied_by = staff_field()
    applied_at = models.DateTimeField(default=timezone.now)
    decided_by = staff_field()
    decided_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    accepted_by = staff_field()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # What the unit is again once the work is over; empty before it begins.
    unit_status = models.CharField(max_length=16, choices=Unit.Status, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("decoration")
        verbose_name_plural = _("decorations")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="decoration_number_once"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(status__in=["applied", "approved", "running", "stopped"]),
                name="one_decoration_at_a_time",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="decoration_in_order"),
            models.CheckConstraint(
                condition=Q(status__in=["applied", "cancelled"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decoration_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "cancelled", "stopped"]) | ~Q(end_reason=""),
                name="decoration_ended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "closed"]) | Q(accepted_at__isnull=False),
                name="decoration_accepted_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "ends_on"], name="decoration_status"),
            models.Index(fields=["unit", "status"], name="decoration_unit"),
        ]

    def __str__(self) -> str:
        return self.number


class WorkerPermit(models.Model):
    """A worker's card: who may come in for this job, from a day to a day."""

    decoration = models.ForeignKey(Decoration, models.PROTECT, related_name="permits")
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=20)
    name = models.CharField(_("worker"), max_length=80)
    trade = models.CharField(_("trade"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    issued_by = staff_field()
    issued_at = models.DateTimeField(default=timezone.now)
    # Given back or taken away; a lost card is ended too.
    ended_by = staff_field()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("worker's permit")
        verbose_name_plural = _("workers' permits")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="worker_permit_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="worker_permit_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""),
                name="worker_permit_ended_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DecorationInspection(models.Model):
    """A look at the site: planned for a day, made by somebody, with what was found."""

    class Kind(models.TextChoices):
        ROUTINE = "routine", _("Round")
        ACCEPTANCE = "acceptance", _("Acceptance")

    decoration = models.ForeignKey(Decoration, models.PROTECT, related_name="inspections")
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ROUTINE)
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(_("made"), null=True, blank=True)
    done_by = staff_field()
    is_sound = models.BooleanField(_("in order"), null=True, blank=True)
    findings = models.CharField(_("what was found"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("inspection of a decoration")
        verbose_name_plural = _("inspections of decorations")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, is_sound__isnull=True)
                | Q(done_at__isnull=False, is_sound__isnull=False, done_by__isnull=False),
                name="decoration_inspected_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_sound__isnull=True) | Q(is_sound=True) | ~Q(findings=""),
                name="decoration_fault_is_said",
            ),
        ]
        indexes = [
            models.Index(
                fields=["estate", "due_on"],
                condition=Q(done_at__isnull=True),
                name="decoration_inspection_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decoration_id} {self.due_on}"


class DecorationViolation(models.Model):
    """What broke the rules, until when it is to be put right, and when it was."""

    decoration = models.ForeignKey(Decoration, models.PROTECT, related_name="violations")
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    inspection = models.ForeignKey(
        DecorationInspection, models.PROTECT, null=True, blank=True, related_name="violations"
    )
    what = models.CharField(_("what broke the rules"), max_length=300)
    rectify_by = models.DateField(_("to be put right by"))
    found_by = staff_field()
    found_at = models.DateTimeField(default=timezone.now)
    rectified_by = staff_field()
    rectified_at = models.DateTimeField(null=True, blank=True)
    rectification = models.CharField(_("how it was put right"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        ordering = ["rectify_by", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rectified_at__isnull=True) | ~Q(rectification="") & Q(rectified_by__isnull=False),
                name="violation_rectified_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.what
