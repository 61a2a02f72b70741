"""Places in the car park: on file, given to a household, put away (docs/domain.md §8)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import ParkingSpace, Unit
from residents.services.kept import lock, save_or

CHANGEABLE = frozenset({"code", "kind", "unit"})


@transaction.atomic
def add_space(
    *,
    estate: Estate,
    actor: User | None,
    code: str,
    kind: str = ParkingSpace.Kind.RENTED,
    unit: Unit | None = None,
) -> ParkingSpace:
    """A place in the car park. Refused: code_missing, space_taken, other_estate, public_space."""
    space = ParkingSpace(estate=estate, code=_code(code), kind=kind, unit=unit)
    _guard(space)
    save_or(space, _taken())
    record("parkingspace.added", space, filed_under=unit, actor=actor)
    return space


@transaction.atomic
def edit_space(
    space: ParkingSpace,
    *,
    actor: User | None,
    version: int | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> ParkingSpace:
    """Another number, kind or household. Refused: stale, archived, code_missing, space_taken, other_estate, public_space."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"A parking place has no {', '.join(sorted(unknown))} to set.")
    if "code" in changes:
        changes["code"] = _code(changes["code"])
    space = lock(space, version)
    if space.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    before = space.unit
    changed = sorted(name for name, value in changes.items() if getattr(space, name) != value)
    if not changed:
        return space
    for name in changed:
        setattr(space, name, changes[name])
    _guard(space)
    space.version += 1
    save_or(space, _taken(), [*changed, "version"])
    _write_down(space, before, changed, actor=actor, at=at)
    return space


def give_space(
    space: ParkingSpace, *, actor: User | None, unit: Unit | None, version: int | None = None
) -> ParkingSpace:
    """The place goes to a household, or (None) is free again. Refused: as `edit_space`."""
    return edit_space(space, actor=actor, version=version, unit=unit)


@transaction.atomic
def archive_space(
    space: ParkingSpace, *, actor: User | None, version: int | None = None, at: datetime | None = None
) -> ParkingSpace:
    """There is no such place any more; once more changes nothing. Refused: stale, space_in_use."""
    space = lock(space, version)
    if space.is_archived:
        return space
    if space.vehicles.filter(is_archived=False).exists():
        raise Refused("space_in_use", _("A vehicle stands there on file. Give it another place first."))
    space.is_archived, space.version = True, space.version + 1
    space.save(update_fields=["is_archived", "version"])
    record("parkingspace.archived", space, filed_under=space.unit, actor=actor, at=at, code=space.code)
    return space


def _write_down(
    space: ParkingSpace, before: Unit | None, changed: list[str], *, actor: User | None, at: datetime | None
) -> None:
    """One line under the household that had it, one under the household that has it now."""
    if "unit" in changed and before is not None:
        record("parkingspace.freed", space, filed_under=before, actor=actor, at=at, code=space.code)
    if "unit" in changed and space.unit is not None:
        record("parkingspace.given", space, filed_under=space.unit, actor=actor, at=at, code=space.code)
    others = [name for name in changed if name != "unit"]
    if others:
        record("parkingspace.changed", space, filed_under=space.unit, actor=actor, at=at, fields=others)


def _guard(space: ParkingSpace) -> None:
    unit = space.unit
    if unit is not None and unit.estate_id != space.estate_id:
        raise Refused("other_estate", _("That unit belongs to another estate."), field="unit")
    if unit is not None and space.kind == ParkingSpace.Kind.PUBLIC:
        raise Refused("public_space", _("A place for everybody belongs to no household."), field="unit")


def _code(written: str) -> str:
    code = " ".join(written.split())
    if not code:
        raise Refused("code_missing", _("A parking place has a number."), field="code")
    return code


def _taken() -> Refused:
    return Refused("space_taken", _("This parking place is on file already."), field="code")
