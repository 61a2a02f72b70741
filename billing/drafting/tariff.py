"""Which rate and which discount hold for a unit on which days of a period (docs/domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Q

from billing.calculation import Stretch, bounds_of
from billing.drafting.lines import Home
from billing.models import ChargeItem, Exemption, Rate
from helpdesk.estates.models import Estate

ZERO = Decimal(0)
DAY = timedelta(days=1)
Scope = tuple[str, Any]


@dataclass(frozen=True)
class Discount:
    """What an exemption takes off a whole period: in per cent, exactly, and how a bill says it."""

    percent: Decimal = ZERO
    said: tuple[tuple[str, Any], ...] = ()


NONE = Discount()


class Tariff:
    """The rates and exemptions of one estate and period, read once for all its units."""

    def __init__(self, estate: Estate, period: str) -> None:
        self.first, self.last = bounds_of(period)
        self.rates: dict[int, dict[Scope, list[Rate]]] = defaultdict(lambda: defaultdict(list))
        self.off: dict[int, list[Exemption]] = defaultdict(list)
        touching = Q(until__isnull=True) | Q(until__gte=self.first)
        for rate in Rate.objects.filter(touching, estate=estate, since__lte=self.last).order_by("since"):
            self.rates[rate.charge_item_id][_scope_of(rate)].append(rate)
        for row in Exemption.objects.filter(estate=estate, since__lte=self.last, until__gte=self.first):
            self.off[row.unit_id].append(row)

    def priced(self, item: ChargeItem) -> bool:
        """Whether the item has a rate for anybody on any day."""
        return item.pk in self.rates

    def rate_for(self, item: ChargeItem, home: Home) -> Rate | None:
        """The narrowest rate in force on the period's first day; of a meter nobody knows on which day it turned.

        One that begins later counts only where none was in force.
        """
        ladder = self._ladder(item.pk, home)
        on_first = _in_force(ladder, self.first)
        return on_first or (ladder[0][0] if ladder else None)

    def stretches(self, item: ChargeItem, home: Home) -> list[Stretch]:
        """The days of the period with one rate and one discount each, in order; days without a rate are none.

        On each day the narrowest rate counts (the unit's, its building's, its use's, the estate's), and the greatest
        discount.
        """
        ladder, offs = self._ladder(item.pk, home), self._offs(item.pk, home.id)
        if not ladder:
            return []
        if not offs and self._covers(ladder[0][0]):
            return [Stretch(self.first, self.last, ladder[0][0].amount)]
        found: list[Stretch] = []
        dated: list[Rate | Exemption] = [*(rate for rates in ladder for rate in rates), *offs]
        for begin, end in self._spans(dated):
            rate = _in_force(ladder, begin)
            if rate is None:
                continue
            new = Stretch(begin, end, rate.amount, _percent_on(offs, begin))
            if found and found[-1].joins(new):
                new = found.pop().to(end)
            found.append(new)
        return found

    def discount(
        self, item_id: int, home_id: int, since: date | None = None, until: date | None = None
    ) -> Discount:
        """What is taken off an amount that has no days of its own (a share, a meter's use), by the days it holds.

        `since` and `until` narrow it to the days of a contract.
        """
        offs = self._offs(item_id, home_id)
        if not offs:
            return NONE
        first, last = max(self.first, since or self.first), min(self.last, until or self.last)
        parts: dict[Decimal, int] = defaultdict(int)
        for begin, end in self._spans(offs, first, last):
            parts[_percent_on(offs, begin)] += (end - begin).days + 1
        whole = sum(parts.values())
        percent = sum((off * days for off, days in parts.items()), ZERO) / whole
        parts.pop(ZERO, None)
        if not parts:
            return NONE
        if list(parts.values()) == [whole]:
            (only,) = parts
            return Discount(only, (("percent_off", str(only)),))
        told = [{"percent": str(off), "days": days} for off, days in sorted(parts.items())]
        return Discount(percent, (("discounts", told), ("days_of_discounts", whole)))

    def _ladder(self, item_id: int, home: Home) -> list[list[Rate]]:
        """The rates that may hold for a unit, the narrowest scope first, each scope's in order."""
        scopes = self.rates.get(item_id)
        if not scopes:
            return []
        keys = (("unit", home.id), ("building", home.building_id), ("use", home.use), ("estate", None))
        return [scopes[key] for key in keys if key in scopes]

    def _offs(self, item_id: int, home_id: int) -> list[Exemption]:
        found = self.off.get(home_id)
        return [row for row in found if row.charge_item_id in (None, item_id)] if found else []

    def _covers(self, rate: Rate) -> bool:
        return rate.since <= self.first and (rate.until is None or rate.until >= self.last)

    def _spans(
        self, dated: Sequence[Rate | Exemption], first: date | None = None, last: date | None = None
    ) -> Iterator[tuple[date, date]]:
        """The days between which nothing of `dated` begins or ends: first and last, both count."""
        first, last = first or self.first, last or self.last
        edges = {first, last + DAY}
        for thing in dated:
            edges.add(thing.since)
            edges.update([thing.until + DAY] if thing.until else [])
        for begin, after in pairwise(sorted(edge for edge in edges if first <= edge <= last + DAY)):
            yield begin, after - DAY


def _in_force(ladder: list[list[Rate]], day: date) -> Rate | None:
    held = (r for rates in ladder for r in rates if r.since <= day and (r.until is None or day <= r.until))
    return next(held, None)


def _percent_on(offs: list[Exemption], day: date) -> Decimal:
    return max((row.percent for row in offs if row.since <= day <= row.until), default=ZERO)


def _scope_of(rate: Rate) -> Scope:
    if rate.unit_id:
        return ("unit", rate.unit_id)
    if rate.building_id:
        return ("building", rate.building_id)
    return ("use", rate.use) if rate.use else ("estate", None)
