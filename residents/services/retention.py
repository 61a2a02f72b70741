"""Forgetting in time: what a field's keeping says is over is emptied or deleted, unless somebody holds it.

Every app has told of its columns (helpdesk.lib.personal_data); here they are gone through, in batches and as often as
one likes: what is empty already is not touched again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.personal_data import Keeping, Person, PersonalField, Table, table_of, tables
from residents.models import Resident, RetentionRun
from residents.services.persons_data import erase_waiting, held_as_contacts, held_by_law, held_by_matters
from residents.services.retention_rows import delete, empty, full

RESIDENTS = "residents.resident"


def forget_overdue(at: datetime) -> dict[str, int]:
    """Empty and delete all that is over at `at`, then whoever waited to be forgotten; rows touched, by table.

    A table, a row or a person with whom something is wrong keeps back no other.
    """
    held = held_by_law() + held_by_matters(_about_to_be_forgotten(at))
    held += held_as_contacts(held)
    done: dict[str, int] = {}

    def forget(label: str) -> int:
        done[label] = _forget_in(table_of(label), held, at)
        return done[label]

    one_by_one([table.label for table in tables()], forget, what="forgetting in")
    erase_waiting(at)
    return {label: count for label, count in done.items() if count}


def _forget_in(table: Table, held: list[Person], at: datetime) -> int:
    count = 0
    for keeping, fields in _by_keeping(table.fields):
        if keeping is not table.deleted:
            count += _log(table, fields, empty(_over(table, keeping, held, at), fields, spares=True), at)
    if table.deleted is not None:
        count += _log(table, (), delete(_over(table, table.deleted, held, at), spares=True), at)
    return count


def _about_to_be_forgotten(at: datetime) -> list[Resident]:
    """Residents with something left that would go now: of them alone it must be known whether anything is open."""
    table = table_of(RESIDENTS)
    found = Q(pk__in=[])
    for keeping, fields in _by_keeping(table.fields):
        assert keeping.over is not None  # noqa: S101 - all of a resident's fields have a day
        found |= Q(pk__in=Resident.objects.filter(keeping.over(at)).filter(full(fields)).values("pk"))
    # A second record goes by the one that it was merged into, whoever speaks for an organisation by that.
    going = Resident.objects.filter(found).values("pk")
    ids = Q(pk__in=going) | Q(merged_records__in=going) | Q(contact_persons__in=going)
    return list(Resident.objects.filter(ids).distinct())


def _over(table: Table, keeping: Keeping, held: list[Person], at: datetime) -> QuerySet[Any]:
    assert keeping.over is not None  # noqa: S101 - asked for with a day alone
    rows = table.model._base_manager.filter(keeping.over(at))
    kept = set().union(*(person.ids(table.label) for person in held))
    return rows.exclude(pk__in=kept) if kept else rows


def _by_keeping(fields: Iterable[PersonalField]) -> Iterator[tuple[Keeping, list[PersonalField]]]:
    grouped: dict[int, tuple[Keeping, list[PersonalField]]] = {}
    for each in fields:
        if each.keeping.over is not None:
            grouped.setdefault(id(each.keeping), (each.keeping, []))[1].append(each)
    yield from grouped.values()


def _log(table: Table, fields: Iterable[PersonalField], rows: int, at: datetime) -> int:
    if rows:
        columns = ", ".join(field.name for field in fields)[:300]
        RetentionRun.objects.create(ran_at=at, table=table.label, columns=columns, rows=rows)
    return rows
