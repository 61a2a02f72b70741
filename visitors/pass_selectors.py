"""What waits about goods, and which passes a unit has."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Occupancy, Resident, Unit
from residents.names_shown import bears
from visitors.models import ReleasePass

OWNERS = (Occupancy.Relation.OWNER, Occupancy.Relation.CO_OWNER)


def passes_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, tuple[QuerySet[ReleasePass], Q]]:
    """Passes that wait for the desk, for `count_together`; nothing for who may not issue them. None of them is late."""
    if not user.may("passes.work", estate.pk):
        return {}
    rows = ReleasePass.objects.filter(estate=estate, status__in=ReleasePass.WAITING, valid_until__gte=at)
    return {"passes": (rows, Q(pk=None))}


def open_passes_of(user: User, unit: Unit) -> list[ReleasePass]:
    """The unit's passes that wait or still open a gate, the newest first; none for who may not see passes."""
    if not user.may("passes.view", unit.estate_id):
        return []
    rows = ReleasePass.objects.filter(unit=unit, status__in=ReleasePass.OPEN)
    return list(rows.prefetch_related("items").order_by("-created_at", "-pk")[:5])


def owners_of(release_pass: ReleasePass, at: datetime) -> list[Resident]:
    """Who owns the unit on that day, with their numbers; the first contact first."""
    day = at.astimezone(ZoneInfo(release_pass.estate.time_zone)).date()
    rows = (
        Occupancy.objects.current(day)  # type: ignore[attr-defined]
        .filter(unit=release_pass.unit_id, relation__in=OWNERS, resident__is_archived=False)
        .select_related("resident")
        .prefetch_related("resident__phones")
        .order_by("-is_primary", "pk")
    )
    return [row.resident for row in rows]


def is_owner_on_file(release_pass: ReleasePass, at: datetime) -> bool:
    """Whether the applicant is somebody who owns the unit on that day and bears that name; to say so is not enough."""
    owners = {owner.pk: owner for owner in owners_of(release_pass, at)}
    owner = owners.get(release_pass.resident_id or 0)
    if owner is None:
        return False
    # Names were compared when it was issued; since then either may have been taken out or written anew.
    return release_pass.issued_at is not None or bears(owner, release_pass.applicant_name)
