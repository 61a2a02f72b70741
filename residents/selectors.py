"""Units and people as they are asked for; always among the estates that are asked for."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.phones import phone_hashes
from residents.models import KeyLoan, Occupancy, Resident, Unit, Vehicle

RELATIONS = ("owner", "co_owner", "tenant", "family", "agent", "contact")


def unit_on_file(written: str, estate: Estate) -> Unit | None:
    """The door that these words name in whatever writing; None where it is not on file."""
    plate = normalise_plate(written) or written.strip()
    return Unit.objects.filter(estate=estate, code__iexact=plate[:30], is_archived=False).first()


def people_of(unit: Unit, on: date) -> list[Occupancy]:
    """Who belongs to a unit on a day, with their numbers: the first contact first, then owners, tenants, family."""
    return _in_order(_belonging_to(unit, on).prefetch_related("resident__phones"))


def residents_of(unit: Unit, on: date) -> list[Resident]:
    """The same people, each of them once and without their numbers."""
    return list({row.resident_id: row.resident for row in _in_order(_belonging_to(unit, on))}.values())


def _belonging_to(unit: Unit, on: date) -> QuerySet[Occupancy]:
    rows = Occupancy.objects.current(on).filter(unit=unit, resident__is_archived=False)
    return rows.select_related("resident")


def _in_order(rows: Iterable[Occupancy]) -> list[Occupancy]:
    return sorted(rows, key=lambda row: (not row.is_primary, RELATIONS.index(row.relation), row.pk))


def homes_of(resident: Resident, on: date) -> list[Occupancy]:
    """The units a resident belongs to on a day; where there is none any more, the one left last."""
    rows = list(Occupancy.objects.filter(resident=resident, since__lte=on).select_related("unit"))
    current = [row for row in rows if row.until is None or row.until >= on]
    if current:
        return sorted(current, key=lambda row: (not row.is_primary, RELATIONS.index(row.relation), row.pk))
    return sorted(rows, key=lambda row: row.until or on)[-1:]


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
