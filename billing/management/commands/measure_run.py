"""How long a monthly run takes beside what the database does by itself, and beside the ORM's bulk_create."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from billing.models import AccountEntry, Bill, BillingRun, BillLine, ChargeItem, Meter, MeterReading
from billing.services import charges, runs
from helpdesk.estates.models import Estate
from residents.models import Building, Unit

TABLES = ("billing_bill", "billing_billline", "billing_accountentry")
FIRST = date(2026, 1, 1)
BATCH = 2000


class Command(BaseCommand):
    help = (
        "Bills an estate of --units units with three lines each and says how long that took. "
        "Only on an empty database, where it leaves that estate behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--units", type=int, default=10_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if Estate.objects.exists():
            raise CommandError("There are estates here; give it an empty database (.ci/with-services).")
        if not 1 <= options["units"] <= 1_000_000:
            raise CommandError("Between 1 and 1,000,000 units.")
        estate = make_estate(options["units"])
        made: list[BillingRun] = []
        took = {"preview": timed(lambda: made.append(runs.preview_run(estate, actor=None, period="2026-02")))}
        run = made[0]
        runs.confirm_run(run, actor=None)
        took["bill"] = timed(lambda: runs.continue_run(run))
        took["INSERT … SELECT of the same rows"] = timed(lambda: insert_select(run))
        took["bulk_create of the same rows"] = timed(lambda: bulk_create(run))
        ours = took["bill"]
        self.stdout.write(f"{options['units']} units, {BillLine.objects.filter(bill__run=run).count()} lines")
        for what, seconds in took.items():
            ratio = "" if what in ("preview", "bill") else f"   bill is {ours / seconds:.2f} times as long"
            self.stdout.write(f"{what}: {seconds:.2f} s{ratio}")


def timed(act: Callable[[], Any]) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def make_estate(count: int) -> Estate:
    """Floor area, a water meter read twice, and a share of the light: three lines a unit."""
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
    charges.enter_shared_cost(light, actor=None, period="2026-02", amount=Decimal(3 * count))
    add_readings(estate, units, water)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return estate


def add_readings(estate: Estate, units: list[Unit], water: ChargeItem) -> None:
    meters = Meter.objects.bulk_create(
        (
            Meter(estate=estate, unit=unit, charge_item=water, number=f"W{n}", installed_on=FIRST)
            for n, unit in enumerate(units)
        ),
        batch_size=BATCH,
    )
    MeterReading.objects.bulk_create(
        (
            MeterReading(estate=estate, meter=meter, period=period, read_on=f"{period}-28", value=value)
            for meter in meters
            for period, value in (("2026-01", "11.5"), ("2026-02", "24.2"))
        ),
        batch_size=BATCH,
    )


@transaction.atomic
def insert_select(run: BillingRun) -> None:
    """The floor: the rows of bills, lines and entries once more, into tables with the same columns and indexes."""
    chosen = {
        "billing_bill": "run_id = %s",
        "billing_billline": "bill_id IN (SELECT id FROM billing_bill WHERE run_id = %s)",
        "billing_accountentry": "bill_id IN (SELECT id FROM billing_bill WHERE run_id = %s)",
    }
    shape = "LIKE {table} INCLUDING ALL" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table in TABLES:
            copy = f"floor_{table}"
            if shape:
                cursor.execute(f"CREATE TEMPORARY TABLE {copy} ({shape.format(table=table)}) ON COMMIT DROP")
            else:
                cursor.execute(f"CREATE TEMPORARY TABLE {copy} AS SELECT * FROM {table} WHERE 0")  # noqa: S608
            cursor.execute(f"INSERT INTO {copy} SELECT * FROM {table} WHERE {chosen[table]}", [run.pk])  # noqa: S608


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
                period="2026-03",
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
