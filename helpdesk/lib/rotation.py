"""Changing the field key: every seal and keyed hash is made anew, in batches, while the desk goes on working.

Nothing has to be remembered: a seal says itself under which key it was made. Cut off, the next run goes on with what is
left; run again, it finds nothing to do. Seals under a key that is not listed are left alone and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from helpdesk.lib.crypto import UnsealError, seal_prefix, unseal
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.personal_data import table_of

BATCH = 500


@dataclass(frozen=True)
class Left:
    """What still hangs on an earlier key: rows with an old seal, and hashes of which the text was never kept."""

    table: str
    rows: int
    hashes_alone: int


def sealed_models() -> Iterator[tuple[type[models.Model], list[SealedTextField]]]:
    """Every table with sealed columns."""
    for model in apps.get_models(include_auto_created=True):
        fields = [f for f in model._meta.local_concrete_fields if isinstance(f, SealedTextField)]
        if fields:
            yield model, fields


def left_of(model: type[models.Model], fields: list[SealedTextField]) -> QuerySet[Any]:
    """Rows in which some seal was made with another key than the present one."""
    old, rows = Q(), model._base_manager.all()
    for field in fields:
        raw = f"raw_{field.name}"
        rows = rows.annotate(**{raw: Cast(field.name, TextField())})
        old |= ~Q(**{raw: ""}) & ~Q(**{f"{raw}__startswith": seal_prefix()})
    return rows.filter(old).order_by("pk")


def what_is_left() -> list[Left]:
    """For each table how many rows wait, and how many hashes can't be made anew."""
    found = []
    for model, fields in sealed_models():
        alone = Q(pk__in=[])
        for name, source in table_of(model._meta.label_lower).hashes.items():
            if source is None:
                alone |= ~Q(**{name: ""})
        rows = left_of(model, fields).count()
        found.append(Left(model._meta.label_lower, rows, model._base_manager.filter(alone).count()))
    return found


def rotate(model: type[models.Model], fields: list[SealedTextField]) -> Iterator[tuple[int, int]]:
    """Seal and hash one table anew, batch by batch: (rows done, rows that no listed key opens) after each."""
    last = None
    while True:
        rows = left_of(model, fields)
        if last is not None:
            rows = rows.filter(pk__gt=last)
        pks = list(rows.values_list("pk", flat=True)[:BATCH])
        if not pks:
            return
        with transaction.atomic():
            done = sum(_again(model, fields, pk) for pk in pks)
        last = pks[-1]
        yield done, len(pks) - done


def _again(model: type[models.Model], fields: list[SealedTextField], pk: Any) -> bool:
    """One row under the present key; False where a seal of it can't be opened."""
    row = _raw_row(model, fields, pk)
    if row is None:
        return True
    try:
        values: dict[str, Any] = {f.name: _opened(row[f"raw_{f.name}"], f) for f in fields}
    except UnsealError:
        return False
    for name, source in table_of(model._meta.label_lower).hashes.items():
        if source is not None:
            column, made = source
            values[name] = made(values[column]) if values[column] else ""
    model._base_manager.filter(pk=pk).update(**values)
    return True


def _raw_row(model: type[models.Model], fields: list[SealedTextField], pk: Any) -> dict[str, Any] | None:
    # Locked: nobody writes between reading the old seal and putting the new one.
    rows = model._base_manager.select_for_update().filter(pk=pk)
    raw = {f"raw_{f.name}": Cast(f.name, TextField()) for f in fields}
    return rows.annotate(**raw).values(*raw).first()


def _opened(token: str | None, field: SealedTextField) -> str | None:
    return unseal(token, field.purpose) if token else token
