"""How long it takes to find and to tell reminders beside what the database does by itself."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.management.commands.measure_run import bill_month, make_estate
from billing.measuring import (
    BATCH,
    insert_select,
    know_the_tables,
    require_at_most,
    require_empty,
    timed,
    told,
)
from billing.models import Reminder, ReminderNotice
from billing.services.reminders import find_reminders, ladder_of, tell_each
from helpdesk.estates.models import Estate
from residents.models import Occupancy, Resident, Unit

PERIOD = "2026-02"
DUE = date(2026, 2, 15)
MOST = 3  # times as long as the floor
TOLD = 200  # households of one batch
MOST_QUERIES = 25


class Command(BaseCommand):
    help = (
        "Bills an estate of --bills units, then finds the reminders of every rung of the ladder, each beside INSERT … "
        "SELECT of the same rows, and tells --households of them. Only on an empty database, where it leaves that estate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bills", type=int, default=10_000)
        parser.add_argument("--households", type=int, default=2_000)

    def handle(self, *args: Any, **options: Any) -> None:
        require_empty()
        if not 1 <= options["bills"] <= 1_000_000:
            raise CommandError("Between 1 and 1,000,000 bills.")
        estate = make_estate(options["bills"], [PERIOD])
        bill_month(estate, PERIOD)
        add_payers(estate)
        know_the_tables()
        self.stdout.write(f"{options['bills']} bills, all of them reminded of at every rung")
        ratio = self.measure_finding(estate)
        queries = self.measure_telling(estate, options["households"])
        require_at_most(MOST, ratio)
        if queries > MOST_QUERIES:
            raise CommandError(f"Asks more than it should: {MOST_QUERIES} statements a batch at most.")

    def measure_finding(self, estate: Estate) -> float:
        """The median ratio over the rungs."""
        pairs = []
        for rung in ladder_of(estate):
            day = DUE + timedelta(days=rung.days)
            ours = timed(lambda day=day: find_reminders(estate, day))  # type: ignore[misc]
            floor = insert_select(
                "billing_reminder", "estate_id = %s AND level = %s", [estate.pk, rung.level]
            )
            pairs.append((ours, floor))
            count = Reminder.objects.filter(estate=estate, level=rung.level).count()
            self.stdout.write(
                f"rung {rung.level} ({rung.days:+d} days): {count} found in {ours:.2f} s, floor {floor:.2f} s"
            )
        line, ratio = told(pairs, "find a rung's reminders")
        self.stdout.write(line)
        return ratio

    def measure_telling(self, estate: Estate, count: int) -> int:
        """The most statements that a batch took."""
        day = DUE + timedelta(days=91)
        at = datetime.combine(day, time(10), ZoneInfo(estate.time_zone))
        units = list(Unit.objects.filter(estate=estate).order_by("id").values_list("pk", flat=True)[:count])
        seconds, most = 0.0, 0
        for begin in range(0, len(units), TOLD):
            with CaptureQueriesContext(connection) as asked:
                seconds += timed(lambda begin=begin: tell_each(units[begin : begin + TOLD], day, at))  # type: ignore[misc]
            most = max(most, len(asked))
        notices = ReminderNotice.objects.filter(estate=estate).count()
        each = seconds / max(notices, 1) * 1000
        self.stdout.write(
            f"tell {notices} households: {seconds:.2f} s, {each:.2f} ms each, at most {most} statements a batch of {TOLD}"
        )
        return most


def add_payers(estate: Estate) -> None:
    """One who reads e-mail for each unit."""
    units = list(Unit.objects.filter(estate=estate).order_by("id"))
    payers = Resident.objects.bulk_create(
        (
            Resident(estate=estate, name=f"Payer {n}", email=f"payer{n}@example.com")
            for n in range(len(units))
        ),
        batch_size=BATCH,
    )
    Occupancy.objects.bulk_create(
        (
            Occupancy(unit=unit, resident=payer, relation="owner", since=date(2020, 1, 1), is_payer=True)
            for unit, payer in zip(units, payers, strict=True)
        ),
        batch_size=BATCH,
    )
