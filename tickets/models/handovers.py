"""Handovers 交接班: what one shift leaves to the next, signed by both (docs/domain.md §10)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate, Shift
from tickets.scopes import handover_scope


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, user) -> HandoverQuerySet:  # type: ignore[no-untyped-def]
        """Handovers of the estates that `user` works in; a department's supervisor sees the department's."""
        return self.filter(handover_scope(user))

    def to_sign(self) -> HandoverQuerySet:
        """Given, and not yet taken over; the longest waiting first."""
        return self.filter(status=Handover.Status.GIVEN).order_by("given_at", "id")

    def unsigned(self, at: datetime) -> HandoverQuerySet:
        """Shifts that ended before `at` and whose handover still lacks a signature."""
        return self.exclude(status=Handover.Status.TAKEN).filter(ends_at__lt=at)


class Handover(models.Model):
    """One for each shift and day. Drafted by itself, signed by who gives, then by who takes: somebody else."""

    class Status(models.TextChoices):
        DRAFTED = "drafted", _("Being written")
        GIVEN = "given", pgettext_lazy("a handover", "To sign for")
        TAKEN = "taken", pgettext_lazy("a handover", "Taken over")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="handovers", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="handovers", verbose_name=_("shift"))
    day = models.DateField(_("day"))
    # The shift as it was called and ran then: shifts are data that change.
    shift_name = models.CharField(max_length=60)
    ends_at = models.DateTimeField(_("end of the shift"))
    is_last = models.BooleanField(_("last of the day"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFTED)
    none_said = models.BooleanField(_("nothing is left over"), default=False)
    remarks = models.TextField(_("remarks"), blank=True)
    # The closing list as it was signed: [{"label": …, "done": bool, "note": …}].
    closing = models.JSONField(_("closing list"), default=list, blank=True)
    # Empty: the house drafted it before the shift ended.
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    taken_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    doubt = models.TextField(_("doubt"), blank=True)
    # Told as unsigned: 0 nobody, 1 desk supervisor, 2 manager.
    escalation = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="handover_number_once"),
            models.UniqueConstraint(fields=["shift", "day"], name="one_handover_a_shift_and_day"),
            models.CheckConstraint(
                condition=Q(status="drafted", given_at__isnull=True, taken_at__isnull=True)
                | Q(status="given", given_at__isnull=False, given_by__isnull=False, taken_at__isnull=True)
                | Q(status="taken", given_at__isnull=False, taken_at__isnull=False, taken_by__isnull=False),
                name="a_handover_is_signed_in_order",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("given_by")),
                name="nobody_hands_over_to_themselves",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "-ends_at", "-id"], name="handover_newest"),
            models.Index(fields=["ends_at"], condition=~Q(status="taken"), name="handover_unsigned"),
        ]

    def __str__(self) -> str:
        return self.number


class HandoverLine(models.Model):
    """One leftover as it stood: until when, who, what, and the next step. One that is taken off stays, with the reason."""

    class Kind(models.TextChoices):
        TICKET = "ticket", _("Ticket")
        ANSWER = "answer", _("Answer to a sender")
        INCIDENT = "incident", _("Incident")
        CALL_BACK = "call_back", _("Call-back")
        MESSAGE = "message", _("Message")
        LETTER = "letter", _("Letter")
        SLIP = "slip", _("Slip")
        REPLY = "reply", _("Reply held back")
        FOLLOW_UP = "follow_up", _("Follow-up visit")
        KEY = "key", _("Key")
        FREE = "free", pgettext_lazy("a line of a handover", "Written by hand")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Id of the matter behind it, None for a line by hand; what is written here stays as it was.
    about_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(_("number"), max_length=40, blank=True)
    due_at = models.DateTimeField(_("until"), null=True, blank=True)
    who = models.CharField(_("who"), max_length=120, blank=True)
    what = models.CharField(_("what"), max_length=300)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_reason = models.CharField(_("why it doesn't go over"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of a handover")
        ordering = [F("due_at").asc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "kind", "about_id"], name="a_matter_goes_over_once"),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True) | ~Q(removed_reason=""), name="taken_off_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.what}"[:80]


class ClosingItem(models.Model):
    """One item of an estate's closing list: doors, windows, power. An estate without any has the house's own."""

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="closing_items")
    label = models.CharField(_("item"), max_length=80)
    label_zh_hans = models.CharField(_("item in Simplified Chinese"), max_length=80, blank=True)
    label_zh_hant = models.CharField(_("item in Traditional Chinese"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("item of the closing list")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["estate", "label"], name="closing_item_once")]

    def __str__(self) -> str:
        names = {"zh-hans": self.label_zh_hans, "zh-hant": self.label_zh_hant}
        return names.get(get_language() or "en", "") or self.label
