"""Incidents 突发事件: one event that many units report, with a timeline and who was told."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import Building
from tickets.models.contacts import Contact
from tickets.models.tickets import Ticket, Topic


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user) -> IncidentQuerySet:  # type: ignore[no-untyped-def]
        """Incidents of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def open(self) -> IncidentQuerySet:
        return self.filter(status=Incident.Status.OPEN)

    def felt_in(self, building_ids: Collection[int]) -> IncidentQuerySet:
        """Those of these buildings and of the whole estate; all of them where no building is known."""
        if not building_ids:
            return self
        return self.filter(Q(building__isnull=True) | Q(building_id__in=building_ids))

    def like(self, *, topic: str, building_id: int | None) -> IncidentQuerySet:
        """Those a matter of this topic in this building may belong to; one without a building is the whole estate's."""
        here = Q(building__isnull=True) | Q(building_id=building_id)
        return self.open().filter(here, topic=topic)


class Incident(models.Model):
    """What happened, where, since when; open until somebody closes it with a summary (docs/domain.md §10)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Kind(models.TextChoices):
        WATER = "water", _("No water, or flood")
        POWER = "power", _("Power cut")
        LIFT = "lift", _("Lift stopped")
        FIRE = "fire", _("Fire")
        GAS = "gas", _("Gas")
        INJURY = "injury", _("Injury")
        SECURITY = "security", _("Security")
        SUSPICIOUS = "suspicious", _("Suspicious person")
        WEATHER = "weather", _("Storm")
        OTHER = "other", _("Other")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="incidents", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.OPEN)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("what happened"), max_length=120)
    details = models.TextField(_("details"), blank=True)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic, default=Topic.OTHER)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("building")
    )
    place = models.CharField(_("where"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    summary = models.TextField(_("summary"), blank=True)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="incident_number_once"),
            models.CheckConstraint(
                condition=Q(status="open") | Q(closed_at__isnull=False) & ~Q(summary=""),
                name="a_closed_incident_has_a_summary",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "-opened_at", "-id"], name="incident_newest"),
            models.Index(fields=["estate", "status"], name="incident_status"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class IncidentReport(models.Model):
    """One report that belongs to an incident: a call in the register, a ticket, or both."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="reports", verbose_name=_("incident"))
    contact = models.OneToOneField(
        Contact, models.PROTECT, null=True, blank=True, related_name="incident_report"
    )
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="incident_report"
    )
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("report of an incident")
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | Q(ticket__isnull=False), name="a_report_has_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.contact_id or self.ticket_id}"


class IncidentNote(models.Model):
    """What happened next, or who outside was told, by whom and how: a line of the incident's timeline."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        TOLD = "told", _("Told")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notes")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.NOTE)
    whom = models.CharField(_("who was told"), max_length=120, blank=True)
    body = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("line of the timeline")
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="note") & ~Q(body="") | Q(kind="told") & ~Q(whom=""),
                name="a_line_says_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"


class IncidentNotice(models.Model):
    """One notice to all who reported it, a text for each language; held like a reply while it promises something."""

    class State(models.TextChoices):
        SENT = "sent", _("Sent")
        HELD = "held", _("Held")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices")
    # language → text; whoever reads another language gets the estate's, else the first one.
    texts = models.JSONField(default=dict)
    promises = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # Households that it went to, and those who left nothing to reach them by.
    reached = models.PositiveIntegerField(default=0)
    unreached = models.PositiveIntegerField(default=0)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("notice about an incident")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.state}"
