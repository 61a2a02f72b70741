"""What a unit owes and why: arrears, credit, the statement; and what a run comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from billing.models import (
    AccountEntry,
    Allocation,
    Bill,
    BillingRun,
    BillLine,
    ChargeItem,
    DraftLine,
    LateFee,
    Rate,
    UnitAccount,
)
from billing.services.ledger import local_day
from helpdesk.lib.money import round_money
from residents.models import Occupancy, Unit

ZERO = Decimal("0.00")
OWNERS = ("owner", "co_owner")
OWED = F("total") - F("paid") - F("written_off")
FEE_OWED = F("amount") - F("paid") - F("waived")


@dataclass(frozen=True)
class Arrears:
    """What a unit owes: past due (late fees with it), all that is unpaid, its credit, the oldest due date of what is late."""

    amount: Decimal
    outstanding: Decimal
    credit: Decimal
    since: date | None
    bills: int
    is_disputed: bool = False

    def days(self, on: date) -> int:
        """How many days ago the oldest fell due."""
        return (on - self.since).days if self.since else 0


NOTHING_OWED = Arrears(ZERO, ZERO, ZERO, None, 0)


def hears_arrears(row: Occupancy) -> bool:
    """Whether somebody of a unit may be told what it owes: an owner or the payer, nobody else (docs/domain.md §7)."""
    return row.is_payer or row.relation in OWNERS


def arrears_of(unit: Unit, *, at: datetime | None = None) -> Arrears:
    """What a unit owes at a moment. Told to nobody but owner and payer; changes nothing about how they are served."""
    day = local_day(unit.estate, at or timezone.now())
    found = arrears_of_units([unit.pk], on=day)
    return found.get(unit.pk, NOTHING_OWED)


def arrears_of_units(unit_ids: Iterable[int], *, on: date) -> dict[int, Arrears]:
    """The same for many units in three queries; units that owe and hold nothing are left out."""
    ids = list(unit_ids)
    bills = Bill.objects.filter(unit__in=ids).unsettled()
    rows: dict[int, list[tuple[date, Decimal]]] = {}
    for unit_id, due_on, owed in bills.annotate(owed=OWED).values_list("unit", "due_on", "owed"):
        rows.setdefault(unit_id, []).append((due_on, round_money(owed)))
    fees = LateFee.objects.filter(unit__in=ids).values("unit").annotate(owed=Sum(FEE_OWED))
    late = {row["unit"]: round_money(row["owed"]) for row in fees}
    credit = dict(UnitAccount.objects.filter(unit__in=ids).values_list("unit", "credit"))
    disputed = set(
        bills.filter(disputes__settled_on__isnull=True, disputes__isnull=False).values_list("unit", flat=True)
    )
    found = {}
    for unit_id in {*rows, *late, *credit}:
        owed = rows.get(unit_id, [])
        due = [(day, amount) for day, amount in owed if day < on]
        fee = late.get(unit_id, ZERO)
        found[unit_id] = Arrears(
            sum((amount for _day, amount in due), ZERO) + fee,
            sum((amount for _day, amount in owed), ZERO) + fee,
            credit.get(unit_id, ZERO),
            min((day for day, _amount in due), default=None),
            len(due),
            unit_id in disputed,
        )
    return found


def credit_of(unit: Unit) -> Decimal:
    """What the unit has paid ahead."""
    return UnitAccount.objects.filter(unit=unit).values_list("credit", flat=True).first() or ZERO


# --- the statement ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StatementRow:
    """One entry of a unit's account, with the balance after it and what it is made of."""

    entry: AccountEntry
    debit: Decimal
    credit: Decimal
    balance: Decimal
    lines: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Statement:
    arrears: Arrears
    rows: list[StatementRow]

    @property
    def balance(self) -> Decimal:
        """What the unit owes less its credit."""
        return self.rows[-1].balance if self.rows else ZERO


def statement_of(
    unit: Unit, *, since: date | None = None, until: date | None = None, at: datetime | None = None
) -> Statement:
    """Every entry of a unit's account with a running balance, oldest first.

    Those before `since` are carried in the balance.
    """
    entries = AccountEntry.objects.filter(Q(debit="unit") | Q(credit="unit"), unit=unit).order_by("on", "id")
    balance, rows = ZERO, []
    why = explanations_of(unit)
    related = (
        "bill",
        "bill_reversal__bill",
        "payment__reverses",
        "payment__reversal",
        "payment__received_by",
        "refund__approved_by",
        "late_fee__bill",
        "waiver__bill",
        "write_off__bill",
    )
    for entry in entries.select_related(*related):
        debit, credit = (entry.amount, ZERO) if entry.debit == "unit" else (ZERO, entry.amount)
        if until is not None and entry.on > until:
            break
        balance += debit - credit
        if since is None or entry.on >= since:
            rows.append(StatementRow(entry, debit, credit, balance, why.get(entry.pk, [])))
    return Statement(arrears_of(unit, at=at), rows)


def explanations_of(unit: Unit) -> dict[int, list[Mapping[str, Any]]]:
    """Entry -> why its amount is what it is: lines with quantity, rate and reading; days of a late fee.

    What a payment settled, and what of it was given back.
    """
    found: dict[int, list[Mapping[str, Any]]] = {}
    lines = BillLine.objects.filter(bill__unit=unit).select_related("charge_item", "meter").order_by("id")
    for line in lines.annotate(entry_id=F("bill__entry")):
        found.setdefault(line.entry_id, []).append(explained(line))  # type: ignore[attr-defined]
    for fee in LateFee.objects.filter(unit=unit).annotate(entry_id=F("entry")):
        found.setdefault(fee.entry_id, []).append(dict(fee.explanation))  # type: ignore[attr-defined]
    parts = Allocation.objects.filter(payment__unit=unit).on_receipt().annotate(entry_id=F("payment__entry"))
    for part in parts.select_related("bill", "line__charge_item", "refund"):
        found.setdefault(part.entry_id, []).append(_went_to(part))  # type: ignore[attr-defined]
    return found


def _went_to(part: Allocation) -> Mapping[str, Any]:
    """What a part of a payment settled; or the refund that gave it back."""
    if part.refund or part.bill is None:
        return {"refund": part.refund.number if part.refund else "", "amount": part.amount}
    return {
        "bill": part.bill.number,
        "period": part.bill.period,
        "item": part.line.charge_item if part.line else None,
        "amount": part.amount,
    }


def explained(line: BillLine) -> Mapping[str, Any]:
    """A line in figures: item, quantity, rate, readings from and to, steps, days, discount."""
    return {
        "item": line.charge_item,
        "quantity": line.quantity,
        "rate": line.rate,
        "amount": line.amount,
        "meter": line.meter.number if line.meter else None,
        "meter_from": line.meter_from,
        "meter_to": line.meter_to,
        **line.explanation,
    }


# --- payments ----------------------------------------------------------------------------------------------------------


def given_back_of(payments: Iterable[int]) -> dict[int, Decimal]:
    """Payment -> what of it was refunded; only payments of which anything was."""
    rows = Allocation.objects.filter(payment__in=list(payments), refund__isnull=False)
    sums = rows.order_by().values_list("payment").annotate(Sum("amount"))
    return {pk: round_money(amount) for pk, amount in sums}


# --- runs --------------------------------------------------------------------------------------------------------------


def totals_of_run(run: BillingRun) -> list[dict[str, Any]]:
    """A run's sums by item and building: of its drafts while it is previewed, of its bills afterwards."""
    if run.status == BillingRun.Status.PREVIEWED:
        rows: QuerySet[Any, Any] = DraftLine.objects.filter(run=run).values(
            "charge_item", building=F("unit__building")
        )
    else:
        rows = BillLine.objects.filter(bill__run=run).values(
            "charge_item", building=F("bill__unit__building")
        )
    return [
        {**row, "amount": round_money(row["amount"])}
        for row in rows.annotate(amount=Sum("amount")).order_by("charge_item", "building")
    ]


# --- rates -------------------------------------------------------------------------------------------------------------


MONTHLY = (ChargeItem.Kind.AREA, ChargeItem.Kind.FIXED)
BY_PIECE = (ChargeItem.Kind.PIECE,)


def rates_of_unit(unit: Unit, day: date, kinds: Iterable[str] = MONTHLY) -> list[Rate]:
    """The rates of these kinds of items that hold for a unit on a day: of each item in use the narrowest."""
    rows = Rate.objects.on(day).filter(
        estate=unit.estate, charge_item__kind__in=kinds, charge_item__is_active=True
    )
    fits = (
        Q(unit=unit)
        | Q(building=unit.building_id)
        | Q(use=unit.use, unit__isnull=True, building__isnull=True)
    )
    everywhere = Q(unit__isnull=True, building__isnull=True, use="")
    found: dict[int, Rate] = {}
    for rate in rows.filter(fits | everywhere).select_related("charge_item").order_by("charge_item__code"):
        known = found.get(rate.charge_item_id)
        if known is None or _width(rate) < _width(known):
            found[rate.charge_item_id] = rate
    return list(found.values())


def _width(rate: Rate) -> int:
    return 0 if rate.unit_id else 1 if rate.building_id else 2 if rate.use else 3
