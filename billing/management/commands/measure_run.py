"""How long a monthly run takes beside what the database does by itself, and beside the ORM's bulk_create."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from billing.calculation import bounds_of, period_before
from billing.measuring import (
    BATCH,
    insert_select,
    know_the_tables,
    require_at_most,
    require_empty,
    timed,
    told,
)
from billing.models import AccountEntry, Bill, BillingRun, BillLine, ChargeItem, Meter, MeterReading
from billing.services import charges, runs
from helpdesk.estates.models import Estate
from residents.models import Building, Unit

FIRST = date(2026, 1, 1)
MOST = 3  # times as long as the floor
OF_BILLS = "bill_id IN (SELECT id FROM billing_bill WHERE run_id = %s)"


class Command(BaseCommand):
    help = (
        "Bills an estate of --units units with three lines each, a month for each of --rounds, and says how long that "
        "took beside INSERT … SELECT of the same rows. Only on an empty database, where it leaves that estate behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--units", type=int, default=10_000)
        parser.add_argument("--rounds", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        require_empty()
        if not (1 <= options["units"] <= 1_000_000 and 1 <= options["rounds"] <= 11):
            raise CommandError("Between 1 and 1,000,000 units, in 1 to 11 rounds.")
        periods = [period_before("2026-02", -n) for n in range(options["rounds"])]
        estate = make_estate(options["units"], periods)
        pairs, previews = [], []
        for period in periods:
            preview, ours, run = bill_month(estate, period)
            previews.append(preview)
            pairs.append((ours, floor_of(run)))
            self.stdout.write(
                f"{period}: preview {preview:.2f} s, bill {ours:.2f} s, floor {pairs[-1][1]:.2f} s"
            )
        orm = timed(lambda: bulk_create(run))
        lines = BillLine.objects.filter(bill__run=run).count()
        self.stdout.write(f"{options['units']} units, {lines} lines a month")
        line, ratio = told(pairs, "bill")
        self.stdout.write(line)
        self.stdout.write(
            f"bulk_create of the last month's rows: {orm:.2f} s, {orm / pairs[-1][1]:.2f} floors"
        )
        require_at_most(MOST, ratio)


def bill_month(estate: Estate, period: str) -> tuple[float, float, BillingRun]:
    """Seconds of the preview, seconds of making the bills, the run."""
    made: list[BillingRun] = []
    # On the period's first day: measured months may lie ahead of the machine's clock.
    first = datetime(int(period[:4]), int(period[5:]), 1, 8, tzinfo=ZoneInfo(estate.time_zone))
    preview = timed(lambda: made.append(runs.preview_run(estate, actor=None, period=period, at=first)))
    runs.confirm_run(made[0], actor=None, at=first)
    return preview, timed(lambda: runs.continue_run(made[0])), made[0]


def floor_of(run: BillingRun) -> float:
    chosen = {
        "billing_bill": "run_id = %s",
        "billing_billline": OF_BILLS,
        "billing_accountentry": OF_BILLS,
    }
    return sum(insert_select(table, condition, [run.pk]) for table, condition in chosen.items())


def make_estate(count: int, periods: list[str]) -> Estate:
    """Floor area, a water meter read every month, and a share of the light: three lines a unit."""
    estate = Estate.objects.create(code="measured", name="Measured")
    building = Building.objects.create(estate=estate, code="1", floors=99)
    units = Unit.objects.bulk_create(
        (
            Unit(estate=estate, building=building, code=f"1-{n}", floor=1, area_m2="88.60")
            for n in range(count)
        ),
        batch_size=BATCH,
    )
    area = charges.add_charge_item(estate=estate, actor=None, code="area", name="Area", kind="area")
    water = charges.add_charge_item(estate=estate, actor=None, code="water", name="Water", kind="metered")
    light = charges.add_charge_item(estate=estate, actor=None, code="light", name="Light", kind="shared")
    charges.set_rate(area, actor=None, amount=Decimal("2.85"), since=FIRST)
    steps: list[dict[str, Any]] = [{"up_to": "10", "rate": "3"}, {"up_to": None, "rate": "4.5"}]
    charges.set_rate(water, actor=None, amount=Decimal("4.5"), since=FIRST, tiers=steps)
    for period in periods:
        charges.enter_shared_cost(light, actor=None, period=period, amount=Decimal(3 * count))
    add_readings(estate, units, water, [period_before(periods[0]), *periods])
    know_the_tables()
    return estate


def add_readings(estate: Estate, units: list[Unit], water: ChargeItem, periods: list[str]) -> None:
    meters = Meter.objects.bulk_create(
        (
            Meter(estate=estate, unit=unit, charge_item=water, number=f"W{n}", installed_on=FIRST)
            for n, unit in enumerate(units)
        ),
        batch_size=BATCH,
    )
    MeterReading.objects.bulk_create(
        (
            MeterReading(
                estate=estate,
                meter=meter,
                period=period,
                read_on=bounds_of(period)[1],
                value=Decimal("12.7") * n,
            )
            for meter in meters
            for n, period in enumerate(periods, start=1)
        ),
        batch_size=BATCH,
    )


@transaction.atomic
def bulk_create(run: BillingRun) -> None:
    """The same bills for another period by the ORM, with the triggers that guard every row."""
    olds = list(Bill.objects.filter(run=run).order_by("id"))
    lines: dict[int, list[BillLine]] = {}
    for line in BillLine.objects.filter(bill__run=run).iterator(chunk_size=BATCH):
        lines.setdefault(line.bill_id, []).append(line)
    same = ("estate_id", "unit_id", "kind", "issued_on", "due_on", "currency", "total")
    bills = Bill.objects.bulk_create(
        (
            Bill(
                number=f"B-2025-{n:06d}",
                year=2025,
                serial=n,
                period="2025-03",
                **{k: getattr(old, k) for k in same},
            )
            for n, old in enumerate(olds, start=1)
        ),
        batch_size=BATCH,
    )
    kept = ("estate_id", "charge_item_id", "meter_id", "quantity", "rate", "amount", "explanation")
    BillLine.objects.bulk_create(
        (
            BillLine(bill=bill, **{k: getattr(line, k) for k in kept})
            for bill, old in zip(bills, olds, strict=True)
            for line in lines[old.pk]
        ),
        batch_size=BATCH,
    )
    AccountEntry.objects.bulk_create(
        (
            AccountEntry(
                estate_id=bill.estate_id, unit_id=bill.unit_id, kind="bill", on=bill.issued_on, debit="unit",
                credit="income", amount=bill.total, number=bill.number, bill=bill,
            )
            for bill in bills
        ),
        batch_size=BATCH,
    )  # fmt: skip
