"""Visits as the desk and the gate ask for them: expected today, inside now, gone today, the last ones of a number."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.phones import phone_hashes
from helpdesk.staff.models import User
from residents.models import Unit
from visitors.models import Visit
from visitors.models.visits import VisitQuerySet

S = Visit.Status
# What is older is forgotten anyway.
REMEMBERED = timedelta(days=90)
LAST_SHOWN = 5
MOST_OF_UNIT = 20


def day_of(estate: Estate, at: datetime) -> tuple[datetime, datetime]:
    """Midnight before `at` and midnight after it, on the estate's clock."""
    return span_of(estate, local(estate, at).date())


def span_of(estate: Estate, day: date) -> tuple[datetime, datetime]:
    """One day of the estate's calendar, from midnight to midnight."""
    zone = ZoneInfo(estate.time_zone)
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def meant_for(begins: datetime, ends: datetime) -> Q:
    """Visits meant for a span; one without a time is meant for the day on which it was written down."""
    by_time = Q(expected_at__gte=begins, expected_at__lt=ends)
    return by_time | Q(expected_at__isnull=True, created_at__gte=begins, created_at__lt=ends)


def expected_on(begins: datetime, ends: datetime) -> Q:
    """Visits meant for one day, and contractors whose pass runs on it."""
    begun = Q(expected_at__lt=ends) | Q(expected_at__isnull=True, created_at__lt=ends)
    return meant_for(begins, ends) | Q(begun, comes_until__gte=begins.date())


def of_span(begins: datetime, ends: datetime) -> Q:
    """Visits of a span: by when they came, else by when they were meant to."""
    came = Q(arrived_at__gte=begins, arrived_at__lt=ends)
    return came | Q(meant_for(begins, ends), arrived_at__isnull=True)


def expected_today(estate: Estate, at: datetime) -> VisitQuerySet:
    """Who is still to come today, the earliest first; requests that nobody has confirmed are none of them."""
    rows = Visit.objects.filter(expected_on(*day_of(estate, at)), estate=estate, status=S.EXPECTED)
    return rows.filter(confirmed_at__isnull=False).order_by("expected_at", "pk")


def inside_now(estate: Estate) -> VisitQuerySet:
    """Who is inside, whoever has to leave first, first."""
    return Visit.objects.inside().filter(estate=estate).order_by("stay_until", "pk")


def overstayed(estate: Estate, at: datetime) -> VisitQuerySet:
    """Inside for longer than they may stay."""
    return Visit.objects.overstayed(at).filter(estate=estate).order_by("stay_until", "pk")


def gone_today(estate: Estate, at: datetime) -> VisitQuerySet:
    """Who left or was refused today, the last first."""
    begins, ends = day_of(estate, at)
    left = Q(status=S.LEFT, left_at__gte=begins, left_at__lt=ends)
    refused = Q(status=S.REFUSED, refused_at__gte=begins, refused_at__lt=ends)
    rows = Visit.objects.filter(left | refused, estate=estate)
    return rows.order_by(Coalesce("left_at", "refused_at").desc(), "-pk")


def last_visits_of_phone(estate: Estate, number: str, at: datetime) -> list[Visit]:
    """Who came here with this number (E.164) within 90 days, the newest first; what was purged is not among them."""
    if not number:
        return []
    rows = Visit.objects.filter(
        estate=estate,
        phone_hash__in=phone_hashes(number),
        created_at__gte=at - REMEMBERED,
        purged_at__isnull=True,
    ).exclude(status__in=[S.NO_SHOW, S.REFUSED])
    return list(rows.select_related("unit", "host", "department").order_by("-created_at", "-pk")[:LAST_SHOWN])


def visits_of_unit(user: User, unit: Unit, at: datetime) -> list[Visit]:
    """Who is inside with a unit, then whom it expects today; none for who may not see visits."""
    if not user.may("visits.view", unit.estate_id):
        return []
    expected = Q(expected_on(*day_of(unit.estate, at)), status=S.EXPECTED, confirmed_at__isnull=False)
    rows = Visit.objects.filter(expected | Q(status=S.INSIDE), unit=unit)
    return list(rows.order_by("-status", "expected_at", "pk")[:MOST_OF_UNIT])


def visits_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, tuple[QuerySet[Visit], Q]]:
    """Who is inside, and who of them for too long; nothing for a role that does not open the page."""
    if not user.may("visits.view", estate.pk):
        return {}
    return {"visits": (Visit.objects.inside().filter(estate=estate), Q(stay_until__lt=at))}
