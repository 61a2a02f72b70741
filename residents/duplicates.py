"""Records that may be one person: the same number, the same identity number, or the same name behind one door."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from helpdesk.estates.models import Estate
from helpdesk.lib.names import fold
from residents.models import Occupancy, Phone, Resident

MOST_PAIRS = 100
# A number that more people share is an office's or an agent's.
MOST_SHARING = 4


@dataclass(frozen=True)
class Pair:
    """Two records and why they look alike; the one that is on file longer first."""

    first: Resident
    second: Resident
    why: str


def likely_duplicates(estate: Estate) -> list[Pair]:
    """At most a hundred pairs, the surest reasons first."""
    found: dict[tuple[int, int], str] = {}
    for why, pairs in (
        (_("the same identity number"), _same_identity(estate)),
        (_("the same name behind one door"), _same_door(estate)),
        (_("the same name and telephone number"), _same_number(estate)),
    ):
        for pair in pairs:
            found.setdefault(pair, why)
            if len(found) >= MOST_PAIRS:
                break
    ids = {pk for pair in found for pk in pair}
    people = {r.pk: r for r in Resident.objects.filter(pk__in=ids).prefetch_related("phones")}
    return [Pair(people[a], people[b], why) for (a, b), why in found.items()]


def like(resident: Resident) -> list[Resident]:
    """Other records of the estate that share a number or a name behind one door with this one."""
    hashes = [phone.whole_hash for phone in resident.phones.all()]
    units = Occupancy.objects.filter(resident=resident).values("unit")
    alive = Resident.objects.filter(estate=resident.estate_id, is_archived=False, kind=resident.kind)
    alike = alive.filter(phones__whole_hash__in=hashes) | alive.filter(occupancies__unit__in=units)
    own = _names(resident)
    others = alike.exclude(pk=resident.pk).distinct().order_by("id")[:50]
    return [other for other in others if own & _names(other)]


def _same_identity(estate: Estate) -> Iterator[tuple[int, int]]:
    rows = _alive(estate).exclude(identity_hash="")
    shared = rows.values("identity_hash").annotate(n=Count("pk")).filter(n__gt=1).order_by()
    hashes = list(shared.values_list("identity_hash", flat=True)[:MOST_PAIRS])
    yield from _pairs(rows.filter(identity_hash__in=hashes).values_list("identity_hash", "pk"))


def _same_number(estate: Estate) -> Iterator[tuple[int, int]]:
    rows = Phone.objects.filter(estate=estate, resident__is_archived=False)
    shared = rows.values("whole_hash").annotate(n=Count("pk")).filter(n__gt=1, n__lte=MOST_SHARING).order_by()
    hashes = list(shared.values_list("whole_hash", flat=True)[: MOST_PAIRS * 4])
    pairs = list(_pairs(rows.filter(whole_hash__in=hashes).values_list("whole_hash", "resident_id")))
    yield from _of_one_name(pairs)


def _same_door(estate: Estate) -> Iterator[tuple[int, int]]:
    rows = Occupancy.objects.filter(unit__estate=estate, until__isnull=True, resident__is_archived=False)
    shared = rows.values("unit", "resident__name").annotate(n=Count("resident", distinct=True))
    for row in shared.filter(n__gt=1).order_by()[:MOST_PAIRS]:
        same = rows.filter(unit=row["unit"], resident__name=row["resident__name"])
        ids = sorted(set(same.values_list("resident_id", flat=True)))
        yield from combinations(ids, 2)


def _of_one_name(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    people = Resident.objects.in_bulk({pk for pair in pairs for pk in pair})
    for first, second in pairs:
        same_kind = people[first].kind == people[second].kind
        if same_kind and _names(people[first]) & _names(people[second]):
            yield first, second


def _pairs(rows: Iterable[tuple[Any, int]]) -> Iterator[tuple[int, int]]:
    by_key: dict[Any, set[int]] = defaultdict(set)
    for key, pk in rows:
        by_key[key].add(pk)
    for ids in by_key.values():
        yield from combinations(sorted(ids), 2)


def _names(resident: Resident) -> set[str]:
    return {"".join(fold(name).split()) for name in (resident.name, resident.other_name) if name}


def _alive(estate: Estate) -> QuerySet[Resident]:
    return Resident.objects.filter(estate=estate, is_archived=False)
