"""Writing a plan: a few thousand rows at a time, all in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from helpdesk.audit.services import Event, record_many
from helpdesk.estates.models import Estate
from helpdesk.lib.phones import hash_of_ending, phone_hash
from helpdesk.staff.models import User
from residents.importing.plans import FILLED, PersonPlan, Plan
from residents.importing.records import PersonRecord, UnitRecord
from residents.models import Building, NameKey, Occupancy, Phone, Resident, Unit
from residents.services.identity_numbers import identity_hash
from residents.services.residents import name_keys_of
from residents.services.units import entrance_by_plate, floor_by_plate

BATCH = 500
Progress = Callable[[int, int], None]


def write_plan(estate: Estate, plan: Plan, *, actor: User | None, at: datetime, progress: Progress) -> None:
    """Everything of a plan; runs inside the caller's transaction. `progress` hears (done, total) people."""
    buildings = _buildings(estate, plan)
    units = _units(estate, plan, buildings, actor, at)
    progress(0, len(plan.people))
    for start in range(0, len(plan.people), BATCH):
        piece = plan.people[start : start + BATCH]
        _people(estate, piece, units, actor, at)
        progress(min(start + BATCH, len(plan.people)), len(plan.people))


def _buildings(estate: Estate, plan: Plan) -> dict[str, Building]:
    floors: dict[str, int] = {}
    for unit in plan.new_units:
        floors[unit.building] = max(floors.get(unit.building, 1), unit.floor or floor_by_plate(unit.code))
    Building.objects.bulk_create(
        Building(estate=estate, code=code, floors=floors.get(code, 1)) for code in plan.buildings
    )
    return {building.code: building for building in Building.objects.filter(estate=estate)}


def _units(
    estate: Estate, plan: Plan, buildings: dict[str, Building], actor: User | None, at: datetime
) -> dict[str, Unit]:
    created = Unit.objects.bulk_create(
        [_unit(estate, record, buildings[record.building]) for record in plan.new_units], batch_size=BATCH
    )
    changed = [_changed(unit, changes) for unit, changes in plan.changed_units]
    fields = ["floor", "area_m2", "use", "status", "is_archived", "version"]
    Unit.objects.bulk_update(changed, fields, batch_size=BATCH)
    events = [Event("unit.added", unit) for unit in created]
    events += [Event("unit.changed", unit, {"fields": sorted(c)}) for unit, c in plan.changed_units]
    record_many(events, actor=actor, at=at)
    codes = {home.unit for person in plan.people for home in person.homes}
    units = {unit.code: unit for unit in created}
    missing = sorted(codes - set(units))
    for start in range(0, len(missing), BATCH):
        found = Unit.objects.filter(estate=estate, code__in=missing[start : start + BATCH])
        units |= {unit.code: unit for unit in found}
    return units


def _unit(estate: Estate, record: UnitRecord, building: Building) -> Unit:
    floor = record.floor if record.floor is not None else floor_by_plate(record.code)
    said = {name: getattr(record, name) for name in ("use", "status") if getattr(record, name)}
    return Unit(
        estate=estate,
        building=building,
        code=record.code,
        entrance=record.entrance or entrance_by_plate(record.code),
        floor=floor,
        area_m2=record.area_m2 or 0,
        **said,
    )


def _changed(unit: Unit, changes: dict[str, Any]) -> Unit:
    for name, value in changes.items():
        setattr(unit, name, value)
    unit.version += 1
    return unit


def _people(
    estate: Estate, plans: list[PersonPlan], units: dict[str, Unit], actor: User | None, at: datetime
) -> None:
    fresh = [plan for plan in plans if plan.resident is None]
    changed = [plan for plan in plans if plan.changes]
    created = Resident.objects.bulk_create([_resident(estate, plan.first) for plan in fresh])
    for plan, resident in zip(fresh, created, strict=True):
        plan.resident = resident
    _fill(changed)
    NameKey.objects.bulk_create(
        NameKey(resident=resident, estate=estate, key=key)
        for resident in created
        for key in sorted(name_keys_of(resident))
    )
    _phones(estate, plans, {id(plan) for plan in fresh})
    homes = [(plan, home) for plan in plans for home in plan.homes]
    _make_room(units, [home for _plan, home in homes])
    Occupancy.objects.bulk_create(_occupancy(plan, home, units[home.unit]) for plan, home in homes)
    events = [Event("resident.added", resident) for resident in created]
    events += [
        Event("resident.changed", plan.resident, {"fields": sorted(plan.fills)})
        for plan in changed
        if plan.resident is not None
    ]
    record_many(events, actor=actor, at=at)


def _resident(estate: Estate, person: PersonRecord) -> Resident:
    return Resident(
        estate=estate,
        name=person.name,
        kind=person.kind or Resident.Kind.PERSON,
        identity_number=person.identity_number,
        identity_hash=identity_hash(person.identity_number),
        **{name: getattr(person, name) for name in FILLED},
    )


def _fill(plans: list[PersonPlan]) -> None:
    for plan in plans:
        resident = plan.resident
        assert resident is not None
        for name, value in plan.fills.items():
            setattr(resident, name, value)
        if "identity_number" in plan.fills:
            resident.identity_hash = identity_hash(resident.identity_number)
        resident.version += 1
        resident.save(update_fields=[*plan.fills, "identity_hash", "version"])
        if "other_name" in plan.fills:
            kept = set(resident.name_keys.values_list("key", flat=True))
            missing = sorted(name_keys_of(resident) - kept)
            NameKey.objects.bulk_create(
                NameKey(resident=resident, estate_id=resident.estate_id, key=key) for key in missing
            )


def _phones(estate: Estate, plans: list[PersonPlan], fresh: set[int]) -> None:
    rows = []
    for plan in plans:
        has_some = id(plan) not in fresh and plan.resident is not None and bool(plan.resident.phones.all())
        for position, number in enumerate(plan.phones):
            rows.append(
                Phone(
                    resident=plan.resident,
                    estate=estate,
                    number=number,
                    whole_hash=phone_hash(number),
                    ending_hash=hash_of_ending(number),
                    is_primary=position == 0 and not has_some,
                )
            )
    Phone.objects.bulk_create(rows, batch_size=BATCH)


def _make_room(units: dict[str, Unit], homes: list[PersonRecord]) -> None:
    """A new first contact or payer takes the place of the one before."""
    for role in ("is_primary", "is_payer"):
        ids = [units[home.unit].pk for home in homes if getattr(home, role) and home.until is None]
        rows = Occupancy.objects.filter(unit__in=ids, until__isnull=True, **{role: True})
        rows.update(**{role: False})


def _occupancy(plan: PersonPlan, home: PersonRecord, unit: Unit) -> Occupancy:
    is_open = home.until is None
    return Occupancy(
        unit=unit,
        resident=plan.resident,
        relation=home.relation,
        since=home.since,
        until=home.until,
        is_primary=home.is_primary and is_open,
        is_payer=home.is_payer and is_open,
    )
