"""Emptying columns and deleting rows, in batches; what is empty already is left alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from helpdesk.lib.personal_data import PersonalField

BATCH = 500


def full(fields: Iterable[PersonalField]) -> Q:
    """Rows in which one of these columns still says something."""
    found = Q(pk__in=[])
    for each in fields:
        if each.emptied is None:
            found |= Q(**{f"{each.name}__isnull": False})
        elif isinstance(each.emptied, str):
            found |= ~Q(**{each.name: ""}) & ~Q(**{each.name: each.emptied})
        else:
            found |= ~Q(**{each.name: each.emptied})
    return found


def empty(rows: QuerySet[Any], fields: Iterable[PersonalField]) -> int:
    """Write over these columns, five hundred rows at a time; how many rows said something."""
    fields = list(fields)
    values = {each.name: _emptied(each) for each in fields}
    if any(f.name == "version" for f in rows.model._meta.concrete_fields):
        values["version"] = F("version") + 1
    return sum(_chunk(pks, rows.model).update(**values) for pks in _chunks(rows.filter(full(fields))))


def delete(rows: QuerySet[Any]) -> int:
    """Delete these rows, five hundred at a time; how many there were."""
    count = 0
    for pks in _chunks(rows):
        _chunk(pks, rows.model).delete()
        count += len(pks)
    return count


def _emptied(field: PersonalField) -> Any:
    if isinstance(field.emptied, str) and field.emptied:
        # Where nothing stood nothing is written: a dash would look as if something had.
        return Case(When(**{field.name: ""}, then=Value("")), default=Value(field.emptied))
    return field.emptied


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    last = None
    while True:
        after = rows.filter(pk__gt=last) if last is not None else rows
        pks = list(after.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not pks:
            return
        with transaction.atomic():
            yield pks
        last = pks[-1]


def _chunk(pks: list[Any], model: type[models.Model]) -> QuerySet[Any]:
    return model._base_manager.filter(pk__in=pks)
