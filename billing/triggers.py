"""Puts billing.ledger_rules in place on SQLite and PostgreSQL, anew after every migrate (helpdesk.audit.triggers says why)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connections, models

from billing import ledger_rules as rules

BIGGEST = 10_000_000_000  # numeric(12,2); above every amount, and below PostgreSQL's NaN


def install(using: str = "default", **_kwargs: Any) -> None:
    """Put every trigger in place, as it reads today; nothing while the tables do not exist yet."""
    connection = connections[using]
    tables = set(rules.KEPT) | {table for table, _rule in rules.ON_UPDATE}
    if not tables <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        if any(_unfinished(connection, cursor, table) for table in tables):
            return  # between two migrations; they come when the rest of them is through
        if connection.vendor == "sqlite":
            _install_sqlite(cursor)
        else:
            for statement in _postgres():
                cursor.execute(statement)


def _unfinished(connection: Any, cursor: Any, table: str) -> bool:
    """Whether a table has not all columns of its model."""
    there = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    return not {field.column for field in _models()[table]._meta.fields} <= there


def make_way(using: str = "default", plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    """Take the triggers down on SQLite while migrations run; `install` puts them back when they are through.

    A column is changed there by building a table anew, and SQLite refuses that while a trigger names the old one.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {row[0] for row in cursor.fetchall()}
        for _table, name in names("sqlite"):
            if name in there:
                cursor.execute("DROP TRIGGER " + name)


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
    return [name for _table, name in names(connection.vendor) if name not in there]


def names(vendor: str) -> list[tuple[str, str]]:
    """(table, trigger) of every trigger on that database."""
    if vendor == "sqlite":
        return [(table, name) for table, name, _body in _sqlite()]
    found = [(table, f"{table}_posting") for table in _inserts()] + [
        (table, f"{table}_change") for table in _updates()
    ]
    found += [(table, f"{table}_effect") for table in rules.EFFECTS]
    found += [(table, f"{table}_{verb}") for table in rules.KEPT for verb in ("no_delete", "no_truncate")]
    return found + [(table, f"{table}_entry") for table in rules.HAS_ENTRY]


# --- the conditions ---------------------------------------------------------------------------------------------------


def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_app_config("billing").get_models()}


def _inserts() -> dict[str, list[tuple[str, str]]]:
    """Table -> [(rule, condition)] for inserted rows."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for (table, rule), condition in rules.ON_INSERT.items():
        found[table].append((rule, condition))
    for table, model in _models().items():
        if (abroad := _other_estate(model)) is not None:
            found[table].append(("one_estate", abroad))
        if table in rules.KEPT and (broken := _not_whole_cents(model)) is not None:
            found[table].append(("whole_cents", broken))
    return found


def _updates() -> dict[str, list[tuple[str, str]]]:
    """Table -> [(rule, condition)] for changed rows."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, model in _models().items():
        if table in rules.KEPT:
            found[table].append(("written_once", _changed(model, rules.KEPT[table])))
            if (condition := _not_whole_cents(model)) is not None:
                found[table].append(("whole_cents", condition))
        elif (condition := _other_estate(model)) is not None:
            found[table].append(("one_estate", condition))
    for (table, rule), condition in rules.ON_UPDATE.items():
        found[table].append((rule, condition))
    return found


def _other_estate(model: type[models.Model]) -> str | None:
    """Whether a foreign key leads to another estate's row."""
    if "estate" not in {field.name for field in model._meta.fields}:
        return None
    parts = [
        f"EXISTS (SELECT 1 FROM {field.related_model._meta.db_table} r"  # noqa: S608  # names of our own tables
        f" WHERE r.id = NEW.{field.column} AND r.estate_id <> NEW.estate_id)"
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and "estate" in {other.name for other in field.related_model._meta.fields}  # type: ignore[union-attr]
    ]
    return " OR ".join(parts) or None


def _not_whole_cents(model: type[models.Model]) -> str | None:
    columns = [
        field.column
        for field in model._meta.fields
        if isinstance(field, models.DecimalField) and field.decimal_places == 2 and field.max_digits == 12
    ]
    parts = [f"NEW.{c} <> ROUND(NEW.{c}, 2) OR NEW.{c} >= {BIGGEST}" for c in columns]
    return " OR ".join(parts) or None


def _changed(model: type[models.Model], kept: tuple[str, ...]) -> str:
    columns = [field.column for field in model._meta.fields if field.column not in kept]
    return " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in columns)


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _install_sqlite(cursor: Any) -> None:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = dict(cursor.fetchall())
    for _table, name, statement in _sqlite():
        if there.get(name) == statement:
            continue
        if name in there:
            cursor.execute("DROP TRIGGER " + name)
        cursor.execute(statement)


def _sqlite() -> Iterator[tuple[str, str, str]]:
    """(table, trigger, statement): one trigger for each rule."""

    def refuse(table: str, rule: str, when: str, condition: str) -> tuple[str, str, str]:
        name = f"{table}_{rule}_{when.split()[-1].lower()}"
        # Older SQLite knows IS NOT in place of IS DISTINCT FROM.
        condition = condition.replace("IS DISTINCT FROM", "IS NOT")
        body = f"BEGIN SELECT RAISE(ABORT, '{table}: {rule}'); END"
        return table, name, f"CREATE TRIGGER {name} {when} ON {table} WHEN {condition} {body}"

    for table, found in _inserts().items():
        for rule, condition in found:
            yield refuse(table, rule, "AFTER INSERT", condition)
    for table, found in _updates().items():
        for rule, condition in found:
            yield refuse(table, rule, "BEFORE UPDATE", condition)
    for table in rules.KEPT:
        yield refuse(table, "stays", "BEFORE DELETE", "1")
        # INSERT OR REPLACE deletes without asking the trigger above.
        yield refuse(table, "not_again", "BEFORE INSERT", _there_already(table))
    for table, statements in rules.EFFECTS.items():
        name = f"{table}_effect"
        yield (
            table,
            name,
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {'; '.join(statements)}; END",
        )


def _there_already(table: str) -> str:
    """Whether a row with this key, or with any of the table's unique values, stands already."""
    model = _models()[table]
    keys: list[tuple[str, ...]] = [("id",)]
    told = models.Q(form_token__isnull=False)  # two rows without one are not equal anyhow
    keys += [(str(field.column),) for field in model._meta.fields if field.unique and not field.primary_key]
    keys += [
        tuple(str(model._meta.get_field(name).column) for name in constraint.fields)  # type: ignore[union-attr]
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition in (None, told)
    ]
    parts = [" AND ".join(f"o.{column} = NEW.{column}" for column in key) for key in keys]
    return f"EXISTS (SELECT 1 FROM {table} o WHERE {' OR '.join(f'({part})' for part in parts)})"  # noqa: S608


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

FUNCTION = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {body} END $$ LANGUAGE plpgsql"
RAISE = "RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation';"


def _postgres() -> Iterator[str]:
    for table, found in _inserts().items():
        # By statement: a run that inserts thousands of rows asks each question once.
        body = "".join(
            f"IF EXISTS (SELECT 1 FROM inserted n WHERE {condition.replace('NEW.', 'n.')}) THEN "  # noqa: S608
            + RAISE.format(text=f"{table}: {rule}")
            + " END IF;"
            for rule, condition in found
        )
        yield FUNCTION.format(name=f"{table}_posting", body=body + " RETURN NULL;")
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_posting AFTER INSERT ON {table} REFERENCING NEW TABLE AS inserted"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_posting()"
        )
    for table, found in _updates().items():
        body = "".join(
            f"IF ({condition}) THEN {RAISE.format(text=f'{table}: {rule}')} END IF;"
            for rule, condition in found
        )
        yield FUNCTION.format(name=f"{table}_change", body=body + " RETURN NEW;")
        yield _row_trigger(table, "change", "BEFORE UPDATE", f"{table}_change")
    yield FUNCTION.format(
        name="billing_stays",
        body="RAISE EXCEPTION '% stays' , TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';",
    )
    for table in rules.KEPT:
        yield _row_trigger(table, "no_delete", "BEFORE DELETE", "billing_stays")
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION billing_stays()"
        )
    for table, statements in rules.EFFECTS.items():
        body = "".join(f"{statement};" for statement in statements)
        yield FUNCTION.format(name=f"{table}_effect", body=body + " RETURN NULL;")
        yield _row_trigger(table, "effect", "AFTER INSERT", f"{table}_effect")
    yield from _postgres_entries()


def _row_trigger(table: str, rule: str, when: str, function: str) -> str:
    return f"CREATE OR REPLACE TRIGGER {table}_{rule} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"


def _postgres_entries() -> Iterator[str]:
    """By the commit, what was posted has its entry in the account."""
    for table, column in rules.HAS_ENTRY.items():
        name = f"{table}_entry"
        condition = f"NOT EXISTS (SELECT 1 FROM billing_accountentry e WHERE e.{column} = NEW.id)"  # noqa: S608
        body = f"IF ({condition}) THEN {RAISE.format(text=f'{table}: has no entry')} END IF; RETURN NULL;"
        yield FUNCTION.format(name=name, body=body)
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield (
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
