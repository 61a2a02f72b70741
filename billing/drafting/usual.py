"""What a meter usually counts, and what is far more than that: one rule for the grid and the run (docs/domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from billing.calculation import bounds_of, consumption, month_number, period_before
from billing.drafting.lines import period_of
from billing.models import BillingRun, Meter, MeterReading
from billing.services.ledger import settings_of
from helpdesk.estates.models import Estate

MILLI = Decimal("0.001")
HISTORY = 4  # months whose readings tell the usual consumption
FEW = 2  # readings, of which the last is the period's own: what one is counted from has to be found
PIECE = 5_000


@dataclass(frozen=True)
class Limit:
    """Quantities with the multiplier: what a month usually takes, and the most that is still taken for usual."""

    a_month: Decimal | None
    most: Decimal | None
    months: int = 1


class Usual:
    """The usual consumption of meters as they are read for a period."""

    def __init__(
        self, estate: Estate, period: str, meters: Sequence[Meter], rows: Any, gone: Iterable[int] = ()
    ) -> None:
        """`rows`: the readings to look among; of the meters `gone` all of them count, of others the last months'."""
        self.period, self.factor = period, settings_of(estate).unusual_factor
        self.readings = _readings(rows, period, list(gone))
        hardly_read = [meter for meter in meters if len(self.readings.get(meter.pk, [])) <= FEW]
        self.begun = before_their_first(estate, period, hardly_read)

    def a_month(self, meter: Meter, period: str) -> Decimal | None:
        """What a month took before this period; None where nothing is known."""
        begun = self.begun.get(meter.pk, period_before(period))
        return usual_of(meter, self.readings.get(meter.pk, []), period, begun)

    def limit(self, meter: Meter, period: str) -> Limit:
        """What a reading of this period may have counted since the one before."""
        known = [r for r in self.readings.get(meter.pk, []) if r.period < period]
        usual = self.a_month(meter, period)
        if not known or not usual:
            return Limit(usual, None)
        months = max(month_number(period) - month_number(known[-1].period), 1)
        return Limit(usual, usual * self.factor * months, months)

    def far_beyond(self, meter: Meter, reading: MeterReading) -> tuple[Decimal, Decimal] | None:
        """(a month's use, what is usual) of a reading far beyond it that nobody checked; else None."""
        limit = self.limit(meter, reading.period)
        if limit.a_month is None or limit.most is None or reading.is_confirmed:
            return None
        known = [r for r in self.readings[meter.pk] if r.period < reading.period]
        used = counted(meter, known[-1].value, reading)
        return (used / limit.months, limit.a_month) if used > limit.most else None


def counted(meter: Meter, before: Decimal, reading: MeterReading) -> Decimal:
    """What ran through from the reading before to this one, times the multiplier."""
    return consumption(
        before,
        reading.value,
        digits=meter.digits,
        multiplier=meter.multiplier,
        rolled_over=reading.rolled_over,
    )


def _readings(rows: Any, period: str, gone: list[int]) -> dict[int, list[MeterReading]]:
    """Meter -> its last readings up to this period, oldest first; of one that is gone all of them."""
    found: dict[int, list[MeterReading]] = defaultdict(list)
    earliest = bounds_of(period_before(period, HISTORY))[0]
    rows = rows.filter(Q(read_on__gte=earliest) | Q(meter__in=gone), period__lte=period)
    for reading in rows.order_by("period"):
        found[reading.meter_id].append(reading)
    return found


def before_their_first(estate: Estate, period: str, meters: Sequence[Meter]) -> dict[int, str]:
    """Meter -> the period before the first that it or the estate has on file since it hangs."""
    billed = BillingRun.objects.filter(estate=estate, status__in=("running", "done"))
    first_run = billed.aggregate(first=Min("period"))["first"] or period
    found = {}
    for at in range(0, len(meters), PIECE):
        piece = meters[at : at + PIECE]
        read = dict(
            MeterReading.objects.filter(meter__in=[meter.pk for meter in piece])
            .order_by()
            .values_list("meter")
            .annotate(Min("period"))
        )
        for meter in piece:
            on_file = min(first_run, read.get(meter.pk, first_run), period)
            found[meter.pk] = period_before(max(on_file, period_of(meter.installed_on)))
    return found


def usual_of(meter: Meter, readings: list[MeterReading], period: str, begun: str) -> Decimal | None:
    """What a month usually takes: the mean of the months between the readings before this period; None without any.

    One that was read once is counted from its first value, which it had at the end of the period `begun`.
    """
    before = [r for r in readings if r.period < period]
    if not before:
        return None
    began, turns = meter.initial_value, before
    if len(before) > 1:
        began, begun, turns = before[0].value, before[0].period, before[1:]
    turned = before[-1].value - began
    if any(r.rolled_over for r in turns):
        turned += Decimal(10) ** meter.digits
    months = max(month_number(before[-1].period) - month_number(begun), 1)
    return (turned * meter.multiplier / months).quantize(MILLI) if turned > 0 else None
