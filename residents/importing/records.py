"""The rows of a sheet as units and people, with every problem of every row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from helpdesk.lib.names import fold
from residents.importing import values
from residents.importing.columns import BY_KEY, Headings
from residents.importing.sheets import MOST_COLUMNS, Sheet
from residents.importing.values import Unreadable

MOST_PROBLEMS = 5000
T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """Why a cell can't be taken: the row as numbered in the file, the column's key, a stable code, the sentence."""

    row: int
    column: str
    code: str
    reason: str


@dataclass
class UnitRecord:
    """A unit as the file has it; what is None or empty the file does not say."""

    code: str
    row: int
    building: str
    entrance: str
    floor: int | None = None
    area_m2: Decimal | None = None
    use: str = ""
    status: str = ""


@dataclass
class PersonRecord:
    """Somebody in a unit; phones are E.164."""

    unit: str
    row: int
    name: str
    relation: str
    since: date
    until: date | None = None
    phones: list[str] = field(default_factory=list)
    is_primary: bool = False
    is_payer: bool = False
    kind: str = ""
    other_name: str = ""
    email: str = ""
    language: str = ""
    identity_number: str = ""
    salutation: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Who it is within the file: the same name with the same number, or else the name in that unit."""
        return fold(self.name), self.phones[0] if self.phones else f"unit {self.unit}"


@dataclass
class Records:
    units: dict[str, UnitRecord] = field(default_factory=dict)
    people: list[PersonRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0


def read_records(sheet: Sheet, headings: Headings, *, region: str, today: date) -> Records:
    """Every row below the headings; whoever has no `since` is there from `today` on."""
    reader = _Reader(headings, region, today)
    reader.without_building = _without_building(sheet, headings)
    for number, cells in sheet.rows:
        if number > headings.row and len(reader.found.problems) < MOST_PROBLEMS:
            reader.read(number, cells)
    return reader.found


def _without_building(sheet: Sheet, headings: Headings) -> bool:
    unit, building = (headings.places.get(key, MOST_COLUMNS) for key in ("unit", "building"))
    return any(
        values.lacks_building(cells[unit], cells[building])
        for number, cells in sheet.rows
        if number > headings.row and max(unit, building) < len(cells)
    )


class _Reader:
    """Reads row by row and remembers what earlier rows said."""

    def __init__(self, headings: Headings, region: str, today: date) -> None:
        self.headings = headings
        self.region = region
        self.today = today
        self.without_building = False
        self.found = Records()
        self.seen: dict[tuple[str, tuple[str, str], str], PersonRecord] = {}
        self.firsts: dict[tuple[str, str], int] = {}

    def read(self, number: int, cells: list[Any]) -> None:
        self.number, self.cells = number, cells
        self.found.rows += 1
        before = len(self.found.problems)
        plate = self._try("unit", self._plate)
        unit = self._unit(plate or "")
        person = self._person(plate or "")
        if len(self.found.problems) > before:
            return
        self._keep_unit(unit)
        if person is not None:
            self._keep_person(person)

    def _cell(self, key: str) -> Any:
        index = self.headings.places.get(key, -1)
        return self.cells[index] if 0 <= index < len(self.cells) else None

    def _try(self, key: str, read: Callable[[Any], T]) -> T | None:
        try:
            return read(self._cell(key))
        except Unreadable as why:
            self._complain(key, why.code, why.reason)
            return None

    def _complain(self, key: str, code: str, reason: str) -> None:
        self.found.problems.append(Problem(self.number, key, code, reason))

    def _plate(self, whole: Any) -> str:
        parts = [self._cell(key) for key in ("building", "entrance", "room")]
        return values.plate_of(whole, *parts, without_building=self.without_building)

    def _unit(self, plate: str) -> UnitRecord:
        parts = plate.split("-")
        return UnitRecord(
            plate,
            self.number,
            building=parts[0],
            entrance=parts[1] if len(parts) == 3 else "",
            floor=self._try("floor", values.floor_of),
            area_m2=self._try("area_m2", values.area_of),
            use=self._try("use", lambda cell: values.choice_of(cell, values.USES)) or "",
            status=self._try("status", lambda cell: values.choice_of(cell, values.STATUSES)) or "",
        )

    def _person(self, plate: str) -> PersonRecord | None:
        phones = [
            number
            for key in ("phone", "phone2")
            for number in self._try(key, lambda cell: values.phones_of(cell, self.region)) or []
        ]
        name = self._try("name", values.name_of) or ""
        if not name:
            if phones:
                self._complain("name", "name_missing", _("A telephone number, but no name."))
            return None
        since, until = self._try("since", values.date_of), self._try("until", values.date_of)
        if until and until < (since or self.today):
            self._complain("until", "ends_before_it_begins", _("The last day lies before the first."))
        return PersonRecord(
            plate,
            self.number,
            name,
            relation=self._try("relation", lambda cell: values.choice_of(cell, values.RELATIONS)) or "owner",
            since=since or self.today,
            until=until,
            phones=list(dict.fromkeys(phones)),
            is_primary=bool(self._try("is_primary", values.yes_or_no)),
            is_payer=bool(self._try("is_payer", values.yes_or_no)),
            kind=self._try("kind", lambda cell: values.choice_of(cell, values.KINDS)) or "",
            other_name=self._try("other_name", lambda cell: values.text_of(cell, 80)) or "",
            email=self._try("email", values.email_of) or "",
            language=self._try("language", lambda cell: values.choice_of(cell, values.LANGUAGES)) or "",
            identity_number=self._try("identity_number", values.identity_of) or "",
            salutation=self._try("salutation", lambda cell: values.text_of(cell, 40)) or "",
            note=self._try("note", lambda cell: values.text_of(cell, 300)) or "",
        )

    def _keep_unit(self, unit: UnitRecord) -> None:
        known = self.found.units.setdefault(unit.code, unit)
        for name in ("floor", "area_m2", "use", "status"):
            said, before = getattr(unit, name), getattr(known, name)
            if said in (None, "") or said == before:
                continue
            if before not in (None, ""):
                reason = _("Row %(row)d says %(other)s for the same unit.")
                self._complain(name, "contradiction", reason % {"row": known.row, "other": before})
            else:
                setattr(known, name, said)

    def _keep_person(self, person: PersonRecord) -> None:
        place = (person.unit, person.key, person.relation)
        twin = self.seen.get(place)
        if twin is not None:
            if (twin.since, twin.until) != (person.since, person.until):
                reason = _("Row %(row)d has the same person in the same unit.") % {"row": twin.row}
                self._complain("name", "person_twice", reason)
            return
        self.seen[place] = person
        for role in ("is_primary", "is_payer"):
            if getattr(person, role) and person.until is None:
                first = self.firsts.setdefault((person.unit, role), person.row)
                if first != person.row:
                    reason = _("Row %(row)d has this already for the unit: there is one only.")
                    self._complain(role, "one_only", reason % {"row": first})
        self.found.people.append(person)


def title_of(column: str) -> str:
    """What people call a column."""
    return str(BY_KEY[column].title)
