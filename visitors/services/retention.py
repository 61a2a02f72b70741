"""How long the gate remembers: when what it keeps of visitors and carriers is over; the hourly job empties it then.

The job is everybody's (residents.services.retention): it leaves alone what somebody holds, goes in batches, and writes
down table, columns and how many rows, never a value. What is counted stays: that somebody came, when, to which unit.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import Incident
from visitors.models import Visit
from visitors.services.suspicions import about_visit

Over = Callable[[datetime], Q]
S = Visit.Status
BATCH = 500
VISIT_DAYS = 90


def visit_over(days: int) -> Over:
    """Visits that ended so many days ago; one that security still looks into is kept, and so is whoever is inside."""

    def over(at: datetime) -> Q:
        cut = at - timedelta(days=days)
        missed = Q(expected_at__lt=cut) | Q(expected_at__isnull=True, created_at__lt=cut)
        ended = Q(left_at__lt=cut) | Q(refused_at__lt=cut) | Q(status=S.NO_SHOW) & missed
        return ended & ~Q(Exists(_looked_into()))

    return over


def _looked_into() -> QuerySet[Incident]:
    return Incident.objects.filter(about_visit(OuterRef("pk"))).exclude(status=Incident.Status.CLOSED)


def parcel_over(at: datetime) -> Q:
    """Parcels that were collected or sent back ninety days ago."""
    return Q(ended_at__lt=at - timedelta(days=VISIT_DAYS))


def pass_over(way: str = "") -> Over:
    """Passes at the end of `way` that were used, or came to their end in another way, 180 days ago."""

    def over(at: datetime) -> Q:
        cut = at - timedelta(days=180)
        return Q(**{f"{way}ended_at__lt": cut}) | Q(
            **{f"{way}ended_at__isnull": True, f"{way}valid_until__lt": cut}
        )

    return over


def watch_over(at: datetime) -> Q:
    """Entries whose day is over everywhere on earth."""
    return Q(ends_on__lt=(at - timedelta(hours=12)).date())


def mark_purged(at: datetime) -> int:
    """Note on the visits that nothing personal is left of, since when; returns how many."""
    bare = Visit.objects.filter(
        visit_over(VISIT_DAYS)(at), purged_at__isnull=True, visitor_name="", visitor_phone="", plate=""
    )
    pks = list(bare.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return Visit.objects.filter(pk__in=pks).update(purged_at=at)
