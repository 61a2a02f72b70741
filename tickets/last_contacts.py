"""When the desk last heard from somebody, or from behind a door: by call, at the counter, by letter."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Max, QuerySet, Value

from helpdesk.lib.made_once import ask_made_once
from tickets.models import Contact

# An id that no row has, for a list with nothing in it.
NOBODY = 0


def last_contacts(
    resident_ids: Collection[int], unit_ids: Collection[int]
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """The newest entry of the registers for each resident, and for each unit; one query for both."""
    if not resident_ids and not unit_ids:
        return {}, {}
    rows = ask_made_once(
        "last contacts", _rows, residents=[*resident_ids] or [NOBODY], units=[*unit_ids] or [NOBODY]
    )
    found: dict[str, dict[int, datetime]] = {"resident": {}, "unit": {}}
    for whose, pk, newest in rows:
        found[whose][pk] = newest
    return found["resident"], found["unit"]


def _rows(*, residents: list[int], units: list[int]) -> QuerySet[Contact, Any]:
    of_residents = _newest("resident", Contact.objects.filter(resident__in=residents))
    return of_residents.union(_newest("unit", Contact.objects.filter(unit__in=units)), all=True)


def _newest(whose: str, rows: QuerySet[Contact]) -> QuerySet[Contact, Any]:
    rows = rows.exclude(kind=Contact.Kind.MESSAGE).order_by()
    grouped = rows.annotate(x_whose=Value(whose, CharField()), x_id=F(f"{whose}_id")).values(
        "x_whose", "x_id"
    )
    return grouped.annotate(x_newest=Max("created_at")).values_list("x_whose", "x_id", "x_newest")
