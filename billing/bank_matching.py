"""Whose money is it? What a bank's line says about unit, bill and payer, and whether that is sure enough to post."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.bank_sheets import Row
from billing.models import BankLine, Bill
from billing.selectors import arrears_of_units
from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.names import fold
from residents.models import Occupancy, Unit

BILL_NUMBER = re.compile(r"(?<![A-Z0-9])B-?(20\d\d)-?(\d{6,9})(?!\d)", re.IGNORECASE)
PLATE = re.compile(
    r"(?<![\w-])[A-Za-z]?\d{0,3}(?:-\d{1,4}){1,3}(?![\d-])|\d{1,3}\s*(?:号楼|栋|幢|座)\s*(?:\d{1,2}\s*单元)?\s*\d{3,4}\s*(?:室|房|号)?"
)
MATCH = BankLine.Match
MOST_CANDIDATES = 4


@dataclass
class Found:
    """`unit` where it is sure; else why not (a code of billing/bank_reasons.py), and the plates it may be."""

    unit: Unit | None = None
    bill: Bill | None = None
    by: str = ""
    why: str = ""
    candidates: list[str] = field(default_factory=list)


class Matcher:
    """Everything that a file's lines are held against, read once."""

    def __init__(self, estate: Estate, rows: Sequence[Row], on: date) -> None:
        self.units = {
            unit.code.upper(): unit for unit in Unit.objects.filter(estate=estate, is_archived=False)
        }
        self.by_pk = {unit.pk: unit for unit in self.units.values()}
        numbers = {number for row in rows for number in bill_numbers(f"{row.bill} {row.note}")}
        bills = Bill.objects.filter(estate=estate, number__in=numbers).select_related("unit")
        self.bills = {bill.number: bill for bill in bills}
        self.homes = _homes(estate, {fold(row.payer).strip() for row in rows if row.payer}, on)
        units = {pk for homes in self.homes.values() for pk in homes}
        self.owed = _owed(units, on)

    def find(self, row: Row) -> Found:
        """Plate, bill number, words of the payer, payer with amount: the first that is sure; what disagrees is left open."""
        plates = [(MATCH.PLATE, unit) for unit in self._plates(row.unit, whole=True)]
        plates += [(MATCH.NOTE, unit) for unit in self._plates(row.note)]
        numbers = bill_numbers(f"{row.bill} {row.note}")
        bills = [self.bills[number] for number in numbers if number in self.bills]
        units = {unit.pk: unit for _by, unit in plates} | {bill.unit_id: bill.unit for bill in bills}
        if len(units) > 1:
            return Found(
                why="several_units", candidates=sorted(unit.code for unit in units.values())[:MOST_CANDIDATES]
            )
        if units:
            bill = bills[0] if len(bills) == 1 and bills[0].status in ("open", "part_paid") else None
            return Found(next(iter(units.values())), bill, plates[0][0] if plates else MATCH.BILL)
        if row.unit or numbers:
            return Found(why="not_on_file", candidates=self._candidates(row))
        return self._by_name(row)

    def _plates(self, text: str, *, whole: bool = False) -> list[Unit]:
        words = [text] if whole and text else PLATE.findall(text)
        plates = [normalise_plate(word) or word.strip() for word in words]
        return [self.units[plate.upper()] for plate in plates if plate.upper() in self.units]

    def _by_name(self, row: Row) -> Found:
        homes = self.homes.get(fold(row.payer).strip(), [])
        fits = [pk for pk in homes if row.amount in self.owed[pk]]
        if len(fits) == 1:
            return Found(self.by_pk[fits[0]], by=MATCH.NAME)
        if len(fits) > 1:
            why = "several_owe"
        elif homes:
            why = "nothing_owed"
        else:
            why = "unit_unknown"
        return Found(why=why, candidates=self._candidates(row))

    def _candidates(self, row: Row) -> list[str]:
        homes = self.homes.get(fold(row.payer).strip(), [])
        return [self.by_pk[pk].code for pk in homes][:MOST_CANDIDATES]


def bill_numbers(text: str) -> list[str]:
    """Numbers of bills in a text, as they stand on file."""
    return list(dict.fromkeys(f"B-{year}-{serial}" for year, serial in BILL_NUMBER.findall(text)))


def _homes(estate: Estate, names: set[str], on: date) -> dict[str, list[int]]:
    """Folded name -> units of people who are called so and live or own there."""
    found: dict[str, list[int]] = defaultdict(list)
    if not names:
        return found
    rows = Occupancy.objects.current(on).filter(
        unit__estate=estate, unit__is_archived=False, resident__is_archived=False
    )
    people = rows.order_by("unit__code").values_list("resident__name", "resident__other_name", "unit")
    for name, other_name, unit_id in people:
        for called in {fold(name).strip(), fold(other_name).strip()} & names:
            if unit_id not in found[called]:
                found[called].append(unit_id)
    return found


def _owed(units: set[int], on: date) -> dict[int, set[Decimal]]:
    """Unit -> the sums that somebody may be paying: all of it, what is late, each open bill."""
    found: dict[int, set[Decimal]] = {pk: set() for pk in units}
    for pk, arrears in arrears_of_units(units, on=on).items():
        found[pk] |= {arrears.outstanding, arrears.amount} - {Decimal(0)}
    for bill in Bill.objects.filter(unit__in=units).unsettled():
        found[bill.unit_id].add(bill.outstanding)
    return found
