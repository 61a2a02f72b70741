"""Reminders: the estate's ladder, one reminder per bill and rung, one message per household and day (docs/domain.md §9)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.bills import Bill, Dispute
from billing.models.collection import PaymentPromise
from billing.models.fields import BillingQuerySet, actor_field, amount_field
from helpdesk.estates.models import Estate
from helpdesk.notifications.models import Message
from residents.models import Resident, Unit


class ReminderStep(models.Model):
    """One rung of an estate's ladder: so many days after the due date (before it: negative), in which way."""

    class Way(models.TextChoices):
        MESSAGE = "message", _("Message or printed notice")
        DOOR = "door", _("Visit at the door")
        LETTER = "letter", _("Registered letter")
        LEGAL = "legal", _("Legal list")

    estate = models.ForeignKey(
        Estate, models.PROTECT, related_name="reminder_steps", verbose_name=_("estate")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    days = models.SmallIntegerField(_("days after the due date"))
    way = models.CharField(_("how"), max_length=8, choices=Way, default=Way.MESSAGE)
    is_active = models.BooleanField(_("active"), default=True)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rung of the reminder ladder")
        verbose_name_plural = _("reminder ladder")
        ordering = ["estate", "days"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "level"], name="reminder_level_once"),
            models.UniqueConstraint(fields=["estate", "days"], name="reminder_day_once"),
            models.CheckConstraint(condition=Q(days__gte=-60, days__lte=720), name="reminder_days_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.level} ({self.days:+d})"


class ReminderText(models.Model):
    """An estate's own words for a rung in one language; without one the house's words are used."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+", verbose_name=_("estate"))
    level = models.PositiveSmallIntegerField(_("level"))
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(_("text"), max_length=1000)
    changed_by = actor_field()
    changed_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("words of a reminder")
        constraints = [
            models.UniqueConstraint(fields=["estate", "level", "language"], name="reminder_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.language}"


class NoticeQuerySet(BillingQuerySet):
    """Notices, by what is left to be done about them."""

    def to_hand_over(self) -> NoticeQuerySet:
        """On paper, or written after all because the message could not be sent; neither done nor taken back."""
        by_hand = Q(channel="print") | Q(message__status=Message.Status.FAILED)
        return self.filter(by_hand, done_at__isnull=True, withdrawn_at__isnull=True)  # type: ignore[return-value]

    def held(self, on: date) -> NoticeQuerySet:
        """Those of which nothing is asked on a day: a deferral, a promise that holds, or every bill doubted."""
        home = {"unit": OuterRef("unit")}
        deferred = Deferral.objects.filter(**home, since__lte=on, until__gte=on)
        promised = PaymentPromise.objects.filter(**home).holding(on)  # type: ignore[attr-defined]
        doubted = Dispute.objects.filter(bill=OuterRef("bill"), settled_on__isnull=True)
        told = Reminder.objects.filter(notice=OuterRef("pk"), bill__status__in=("open", "part_paid"))
        asked = told.exclude(Exists(doubted))
        return self.filter(Exists(deferred) | Exists(promised) | ~Exists(asked))  # type: ignore[return-value]


class ReminderNotice(models.Model):
    """What one household is told on one day, about all of its bills together."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reminder_notices")
    day = models.DateField(_("day"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, related_name="+", verbose_name=_("payer")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    way = models.CharField(_("how"), max_length=8, choices=ReminderStep.Way)
    channel = models.CharField(_("channel"), max_length=8)
    total = amount_field(_("total"))
    # What went out, as it was read: subject and body.
    subject = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=8)
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="+")
    # A notice on paper, a letter or a case: done by whom, when, how.
    done_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    done_by = actor_field()
    done_note = models.CharField(_("note"), max_length=200, blank=True)
    # Whatever it told of was settled, or the household was to be left alone, before anybody was told.
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder notice")
        verbose_name_plural = _("reminder notices")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="one_notice_a_household_a_day"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(done_at__isnull=True),
                name="taken_back_was_not_handed_over",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "way", "done_at"], name="notice_to_do"),
            models.Index(fields=["estate", "-day"], name="notice_newest"),
            models.Index(
                fields=["estate"],
                condition=Q(channel="print", done_at__isnull=True, withdrawn_at__isnull=True),
                name="notice_by_hand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"


class Reminder(models.Model):
    """One bill was reminded of at one rung: exactly once, whatever crashes."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reminders", verbose_name=_("unit"))
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="reminders", verbose_name=_("bill"))
    level = models.PositiveSmallIntegerField(_("level"))
    day = models.DateField(_("day"))
    outstanding = amount_field(_("outstanding"))
    notice = models.ForeignKey(ReminderNotice, models.PROTECT, null=True, related_name="reminders")
    # Paid or disputed before the household was told.
    is_dropped = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "level"], name="one_reminder_a_bill_and_level"),
            models.CheckConstraint(
                condition=Q(is_dropped=False) | Q(notice__isnull=True), name="dropped_was_not_sent"
            ),
        ]
        indexes = [
            models.Index(
                fields=["estate", "unit"],
                condition=Q(notice__isnull=True, is_dropped=False),
                name="reminder_to_send",
            ),
            models.Index(fields=["unit", "-day"], name="reminder_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.level}"


class ReminderRun(models.Model):
    """An estate's reminders of one day were found: in the same transaction as those reminders."""

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        verbose_name = _("reminder run")
        constraints = [models.UniqueConstraint(fields=["estate", "day"], name="reminders_found_once_a_day")]

    def __str__(self) -> str:
        return f"{self.estate_id} {self.day}"


class Deferral(models.Model):
    """No reminders for a unit from a day to a day: hardship 缓缴, approved by a manager, or a complaint being looked into."""

    class Kind(models.TextChoices):
        HARDSHIP = "hardship", _("Hardship")
        COMPLAINT = "complaint", _("Open complaint")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="deferrals", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HARDSHIP)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    approved_by = actor_field()
    created_at = models.DateTimeField(default=timezone.now)

    objects = BillingQuerySet.as_manager()

    class Meta:
        verbose_name = _("deferral")
        verbose_name_plural = _("deferrals")
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="deferral_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="deferral_has_reason"),
        ]
        indexes = [models.Index(fields=["unit", "until"], name="deferral_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} – {self.until}"
