"""The monthly meter table 抄表月报: what each meter showed, what was used, and what was charged for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.calculation import consumption
from billing.models import BillLine, ChargeItem, Meter, MeterReading
from helpdesk.lib.money import round_money

HEADS = [
    _("Unit"),
    _("Meter"),
    pgettext_lazy("a meter reading", "Before"),
    _("Reading"),
    pgettext_lazy("what a meter counted", "Use"),
    _("Multiplier"),
    _("Read on"),
    _("How it was read"),
    _("Charged"),
]


@dataclass(frozen=True)
class MeterRow:
    """`use` is what ran through since the reading before, times the multiplier; without a reading what was estimated.

    `charged` is None until it is billed.
    """

    building: str
    unit: str
    number: str
    before: Decimal
    value: Decimal | None
    use: Decimal | None
    multiplier: Decimal
    read_on: Any
    source: str
    charged: Decimal | None

    @property
    def told(self) -> dict[str, str]:
        """The figures as they stand on paper: 9,419.4, without the noughts of their column."""
        figures = {"before": self.before, "value": self.value, "use": self.use}
        return {name: "" if figure is None else f"{figure:,f}" for name, figure in figures.items()}

    @property
    def cells(self) -> list[Any]:
        """As they stand in a file, under HEADS."""
        return [
            self.unit,
            self.number,
            self.before,
            self.value,
            self.use,
            self.multiplier,
            self.read_on,
            self.source,
            self.charged,
        ]


@dataclass(frozen=True)
class MeterSum:
    """What the meters of a building came to; `building` is empty for all together."""

    building: str
    meters: int
    missing: int
    use: Decimal
    charged: Decimal


def meter_sums(rows: Iterable[MeterRow]) -> list[MeterSum]:
    """The table building by building 抄表汇总, then together; nothing where there is no row."""
    rows = list(rows)
    groups: dict[str, list[MeterRow]] = {}
    for row in rows:
        groups.setdefault(row.building, []).append(row)
    found = [_sum(building, members) for building, members in sorted(groups.items())]
    return [*found, _sum("", rows)] if rows else []


def _sum(building: str, rows: list[MeterRow]) -> MeterSum:
    return MeterSum(
        building=building,
        meters=len(rows),
        missing=sum(1 for row in rows if row.value is None),
        use=sum((row.use for row in rows if row.use is not None), Decimal(0)),
        charged=sum((row.charged for row in rows if row.charged is not None), Decimal(0)),
    )


def meter_table(item: ChargeItem, period: str) -> list[MeterRow]:
    """Every meter that ran in the period, by unit; four queries however many there are."""
    meters = list(_meters(item, period))
    readings = {
        reading.meter_id: reading
        for reading in MeterReading.objects.filter(meter__charge_item=item, period=period)
    }
    lines = BillLine.objects.filter(reading__in=[r.pk for r in readings.values()]).exclude(
        bill__status="reversed"
    )
    charged = {
        pk: round_money(total) for pk, total in lines.order_by().values_list("meter").annotate(Sum("amount"))
    }
    estimated = _estimated(item, period)
    return [_row(meter, readings.get(meter.pk), charged, estimated.get(meter.pk)) for meter in meters]


def _estimated(item: ChargeItem, period: str) -> dict[int, tuple[Decimal, Decimal]]:
    """Meter -> quantity and amount that the period's bills charge without a reading."""
    lines = BillLine.objects.filter(
        charge_item=item, meter__isnull=False, reading__isnull=True, bill__estate=item.estate_id
    )
    lines = lines.filter(bill__period=period).exclude(bill__status="reversed")
    return {
        meter: (quantity, round_money(amount))
        for meter, quantity, amount in lines.values_list("meter", "quantity", "amount")
    }


def _meters(item: ChargeItem, period: str) -> Iterable[Any]:
    before = MeterReading.objects.filter(meter=OuterRef("pk"), period__lt=period).order_by("-period")
    rows = Meter.objects.filter(charge_item=item).exclude(removed_on__lt=f"{period}-01")
    return (
        rows.annotate(before=Subquery(before.values("value")[:1]), plate=F("unit__code"))
        .select_related("unit__building")
        .order_by("unit__code", "number")
    )


def _row(
    meter: Any,
    reading: MeterReading | None,
    charged: Mapping[int, Decimal],
    estimated: tuple[Decimal, Decimal] | None,
) -> MeterRow:
    before = meter.before if meter.before is not None else meter.initial_value
    use, amount = estimated or (None, None)
    source = str(MeterReading.Source.ESTIMATE.label) if estimated else ""
    if reading:
        use = consumption(
            before,
            reading.value,
            digits=meter.digits,
            multiplier=meter.multiplier,
            rolled_over=reading.rolled_over,
        )
        # Read after it was billed by an estimate: that is what was charged.
        amount = charged.get(meter.pk, amount)
        source = str(reading.get_source_display())
    return MeterRow(
        building=meter.unit.building.code,
        unit=meter.unit.code,
        number=meter.number,
        before=before.normalize(),
        value=reading.value.normalize() if reading else None,
        use=use.normalize() if use is not None else None,
        multiplier=meter.multiplier.normalize(),
        read_on=reading.read_on if reading else None,
        source=source,
        charged=amount,
    )
