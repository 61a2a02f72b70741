"""What the measuring commands share: seconds, medians, and the floor, which is what the database does by itself."""

import re
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction

from helpdesk.estates.models import Estate

BATCH = 2000


def require_empty() -> None:
    if Estate.objects.exists():
        raise CommandError("There are estates here; give it an empty database (.ci/with-services).")


def timed(act: Callable[[], Any]) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def know_the_tables() -> None:
    """What a running desk's database finds out by itself within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def told(pairs: Sequence[tuple[float, float]], what: str) -> tuple[str, float]:
    """A line about pairs of seconds, ours and the floor's, and the median of their ratios."""
    ratios = [ours / floor for ours, floor in pairs]
    ours, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return f"{what}: {ours:.2f} s, floor {floor:.2f} s, median of ratios {ratio:.2f} ({spread})", ratio


def require_at_most(most: float, ratio: float) -> None:
    """The figure to reach is PostgreSQL's; SQLite, which asks its triggers row by row, tells its own."""
    if connection.vendor == "postgresql" and ratio > most:
        raise CommandError(f"Slower than it should be: {most} floors at most.")


def insert_select(table: str, condition: str, params: Sequence[Any]) -> float:
    """Seconds for a table's rows once more, by one INSERT … SELECT into an empty table with the same columns, indexes and
    keys to other tables, committed: the least there is, for there are no triggers.
    """
    with connection.cursor() as cursor:
        _empty_copy(cursor, table)
        statement = f"INSERT INTO floor_{table} SELECT * FROM {table} WHERE {condition}"  # noqa: S608

        def copy() -> None:
            with transaction.atomic():
                cursor.execute(statement, params)

        took = timed(copy)
        cursor.execute(f"DROP TABLE floor_{table}")
    return took


def _empty_copy(cursor: Any, table: str) -> None:
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
        cursor.execute(keys, [table])
        for (key,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE floor_{table} ADD {key}")
        return
    cursor.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index')", [table]
    )
    for (made,) in cursor.fetchall():
        if made:  # indexes of unique columns come with their table
            named = re.sub(r'INDEX "(\w+)"', r'INDEX "floor_\1"', made)
            cursor.execute(named.replace(f'"{table}"', f'"floor_{table}"'))
