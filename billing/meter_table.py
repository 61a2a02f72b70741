"""The monthly meter table 抄表月报: what each meter showed, what was used, and what was charged for it."""

from collections.abc import Iterable
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
    """`use` is what ran through since the reading before, times the multiplier; None without a reading.

    `charged` is None until it is billed.
    """

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


def meter_table(item: ChargeItem, period: str) -> list[MeterRow]:
    """Every meter that ran in the period, by unit; three queries however many there are."""
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
    return [_row(meter, readings.get(meter.pk), charged.get(meter.pk)) for meter in meters]


def _meters(item: ChargeItem, period: str) -> Iterable[Any]:
    before = MeterReading.objects.filter(meter=OuterRef("pk"), period__lt=period).order_by("-period")
    rows = Meter.objects.filter(charge_item=item).exclude(removed_on__lt=f"{period}-01")
    return (
        rows.annotate(before=Subquery(before.values("value")[:1]), plate=F("unit__code"))
        .select_related("unit")
        .order_by("unit__code", "number")
    )


def _row(meter: Any, reading: MeterReading | None, charged: Decimal | None) -> MeterRow:
    before = meter.before if meter.before is not None else meter.initial_value
    use = None
    if reading:
        use = consumption(
            before,
            reading.value,
            digits=meter.digits,
            multiplier=meter.multiplier,
            rolled_over=reading.rolled_over,
        )
    return MeterRow(
        unit=meter.unit.code,
        number=meter.number,
        before=before.normalize(),
        value=reading.value.normalize() if reading else None,
        use=use.normalize() if use is not None else None,
        multiplier=meter.multiplier.normalize(),
        read_on=reading.read_on if reading else None,
        source=str(reading.get_source_display()) if reading else "",
        charged=charged,
    )
