"""What runs out soon, or has: contracts and other papers, cards, workers' permits, pets' vaccinations (docs/domain.md §8)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import AccessCard, Decoration, Paper, Pet, Resident, Unit, WorkerPermit

# Key → what it is, in words.
KINDS: dict[str, Any] = {
    "paper": _("Papers and contracts"),
    "card": _("Cards and permits"),
    "worker": _("Workers' permits"),
    "vaccination": _("Vaccinations"),
}
DAYS = (30, 60, 90)
SOON = 30  # days; what the count tells
MOST = 2_000


@dataclass(frozen=True)
class Expiring:
    """One thing with the day it runs out."""

    kind: str
    pk: int
    what: str
    title: str
    day: date
    estate: Estate
    unit: Unit | None
    resident: Resident | None
    decoration_id: int | None = None


def expiring(
    estates: Collection[int], on: date, *, days: int, kinds: Iterable[str] = KINDS
) -> list[Expiring]:
    """What has run out or will within `days` days of `on`, and is still on file; the earliest first, 2,000 at most."""
    found: list[Expiring] = []
    for kind in kinds:
        rows, path = _rows(kind, estates, on + timedelta(days=days))
        found += [_one(kind, row) for row in rows.order_by(path, "pk")[:MOST]]
    return sorted(found, key=lambda one: (one.day, one.kind, one.pk))[:MOST]


def count_expiring(estate_id: int, on: date, *, days: int = SOON) -> int:
    """How many there are; a query for each kind."""
    last = on + timedelta(days=days)
    return sum(_rows(kind, [estate_id], last)[0].order_by().count() for kind in KINDS)


def _rows(kind: str, estates: Collection[int], last: date) -> tuple[QuerySet[Any], str]:
    """Those of a kind that end by `last`, and the column of that day."""
    if kind == "worker":
        permits = WorkerPermit.objects.filter(
            estate__in=estates,
            ended_at__isnull=True,
            valid_until__lte=last,
            decoration__status__in=Decoration.OPEN,
        )
        return permits.select_related("estate", "decoration__unit"), "valid_until"
    model, path, more = {
        "paper": (Paper, "expires_on", {}),
        "card": (AccessCard, "valid_until", {"status": AccessCard.Status.ISSUED}),
        "vaccination": (Pet, "vaccinated_until", {}),
    }[kind]
    rows = model.objects.filter(estate__in=estates, is_archived=False, **{f"{path}__lte": last}, **more)
    return rows.select_related("estate", "unit", "resident"), path


def _one(kind: str, row: Any) -> Expiring:
    if isinstance(row, WorkerPermit):
        job = row.decoration
        title = f"{row.number} {row.name}"
        return Expiring(kind, row.pk, row.trade, title, row.valid_until, row.estate, job.unit, None, job.pk)
    what, title, day = {
        "paper": lambda: (row.get_kind_display(), row.title, row.expires_on),
        "card": lambda: (row.get_kind_display(), row.number, row.valid_until),
        "vaccination": lambda: (row.get_kind_display(), str(row), row.vaccinated_until),
    }[kind]()
    return Expiring(kind, row.pk, str(what), title, day, row.estate, row.unit, row.resident)
