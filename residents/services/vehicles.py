"""Vehicles and parking places of a household (docs/domain.md §8)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import ParkingSpace, Resident, Unit, Vehicle
from residents.plates import LONGEST_PLATE, plate_key, turned
from residents.services.kept import change, keep, lock, save_or


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


@transaction.atomic
def add_space(
    *,
    estate: Estate,
    actor: User | None,
    code: str,
    kind: str = ParkingSpace.Kind.RENTED,
    unit: Unit | None = None,
) -> ParkingSpace:
    """A place in the car park. Refused: space_taken, other_estate."""
    _guard_unit(unit, estate.pk)
    space = ParkingSpace(estate=estate, code=code.strip(), kind=kind, unit=unit)
    save_or(space, Refused("space_taken", _("This parking place is on file already."), field="code"))
    record("parkingspace.added", space, filed_under=unit, actor=actor)
    return space


@transaction.atomic
def give_space(
    space: ParkingSpace, *, actor: User | None, unit: Unit | None, version: int | None = None
) -> ParkingSpace:
    """The place goes to a household, or (None) is free again. Refused: stale, other_estate."""
    _guard_unit(unit, space.estate_id)
    space = lock(space, version)
    before = space.unit
    if before == unit:
        return space
    space.unit, space.version = unit, space.version + 1
    space.save(update_fields=["unit", "version"])
    verb = "parkingspace.given" if unit else "parkingspace.freed"
    record(verb, space, filed_under=unit or before, actor=actor, code=space.code)
    return space


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


def _guard_unit(unit: Unit | None, estate_id: int) -> None:
    if unit is not None and unit.estate_id != estate_id:
        raise Refused("other_estate", _("That unit belongs to another estate."), field="unit")
