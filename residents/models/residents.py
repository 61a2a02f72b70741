"""People and organisations, how to reach them, and where they live from when to when."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.phones import mask_phone
from residents.models.units import Unit


class ResidentQuerySet(models.QuerySet["Resident"]):
    def visible_to(self, user) -> ResidentQuerySet:  # type: ignore[no-untyped-def]
        """Residents of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class Resident(models.Model):
    """A person, or an organisation with contact persons, known to one estate."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="residents", verbose_name=_("estate"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=80)
    # A second writing of the same name: 王建国 beside Wang Jianguo.
    other_name = models.CharField(_("name in another writing"), max_length=80, blank=True)
    # Mr, Ms …: how the desk greets them; empty when nobody asked.
    salutation = models.CharField(_("how to greet"), max_length=40, blank=True)
    contact_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_persons",
        verbose_name=_("contact person of"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    accepts_messages = models.BooleanField(_("agrees to messages"), default=True)
    do_not_disturb = models.BooleanField(_("do not disturb"), default=False)
    identity_number = SealedTextField(
        _("identity number"), purpose="resident.identity", mask=mask_identity, blank=True, default=""
    )
    identity_hash = models.CharField(max_length=64, blank=True, db_index=True)
    note = models.CharField(_("note for the desk"), max_length=300, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    # Where a second record of the same person went.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_records"
    )
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_archived=True), name="merged_means_archived"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def history_label(self) -> str:
        """What the history calls a resident: it keeps no names."""
        return f"#{self.pk}"


class NameKey(models.Model):
    """One way of looking a resident's name up: folded, pinyin, initials (helpdesk.lib.names.search_keys)."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="name_keys")
    estate = models.ForeignKey(Estate, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("name key")
        constraints = [models.UniqueConstraint(fields=["resident", "key"], name="name_key_once")]
        indexes = [models.Index(fields=["estate", "key"], name="name_key_estate")]

    def __str__(self) -> str:
        return self.key


class Phone(models.Model):
    """A telephone number: sealed, with keyed hashes of the whole and of its last four digits to find it by."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="phones", verbose_name=_("resident"))
    estate = models.ForeignKey(Estate, models.CASCADE, related_name="+")
    number = SealedTextField(_("number"), purpose="phone", mask=mask_phone)
    whole_hash = models.CharField(max_length=64)
    ending_hash = models.CharField(max_length=64)
    label = models.CharField(_("label"), max_length=40, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    is_working = models.BooleanField(_("works"), default=True)

    class Meta:
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["resident", "whole_hash"], name="phone_once_a_resident"),
            models.UniqueConstraint(
                fields=["resident"], condition=Q(is_primary=True), name="one_primary_phone"
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "whole_hash"], name="phone_whole"),
            models.Index(fields=["estate", "ending_hash"], name="phone_ending"),
        ]

    def __str__(self) -> str:
        return "****"


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def visible_to(self, user) -> OccupancyQuerySet:  # type: ignore[no-untyped-def]
        """Occupancies in the estates that `user` works in."""
        return self.filter(unit__estate_id__in=user.estate_ids)

    def current(self, on: date) -> OccupancyQuerySet:
        """Those who belong to a unit on the day `on`; `until` is their last day."""
        return self.running(on).filter(since__lte=on)

    def running(self, on: date) -> OccupancyQuerySet:
        """Those that are not over on the day `on`: no end is known, or it is still to come."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on))

    def today(self, at: datetime) -> OccupancyQuerySet:
        """Those who belong to a unit at the moment `at`, each by the day that it is in the unit's estate."""
        here = Q(pk__in=[])
        for zone in Estate.objects.values_list("time_zone", flat=True).distinct().order_by():
            on = at.astimezone(ZoneInfo(zone)).date()
            ends = Q(until__isnull=True) | Q(until__gte=on)
            here |= Q(unit__estate__time_zone=zone, since__lte=on) & ends
        return self.filter(here)


class Occupancy(models.Model):
    """A resident belongs to a unit, in some relation, from a day to a day."""

    class Relation(models.TextChoices):
        OWNER = "owner", _("Owner")
        CO_OWNER = "co_owner", _("Co-owner")
        TENANT = "tenant", _("Tenant")
        FAMILY = "family", _("Family")
        AGENT = "agent", _("Agent")
        CONTACT = "contact", _("Contact person")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="occupancies", verbose_name=_("unit"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="occupancies", verbose_name=_("resident")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Relation)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    is_payer = models.BooleanField(_("payer"), default=False)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        ordering = ["unit", "-is_primary", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="occupancy_in_order"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(is_primary=True, until__isnull=True), name="one_primary_contact"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(is_payer=True, until__isnull=True), name="one_payer"
            ),
            models.UniqueConstraint(
                fields=["unit", "resident", "relation"],
                condition=Q(until__isnull=True),
                name="occupancy_once",
            ),
        ]
        indexes = [models.Index(fields=["resident", "until"], name="occupancy_resident")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.resident_id} {self.relation}"

    @property
    def estate_id(self) -> int:
        """The unit's estate."""
        return self.unit.estate_id
