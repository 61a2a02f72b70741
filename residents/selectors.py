"""Finding units and people; always among the estates that are asked for."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When

from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate, plate_prefix
from helpdesk.lib.names import query_keys
from helpdesk.lib.phones import ending_hashes, national_digits, parse_phone, phone_hashes
from residents.models import Occupancy, Phone, Resident, Unit

SHORTEST_ENDING = 4  # digits
MOST_CANDIDATES = 200
RELATIONS = ("owner", "co_owner", "tenant", "family", "agent", "contact")


def find_by_phone(estates: Collection[Estate], text: str, *, limit: int = 8) -> list[Phone]:
    """The numbers that are `text` in any writing, or that end with its digits (four at least), with their residents."""
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) < SHORTEST_ENDING:
        return []
    regions = {estate.phone_region for estate in estates}
    read = {e164 for region in regions if (e164 := parse_phone(text, region))}
    whole = {digest for e164 in read for digest in phone_hashes(e164)}
    found = (
        Phone.objects.filter(
            Q(whole_hash__in=whole) | Q(ending_hash__in=ending_hashes(_ascii(digits)[-SHORTEST_ENDING:]))
        )
        .filter(estate__in=[estate.pk for estate in estates], resident__is_archived=False)
        .select_related("resident")
        .order_by("-is_primary", "id")[:MOST_CANDIDATES]
    )
    # More than four digits can't be looked up sealed: the few that share the last four are opened and compared.
    ending = _ascii(digits)
    fits = [p for p in found if p.whole_hash in whole or national_digits(p.number).endswith(ending)]
    return fits[:limit]


def find_by_name(estate_ids: Collection[int], text: str, *, limit: int = 8) -> list[Resident]:
    """Residents of whom a name begins with `text`: either script, pinyin, initials, any word of it."""
    keys = query_keys(text)
    if not keys:
        return []
    begins, exact = Q(), Q()
    for key in keys:
        begins |= Q(name_keys__key__startswith=key)
        exact |= Q(name_keys__key=key)
    rows = Resident.objects.filter(begins, name_keys__estate__in=estate_ids, is_archived=False)
    closeness = Case(When(exact, then=Value(0)), default=Value(1), output_field=IntegerField())
    # A name may begin so in several of its writings: more rows than residents.
    nearest = rows.annotate(closeness=closeness).order_by("closeness", "name", "id")[: limit * 6]
    found: dict[int, Resident] = {resident.pk: resident for resident in nearest}
    return list(found.values())[:limit]


def find_units(estate_ids: Collection[int], text: str, *, limit: int = 5) -> list[Unit]:
    """Units whose door plate is `text` in any usual writing, or begins with it; a room number alone fits every entrance."""
    begins, plate = plate_prefix(text), normalise_plate(text)
    fits = Q(code__startswith=begins) if begins else Q(pk__in=[])
    room = _ascii(text.strip()) if text.strip().isdecimal() else ""
    if 3 <= len(room) <= 5:
        fits |= Q(code__endswith=f"-{room}")
    elif begins is None:
        return []
    closeness = Case(When(code=plate or "", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Unit.objects.filter(fits, estate__in=estate_ids, is_archived=False).select_related("estate")
    return list(rows.annotate(closeness=closeness).order_by("closeness", "code")[:limit])


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
    rows = Occupancy.objects.filter(resident__in=list(resident_ids), since__lte=on).select_related("unit")
    best: dict[int, Occupancy] = {}
    for row in sorted(rows, key=lambda row: (row.until is None, row.until or on, row.is_primary, -row.pk)):
        best[row.resident_id] = row
    return best


def first_contacts_of(unit_ids: Iterable[int], on: date) -> dict[int, Resident]:
    """For each unit the person to ask for on a day: the first contact, else whoever stands first."""
    rows = Occupancy.objects.current(on).filter(unit__in=list(unit_ids), resident__is_archived=False)
    first: dict[int, Resident] = {}
    for row in rows.select_related("resident").order_by("-is_primary", "id"):
        first.setdefault(row.unit_id, row.resident)
    return first


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
