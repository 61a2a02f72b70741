"""How complete the records are: the share of units with a number that works, and what is missing (docs/domain.md §8)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import Occupancy, Phone, Unit

# Key → what is missing, in words. The first that a clerk should mend stands first.
GAPS: dict[str, Any] = {
    "nobody": _("Nobody on file"),
    "no_phone": _("No telephone number"),
    "dead_phone": _("No number that works"),
    "no_owner": _("No owner"),
    "no_primary": _("No first contact"),
    "no_payer": _("No payer"),
    "no_area": _("No floor area"),
}


@dataclass(frozen=True)
class Completeness:
    """Units that should have a household, those with a number that works, and how many lack what."""

    units: int
    reachable: int
    gaps: dict[str, int]

    @property
    def percent(self) -> float | None:
        """Share of units with a number that works; None where there are no units."""
        return round(100 * self.reachable / self.units, 1) if self.units else None


def completeness_of(estate: Estate, on: date, *, building_id: int | None = None) -> Completeness:
    """The figure of an estate, or of one of its buildings, on a day; one query."""
    rows = _units(estate)
    if building_id:
        rows = rows.filter(building=building_id)
    counts = {key: Count("pk", filter=condition) for key, condition in _conditions(on).items()}
    found = rows.aggregate(units=Count("pk"), reachable=Count("pk", filter=Q(_reachable(on))), **counts)
    return Completeness(found["units"], found["reachable"], {key: found[key] for key in GAPS})


def units_lacking(estate: Estate, gap: str, on: date) -> QuerySet[Unit]:
    """The units behind one figure of the gaps; KeyError for a gap that there is not."""
    return _units(estate).filter(_conditions(on)[gap])


def _units(estate: Estate) -> QuerySet[Unit]:
    """Doors that have a household: not those still with the builder, nor places for cars and boxes."""
    rows = Unit.objects.filter(estate=estate, is_archived=False)
    return rows.exclude(status=Unit.Status.NOT_HANDED_OVER).exclude(
        use__in=[Unit.Use.PARKING, Unit.Use.STORAGE]
    )


def _conditions(on: date) -> dict[str, Q]:
    people = _people(on)
    numbers = _numbers(on)
    owners = people.filter(relation__in=[Occupancy.Relation.OWNER, Occupancy.Relation.CO_OWNER])
    somebody = Q(Exists(people))
    return {
        "nobody": ~somebody,
        "no_phone": somebody & ~Q(Exists(numbers)),
        "dead_phone": Q(Exists(numbers)) & ~Q(_reachable(on)),
        "no_owner": somebody & ~Q(Exists(owners)),
        "no_primary": somebody & ~Q(Exists(people.filter(is_primary=True))),
        "no_payer": somebody & ~Q(Exists(people.filter(is_payer=True))),
        "no_area": Q(area_m2=0),
    }


def _people(on: date) -> QuerySet[Occupancy]:
    here: QuerySet[Occupancy] = Occupancy.objects.current(on)  # type: ignore[attr-defined]
    return here.filter(unit=OuterRef("pk"), resident__is_archived=False)


def _numbers(on: date) -> QuerySet[Phone]:
    ends = Q(resident__occupancies__until__isnull=True) | Q(resident__occupancies__until__gte=on)
    return Phone.objects.filter(
        ends,
        resident__occupancies__unit=OuterRef("pk"),
        resident__occupancies__since__lte=on,
        resident__is_archived=False,
    )


def _reachable(on: date) -> Exists:
    return Exists(_numbers(on).filter(is_working=True))
