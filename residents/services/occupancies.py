"""Setting right who lived where, when; the history keeps what stood there before (docs/domain.md §8)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Occupancy, Resident, Unit
from residents.services.kept import lock, save_or
from residents.services.residents import day_of, end_occupancy, step_back

CORRECTABLE = frozenset({"relation", "since", "until", "is_primary", "is_payer"})


@transaction.atomic
def correct_occupancy(
    occupancy: Occupancy, *, actor: User | None, at: datetime | None = None, **changes: Any
) -> Occupancy:
    """Another day, another relation; a new first contact or payer takes the place of the one before.

    Refused: ends_before_it_begins, lives_there_already.
    """
    unknown = set(changes) - CORRECTABLE
    if unknown:
        raise TypeError(f"An occupancy has no {', '.join(sorted(unknown))} to correct.")
    unit = Unit.objects.select_related("estate").select_for_update(of=("self",)).get(pk=occupancy.unit_id)
    occupancy = Occupancy.objects.select_for_update().select_related("resident").get(pk=occupancy.pk)
    before = {name: getattr(occupancy, name) for name in changes}
    changed = sorted(name for name, value in changes.items() if before[name] != value)
    if not changed:
        return occupancy
    for name in changed:
        setattr(occupancy, name, changes[name])
    if occupancy.until is not None and occupancy.until < occupancy.since:
        raise Refused("ends_before_it_begins", _("The last day lies before the first."), field="until")
    step_back(occupancy, day_of(unit, at))
    save_or(occupancy, _there_already(), changed)
    values = {name: [before[name], changes[name]] for name in changed}
    record(
        "occupancy.corrected",
        occupancy,
        filed_under=occupancy.resident,
        actor=actor,
        at=at,
        fields=changed,
        values=values,
    )
    return occupancy


@transaction.atomic
def archive_resident(
    resident: Resident, *, actor: User | None, version: int | None = None, at: datetime | None = None
) -> Resident:
    """Put a record away: from now on it is found by nobody, and takes nothing new. Where they still belonged to a unit,
    today was the last day. Once more changes nothing. Refused: stale."""
    today = local(resident.estate, at or timezone.now()).date()
    resident = lock(resident, version)
    if resident.is_archived:
        return resident
    for occupancy in Occupancy.objects.filter(resident=resident).running(today):  # type: ignore[attr-defined]
        end_today(occupancy, actor=actor, today=today, at=at)
    resident.is_archived, resident.version = True, resident.version + 1
    resident.save(update_fields=["is_archived", "version"])
    record("resident.archived", resident, actor=actor, at=at)
    return resident


def end_today(
    occupancy: Occupancy, *, actor: User | None, today: date | None = None, at: datetime | None = None
) -> None:
    """Today is the last day, though never before it began; one that is over by then stays as it is."""
    day = max(today or day_of(occupancy.unit, at), occupancy.since)
    if occupancy.until is None or occupancy.until > day:
        end_occupancy(occupancy, actor=actor, until=day, at=at)


def _there_already() -> Refused:
    return Refused(
        "lives_there_already",
        _("This resident stands on this unit in that relation already."),
        field="relation",
    )
