"""Whose record has served its time: by their homes, those they speak for, or the day it was put away (docs/domain.md §8)."""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from helpdesk.audit.models import Entry
from residents.models import Occupancy, Resident


def over_before(day: date) -> QuerySet[Resident]:
    """Everybody whose last occupancy ended before `day`.

    Who speaks for an organisation and lives nowhere goes when that has moved out, or when their own record was put away;
    so does whoever was put away without ever having lived here. Nobody else who never had a home has moved out. A record
    that was merged into another goes with that one: its homes went there.
    """
    own = Resident.objects.filter(_over(day))
    return Resident.objects.filter(Q(pk__in=own) | Q(merged_into__in=own))


def _over(day: date) -> Q:
    away = Q(is_archived=True) & Q(Exists(_put_away("pk", day)))
    moved = Q(Exists(_homes("pk"))) & ~Q(Exists(_homes("pk", day)))
    homeless = ~Q(Exists(_homes("pk")))
    gone = Q(Exists(_homes("contact_of"))) & ~Q(Exists(_homes("contact_of", day)))
    gone |= Q(contact_of__is_archived=True) & Q(Exists(_put_away("contact_of", day)))
    speaks = Q(contact_of__isnull=False)
    return moved & (~speaks | away | gone) | homeless & (away | speaks & gone)


def _homes(whose: str, day: date | None = None) -> QuerySet[Occupancy]:
    """Somebody's homes; with a `day` those that are not over on it."""
    homes = Occupancy.objects.filter(resident=OuterRef(whose))
    return homes if day is None else homes.filter(Q(until__isnull=True) | Q(until__gte=day))


def _put_away(whose: str, day: date) -> QuerySet[Entry]:
    """That somebody was put away before `day`; the day stands in the history alone."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    return Entry.objects.filter(
        target_type=Resident._meta.label_lower,
        target_id=OuterRef(whose),
        verb="resident.archived",
        at__lt=begins,
    )
