"""Working out what a period's bills will say: the rates in force, the readings, the shares; nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.db.models import Q, QuerySet

from billing.calculation import (
    Stretch,
    amount_of_days,
    bounds_of,
    days_within,
    discounted,
    holes_after,
    line_amount,
    rent_for_days,
    share_by_area,
)
from billing.drafting.lines import Home, Line, Trouble, merged, reduced
from billing.drafting.metered import Metered
from billing.drafting.tariff import Tariff
from billing.models import BillLine, ChargeItem, Lease, RunProblem, SharedCost
from helpdesk.estates.models import Estate
from helpdesk.lib.money import CENT
from residents.models import Unit

ZERO = Decimal(0)
KIND, CODE = ChargeItem.Kind, RunProblem.Code


def billed_units(estate: Estate) -> QuerySet[Unit]:
    """Units that get bills: handed over, not archived."""
    return Unit.objects.filter(estate=estate, is_archived=False).exclude(status=Unit.Status.NOT_HANDED_OVER)


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
        self.tariff = Tariff(estate, period)

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
        units = billed_units(self.estate)
        if self.unit_ids is not None:
            units = units.filter(pk__in=self.unit_ids)
        rows = units.order_by("pk").values_list("pk", "building_id", "use", "area_m2")
        return [Home(*row) for row in rows.iterator(chunk_size=10_000)]

    # --- by unit ------------------------------------------------------------------------------------------------------

    def _by_unit(self, homes: list[Home]) -> Iterator[Line]:
        for item in self.items:
            if item.kind not in (KIND.AREA, KIND.FIXED):
                continue
            if not self.tariff.priced(item):
                self.troubles.append(Trouble(CODE.NO_RATE, charge_item_id=item.pk, detail=item.code))
                continue
            holes: set[tuple[date, date]] = set()
            for home in homes:
                stretches = self.tariff.stretches(item, home)
                if not stretches:
                    continue
                holes.update(holes_after(stretches, self.last))
                if item.kind == KIND.AREA and home.area <= 0:
                    self.troubles.append(Trouble(CODE.NO_AREA, home.id, item.pk, item.code))
                    continue
                yield self._of_days(item, home, stretches)
            for begin, end in sorted(holes):
                detail = f"{item.code}: {begin} – {end}"
                self.troubles.append(Trouble(CODE.NO_RATE, charge_item_id=item.pk, detail=detail))

    def _of_days(self, item: ChargeItem, home: Home, stretches: list[Stretch]) -> Line:
        """A month at one price, or its days at the price that each had."""
        quantity = home.area if item.kind == KIND.AREA else Decimal(1)
        rate, off = stretches[-1].rate, stretches[-1].percent_off
        if len(stretches) == 1 and stretches[0].days == self.last.day:
            return Line(home.id, item.pk, quantity, rate, line_amount(quantity, rate, off), reduced(off))
        told = [
            {"from": s.first.isoformat(), "to": s.last.isoformat(), "days": s.days, "rate": str(s.rate)}
            | reduced(s.percent_off)
            for s in stretches
        ]
        amount = amount_of_days(quantity, stretches, self.last.day)
        said = {"stretches": told, "of_days": self.last.day}
        return Line(home.id, item.pk, quantity, rate, amount, said)

    def _shared(self, homes: list[Home]) -> Iterator[Line]:
        costs = SharedCost.objects.filter(estate=self.estate, period=self.period).order_by("id")
        entered = {cost.charge_item_id for cost in costs}
        for item in self.items:
            if item.kind == KIND.SHARED and item.pk not in entered:
                self.troubles.append(Trouble(CODE.COST_MISSING, charge_item_id=item.pk, detail=item.code))
        found: dict[tuple[int, int], list[Line]] = defaultdict(list)
        whole = self._homes_of_estate(homes) if costs else []
        wanted = {home.id for home in homes}
        for cost in costs:
            bearers = [home for home in whole if cost.building_id in (None, home.building_id)]
            for line in self._shares(cost, bearers, wanted):
                found[line.unit_id, line.charge_item_id].append(line)
        yield from (merged(lines) for lines in found.values())

    def _shares(self, cost: SharedCost, homes: list[Home], wanted: set[int]) -> Iterator[Line]:
        """Each unit's part; a unit without area bears none and is told, and so is a cost that nobody bears.

        What an exempt unit is let off is nobody else's.
        """
        areas = {home.id: home.area for home in homes if home.area > 0}
        item_id, area = cost.charge_item_id, sum(areas.values(), ZERO)
        for home in homes:
            if home.area <= 0 and home.id in wanted:
                self.troubles.append(Trouble(CODE.NO_AREA, home.id, item_id, str(cost.amount)))
        if not areas and self.unit_ids is None:
            self.troubles.append(Trouble(CODE.COST_UNBORNE, charge_item_id=item_id, detail=str(cost.amount)))
        for unit_id, share in share_by_area(cost.amount, areas).items():
            if unit_id not in wanted:
                continue
            off = self.tariff.discount(item_id, unit_id)
            said = {"cost": str(cost.amount), "area_of_all": str(area), "share": str(share)} | dict(off.said)
            if share > (cost.amount * areas[unit_id] / area).quantize(CENT, rounding=ROUND_DOWN):
                said["odd_cent"] = str(CENT)
            rate = (cost.amount / area).quantize(Decimal("0.0001"))
            amount = discounted(share, off.percent)
            yield Line(unit_id, item_id, areas[unit_id], rate, amount, said)

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
            off = self.tariff.discount(lease.charge_item_id, lease.unit_id, lease.since, lease.until)
            monthly = lease.quantity * lease.monthly_rent
            amount = rent_for_days(monthly, days, self.last.day, off.percent)
            said = {"lease": lease.subject, "days": days, "of_days": self.last.day} | dict(off.said)
            line = Line(lease.unit_id, lease.charge_item_id, lease.quantity, lease.monthly_rent, amount, said)
            found[lease.unit_id, lease.charge_item_id].append(line)
        yield from (merged(lines) for lines in found.values())
