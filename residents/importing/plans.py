"""What an import would change: the file's records beside what is on file already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from helpdesk.estates.models import Estate
from helpdesk.lib.names import fold
from helpdesk.lib.phones import phone_hashes
from residents.importing.records import PersonRecord, Records, UnitRecord
from residents.models import Building, Occupancy, Phone, Resident, Unit

PIECE = 500  # values in one question
FILLED = ("other_name", "email", "language", "salutation", "note")


@dataclass
class PersonPlan:
    """One person of the file: on file already, or new; the numbers and homes that are new."""

    first: PersonRecord
    resident: Resident | None = None
    phones: list[str] = field(default_factory=list)
    homes: list[PersonRecord] = field(default_factory=list)
    fills: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        return bool(self.resident and (self.phones or self.homes or self.fills))


@dataclass
class Plan:
    """All that would be written; `counts` is what a person is shown."""

    buildings: list[str] = field(default_factory=list)
    new_units: list[UnitRecord] = field(default_factory=list)
    changed_units: list[tuple[Unit, dict[str, Any]]] = field(default_factory=list)
    people: list[PersonPlan] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "buildings": len(self.buildings),
            "units": len(self.new_units),
            "units_changed": len(self.changed_units),
            "people": sum(plan.resident is None for plan in self.people),
            "people_changed": sum(plan.changes for plan in self.people),
            "occupancies": sum(len(plan.homes) for plan in self.people),
            "phones": sum(len(plan.phones) for plan in self.people),
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def make_plan(estate: Estate, records: Records) -> Plan:
    """Compare; the same file twice makes an empty plan."""
    plan = Plan()
    units = _units_on_file(estate, records.units)
    known = set(Building.objects.filter(estate=estate).values_list("code", flat=True))
    plan.buildings = sorted({unit.building for unit in records.units.values()} - known)
    for record in records.units.values():
        unit = units.get(record.code)
        if unit is None:
            plan.new_units.append(record)
        elif changes := _changes_of(unit, record):
            plan.changed_units.append((unit, changes))
    plan.people = _people(estate, records.people, units)
    return plan


def _changes_of(unit: Unit, record: UnitRecord) -> dict[str, Any]:
    said = {name: getattr(record, name) for name in ("floor", "area_m2", "use", "status")}
    changes = {
        name: value
        for name, value in said.items()
        if value not in (None, "") and value != getattr(unit, name)
    }
    return changes | ({"is_archived": False} if unit.is_archived else {})


def _people(estate: Estate, people: list[PersonRecord], units: dict[str, Unit]) -> list[PersonPlan]:
    numbers = _by_number(estate, {number for person in people for number in person.phones})
    homes = _homes(units.values())
    plans: dict[tuple[str, str], PersonPlan] = {}
    for person in people:
        plan = plans.get(person.key)
        if plan is None:
            found = _find(person, numbers, homes.get(person.unit, []))
            plan = plans[person.key] = PersonPlan(person, found)
        _extend(plan, person, homes.get(person.unit, []))
    return list(plans.values())


def _find(
    person: PersonRecord, numbers: dict[str, list[Resident]], homes: list[Occupancy]
) -> Resident | None:
    """The same name in the same unit, or the same name with the same number anywhere in the estate."""
    name = fold(person.name)
    same_door = [row.resident for row in homes if name in _names(row.resident)]
    same_number = [r for number in person.phones for r in numbers.get(number, []) if name in _names(r)]
    both = [resident for resident in same_number if resident in same_door]
    found = both or same_number or same_door
    return min(found, key=lambda resident: resident.pk) if found else None


def _extend(plan: PersonPlan, person: PersonRecord, homes: list[Occupancy]) -> None:
    known: set[str] = set(plan.phones)
    if plan.resident is not None:
        known |= {phone.number for phone in plan.resident.phones.all()}
        for name in FILLED:
            if getattr(person, name) and not getattr(plan.resident, name):
                plan.fills.setdefault(name, getattr(person, name))
        if person.identity_number and not plan.resident.identity_number:
            plan.fills.setdefault("identity_number", person.identity_number)
    plan.phones += [number for number in person.phones if number not in known]
    if plan.resident is None or not any(_same_home(row, person, plan.resident) for row in homes):
        plan.homes.append(person)


def _same_home(row: Occupancy, person: PersonRecord, resident: Resident) -> bool:
    """Whether this stay is on file: one still open, or ended on the very day."""
    same = row.resident_id == resident.pk and row.relation == person.relation
    return same and (row.until is None or row.until == person.until)


def _names(resident: Resident) -> set[str]:
    return {fold(name) for name in (resident.name, resident.other_name) if name}


def _units_on_file(estate: Estate, codes: Iterable[str]) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for piece in _pieces(codes):
        found |= {unit.code: unit for unit in Unit.objects.filter(estate=estate, code__in=piece)}
    return found


def _by_number(estate: Estate, numbers: Iterable[str]) -> dict[str, list[Resident]]:
    hashes = {digest: number for number in numbers for digest in phone_hashes(number)}
    found: dict[str, list[Resident]] = {}
    for piece in _pieces(hashes):
        rows = Phone.objects.filter(
            estate=estate, whole_hash__in=piece, resident__is_archived=False
        ).select_related("resident")
        for phone in rows.prefetch_related("resident__phones"):
            found.setdefault(hashes[phone.whole_hash], []).append(phone.resident)
    return found


def _homes(units: Iterable[Unit]) -> dict[str, list[Occupancy]]:
    codes = {unit.pk: unit.code for unit in units}
    found: dict[str, list[Occupancy]] = {}
    for piece in _pieces(codes):
        rows = Occupancy.objects.filter(Q(unit__in=piece), resident__is_archived=False)
        for row in rows.select_related("resident").prefetch_related("resident__phones"):
            found.setdefault(codes[row.unit_id], []).append(row)
    return found


def _pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(values)
    for start in range(0, len(every), PIECE):
        yield every[start : start + PIECE]
