"""The one box's looks at what is on file, each by an index; always among the estates that are asked for."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.lib.begins import begins, in_byte_order
from helpdesk.lib.door_plates import normalise_plate, plate_prefix
from helpdesk.lib.made_once import Value, ask_made_once
from helpdesk.lib.names import query_keys
from helpdesk.lib.phones import ending_hashes, national_digits, parse_phone, phone_hashes
from residents.models import NameKey, Occupancy, Phone, Resident, Unit, Vehicle
from residents.plates import plate_key, turned

M = TypeVar("M", bound=Model)

SHORTEST_ENDING = 4  # digits
MOST_CANDIDATES = 200
KEYS_A_PERSON = 3
# What a line of a list needs of a resident.
NAMED = ("name", "other_name", "kind", "estate_id", "is_archived", "salutation", "language")
ARCHIVED = NAMED.index("is_archived")
ROOM = re.compile(r"[A-Z]?\d{3,5}[A-Z]?")
# New energy plates have eight signs; more digits than that are a telephone number.
LONGEST_ASKED_PLATE = 8


def find_by_phone(estates: Collection[Estate], text: str, *, limit: int = 8) -> list[Phone]:
    """The numbers that are `text` in any writing, or that end with its digits (four at least), with their residents."""
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) < SHORTEST_ENDING or not estates:
        return []
    regions = {estate.phone_region for estate in estates}
    read = {e164 for region in regions if (e164 := parse_phone(text, region))}
    whole = {digest for e164 in read for digest in phone_hashes(e164)}
    # More than four digits can't be looked up sealed: the few that share the last four are opened and compared.
    ending = _ascii(digits)
    most = MOST_CANDIDATES if len(ending) > SHORTEST_ENDING else limit
    values: dict[str, Value] = {
        "estates": [e.pk for e in estates],
        "endings": ending_hashes(ending[-SHORTEST_ENDING:]),
    }
    if whole:
        values["whole"] = sorted(whole)
    found = ask_made_once(("phone", bool(whole), most), partial(_phones, most), **values)
    fits = [row for row in found if row[2] in whole or national_digits(row[1]).endswith(ending)]
    return [_phone(row) for row in sorted(fits, key=lambda row: row[2] not in whole)[:limit]]


PHONE = ("id", "number", "whole_hash", "is_primary", "resident_id")


def _phones(
    most: int, *, estates: list[int], endings: list[str], whole: Sequence[str] = ()
) -> QuerySet[Phone, Any]:
    fits = Q(ending_hash__in=endings)
    if whole:
        fits |= Q(whole_hash__in=whole)
    rows = Phone.objects.filter(fits, estate__in=estates, resident__is_archived=False)
    # As columns: of a hundred that share their last four digits one is told.
    return rows.order_by("-is_primary", "id").values_list(*PHONE, *(f"resident__{n}" for n in NAMED))[:most]


def _phone(row: Sequence[Any]) -> Phone:
    phone = _read(Phone, PHONE, row[: len(PHONE)])
    phone.resident = _read(Resident, ("id", *NAMED), (phone.resident_id, *row[len(PHONE) :]))
    return phone


def find_by_name(estate_ids: Collection[int], text: str, *, limit: int = 8) -> list[Resident]:
    """Residents of whom a name begins with `text`: either script, pinyin, initials, any word of it.

    The names nearest to what was typed come first: in the order of bytes a whole name stands before a longer one, so
    that the index hands out the first few and twenty thousand namesakes are never looked at.
    """
    keys = query_keys(text)
    if not keys or not estate_ids:
        return []
    # One person may be found by several writings of the name: more rows than residents.
    most = limit * KEYS_A_PERSON
    values: dict[str, Value] = {f"key_{n}": key for n, key in enumerate(keys)}
    nearest = ask_made_once(
        ("name", len(keys), most), partial(_names, most), estates=list(estate_ids), **values
    )
    found: dict[int, Resident] = {}
    for row in nearest:
        found.setdefault(row.resident_id, row.resident)
    return list(found.values())[:limit]


def _names(most: int, *, estates: list[int], **keys: str) -> QuerySet[NameKey]:
    rows = NameKey.objects.filter(estate__in=estates, resident__is_archived=False).select_related("resident")
    fits = reduce(or_, (begins("name", key) for key in keys.values()))
    rows = in_byte_order(rows, name="key").filter(fits).order_by("name")
    return rows.only("resident_id", *(f"resident__{n}" for n in NAMED))[:most]


def find_units(estate_ids: Collection[int], text: str, *, limit: int = 5) -> list[Unit]:
    """Units whose door plate is `text` in any usual writing, or begins with it; a room number, with or without its
    entrance, fits in every building."""
    begin, plate = plate_prefix(text), normalise_plate(text)
    *entrance, room = (plate or _ascii_or_same(text.strip()).upper()).split("-")
    is_room = bool(ROOM.fullmatch(room)) and len(entrance) <= 1
    if not estate_ids or (not is_room and begin is None):
        return []
    values: dict[str, Value] = {"begin": begin} if begin is not None else {}
    if is_room:
        values |= {"room": room, "entrance": entrance[0]} if entrance else {"room": room}
    found: list[Unit] = ask_made_once(
        ("unit", *values, limit), partial(_units, limit), estates=list(estate_ids), **values
    )
    found.sort(key=lambda unit: (unit.code != plate, unit.code.rsplit("-", 1)[-1] != room, unit.code))
    return found[:limit]


def _units(most: int, *, estates: list[int], **values: str) -> QuerySet[Unit]:
    """The first few that begin so, and the first few of that room: each in the order in which its index stands."""
    rows = in_byte_order(Unit.objects.filter(estate__in=estates, is_archived=False), plate="code")
    parts = []
    if "begin" in values:
        parts.append(rows.filter(begins("plate", values.pop("begin"))))
    if values:
        parts.append(rows.filter(**values))
    nearest = [part.only("estate_id", "code", "status").order_by("plate")[:most] for part in parts]
    if len(nearest) == 1:
        return nearest[0]
    if connection.features.supports_slicing_ordering_in_compound:
        return nearest[0].union(*nearest[1:])
    either = reduce(or_, (Q(pk__in=part.values("pk")) for part in nearest))
    return Unit.objects.filter(either).only("estate_id", "code", "status").order_by()


def find_vehicles(estate_ids: Collection[int], text: str, *, limit: int = 5) -> list[Vehicle]:
    """Vehicles whose plate begins with what was typed, or ends with it; three signs at least, a digit among them."""
    key = plate_key(text)
    if not estate_ids or not 3 <= len(key) <= LONGEST_ASKED_PLATE or not any(map(str.isdecimal, key)):
        return []
    make = partial(_vehicles, limit)
    return ask_made_once(("vehicle", limit), make, estates=list(estate_ids), first=key, last=turned(key))


def _vehicles(most: int, *, estates: list[int], first: str, last: str) -> QuerySet[Vehicle]:
    rows = in_byte_order(
        Vehicle.objects.filter(estate__in=estates, is_archived=False), first="plate_key", last="plate_turned"
    )
    found = rows.filter(begins("first", first) | begins("last", last)).select_related(
        "unit", "resident", "space"
    )
    columns = (
        "estate_id",
        "plate",
        "description",
        "unit__code",
        "space__code",
        *(f"resident__{n}" for n in NAMED),
    )
    return found.only(*columns).order_by("first")[:most]


def homes_and_contacts(
    resident_ids: Iterable[int], unit_ids: Iterable[int], on: date
) -> tuple[dict[int, Occupancy], dict[int, Resident]]:
    """For each resident the unit to show beside the name: where they are on a day, else the one left last; for each unit
    whom to ask for. One query for both."""
    residents, units = set(resident_ids), set(unit_ids)
    if not residents and not units:
        return {}, {}
    values: dict[str, Value] = {"residents": sorted(residents)} if residents else {}
    if units:
        values["units"] = sorted(units)
    rows = [HomeRow(*row) for row in ask_made_once(("homes", *values), _homes, on=on, **values)]
    homes: dict[int, HomeRow] = {}
    contacts: dict[int, HomeRow] = {}
    for row in sorted(rows, key=lambda row: (row.until is None, row.until or on, row.is_primary, -row.pk)):
        if row.resident_id in residents:
            homes[row.resident_id] = row
        here = row.until is None or row.until >= on
        if row.unit_id in units and here and not row.resident[ARCHIVED]:
            contacts[row.unit_id] = row
    return (
        {resident_id: row.occupancy() for resident_id, row in homes.items()},
        {
            unit_id: _read(Resident, ("id", *NAMED), (row.resident_id, *row.resident))
            for unit_id, row in contacts.items()
        },
    )


@dataclass(slots=True)
class HomeRow:
    """An occupancy before it is made into one: most of those that are looked at are not shown."""

    pk: int
    unit_id: int
    resident_id: int
    relation: str
    since: date
    until: date | None
    is_primary: bool
    code: str
    resident: tuple[Any, ...]

    def __init__(self, *columns: Any) -> None:
        self.pk, self.unit_id, self.resident_id, self.relation, self.since, self.until = columns[:6]
        self.is_primary, self.code, self.resident = columns[6], columns[7], columns[8:]

    def occupancy(self) -> Occupancy:
        names = ("id", "unit_id", "resident_id", "relation", "since", "until", "is_primary")
        values = (
            self.pk,
            self.unit_id,
            self.resident_id,
            self.relation,
            self.since,
            self.until,
            self.is_primary,
        )
        home = _read(Occupancy, names, values)
        home.unit = _read(Unit, ("id", "code"), (self.unit_id, self.code))
        home.resident = _read(Resident, ("id", *NAMED), (self.resident_id, *self.resident))
        return home


def _read(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """A row as if the database had just handed out these columns; the others are fetched when they are asked for."""
    given = dict(zip(names, values, strict=True))
    columns = [field.attname for field in model._meta.concrete_fields if field.attname in given]
    return model.from_db(DEFAULT_DB_ALIAS, columns, [given[name] for name in columns])


def _homes(*, on: date, residents: Sequence[int] = (), units: Sequence[int] = ()) -> QuerySet[Occupancy, Any]:
    asked = Q(resident__in=residents) | Q(unit__in=units)
    columns = ("pk", "unit_id", "resident_id", "relation", "since", "until", "is_primary", "unit__code")
    rows = Occupancy.objects.filter(asked, since__lte=on).order_by()
    return rows.values_list(*columns, *(f"resident__{n}" for n in NAMED))


def _ascii(digits: str) -> str:
    """Full-width and other decimal digits as 0 to 9."""
    return "".join(str(int(digit)) for digit in digits)


def _ascii_or_same(text: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
