"""Working out what a period's bills will say: the rates in force, the readings, the shares; nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from billing.calculation import (
    bounds_of,
    days_within,
    discounted,
    line_amount,
    rent_for_days,
    share_by_area,
)
from billing.drafting.lines import Home, Line, Trouble, merged, reduced
from billing.drafting.metered import Metered
from billing.models import BillLine, ChargeItem, Exemption, Lease, Rate, RunProblem, SharedCost
from billing.services.ledger import settings_of
from helpdesk.estates.models import Estate
from residents.models import Unit

ZERO = Decimal(0)
KIND, CODE = ChargeItem.Kind, RunProblem.Code


class Draft:
    """All lines of one estate and period, worked out unit by unit."""

    def __init__(
        self,
        estate: Estate,
        period: str,
        unit_ids: list[int] | None = None,
        again: Mapping[int, BillLine] | None = None,
    ) -> None:
        """`again`: meter -> a reversed line between charges that stand, to be charged as it was."""
        self.estate, self.period, self.unit_ids, self.again = estate, period, unit_ids, again or {}
        self.first, self.last = bounds_of(period)
        self.troubles: list[Trouble] = []
        self.items = list(ChargeItem.objects.filter(estate=estate, is_active=True).order_by("id"))
        self.rates = self._rates()
        self.off = self._exemptions()
        self.unusual_factor = settings_of(estate).unusual_factor

    def lines(self) -> Iterator[Line]:
        """Every line with an amount, by unit."""
        homes = self._homes()
        everything = [
            *self._by_unit(homes),
            *self._shared(homes),
            *self._leases(homes),
            *Metered(self, homes).lines(),
        ]
        yield from (line for line in everything if line.amount > 0)

    # --- what there is ------------------------------------------------------------------------------------------------

    def _homes(self) -> list[Home]:
        """Units that are billed: handed over, not archived."""
        units = Unit.objects.filter(estate=self.estate, is_archived=False).exclude(
            status=Unit.Status.NOT_HANDED_OVER
        )
        if self.unit_ids is not None:
            units = units.filter(pk__in=self.unit_ids)
        rows = units.order_by("pk").values_list("pk", "building_id", "use", "area_m2")
        return [Home(*row) for row in rows.iterator(chunk_size=10_000)]

    def _rates(self) -> dict[int, dict[tuple[str, Any], Rate]]:
        """Item -> scope -> the rate in force on the period's first day, or the first that begins within it."""
        found: dict[int, dict[tuple[str, Any], Rate]] = defaultdict(dict)
        rows = Rate.objects.filter(estate=self.estate, since__lte=self.last).filter(
            Q(until__isnull=True) | Q(until__gte=self.first)
        )
        for rate in rows.order_by("-since"):
            found[rate.charge_item_id][scope_of(rate)] = rate
        return found

    def _exemptions(self) -> dict[int, dict[int | None, Decimal]]:
        """Unit -> item (None: every item) -> percent off on the period's first day; the greatest counts."""
        found: dict[int, dict[int | None, Decimal]] = defaultdict(dict)
        for row in Exemption.objects.filter(estate=self.estate).on(self.first):
            scope = found[row.unit_id]
            scope[row.charge_item_id] = max(row.percent, scope.get(row.charge_item_id, ZERO))
        return found

    def rate_for(self, item: ChargeItem, home: Home) -> Rate | None:
        """The narrowest rate (the unit's, its building's, its use's, the estate's) in force on the period's first day.

        One that begins later counts only where none was in force.
        """
        scopes = self.rates.get(item.pk, {})
        keys = (("unit", home.id), ("building", home.building_id), ("use", home.use), ("estate", None))
        found = [scopes[key] for key in keys if key in scopes]
        return next((rate for rate in found if rate.since <= self.first), found[0] if found else None)

    def percent_off(self, item_id: int, home_id: int) -> Decimal:
        found = self.off.get(home_id)
        return max(found.get(item_id, ZERO), found.get(None, ZERO)) if found else ZERO

    # --- by unit ------------------------------------------------------------------------------------------------------

    def _by_unit(self, homes: list[Home]) -> Iterator[Line]:
        for item in self.items:
            if item.kind not in (KIND.AREA, KIND.FIXED):
                continue
            if item.pk not in self.rates:
                self.troubles.append(Trouble(CODE.NO_RATE, charge_item_id=item.pk, detail=item.code))
                continue
            for home in homes:
                rate = self.rate_for(item, home)
                if rate is None:
                    continue
                if item.kind == KIND.AREA and home.area <= 0:
                    self.troubles.append(Trouble(CODE.NO_AREA, home.id, item.pk, item.code))
                    continue
                quantity = home.area if item.kind == KIND.AREA else Decimal(1)
                off = self.percent_off(item.pk, home.id)
                amount = line_amount(quantity, rate.amount, off)
                yield Line(home.id, item.pk, quantity, rate.amount, amount, reduced(off))

    def _shared(self, homes: list[Home]) -> Iterator[Line]:
        costs = SharedCost.objects.filter(estate=self.estate, period=self.period)
        entered = {cost.charge_item_id for cost in costs}
        for item in self.items:
            if item.kind == KIND.SHARED and item.pk not in entered:
                self.troubles.append(Trouble(CODE.COST_MISSING, charge_item_id=item.pk, detail=item.code))
        found: dict[tuple[int, int], list[Line]] = defaultdict(list)
        whole = self._homes_of_estate(homes) if costs else []
        wanted = {home.id for home in homes}
        for cost in costs:
            bearers = {
                h.id: h.area for h in whole if cost.building_id in (None, h.building_id) and h.area > 0
            }
            area = sum(bearers.values(), ZERO)
            for unit_id, share in share_by_area(cost.amount, bearers).items():
                if unit_id not in wanted:
                    continue
                off = self.percent_off(cost.charge_item_id, unit_id)
                said = {"cost": str(cost.amount), "area_of_all": str(area), "share": str(share)} | reduced(
                    off
                )
                rate = (cost.amount / area).quantize(Decimal("0.0001"))
                line = Line(
                    unit_id, cost.charge_item_id, bearers[unit_id], rate, discounted(share, off), said
                )
                found[unit_id, cost.charge_item_id].append(line)
        yield from (merged(lines) for lines in found.values())

    def _homes_of_estate(self, homes: list[Home]) -> list[Home]:
        if self.unit_ids is None:
            return homes
        return Draft(self.estate, self.period)._homes()

    def _leases(self, homes: list[Home]) -> Iterator[Line]:
        wanted = {home.id for home in homes}
        leases = Lease.objects.filter(estate=self.estate, since__lte=self.last).filter(
            Q(until__isnull=True) | Q(until__gte=self.first)
        )
        found: dict[tuple[int, int], list[Line]] = defaultdict(list)
        for lease in leases.order_by("since", "id"):
            if lease.unit_id not in wanted:
                continue
            days = days_within(self.first, self.last, lease.since, lease.until)
            off = self.percent_off(lease.charge_item_id, lease.unit_id)
            monthly = lease.quantity * lease.monthly_rent
            amount = rent_for_days(monthly, days, self.last.day, off)
            said = {"lease": lease.subject, "days": days, "of_days": self.last.day} | reduced(off)
            line = Line(lease.unit_id, lease.charge_item_id, lease.quantity, lease.monthly_rent, amount, said)
            found[lease.unit_id, lease.charge_item_id].append(line)
        yield from (merged(lines) for lines in found.values())


def scope_of(rate: Rate) -> tuple[str, Any]:
    if rate.unit_id:
        return ("unit", rate.unit_id)
    if rate.building_id:
        return ("building", rate.building_id)
    return ("use", rate.use) if rate.use else ("estate", None)
