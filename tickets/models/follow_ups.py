"""Follow-up visits 回访: planned by the system, made by people (docs/domain.md §5)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from residents.models import Resident, Unit
from tickets.models.contacts import Contact
from tickets.models.slips import Slip
from tickets.models.tickets import Ticket
from tickets.scopes import follow_up_scope


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user) -> FollowUpQuerySet:  # type: ignore[no-untyped-def]
        """Follow-up visits that `user` may see: those of the tickets and slips that the user may see."""
        return self.filter(follow_up_scope(user))

    def scheduled(self) -> FollowUpQuerySet:
        return self.filter(status=FollowUp.Status.SCHEDULED)

    def due(self, at: datetime) -> FollowUpQuerySet:
        """Those whose hour has come, the earliest due first."""
        return self.scheduled().filter(scheduled_at__lte=at).order_by("due_at")

    def late(self, at: datetime) -> FollowUpQuerySet:
        """Past the moment that still counts as on time."""
        return self.scheduled().filter(on_time_until__lt=at)


class FollowUp(models.Model):
    """One follow-up visit. `due_at` is the rule's limit; `scheduled_at` lies in an hour when calling is allowed."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        DONE = "done", _("Done")
        UNREACHABLE = "unreachable", _("Nobody reached")
        CANCELLED = "cancelled", _("Cancelled")

    class Outcome(models.TextChoices):
        SATISFIED = "satisfied", _("Satisfied")
        SO_SO = "so_so", _("So-so")
        DISSATISFIED = "dissatisfied", _("Dissatisfied")

    class Via(models.TextChoices):
        PHONE = "phone", pgettext_lazy("by the desk", "Phone")
        VISIT = "visit", _("Visit at the door")
        COUNTER = "counter", _("Counter")
        LINK = "link", _("Rating link")
        MESSAGE = "message", _("Message")

    class Routine(models.TextChoices):
        YEARLY = "yearly", _("Once a year")
        MOVED_IN = "moved_in", _("First week after moving in")

    class CancelReason(models.TextChoices):
        NOT_SAMPLED = "not_sampled", _("Not sampled")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="follow_ups", verbose_name=_("estate"))
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="follow_ups")
    slip = models.ForeignKey(Slip, models.PROTECT, null=True, blank=True, related_name="follow_ups")
    # A routine visit hangs on a household instead of a matter.
    routine = models.CharField(_("routine visit"), max_length=10, choices=Routine, blank=True)
    # Which one of the household's: the year, or the day of moving in. NULL for all that is not routine.
    routine_key = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001 - "" would meet ""
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("unit")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("resident")
    )
    # A call-back that had neither ticket nor slip (docs/domain.md §5).
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="follow_ups")
    # First visit of a ticket is round 1; each reopening starts the next.
    round = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.SCHEDULED)
    cancel_reason = models.CharField(_("reason"), max_length=20, choices=CancelReason, blank=True)
    due_at = models.DateTimeField(_("due"))
    scheduled_at = models.DateTimeField(_("planned for"))
    # due_at, or the planned hour where the three days hold no allowed one: until then it counts as on time.
    on_time_until = models.DateTimeField()
    # A time that the resident named; then it counts instead of the plan.
    wished_at = models.DateTimeField(_("resident's own time"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    brought_up_at = models.DateTimeField(null=True, blank=True)
    # Told as late: 0 nobody, 1 supervisor, 2 manager.
    escalation = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    suggestion = models.TextField(_("what should be better"), blank=True)
    via = models.CharField(_("channel"), max_length=8, choices=Via, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up visit")
        verbose_name_plural = _("follow-up visits")
        constraints = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False)
                | Q(slip__isnull=False)
                | Q(contact__isnull=False)
                | Q(unit__isnull=False, routine_key__isnull=False) & ~Q(routine=""),
                name="follow_up_of_something",
            ),
            models.UniqueConstraint(fields=["unit", "routine_key"], name="one_routine_visit_of_a_kind"),
            models.UniqueConstraint(fields=["ticket", "round"], name="one_follow_up_a_round"),
            models.UniqueConstraint(fields=["slip", "round"], name="one_slip_follow_up_a_round"),
            models.UniqueConstraint(fields=["contact", "round"], name="one_contact_follow_up_a_round"),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(status="scheduled"), name="one_open_follow_up_a_ticket"
            ),
            # 4–5 is satisfied, 3 so-so, 1–2 dissatisfied: a pair that disagrees is no record.
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(outcome="satisfied", score__in=[4, 5])
                | Q(outcome="so_so", score=3)
                | Q(outcome="dissatisfied", score__in=[1, 2]),
                name="score_agrees_with_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["estate", "scheduled_at"], condition=Q(status="scheduled"), name="follow_up_plan"
            ),
            models.Index(fields=["estate", "recorded_at"], name="follow_up_recorded"),
            models.Index(fields=["estate", "-due_at", "-id"], name="follow_up_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.about} #{self.round}"

    @property
    def about(self) -> Ticket | Slip | Contact | Unit:
        """What it hangs on and is filed under: the matter, or the household of a routine visit."""
        about = self.ticket or self.slip or self.contact or self.unit
        assert about is not None  # noqa: S101 - the table has a constraint for it
        return about


class Attempt(models.Model):
    """One try to reach the resident; three on different half-days, then the visit closes as unreachable."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    # The half-day in the estate's time, such as 2026-11-17 am: two tries in one count as one.
    half_day = models.CharField(max_length=13)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reached = models.BooleanField(default=False)
    via = models.CharField(max_length=8, choices=FollowUp.Via)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("attempt")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.at:%Y-%m-%d %H:%M}"
