"""Readings of a month from a spreadsheet: what is right is kept, what is wrong is said row by row (docs/domain.md §9)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.figures_typed import reading_in
from billing.models import ChargeItem, Meter, MeterReading
from billing.services.meters import take_reading
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold
from helpdesk.staff.models import User
from residents.importing.sheets import Cells, Sheet, read_sheet

NUMBER_WORDS = {
    "meter",
    "meter no",
    "meter number",
    "number",
    "表号",
    "表编号",
    "水表号",
    "电表号",
    "仪表编号",
}
VALUE_WORDS = {
    *("reading", "value", "this reading", "current reading"),
    *("读数", "本月读数", "本次读数", "本期读数", "止码", "抄表数"),
}
SEARCHED = 15  # rows, for the one with the headings
MOST_WRONG = 200


@dataclass
class Outcome:
    """`kept` readings are new or changed, `same` stood there already; `wrong` are (row of the file, meter, why)."""

    kept: int = 0
    same: int = 0
    wrong: list[tuple[int, str, str]] = field(default_factory=list)


def take_readings_file(
    item: ChargeItem, *, actor: User | None, period: str, name: str, data: bytes
) -> Outcome:
    """Each row a reading of its own: a wrong one blocks no other, and the same file again changes nothing.

    Refused no_headings, and what read_sheet refuses.
    """
    sheet = read_sheet(name, data)
    first, number_at, value_at = _headings(sheet)
    meters = {
        meter.number.casefold(): meter
        for meter in Meter.objects.filter(charge_item=item, removed_on__isnull=True)
    }
    known = dict(
        MeterReading.objects.filter(meter__charge_item=item, period=period).values_list("meter", "value")
    )
    outcome, taken = Outcome(), set[int]()
    for row, cells in sheet.rows:
        if row > first:
            number, value = _text(cells, number_at), _text(cells, value_at)
            if number or value:
                _take(outcome, row, number, value, meters, known, taken, actor=actor, period=period)
    return outcome


def _take(
    outcome: Outcome,
    row: int,
    number: str,
    written: str,
    meters: dict[str, Meter],
    known: dict[int, Decimal],
    taken: set[int],
    *,
    actor: User | None,
    period: str,
) -> None:
    meter = meters.get(number.casefold())
    try:
        if meter is None:
            raise Refused("unknown_meter", _("No meter of this number is on file for this item."))
        value = reading_in(written)
        if known.get(meter.pk) == value:
            outcome.same += 1
            return
        if meter.pk in taken:
            raise Refused("twice", _("This meter stands in an earlier row with another reading."))
        with transaction.atomic():
            take_reading(
                meter,
                actor=actor,
                period=period,
                value=value,
                source=MeterReading.Source.FILE,
                at=timezone.now(),
            )
        known[meter.pk] = value
        taken.add(meter.pk)
        outcome.kept += 1
    except Refused as refusal:
        if len(outcome.wrong) < MOST_WRONG:
            outcome.wrong.append((row, number[:40], str(refusal.message)))


def _headings(sheet: Sheet) -> tuple[int, int, int]:
    """Row of the headings, index of the meter's number and of the reading."""
    for row, cells in sheet.rows[:SEARCHED]:
        words = [fold(str(cell)).strip(" :：*") if cell is not None else "" for cell in cells]
        numbers = [i for i, word in enumerate(words) if word in NUMBER_WORDS]
        values = [i for i, word in enumerate(words) if word in VALUE_WORDS]
        if numbers and values:
            return row, numbers[0], values[0]
    raise Refused(
        "no_headings",
        _("No headings were found: name one column “Meter number” and one “Reading”."),
        field="file",
    )


def _text(cells: Cells, at: int) -> str:
    value: Any = cells[at] if at < len(cells) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
