"""A chain of digests over the history, day by day: an entry changed behind the triggers' back shows."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Min

from helpdesk.audit.models import DaySeal, Entry

# Late commits of long transactions must have landed before their day is sealed.
GRACE = timedelta(hours=1)


def digest_of(day: date, before: str) -> tuple[int, str]:
    """How many entries a UTC day holds, and the digest over them and the seal before."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    chain = hashlib.sha256(before.encode())
    count = 0
    entries = Entry.objects.filter(
        recorded_at__gte=start, recorded_at__lt=start + timedelta(days=1)
    ).order_by("id")
    for row in entries.values_list(
        "id",
        "at",
        "recorded_at",
        "estate_id",
        "actor_id",
        "actor_name",
        "verb",
        "target_type",
        "target_id",
        "target_label",
        "filed_type",
        "filed_id",
        "data",
    ).iterator():
        chain.update(json.dumps(row, default=str, sort_keys=True, ensure_ascii=False).encode())
        count += 1
    return count, chain.hexdigest()


@transaction.atomic
def seal_days(at: datetime) -> int:
    """Seal every finished UTC day that is not sealed yet; returns how many. Days missed during a stop are caught up."""
    last = DaySeal.objects.order_by("-day").first()
    first = Entry.objects.aggregate(first=Min("recorded_at"))["first"]
    if first is None:
        return 0
    day = last.day + timedelta(days=1) if last else first.astimezone(UTC).date()
    digest, sealed = last.digest if last else "", 0
    while day < (at - GRACE).astimezone(UTC).date():
        count, digest = digest_of(day, digest)
        DaySeal.objects.create(day=day, entries=count, digest=digest, sealed_at=at)
        day, sealed = day + timedelta(days=1), sealed + 1
    return sealed


def broken_days() -> list[date]:
    """Days whose entries no longer match their seal, the oldest first."""
    before, broken = "", []
    for seal in DaySeal.objects.order_by("day"):
        count, digest = digest_of(seal.day, before)
        if (count, digest) != (seal.entries, seal.digest):
            broken.append(seal.day)
        before = seal.digest
    return broken
