"""Proves that the ledger agrees with itself; run every night."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import triggers
from billing.proof import differences

MOST_SHOWN = 10


class Command(BaseCommand):
    help = "Compares everything that the ledger says twice; fails on a difference or a missing trigger."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong: dict[str, list[Any]] = {**differences()}
        if missing := triggers.missing():
            wrong["triggers are missing"] = missing
        for what, rows in wrong.items():
            self.stderr.write(f"{what}: {len(rows)}, such as {', '.join(map(str, rows[:MOST_SHOWN]))}")
        if wrong:
            raise CommandError("The ledger does not agree with itself.")
        self.stdout.write("The ledger agrees with itself.")
