"""Tickets: a matter that the desk has taken on, with its procedure, its replies and its decisions about class."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.codes import format_number, parse_number
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
from residents.models import Resident, Unit
from tickets.scopes import ticket_scope
from tickets.search_index import words_fit


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    COUNTER = "counter", _("Counter")
    LETTER = "letter", _("Letter")
    WEB = "web", _("Web form")
    EMAIL = "email", _("E-mail")
    API = "api", _("API")
    PATROL = "patrol", _("Patrol")


class ComplaintClass(models.TextChoices):
    VALID = "valid", _("Valid complaint")
    HELP_SEEKING = "help_seeking", _("Help-seeking")
    INQUIRY = "inquiry", _("Inquiry")
    VENTING = "venting", _("Venting")


class Priority(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    URGENT = "urgent", _("Urgent")
    NORMAL = "normal", _("Normal")
    DECLINED = "declined", _("Declined")


#: What a ticket may be given; declining has its own act, with the reason that the resident gets.
SETTABLE_PRIORITIES = [choice for choice in Priority.choices if choice[0] != Priority.DECLINED]


class Topic(models.TextChoices):
    WATER = "water", _("Water and drains")
    ELECTRICITY = "electricity", _("Electricity")
    LIFT = "lift", _("Lifts")
    CLEANING = "cleaning", _("Cleaning")
    SECURITY = "security", _("Security")
    PARKING = "parking", _("Parking")
    NOISE = "noise", _("Noise")
    FEES = "fees", _("Fees")
    DECORATION = "decoration", _("Decoration")
    LANDSCAPING = "landscaping", _("Landscaping")
    FACILITIES = "facilities", _("Facilities")
    STAFF = "staff", _("Staff and service")
    OTHER = "other", _("Other")


class Finding(models.TextChoices):
    """What was found on the spot 核实结果."""

    BORNE_OUT = "borne_out", _("Borne out")
    PARTLY = "partly", _("Partly borne out")
    NOT_BORNE_OUT = "not_borne_out", _("Not borne out")
    UNKNOWN = "unknown", _("Can't be told")


# How far back a number without its year is looked for.
YEARS_BACK = 10


def limit_missed(at: datetime) -> Q:
    """The limit of the resolution had passed at `at`; while paused it stands still."""
    return Q(paused_since__isnull=True, resolution_due_at__lt=at) | Q(resolution_due_at__lt=F("paused_since"))


def late_at(at: datetime) -> Q:
    """Not resolved in time, or not answered in time; while paused the first of the two stands still."""
    return limit_missed(at) | Q(responded_at__isnull=True, response_due_at__lt=at)


def numbers_like(year: int | None, n: int) -> list[str]:
    """The number, or without a year that of each of the last years: a list that an index answers."""
    this = timezone.localdate().year
    return [format_number("T", y, n) for y in ([year] if year else range(this, this - YEARS_BACK, -1))]


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user) -> TicketQuerySet:  # type: ignore[no-untyped-def]
        """Tickets that `user` may see: the estate's; the own department's for a supervisor; those behind own slips."""
        return self.filter(ticket_scope(user))

    def open(self) -> TicketQuerySet:
        """Not yet closed, declined or merged: somebody still has something to do."""
        return self.filter(status__in=OPEN)

    def search(self, words: str) -> TicketQuerySet:
        """Tickets with that number, or with all those words in subject, text, replies, reporter's name or what was done.

        Either script finds the other; six digits are a number or words. No words find everything.
        """
        words = words[:200].strip()
        number = parse_number(words)
        if number and number[0] == "T":
            return self.filter(number__in=numbers_like(number[1], number[2]))
        fits = words_fit(words)
        if words.isdecimal() and words.isascii() and 0 < int(words[:9]) < 1_000_000 and len(words) <= 6:
            fits = Q(number__in=numbers_like(None, int(words))) | fits
        return self.filter(fits)

    def overdue(self, at: datetime) -> TicketQuerySet:
        """Late at `at`: not resolved in time, or not answered in time; while paused the first of the two stands still."""
        unresolved = Q(status__in=UNRESOLVED)
        return self.filter(unresolved & late_at(at))


class Ticket(models.Model):
    """One matter. `responsible` took it first and keeps it; `handler` is who works on it (docs/domain.md §2)."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")
        DECLINED = "declined", _("Declined")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="tickets", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    description = models.TextField(_("what happened"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic, default=Topic.OTHER)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    # Empty until a clerk has judged; what the software thought stands in `suggestion`.
    complaint_class = models.CharField(_("class"), max_length=12, choices=ComplaintClass, blank=True)
    suggestion = models.JSONField(default=dict)
    finding = models.CharField(_("finding"), max_length=14, choices=Finding, blank=True)

    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("unit")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("resident")
    )
    reporter_name = models.CharField(_("reporter"), max_length=80, blank=True)
    reporter_phone = SealedTextField(_("telephone"), purpose="phone", mask=mask_phone, blank=True, default="")
    reporter_phone_hash = models.CharField(max_length=64, blank=True)
    # What somebody without a record wrote into "unit": kept as typed, proves nothing.
    unit_as_written = models.CharField(_("unit as written"), max_length=60, blank=True)

    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handler"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("department"),
    )

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("taken"), default=timezone.now)
    response_due_at = models.DateTimeField(_("answer due"))
    resolution_due_at = models.DateTimeField(_("resolution due"))
    responded_at = models.DateTimeField(_("answered"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    resolution = models.TextField(_("what was done"), blank=True)
    # Why it was declined, or closed with a step open.
    closing_reason = models.TextField(_("reason"), blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    # Since when the limit of the resolution stands still; the reasons are kept as Pause.
    paused_since = models.DateTimeField(_("paused from"), null=True, blank=True)
    # A valid complaint is looked at on the spot within its own limit.
    on_site_due_at = models.DateTimeField(_("on the spot due"), null=True, blank=True)
    on_site_escalation = models.PositiveSmallIntegerField(default=0)
    # A defect under warranty names the builder and when the warranty ends.
    builder = models.CharField(_("builder"), max_length=120, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    is_serious = models.BooleanField(_("serious matter"), default=False)
    # Told so far that it is unanswered, and that it is unresolved: 0 nobody, 1 responsible, 2 supervisor, 3 manager.
    response_escalation = models.PositiveSmallIntegerField(default=0)
    escalation = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # The resident's link: only a digest is kept to look it up; the sealed text serves to send it again.
    track_digest = models.CharField(max_length=64, unique=True)
    track_secret = SealedTextField(purpose="ticket.track", mask=None, blank=True, default="")
    # A form sent twice (double click, weak network) makes one ticket.
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    search_text = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="ticket_number_once"),
            models.CheckConstraint(
                condition=~Q(status="resolved") | Q(resolved_at__isnull=False), name="resolved_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["closed", "declined"]) | Q(closed_at__isnull=False),
                name="closed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "-created_at", "-id"], name="ticket_newest"),
            models.Index(fields=["estate", "status", "-created_at"], name="ticket_status"),
            models.Index(
                fields=["estate", "resolution_due_at"],
                condition=Q(status__in=["new", "assigned", "in_progress"]),
                name="ticket_due",
            ),
            models.Index(fields=["unit", "-created_at"], name="ticket_unit"),
            models.Index(fields=["resident", "-created_at"], name="ticket_resident"),
            models.Index(fields=["reporter_phone_hash", "-created_at"], name="ticket_reporter"),
            models.Index(fields=["responsible", "status"], name="ticket_responsible"),
            models.Index(fields=["department", "status"], name="ticket_department"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_communication(self) -> bool:
        """One of the three communication complaints 沟通性投诉."""
        return self.complaint_class in COMMUNICATION

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_overdue(self, at: datetime) -> bool:
        """Late at `at`; the same rule as TicketQuerySet.overdue."""
        if self.status not in UNRESOLVED:
            return False
        stands_at = min(self.paused_since, at) if self.paused_since else at
        return self.resolution_due_at < stands_at or (self.responded_at is None and self.response_due_at < at)


UNRESOLVED = ("new", "assigned", "in_progress")
OPEN = (*UNRESOLVED, "resolved")
COMMUNICATION = ("help_seeking", "inquiry", "venting")


class Step(models.Model):
    """One step of a ticket's procedure; done by what happens, by hand, or marked as not needed with a reason."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    not_needed = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    # As the estate called it when it was laid (language → title); empty: the house's own word.
    titles = models.JSONField(default=dict, blank=True)
    is_required = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("step")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "key"], name="step_once"),
            models.CheckConstraint(
                condition=Q(not_needed=False) | ~Q(reason=""), name="not_needed_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ClassDecision(models.Model):
    """A clerk's decision about a ticket's class, beside what had been suggested. Kept for ever."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="decisions")
    from_class = models.CharField(max_length=12, choices=ComplaintClass, blank=True)
    to_class = models.CharField(max_length=12, choices=ComplaintClass)
    suggested_class = models.CharField(max_length=12, choices=ComplaintClass, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision about the class")
        ordering = ["decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_class="") | Q(from_class=F("to_class")) | ~Q(reason=""),
                name="a_change_of_class_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_class} → {self.to_class}"


class Reply(models.Model):
    """Something written on a ticket: an internal note, a reply to the resident, or the resident's own words."""

    class Visibility(models.TextChoices):
        INTERNAL = "internal", _("Internal")
        PUBLIC = "public", _("Public")

    class State(models.TextChoices):
        SENT = "sent", _("Sent")
        HELD = "held", _("Held")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="replies")
    body = models.TextField(_("text"))
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENT)
    # The promises that hold it back: [{"words": …, "kind": …}].
    promises = models.JSONField(default=list)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_resident = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["state"], condition=Q(state="held"), name="reply_held")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.visibility}"
