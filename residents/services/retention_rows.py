"""Emptying columns and deleting rows, in batches; what is empty already is left alone."""

from collections.abc import Callable, Iterable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from helpdesk.lib.one_by_one import one_by_one
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


def empty(rows: QuerySet[Any], fields: Iterable[PersonalField], *, spares: bool = False) -> int:
    """Write over these columns, five hundred rows at a time; how many rows said something. With `spares` a row that
    can't be written keeps back no other."""
    fields = list(fields)
    values = {each.name: _emptied(each) for each in fields}
    if any(f.name == "version" for f in rows.model._meta.concrete_fields):
        values["version"] = F("version") + 1
    return _in_batches(rows.filter(full(fields)), lambda found: found.update(**values), spares)


def delete(rows: QuerySet[Any], *, spares: bool = False) -> int:
    """Delete these rows, five hundred at a time; how many there were. `spares` as for `empty`."""

    def gone(found: QuerySet[Any]) -> int:
        count = found.count()
        found.delete()
        return count

    return _in_batches(rows, gone, spares)


def _emptied(field: PersonalField) -> Any:
    if isinstance(field.emptied, str) and field.emptied:
        # Where nothing stood nothing is written: a dash would look as if something had.
        return Case(When(**{field.name: ""}, then=Value("")), default=Value(field.emptied))
    return field.emptied


def _in_batches(rows: QuerySet[Any], act: Callable[[QuerySet[Any]], int], spares: bool) -> int:
    count, last = 0, None
    while True:
        after = rows.filter(pk__gt=last) if last is not None else rows
        pks = list(after.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not pks:
            return count
        count += (_sparing if spares else _together)(rows.model, pks, act)
        last = pks[-1]


def _together(model: type[models.Model], pks: list[Any], act: Callable[[QuerySet[Any]], int]) -> int:
    with transaction.atomic():
        return act(model._base_manager.filter(pk__in=pks))


def _sparing(model: type[models.Model], pks: list[Any], act: Callable[[QuerySet[Any]], int]) -> int:
    """All at once; where that fails each row alone, so that the one at fault stays and comes again at the next round."""
    try:
        return _together(model, pks, act)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # which of them it was shows below
        return one_by_one(
            pks, lambda pk: _together(model, [pk], act), what=f"forgetting {model._meta.label_lower}"
        )
