"""Slips: work orders, coordination slips and non-conformity slips, which share one life (docs/domain.md §4)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
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
    # Who signed by the secret link, without an account (docs/domain.md §4).
    contractor_name = models.CharField(_("contractor's name"), max_length=80, blank=True)
    contractor_phone = SealedTextField(purpose="slip.contractor", mask=mask_phone, blank=True, default="")
    started_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    report = models.TextField(_("report"), blank=True)
    minutes_spent = models.PositiveIntegerField(_("time spent (minutes)"), null=True, blank=True)
    # Of the form that reported it done: the same one again is the same report, another one is refused.
    report_token = models.CharField(max_length=64, blank=True)
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
                | Q(signed_at__isnull=False) & (Q(signed_by__isnull=False) | ~Q(contractor_name="")),
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

    @property
    def signer(self) -> str:
        """Who signed for it, with or without an account; empty while nobody has."""
        return str(self.signed_by or self.contractor_name)

    @property
    def finisher(self) -> str:
        """Who reported it done; empty until then."""
        return str(self.done_by or self.contractor_name) if self.done_at else ""


class SlipPart(models.Model):
    """Something used up on a job: five metres of hose."""

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="parts")
    name = models.CharField(_("part"), max_length=120)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2)
    unit = models.CharField(pgettext_lazy("of a quantity", "unit"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("part used")
        verbose_name_plural = _("parts used")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="part_has_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity.normalize():f} {self.unit}".strip()


class SlipLink(models.Model):
    """The secret link by which a contractor opens one slip, without an account. At most one is open at a time."""

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="links")
    secret = SealedTextField(purpose="slip.link", mask=None)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("contractor's link")
        verbose_name_plural = _("contractors' links")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["slip"], condition=Q(revoked_at__isnull=True), name="one_open_link_a_slip"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Neither revoked nor is the slip verified or void."""
        return self.revoked_at is None and self.slip.status not in {
            Slip.Status.VERIFIED,
            Slip.Status.CANCELLED,
        }
