"""Triggers that refuse to change or delete what is written once, on SQLite and PostgreSQL.

Django rebuilds a SQLite table on most changes of its columns and the triggers go with the old one: they are installed
anew after every migrate.
"""

from typing import Any

from django.db import connections

WRITTEN_ONCE = ("audit_entry", "audit_accessentry", "audit_dayseal", "tickets_classdecision")

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb_lower} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is written once'); END
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION written_once() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END
$$ LANGUAGE plpgsql
"""
POSTGRES = """
CREATE OR REPLACE TRIGGER {table}_no_{verb_lower} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION written_once()
"""


def install(using: str = "default", **_kwargs: Any) -> None:
    """Put every trigger in place that is missing; tables that do not exist yet are passed over."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    statement = SQLITE if connection.vendor == "sqlite" else POSTGRES
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for table in WRITTEN_ONCE:
            for verb in ("UPDATE", "DELETE"):
                if table in there:
                    cursor.execute(statement.format(table=table, verb=verb, verb_lower=verb.lower()))


def missing(using: str = "default") -> list[str]:
    """Names of triggers that should stand and don't."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    wanted = [f"{table}_no_{verb}" for table in WRITTEN_ONCE for verb in ("update", "delete")]
    return [name for name in wanted if name not in there]
