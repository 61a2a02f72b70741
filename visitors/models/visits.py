"""Visits 来访: a caller on the office, a guest of a unit (docs/domain.md §6)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.masking import mask_name
from helpdesk.lib.phones import mask_phone
from residents.models import Resident, Unit
from visitors.models.requests import AskedByLink


class DocumentType(models.TextChoices):
    """Which document was seen; nothing of it but its kind is kept unless the estate requires the number."""

    IDENTITY_CARD = "identity_card", _("Identity card")
    PASSPORT = "passport", _("Passport")
    DRIVING_LICENCE = "driving_licence", _("Driving licence")
    PERMIT = "permit", _("Residence or travel permit")
    WORK_CARD = "work_card", _("Work card")
    OTHER = "other", _("Other document")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user) -> VisitQuerySet:  # type: ignore[no-untyped-def]
        """Visits of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def inside(self) -> VisitQuerySet:
        return self.filter(status=Visit.Status.INSIDE)

    def overstayed(self, at: datetime) -> VisitQuerySet:
        """Inside for longer than they may stay."""
        return self.inside().filter(stay_until__lt=at)


class Visit(AskedByLink):
    """Somebody who is expected, is inside, or was. Only a confirmed one has a code."""

    class Kind(models.TextChoices):
        GUEST = "guest", _("Guest of a unit")
        CALLER = "caller", _("Caller on the office")

    class Status(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        INSIDE = "inside", _("Inside")
        LEFT = "left", _("Left")
        REFUSED = "refused", _("Refused")
        NO_SHOW = "no_show", _("Did not come")

    class Answer(models.TextChoices):
        ON_THE_WAY = "on_the_way", _("On the way")
        WAIT = "wait", _("Please wait")
        NOT_EXPECTED = "not_expected", _("Not expected")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="visits", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GUEST)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.EXPECTED)
    # Null until the visit is confirmed: a request alone opens no gate.
    code = models.CharField(max_length=12, null=True, blank=True, unique=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    visitor_name = SealedTextField(_("visitor"), purpose="visit.name", mask=mask_name, blank=True, default="")
    name_hash = models.CharField(max_length=64, blank=True)
    visitor_phone = SealedTextField(
        _("telephone"), purpose="visit.phone", mask=mask_phone, blank=True, default=""
    )
    phone_hash = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("unit")
    )
    host = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("host")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("department")
    )
    expected_at = models.DateTimeField(_("expected"), null=True, blank=True)
    party_size = models.PositiveSmallIntegerField(
        _("how many people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    carries = models.CharField(_("goods carried in"), max_length=120, blank=True)
    # A contractor's pass: in and out each day until then, and nothing after it.
    comes_until = models.DateField(_("comes until"), null=True, blank=True)
    id_document_type = models.CharField(_("document seen"), max_length=16, choices=DocumentType, blank=True)
    id_last_four = models.CharField(_("last four of the number"), max_length=4, blank=True)
    id_hash = models.CharField(max_length=64, blank=True)
    badge = models.CharField(_("badge"), max_length=20, blank=True)
    host_told_at = models.DateTimeField(null=True, blank=True)
    host_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    host_answer = models.CharField(_("host's answer"), max_length=12, choices=Answer, blank=True)
    host_answered_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A caller on the office was shown to the waiting area and offered tea.
    seated_at = models.DateTimeField(_("shown to the waiting area"), null=True, blank=True)
    stay_until = models.DateTimeField(_("may stay until"), null=True, blank=True)
    left_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    refuse_reason = models.CharField(_("reason"), max_length=300, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # When name, telephone and plate were taken out of it; the count stays.
    purged_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="visit_number_once"),
            models.UniqueConstraint(
                fields=["estate", "badge"],
                condition=Q(status="inside") & ~Q(badge=""),
                name="badge_worn_once",
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(confirmed_at__isnull=False), name="visit_code_confirmed"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["inside", "left"]) | Q(arrived_at__isnull=False),
                name="inside_since_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="left", left_at__isnull=False)
                | ~Q(status="left") & Q(left_at__isnull=True),
                name="left_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="left_after_arriving",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refuse_reason=""), name="visit_refused_with_a_reason"
            ),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="visit_of_somebody"),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "expected_at"], name="visit_status"),
            models.Index(fields=["estate", "stay_until"], condition=Q(status="inside"), name="visit_inside"),
            models.Index(fields=["estate", "phone_hash"], name="visit_phone"),
            models.Index(fields=["estate", "name_hash"], name="visit_name"),
            models.Index(fields=["estate", "plate"], name="visit_plate"),
            models.Index(fields=["unit", "status"], name="visit_unit"),
        ]

    def __str__(self) -> str:
        return self.number
