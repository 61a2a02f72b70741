"""The metered lines of a draft: from where a meter was charged last to what it shows, in the steps of the months between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Abs

from billing.calculation import (
    consumption,
    metered_amount,
    month_number,
    period_before,
    steps_of,
)
from billing.drafting.lines import Home, Line, Trouble, period_of
from billing.drafting.usual import MILLI, PIECE, Usual, before_their_first
from billing.models import Bill, BillLine, ChargeItem, Meter, MeterReading, Rate, RunProblem
from helpdesk.estates.models import Estate

if TYPE_CHECKING:
    from billing.drafting.draft import Draft

CODE = RunProblem.Code
HALF_A_MILLI = Decimal("0.0005")  # SQLite keeps decimals as floating numbers


class Metered:
    """All metered lines of one estate and period."""

    def __init__(self, draft: Draft, homes: Sequence[Home]) -> None:
        self.draft, self.estate, self.period = draft, draft.estate, draft.period
        self.homes = {home.id: home for home in homes}
        self.items = {item.pk: item for item in draft.items if item.kind == ChargeItem.Kind.METERED}
        gone = list(self._gone())
        self.meters = sorted([*self._hanging(), *gone], key=lambda meter: (meter.unit_id, meter.pk))
        readings = MeterReading.objects.filter(estate=self.estate)
        self.usual = Usual(self.estate, self.period, self.meters, readings, [meter.pk for meter in gone])
        self.charged_until = charged_until(self.estate, self.period, self.meters)
        self.charged_later = charged_after(self.estate, self.period)
        self.used_a_month: dict[tuple[int, int], Decimal] = defaultdict(Decimal)

    def lines(self) -> Iterator[Line]:
        for meter in self.meters:
            home = self.homes.get(meter.unit_id)
            if home is None or (meter.pk in self.charged_later and meter.pk not in self.draft.again):
                continue
            rate = self.draft.tariff.rate_for(self.items[meter.charge_item_id], home)
            if rate is None:
                self._trouble(CODE.NO_RATE, meter, meter.number)
                continue
            if meter.pk in self.draft.again:
                yield self._as_it_was(meter, home, rate, self.draft.again[meter.pk])
                continue
            line = self._of_meter(meter, home, rate, self.usual.readings.get(meter.pk, []))
            if line is not None:
                yield line

    def _hanging(self) -> Iterator[Meter]:
        """Meters that counted in this period."""
        yield from Meter.objects.filter(
            Q(removed_on__isnull=True) | Q(removed_on__gte=self.draft.first),
            estate=self.estate,
            charge_item__in=self.items,
            installed_on__lte=self.draft.last,
        )

    def _gone(self) -> Iterator[Meter]:
        """Meters that were taken out before, whose last reading is not what they were charged up to."""
        last = MeterReading.objects.filter(meter=OuterRef("pk"), period__lte=self.period).order_by("-period")
        rows = Meter.objects.filter(
            estate=self.estate, charge_item__in=self.items, removed_on__lt=self.draft.first
        )
        apart = rows.annotate(apart=Abs(Subquery(last.values("value")[:1]) - F("billed_value")))
        yield from apart.filter(apart__gte=HALF_A_MILLI)

    def _of_meter(self, meter: Meter, home: Home, rate: Rate, readings: list[MeterReading]) -> Line | None:
        """The line of a meter; None where it is left to the next run."""
        now = self._now(meter, readings)
        if now is None:
            return self._estimated(meter, home, rate, readings)
        used = self._turned(meter, meter.billed_value, now, self._began_again(meter, readings))
        known = [r.value for r in readings if r.period < now.period] or [meter.initial_value]
        if used < 0:
            # Charged too far by an estimate: it catches up by itself, while it hangs. Below what was read: a mistake.
            if now.value < known[-1]:
                self._trouble(CODE.READING_BACKWARDS, meter, f"{meter.number}: {known[-1]} → {now.value}")
            elif self._is_gone(meter):
                detail = f"{meter.number}: {meter.billed_value} → {now.value}"
                self._trouble(CODE.CHARGED_BEYOND, meter, detail)
            return None
        if self._is_unusual(meter, now):
            return None
        return self._line(meter, home, rate, used, now.value, now, {})

    def _is_unusual(self, meter: Meter, reading: MeterReading) -> bool:
        """Far more than usual and not checked by anybody, which is told."""
        far = self.usual.far_beyond(meter, reading)
        if far is None:
            return False
        since, usual = far
        self._trouble(CODE.READING_UNUSUAL, meter, f"{meter.number}: {since.quantize(MILLI)}, usual {usual}")
        return True

    def _is_gone(self, meter: Meter) -> bool:
        return meter.removed_on is not None and meter.removed_on <= self.draft.last

    def _now(self, meter: Meter, readings: list[MeterReading]) -> MeterReading | None:
        """The period's reading; of a meter that was taken out its last one."""
        if self._is_gone(meter):
            return readings[-1] if readings else None
        return next((r for r in readings if r.period == self.period), None)

    def _turned(self, meter: Meter, before: Decimal, now: MeterReading, rolled_over: bool) -> Decimal:
        return consumption(
            before, now.value, digits=meter.digits, multiplier=meter.multiplier, rolled_over=rolled_over
        )

    def _began_again(self, meter: Meter, readings: list[MeterReading]) -> bool:
        """Whether it began again at zero since it was charged, be it in a month that was left out."""
        return any(r.rolled_over for r in readings if r.period > self.charged_until[meter.pk])

    def _estimated(self, meter: Meter, home: Home, rate: Rate, readings: list[MeterReading]) -> Line | None:
        """From the last reading on, unless that one waits to be checked itself."""
        if readings and readings[-1].value > meter.billed_value and self._is_unusual(meter, readings[-1]):
            return None
        self._trouble(CODE.READING_MISSING, meter, meter.number)
        usual = self.usual.a_month(meter, self.period)
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
        since: Decimal | None = None,
    ) -> Line:
        off, months = self.draft.tariff.discount(meter.charge_item_id, home.id), self._months(meter)
        before = self._used_by_others(meter, months, used) if rate.tiers else Decimal(0)
        said = said | {"meter": meter.number, "multiplier": str(meter.multiplier)} | dict(off.said)
        if rate.tiers:
            said["steps"] = [
                {"quantity": str(s.quantity.quantize(MILLI)), "rate": str(s.rate)}
                for s in steps_of(used, rate.tiers, rate.amount, months, before)
            ]
            if months > 1:
                said["months"] = months
            if before:
                said["used_before"] = str(before)
        return Line(
            home.id,
            meter.charge_item_id,
            used.quantize(MILLI),
            rate.amount,
            metered_amount(used, rate.tiers, rate.amount, off.percent, months, before),
            said,
            meter_id=meter.pk,
            reading_id=reading.pk if reading else None,
            meter_from=meter.billed_value if since is None else since,
            meter_to=to,
        )

    def _used_by_others(self, meter: Meter, months: int, used: Decimal) -> Decimal:
        """What the unit's meters before this one used of the steps in so many months.

        A tariff's steps are a household's: a second meter, or the one in place of another, goes on in them.
        """
        household = (meter.unit_id, meter.charge_item_id)
        before = self.used_a_month[household]
        self.used_a_month[household] += used / months
        return (before * months).quantize(MILLI)

    def _as_it_was(self, meter: Meter, home: Home, rate: Rate, old: BillLine) -> Line:
        """The span of a reversed line once more: what comes after it was charged on from its end."""
        said = {"estimated": True} if old.explanation.get("estimated") else {}
        to = old.meter_to or meter.billed_value
        return self._line(meter, home, rate, old.quantity, to, old.reading, said, since=old.meter_from)

    def _months(self, meter: Meter) -> int:
        """How many months a line covers: those since the last one that was charged, to when the meter was taken out."""
        until = self.period
        if meter.removed_on is not None:
            until = min(until, period_of(meter.removed_on))
        return max(month_number(until) - month_number(self.charged_until[meter.pk]), 1)

    def _trouble(self, code: str, meter: Meter, detail: str) -> None:
        self.draft.troubles.append(Trouble(code, meter.unit_id, meter.charge_item_id, detail))


def charged_after(estate: Estate, period: str) -> set[int]:
    """Meters that a later period charged: what they counted until then is charged already."""
    lines = BillLine.objects.filter(meter__isnull=False, bill__estate=estate, bill__period__gt=period)
    return set(lines.exclude(bill__status=Bill.Status.REVERSED).values_list("meter", flat=True))


def charged_until(estate: Estate, period: str, meters: Sequence[Meter]) -> dict[int, str]:
    """Meter -> the last period before this one that was charged.

    Of one that never was: the one before its first, which is the first that it or the estate has on file since it hangs.
    """
    before = period_before(period)
    lines = BillLine.objects.filter(meter__isnull=False, bill__estate=estate).exclude(
        bill__status=Bill.Status.REVERSED
    )
    found = dict.fromkeys(lines.filter(bill__period=before).values_list("meter", flat=True), before)
    rest = [meter for meter in meters if meter.pk not in found]
    for at in range(0, len(rest), PIECE):
        piece = rest[at : at + PIECE]
        rows = lines.filter(meter__in=[meter.pk for meter in piece], bill__period__lt=period)
        found.update(rows.order_by().values_list("meter").annotate(Max("bill__period")))
    never = [meter for meter in rest if meter.pk not in found]
    return found | dict(before_their_first(estate, period, never))
