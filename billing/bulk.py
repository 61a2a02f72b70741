"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection

AT_ONCE = 20_000


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Inserts rows of texts, numbers and None into one of our own tables; returns how many."""
    rows, count = iter(rows), 0
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, AT_ONCE)):
            count += len(chunk)
            if connection.vendor == "postgresql":
                buffer = io.StringIO()
                csv.writer(buffer).writerows(chunk)
                buffer.seek(0)
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv)", buffer)
            else:
                marks = ", ".join(["%s"] * len(columns))
                statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # names of our own
                cursor.executemany(statement, chunk)
    return count
