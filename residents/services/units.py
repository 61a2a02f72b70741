"""Buildings and units: put on file, changed, archived, each with its line in the history (docs/domain.md §8)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Building, Occupancy, Unit
from residents.services.kept import lock, save_or

CHANGEABLE = frozenset({"entrance", "floor", "area_m2", "net_area_m2", "use", "status"})


@transaction.atomic
def add_building(
    *, estate: Estate, actor: User | None, code: str, name: str = "", floors: int = 1
) -> Building:
    """A building of an estate. Refused: code_missing, building_taken."""
    if not code.strip():
        raise Refused("code_missing", _("A building has a code."), field="code")
    building = Building(estate=estate, code=code.strip().upper(), name=name.strip(), floors=floors)
    save_or(building, _building_taken())
    record("building.added", building, actor=actor)
    return building


@transaction.atomic
def edit_building(building: Building, *, actor: User | None, **changes: Any) -> Building:
    """Name or number of floors; the code stands on every door plate and stays. Refused: code_fixed once it has units,
    building_taken."""
    building = Building.objects.select_for_update().get(pk=building.pk)
    changed = sorted(name for name, value in changes.items() if getattr(building, name) != value)
    if not changed:
        return building
    if "code" in changed and Unit.objects.filter(building=building).exists():
        raise Refused("code_fixed", _("The code stands on the door plates of its units."), field="code")
    for name in changed:
        setattr(building, name, changes[name])
    save_or(building, _building_taken(), changed)
    record("building.changed", building, actor=actor, fields=changed)
    return building


@transaction.atomic
def archive_building(building: Building, *, actor: User | None) -> Building:
    """Put a building away; once more changes nothing. Refused: has_units while one of its units stands."""
    building = Building.objects.select_for_update().get(pk=building.pk)
    if building.is_archived:
        return building
    if Unit.objects.filter(building=building, is_archived=False).exists():
        raise Refused("has_units", _("Archive its units first."))
    building.is_archived = True
    building.save(update_fields=["is_archived"])
    record("building.archived", building, actor=actor)
    return building


@transaction.atomic
def add_unit(
    *, building: Building, actor: User | None, code: str, at: datetime | None = None, **details: Any
) -> Unit:
    """One more door. The code is the whole plate (3-2-501) in any writing; entrance and floor are read from it where
    nobody says them. Refused: plate_unreadable, unit_taken, archived, net_above_gross."""
    if building.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."), field="building")
    plate = normalise_plate(code)
    if plate is None:
        raise Refused("plate_unreadable", _("Write the whole door plate, such as 3-2-501."), field="code")
    if plate.split("-")[0] != building.code:
        raise Refused(
            "plate_of_another_building",
            _("The plate begins with the building's code, %(code)s.") % {"code": building.code},
            field="code",
        )
    details.setdefault("entrance", entrance_by_plate(plate))
    details.setdefault("floor", floor_by_plate(plate))
    unit = Unit(estate_id=building.estate_id, building=building, code=plate, **details)
    _guard_areas(unit)
    save_or(unit, _unit_taken())
    record("unit.added", unit, actor=actor, at=at)
    return unit


@transaction.atomic
def edit_unit(
    unit: Unit, *, actor: User | None, version: int | None = None, at: datetime | None = None, **changes: Any
) -> Unit:
    """Areas, use, status, floor, entrance; what stood there before is in the history. Refused: stale, net_above_gross."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"A unit has no {', '.join(sorted(unknown))} to change.")
    unit = lock(unit, version)
    before = {name: getattr(unit, name) for name in changes}
    changed = sorted(name for name, value in changes.items() if before[name] != value)
    if not changed:
        return unit
    for name in changed:
        setattr(unit, name, changes[name])
    _guard_areas(unit)
    unit.version += 1
    unit.save(update_fields=[*changed, "version"])
    # A door has no secrets: the history says what stood there and what does now.
    values = {name: [_plain(before[name]), _plain(changes[name])] for name in changed}
    record("unit.changed", unit, actor=actor, at=at, fields=changed, values=values)
    return unit


@transaction.atomic
def archive_unit(unit: Unit, *, actor: User | None, version: int | None = None) -> Unit:
    """Put a unit away; once more changes nothing. Refused: stale, lived_in while somebody belongs to it."""
    unit = lock(unit, version)
    if unit.is_archived:
        return unit
    if Occupancy.objects.today(timezone.now()).filter(unit=unit).exists():  # type: ignore[attr-defined]
        raise Refused("lived_in", _("Somebody belongs to this unit; end that first."))
    unit.is_archived, unit.version = True, unit.version + 1
    unit.save(update_fields=["is_archived", "version"])
    record("unit.archived", unit, actor=actor)
    return unit


def entrance_by_plate(plate: str) -> str:
    """3-2-501 → 2; a plate of two parts names none."""
    parts = plate.split("-")
    return parts[1] if len(parts) == 3 else ""


def floor_by_plate(plate: str) -> int:
    """The floor that a room number tells: 501 is on the 5th, 1203 on the 12th; 1 where it tells none."""
    digits = "".join(char for char in plate.split("-")[-1] if char.isdigit())
    return int(digits[:-2]) if 3 <= len(digits) <= 5 else 1


def _guard_areas(unit: Unit) -> None:
    gross, net = Decimal(str(unit.area_m2 or 0)), unit.net_area_m2
    if gross < 0 or (net is not None and net <= 0):
        raise Refused("area_not_positive", _("An area is more than nothing."), field="area_m2")
    if net is not None and gross and net > gross:
        raise Refused(
            "net_above_gross", _("The net area can't be larger than the gross one."), field="net_area_m2"
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _building_taken() -> Refused:
    return Refused("building_taken", _("A building with this code is on file already."), field="code")


def _unit_taken() -> Refused:
    return Refused("unit_taken", _("A unit with this plate is on file already."), field="code")
