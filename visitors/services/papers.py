"""The weekly account of passes that were not used up: where is the paper? (docs/domain.md §7)"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from tickets.services.telling import clerks
from visitors.models import ReleasePass


def week_began(estate: Estate, at: datetime) -> datetime:
    """Monday's midnight on the estate's clock: what ended before is to be accounted for."""
    zone = ZoneInfo(estate.time_zone)
    day = at.astimezone(zone).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(0), zone)


@transaction.atomic
def reconcile_papers(
    passes: Iterable[ReleasePass], *, actor: User, note: str = "", at: datetime | None = None
) -> int:
    """Tick off passes whose paper came back or was accounted for; those ticked off before stay as they are. How many."""
    at = at or timezone.now()
    wanted = [release_pass.pk for release_pass in passes]
    rows = ReleasePass.objects.unused(at).filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
    found = list(rows)
    for one in found:
        one.reconciled_at, one.reconciled_by, one.reconcile_note = at, actor, note.strip()[:200]
        one.version += 1
        one.save(update_fields=["reconciled_at", "reconciled_by", "reconcile_note", "version"])
        record("release_pass.reconciled", one, actor=actor, at=at, note=one.reconcile_note)
    return len(found)


def tell_of_unused(at: datetime) -> int:
    """Once a week each clerk hears how many unused passes of the weeks before are still out; returns the messages."""
    told = 0
    for estate in Estate.objects.filter(is_active=True):
        began = week_began(estate, at)
        count = ReleasePass.objects.filter(estate=estate).unused(began).count()
        if not count:
            continue
        for clerk in clerks(estate):
            sent = notify(
                clerk,
                "passes_unused",
                estate=estate,
                dedupe_key=f"passes-unused:{estate.pk}:{began:%Y%m%d}:{clerk.pk}",
                context={"count": count},
                link=reverse("pass_papers"),
            )
            told += sent is not None
    return told
