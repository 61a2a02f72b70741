"""Release passes 放行条, the owner's consent, and what left by which gate (docs/domain.md §7)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
from residents.models import Phone, Resident, Unit
from visitors.models.requests import AskedByLink
from visitors.models.visits import DocumentType


class ReleasePassQuerySet(models.QuerySet["ReleasePass"]):
    def visible_to(self, user) -> ReleasePassQuerySet:  # type: ignore[no-untyped-def]
        """Passes of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def run_out(self, at: datetime) -> ReleasePassQuerySet:
        """Not used up, and past their validity."""
        return self.filter(status__in=ReleasePass.OPEN, valid_until__lt=at)

    def unused(self, before: datetime) -> ReleasePassQuerySet:
        """Issued, ended before a moment without being used up, and its paper not accounted for yet."""
        ended = [ReleasePass.Status.EXPIRED, ReleasePass.Status.REVOKED]
        return self.filter(
            status__in=ended, issued_at__isnull=False, ended_at__lt=before, reconciled_at__isnull=True
        )


class ReleasePass(AskedByLink):
    """What may leave the estate, once. It has a code only when it is issued."""

    class Relation(models.TextChoices):
        OWNER = "owner", _("Owner")
        TENANT = "tenant", _("Tenant")
        FAMILY = "family", _("Family")
        AGENT = "agent", _("Agent")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AWAITING_CONSENT = "awaiting_consent", _("Awaiting consent")
        AWAITING_OVERRIDE = "awaiting_override", _("Awaiting override")
        ISSUED = "issued", pgettext_lazy("of a pass", "Issued")
        PARTLY_RELEASED = "partly_released", _("Partly released")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")
        REFUSED = "refused", _("Refused")

    WAITING = ("draft", "awaiting_consent", "awaiting_override")
    RELEASABLE = ("issued", "partly_released")
    OPEN = (*WAITING, *RELEASABLE)

    estate = models.ForeignKey(
        Estate, models.PROTECT, related_name="release_passes", verbose_name=_("estate")
    )
    number = models.CharField(_("number"), max_length=20)
    status = models.CharField(_("status"), max_length=18, choices=Status, default=Status.DRAFT)
    code = models.CharField(max_length=12, null=True, blank=True, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="release_passes", verbose_name=_("unit"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="release_passes"
    )
    applicant_name = models.CharField(_("applicant"), max_length=80)
    applicant_relation = models.CharField(_("who the applicant is"), max_length=8, choices=Relation)
    # Of somebody who asked on the public form and may not be on file.
    applicant_phone = SealedTextField(
        _("telephone"), purpose="release_pass.phone", mask=mask_phone, blank=True, default=""
    )
    id_document_type = models.CharField(_("document seen"), max_length=16, choices=DocumentType, blank=True)
    has_letter = models.BooleanField(_("letter of authority seen"), default=False)
    vehicle_plate = models.CharField(_("plate"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    # Kept in the record; never on the print nor at the gate.
    arrears_at_issue = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    override_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.CharField(_("reason of the override"), max_length=300, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    # Why it was refused, revoked, or sent back from a gate.
    end_reason = models.CharField(_("reason of the end"), max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # A request of the public form, until somebody on file or the desk confirms it.
    is_request = models.BooleanField(_("asked for on the public form"), default=False)
    # The paper of a pass that was not used up, accounted for once a week.
    reconciled_at = models.DateTimeField(null=True, blank=True)
    reconciled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reconcile_note = models.CharField(_("where the paper is"), max_length=200, blank=True)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReleasePassQuerySet.as_manager()

    class Meta:
        verbose_name = _("release pass")
        verbose_name_plural = _("release passes")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="pass_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="pass_valid_for_a_while"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["issued", "partly_released", "released"])
                | Q(issued_at__isnull=False, issued_by__isnull=False, code__isnull=False)
                & Q(arrears_at_issue__isnull=False),
                name="pass_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(issued_at__isnull=False), name="pass_code_when_issued"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["revoked", "refused"]) | ~Q(end_reason=""),
                name="pass_ended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(override_at__isnull=True) | Q(override_by__isnull=False) & ~Q(override_reason=""),
                name="override_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(reconciled_at__isnull=True) | Q(reconciled_by__isnull=False),
                name="pass_reconciled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "valid_until"], name="pass_status"),
            models.Index(fields=["estate", "-created_at", "-id"], name="pass_newest"),
            models.Index(fields=["unit", "status"], name="pass_unit"),
            models.Index(fields=["estate", "vehicle_plate"], name="pass_plate"),
        ]

    def __str__(self) -> str:
        return self.number


class ReleaseItem(models.Model):
    """One line of goods; `released` counts the pieces that have left."""

    release_pass = models.ForeignKey(ReleasePass, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(default=1)
    description = models.CharField(_("goods"), max_length=120)
    detail = models.CharField(_("description"), max_length=120, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    released = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("release item")
        verbose_name_plural = _("release items")
        ordering = ["release_pass", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="item_of_something"),
            models.CheckConstraint(condition=Q(released__lte=F("quantity")), name="each_piece_leaves_once"),
            models.UniqueConstraint(fields=["release_pass", "position"], name="item_in_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.description} × {self.quantity}"

    @property
    def left(self) -> int:
        """How many pieces are still inside."""
        return self.quantity - self.released


class Consent(models.Model):
    """What an owner said to one pass: telephoned at a number on file, or by a link of theirs."""

    class Way(models.TextChoices):
        TELEPHONE = "telephone", _("By telephone")
        LINK = "link", _("By link")

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")

    release_pass = models.ForeignKey(ReleasePass, models.PROTECT, related_name="consents")
    owner = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    phone = models.ForeignKey(Phone, models.SET_NULL, null=True, blank=True, related_name="+")
    way = models.CharField(_("how"), max_length=10, choices=Way)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.WAITING)
    note = models.CharField(_("what was said"), max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("owner's consent")
        verbose_name_plural = _("owners' consents")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at__isnull=True)
                | ~Q(answer="waiting") & Q(answered_at__isnull=False),
                name="consent_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_pass_id} {self.answer}"


class GateRelease(models.Model):
    """One load through one gate: who, where, when."""

    release_pass = models.ForeignKey(ReleasePass, models.PROTECT, related_name="releases")
    gate = models.CharField(_("gate"), max_length=40)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now)
    # What stood on the vehicle, where it was not the plate of the pass.
    plate_seen = models.CharField(_("plate seen"), max_length=20, blank=True)
    # Of the scan: the same one again is the same release.
    scan_key = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("release at a gate")
        verbose_name_plural = _("releases at gates")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release_pass", "scan_key"], condition=~Q(scan_key=""), name="one_release_a_scan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_pass_id} {self.gate}"


class GateReleaseLine(models.Model):
    """How many pieces of one line left with one load."""

    release = models.ForeignKey(GateRelease, models.PROTECT, related_name="lines")
    item = models.ForeignKey(ReleaseItem, models.PROTECT, related_name="lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("line of a release")
        verbose_name_plural = _("lines of a release")
        constraints = [
            models.UniqueConstraint(fields=["release", "item"], name="item_once_a_release"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="release_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} × {self.quantity}"
