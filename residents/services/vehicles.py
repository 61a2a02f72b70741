"""Vehicles of a household, and the place each stands on (docs/domain.md §8)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import ParkingSpace, Resident, Unit, Vehicle
from residents.plates import LONGEST_PLATE, plate_key, turned
from residents.services.kept import change, keep


@transaction.atomic
def add_vehicle(
    *,
    actor: User | None,
    plate: str,
    unit: Unit | None = None,
    resident: Resident | None = None,
    space: ParkingSpace | None = None,
    at: datetime | None = None,
    **details: Any,
) -> Vehicle:
    """A vehicle of a unit, a resident, or both. Refused: plate_missing, plate_taken, other_estate, archived."""
    row = Vehicle(unit=unit, resident=resident, space=space, **_plate(plate), **details)
    owner = resident or unit
    _guard_space(space, owner.estate_id if owner else None)
    return keep(row, actor=actor, taken=_taken(), at=at)


@transaction.atomic
def edit_vehicle(
    vehicle: Vehicle, *, actor: User | None, version: int | None = None, **changes: Any
) -> Vehicle:
    """Another plate, place, owner or description. Refused: stale, plate_missing, plate_taken, other_estate, archived."""
    if "plate" in changes:
        changes |= _plate(changes["plate"])
    _guard_space(changes.get("space"), vehicle.estate_id)
    return change(vehicle, actor=actor, version=version, taken=_taken(), **changes)


def _plate(written: str) -> dict[str, str]:
    key = plate_key(written)
    if not key:
        raise Refused("plate_missing", _("A plate has letters or digits."), field="plate")
    return {"plate": " ".join(written.split())[:LONGEST_PLATE], "plate_key": key, "plate_turned": turned(key)}


def _taken() -> Refused:
    return Refused("plate_taken", _("This plate is on file already."), field="plate")


def _guard_space(space: ParkingSpace | None, estate_id: int | None) -> None:
    if space is not None and space.estate_id != estate_id:
        raise Refused("other_estate", _("That parking place belongs to another estate."), field="space")
    if space is not None and space.is_archived:
        raise Refused("archived", _("There is no such parking place any more."), field="space")
