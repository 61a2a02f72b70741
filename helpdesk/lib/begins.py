"""Looking for the beginning of a text by an index, on SQLite and PostgreSQL alike.

LIKE 'x%' uses a plain index on neither: SQLite's own LIKE minds no case, and PostgreSQL sorts by the language's rules.
Bytes in their own order do on both, given an index over `column COLLATE "C"` on PostgreSQL (`index_in_byte_order`).
"""

from typing import Any

from django.db.models import CharField, Func, Q, QuerySet

LAST = "\U0010ffff"


class InByteOrder(Func):
    """The column compared and sorted byte by byte, as SQLite does anyway."""

    arity = 1
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **context)


def in_byte_order(rows: QuerySet[Any], **columns: str) -> QuerySet[Any]:
    """The rows with each column under a name by which `begins` asks and `order_by` sorts."""
    kind = CharField()
    return rows.alias(**{name: InByteOrder(column, output_field=kind) for name, column in columns.items()})


def begins(name: str, text: str) -> Q:
    """Rows whose column, named by `in_byte_order`, begins with `text`."""
    return Q(**{f"{name}__gte": text, f"{name}__lt": text + LAST})


def index_in_byte_order(table: str, name: str, *columns: str) -> tuple[str, str]:
    """SQL that makes and drops the index on PostgreSQL: the last column byte by byte, those before it as they are."""
    *firsts, last = (f'"{column}"' for column in columns)
    over = ", ".join([*firsts, f'{last} COLLATE "C"'])
    return f'CREATE INDEX "{name}" ON "{table}" ({over})', f'DROP INDEX IF EXISTS "{name}"'
