"""Working out what a period's bills will say: the rates in force, the readings, the shares; nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from billing.calculation import (
    bounds_of,
    consumption,
    days_within,
    discounted,
    line_amount,
    metered_amount,
    rent_for_days,
    share_by_area,
    steps_of,
)
from billing.models import ChargeItem, Exemption, Lease, Meter, MeterReading, Rate, RunProblem, SharedCost
from billing.services.ledger import settings_of
from helpdesk.estates.models import Estate
from residents.models import Unit

ZERO = Decimal(0)
KIND, CODE = ChargeItem.Kind, RunProblem.Code
MILLI = Decimal("0.001")
HISTORY = 4  # readings from which the usual consumption is taken


@dataclass(frozen=True)
class Line:
    """A line as a bill will show it."""

    unit_id: int
    charge_item_id: int
    quantity: Decimal
    rate: Decimal
    amount: Decimal
    explanation: dict[str, Any] = field(default_factory=dict)
    meter_id: int | None = None
    reading_id: int | None = None
    meter_from: Decimal | None = None
    meter_to: Decimal | None = None


@dataclass(frozen=True)
class Trouble:
    """What could not be charged as usual."""

    code: str
    unit_id: int | None = None
    charge_item_id: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Home:
    """What of a unit matters for its bill."""

    id: int
    building_id: int
    use: str
    area: Decimal


class Draft:
    """All lines of one estate and period, worked out unit by unit."""

    def __init__(self, estate: Estate, period: str, unit_ids: list[int] | None = None) -> None:
        self.estate, self.period, self.unit_ids = estate, period, unit_ids
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
            *self._metered(homes),
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
        """The narrowest rate: the unit's, its building's, its use's, the estate's."""
        scopes = self.rates.get(item.pk, {})
        keys = (("unit", home.id), ("building", home.building_id), ("use", home.use), ("estate", None))
        return next((scopes[key] for key in keys if key in scopes), None)

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

    # --- metered ------------------------------------------------------------------------------------------------------

    def _metered(self, homes: list[Home]) -> Iterator[Line]:
        by_id = {home.id: home for home in homes}
        items = {item.pk: item for item in self.items if item.kind == KIND.METERED}
        meters = Meter.objects.filter(
            Q(removed_on__isnull=True) | Q(removed_on__gte=self.first),
            estate=self.estate,
            charge_item__in=items,
            installed_on__lte=self.last,
        )
        read = self._readings()
        for meter in meters.order_by("unit_id", "id"):
            home = by_id.get(meter.unit_id)
            if home is None:
                continue
            rate = self.rate_for(items[meter.charge_item_id], home)
            if rate is None:
                self.troubles.append(Trouble(CODE.NO_RATE, home.id, meter.charge_item_id, meter.number))
                continue
            line = self._of_meter(meter, home, rate, read.get(meter.pk, []))
            if line is not None:
                yield line

    def _readings(self) -> dict[int, list[MeterReading]]:
        """Meter -> its last readings up to this period, oldest first."""
        found: dict[int, list[MeterReading]] = defaultdict(list)
        earliest = bounds_of(period_of(self.first, -HISTORY))[0]
        rows = MeterReading.objects.filter(estate=self.estate, period__lte=self.period, read_on__gte=earliest)
        for reading in rows.order_by("period"):
            found[reading.meter_id].append(reading)
        return found

    def _of_meter(self, meter: Meter, home: Home, rate: Rate, readings: list[MeterReading]) -> Line | None:
        """The line of a meter; None where it is left to the next run."""
        usual = usual_of(meter, readings, self.period)
        now = next((r for r in readings if r.period == self.period), None)
        if now is None:
            return self._estimated(meter, home, rate, readings, usual)
        used = consumption(
            meter.billed_value,
            now.value,
            digits=meter.digits,
            multiplier=meter.multiplier,
            rolled_over=now.rolled_over,
        )
        known = [r.value for r in readings if r.period < self.period] or [meter.initial_value]
        if used < 0:
            # Charged too far by an estimate: it catches up by itself. Below what was really read: a mistake.
            if now.value < known[-1]:
                self._trouble(CODE.READING_BACKWARDS, meter, f"{meter.number}: {known[-1]} → {now.value}")
            return None
        since = consumption(
            known[-1],
            now.value,
            digits=meter.digits,
            multiplier=meter.multiplier,
            rolled_over=now.rolled_over,
        )
        if usual and since > usual * self.unusual_factor and not now.is_confirmed:
            self._trouble(CODE.READING_UNUSUAL, meter, f"{meter.number}: {since}, usual {usual}")
            return None
        return self._line(meter, home, rate, used, now.value, now, {})

    def _estimated(
        self, meter: Meter, home: Home, rate: Rate, readings: list[MeterReading], usual: Decimal | None
    ) -> Line | None:
        self._trouble(CODE.READING_MISSING, meter, meter.number)
        if not usual or meter.removed_on:
            return None
        last = max([meter.billed_value, *(r.value for r in readings[-1:])])
        to = last + (usual / meter.multiplier).quantize(MILLI)
        used = consumption(meter.billed_value, to, digits=meter.digits, multiplier=meter.multiplier)
        return self._line(meter, home, rate, used, to, None, {"estimated": True})

    def _line(
        self,
        meter: Meter,
        home: Home,
        rate: Rate,
        used: Decimal,
        to: Decimal,
        reading: MeterReading | None,
        said: dict[str, Any],
    ) -> Line:
        off = self.percent_off(meter.charge_item_id, home.id)
        steps = [
            {"quantity": str(s.quantity.quantize(MILLI)), "rate": str(s.rate)}
            for s in steps_of(used, rate.tiers, rate.amount)
        ]
        said = said | {"meter": meter.number, "multiplier": str(meter.multiplier)} | reduced(off)
        if rate.tiers:
            said["steps"] = steps
        return Line(
            home.id,
            meter.charge_item_id,
            used.quantize(MILLI),
            rate.amount,
            metered_amount(used, rate.tiers, rate.amount, off),
            said,
            meter_id=meter.pk,
            reading_id=reading.pk if reading else None,
            meter_from=meter.billed_value,
            meter_to=to,
        )

    def _trouble(self, code: str, meter: Meter, detail: str) -> None:
        self.troubles.append(Trouble(code, meter.unit_id, meter.charge_item_id, detail))


def scope_of(rate: Rate) -> tuple[str, Any]:
    if rate.unit_id:
        return ("unit", rate.unit_id)
    if rate.building_id:
        return ("building", rate.building_id)
    return ("use", rate.use) if rate.use else ("estate", None)


def reduced(percent_off: Decimal) -> dict[str, Any]:
    return {"percent_off": str(percent_off)} if percent_off else {}


def merged(lines: list[Line]) -> Line:
    """Several parts of one item on one bill become one line that names them."""
    if len(lines) == 1:
        return lines[0]
    parts = [line.explanation | {"amount": str(line.amount)} for line in lines]
    last = lines[-1]
    total = sum((line.amount for line in lines), ZERO)
    return Line(last.unit_id, last.charge_item_id, last.quantity, last.rate, total, {"parts": parts})


def period_of(day: date, months: int = 0) -> str:
    """The period of a day, so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def usual_of(meter: Meter, readings: list[MeterReading], period: str) -> Decimal | None:
    """What a month usually takes: the mean between the readings before this period; None without any."""
    before = [r for r in readings if r.period < period]
    if not before:
        return None
    values = [meter.initial_value] if len(before) == 1 else []
    values += [r.value for r in before]
    months = max(len(values) - 1, 1)
    turned = values[-1] - values[0]
    if any(r.rolled_over for r in before[1:]):
        turned += Decimal(10) ** meter.digits
    return (turned * meter.multiplier / months).quantize(MILLI) if turned > 0 else None
