"""Finding units and people; always among the estates that are asked for."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import partial, reduce
from operator import or_

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, When
from django.db.models import Value as Nth

from helpdesk.estates.models import Estate
from helpdesk.lib.begins import begins, in_byte_order
from helpdesk.lib.door_plates import normalise_plate, plate_prefix
from helpdesk.lib.made_once import Value, ask_made_once
from helpdesk.lib.names import query_keys
from helpdesk.lib.phones import ending_hashes, national_digits, parse_phone, phone_hashes
from residents.models import KeyLoan, NameKey, Occupancy, Phone, Resident, Unit, Vehicle
from residents.plates import plate_key, turned

SHORTEST_ENDING = 4  # digits
MOST_CANDIDATES = 200
KEYS_A_PERSON = 3
# What a line of a list needs of a resident.
NAMED = ("name", "other_name", "kind", "estate_id", "is_archived", "salutation", "language")
ROOM = re.compile(r"[A-Z]?\d{3,5}[A-Z]?")
# New energy plates have eight signs; more digits than that are a telephone number.
LONGEST_ASKED_PLATE = 8
RELATIONS = ("owner", "co_owner", "tenant", "family", "agent", "contact")


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
    values: dict[str, Value] = {"estates": [e.pk for e in estates], "endings": ending_hashes(ending[-SHORTEST_ENDING:])}
    if whole:
        values["whole"] = sorted(whole)
    found: list[Phone] = ask_made_once(("phone", bool(whole), most), partial(_phones, most), **values)
    fits = [p for p in found if p.whole_hash in whole or national_digits(p.number).endswith(ending)]
    return sorted(fits, key=lambda p: p.whole_hash not in whole)[:limit]


def _phones(most: int, *, estates: list[int], endings: list[str], whole: Sequence[str] = ()) -> QuerySet[Phone]:
    fits = Q(ending_hash__in=endings)
    if whole:
        fits |= Q(whole_hash__in=whole)
    rows = Phone.objects.filter(fits, estate__in=estates, resident__is_archived=False).select_related("resident")
    columns = ("number", "whole_hash", "is_primary", *(f"resident__{n}" for n in NAMED))
    return rows.only(*columns).order_by("-is_primary", "id")[:most]


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
    nearest = ask_made_once(("name", len(keys), most), partial(_names, most), estates=list(estate_ids), **values)
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
    if not estate_ids or not is_room and begin is None:
        return []
    values: dict[str, Value] = {"plate": plate or "", "room": room}
    if begin is not None:
        values["begin"] = begin
    if is_room and entrance:
        values["entrance"] = entrance[0]
    key = ("unit", is_room, *values, limit)
    return ask_made_once(key, partial(_units, limit, is_room), estates=list(estate_ids), **values)


def _units(most: int, is_room: bool, *, estates: list[int], plate: str, room: str, **parts: str) -> QuerySet[Unit]:
    fits = begins("plate", parts["begin"]) if "begin" in parts else Q(pk__in=[])
    if is_room:
        fits |= Q(room=room, entrance=parts["entrance"]) if "entrance" in parts else Q(room=room)
    rows = in_byte_order(Unit.objects.filter(estate__in=estates, is_archived=False), plate="code").filter(fits)
    closeness = Case(
        When(code=plate, then=Nth(0)), When(room=room, then=Nth(1)), default=Nth(2), output_field=IntegerField()
    )
    return rows.only("estate_id", "code", "status").order_by(closeness, "plate")[:most]


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
    found = rows.filter(begins("first", first) | begins("last", last)).select_related("unit", "resident", "space")
    columns = ("estate_id", "plate", "description", "unit__code", "space__code", *(f"resident__{n}" for n in NAMED))
    return found.only(*columns).order_by("first")[:most]


def unit_on_file(written: str, estate: Estate) -> Unit | None:
    """The door that these words name in whatever writing; None where it is not on file."""
    plate = normalise_plate(written) or written.strip()
    return Unit.objects.filter(estate=estate, code__iexact=plate[:30], is_archived=False).first()


def people_of(unit: Unit, on: date) -> list[Occupancy]:
    """Who belongs to a unit on a day, with their numbers: the first contact first, then owners, tenants, family."""
    rows = (
        Occupancy.objects.current(on)
        .filter(unit=unit, resident__is_archived=False)
        .select_related("resident")
        .prefetch_related("resident__phones")
    )
    return sorted(rows, key=lambda row: (not row.is_primary, RELATIONS.index(row.relation), row.pk))


def homes_of(resident: Resident, on: date) -> list[Occupancy]:
    """The units a resident belongs to on a day; where there is none any more, the one left last."""
    rows = list(Occupancy.objects.filter(resident=resident, since__lte=on).select_related("unit"))
    current = [row for row in rows if row.until is None or row.until >= on]
    if current:
        return sorted(current, key=lambda row: (not row.is_primary, RELATIONS.index(row.relation), row.pk))
    return sorted(rows, key=lambda row: row.until or on)[-1:]


def homes_of_each(resident_ids: Iterable[int], on: date) -> dict[int, Occupancy]:
    """For each resident the unit to show beside the name: where they are on a day, else the one left last."""
    return homes_and_contacts(resident_ids, [], on)[0]


def homes_and_contacts(
    resident_ids: Iterable[int], unit_ids: Iterable[int], on: date
) -> tuple[dict[int, Occupancy], dict[int, Resident]]:
    """For each resident their home (see `homes_of_each`), for each unit whom to ask for; one query for both."""
    residents, units = set(resident_ids), set(unit_ids)
    if not residents and not units:
        return {}, {}
    values: dict[str, Value] = {"residents": sorted(residents)} if residents else {}
    if units:
        values["units"] = sorted(units)
    rows = ask_made_once(("homes", *values), _homes, on=on, **values)
    homes: dict[int, Occupancy] = {}
    contacts: dict[int, Resident] = {}
    for row in sorted(rows, key=lambda row: (row.until is None, row.until or on, row.is_primary, -row.pk)):
        if row.resident_id in residents:
            homes[row.resident_id] = row
        here = row.until is None or row.until >= on
        if row.unit_id in units and here and not row.resident.is_archived:
            contacts[row.unit_id] = row.resident
    return homes, contacts


def _homes(*, on: date, residents: Sequence[int] = (), units: Sequence[int] = ()) -> QuerySet[Occupancy]:
    asked = Q(resident__in=residents) | Q(unit__in=units)
    rows = Occupancy.objects.filter(asked, since__lte=on).select_related("unit", "resident").order_by()
    columns = ("relation", "since", "until", "is_primary", "unit__code", *(f"resident__{n}" for n in NAMED))
    return rows.only(*columns)


def first_contacts_of(unit_ids: Iterable[int], on: date) -> dict[int, Resident]:
    """For each unit the person to ask for on a day: the first contact, else whoever stands first."""
    rows = Occupancy.objects.current(on).filter(unit__in=list(unit_ids), resident__is_archived=False)
    first: dict[int, Resident] = {}
    for row in rows.select_related("resident").order_by("-is_primary", "id"):
        first.setdefault(row.unit_id, row.resident)
    return first


def vehicles_of(unit: Unit | None, resident: Resident | None) -> list[Vehicle]:
    """Vehicles of a household, or of one resident where there is no unit."""
    if unit is None and resident is None:
        return []
    whose = Q(unit=unit) if unit else Q(pk__in=[])
    if resident is not None:
        whose |= Q(resident=resident)
    return list(Vehicle.objects.filter(whose, is_archived=False).select_related("space").order_by("id")[:10])


def keys_out_of(unit: Unit) -> list[KeyLoan]:
    """Keys of a unit that somebody has now, the earliest due first."""
    rows = KeyLoan.objects.filter(key__unit=unit).out().select_related("key", "department")  # type: ignore[attr-defined]
    return list(rows.order_by("due_at"))


def overdue_keys(estate: Estate, at: datetime) -> list[KeyLoan]:
    """Keys of an estate that should have been back."""
    rows = KeyLoan.objects.filter(estate=estate).overdue(at).select_related("key__unit", "department")  # type: ignore[attr-defined]
    return list(rows.order_by("due_at"))


def residents_by_number(estate_ids: Collection[int], e164: str) -> list[Resident]:
    """Residents who have that very number on file."""
    if not e164:
        return []
    rows = Resident.objects.filter(
        phones__whole_hash__in=phone_hashes(e164), phones__estate__in=estate_ids, is_archived=False
    )
    return list(rows.distinct().order_by("id"))


def with_homes(rows: QuerySet[Resident]) -> QuerySet[Resident]:
    """Residents with their occupancies, units and numbers, for a list or the API."""
    homes = Occupancy.objects.select_related("unit").order_by("-is_primary", "id")
    return rows.prefetch_related(Prefetch("occupancies", queryset=homes), "phones")


def _ascii(digits: str) -> str:
    """Full-width and other decimal digits as 0 to 9."""
    return "".join(str(int(digit)) for digit in digits)


def _ascii_or_same(text: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
