"""Two records of one person become one, after somebody has looked at both (docs/domain.md §8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.models import User
from residents.merging import Column, columns
from residents.models import Erasure, Resident
from residents.services.residents import set_names

# What is on file once, so that one of two must be chosen.
CHOSEN = ("name", "other_name", "salutation", "email", "language", "identity_number", "note")


@dataclass(frozen=True)
class Going:
    """Rows of one column that would go over, or stay and why."""

    column: Column
    rows: int


def what_goes_over(duplicate: Resident) -> list[Going]:
    """What hangs on a record, by table; tables with nothing are left out."""
    counted = [
        Going(column, column.model._base_manager.filter(**{column.name: duplicate}).count())
        for column in columns()
        if column.label != "residents.namekey"
    ]
    return [going for going in counted if going.rows]


@transaction.atomic
def merge_residents(
    duplicate: Resident,
    *,
    into: Resident,
    actor: User,
    take: Collection[str] = (),
    versions: tuple[int, int] | None = None,
    at: datetime | None = None,
) -> Resident:
    """`duplicate` is put away and all that hangs on it goes to `into`, which is returned.

    `take` names the fields of which the duplicate's value is kept; what `into` lacks is taken anyway. `versions` are those
    that were looked at (duplicate, into). Refused: same_record, other_estate, other_kind, archived, erasure_waits, stale.
    """
    at = at or timezone.now()
    duplicate, into = _locked(duplicate, into, versions)
    _guard(duplicate, into)
    moved: dict[str, int] = {}
    for column in columns():
        if column.stays:
            continue
        if column.move:
            count = column.move(duplicate, into)
        else:
            rows = column.model._base_manager.filter(**{column.name: duplicate})
            count = rows.update(**{column.name: into.pk})
        if count:
            moved[column.label] = moved.get(column.label, 0) + count
    changed = _take_over(duplicate, into, take)
    duplicate.is_archived, duplicate.merged_into = True, into
    duplicate.version += 1
    duplicate.save(update_fields=["is_archived", "merged_into", "version"])
    set_names(into)
    record("resident.merged_away", duplicate, actor=actor, at=at, into=into.pk)
    record("resident.merged", into, actor=actor, at=at, duplicate=duplicate.pk, moved=moved, fields=changed)
    return into


def _locked(
    duplicate: Resident, into: Resident, versions: tuple[int, int] | None
) -> tuple[Resident, Resident]:
    """Both rows, always in the same order, so that two merges at once don't wait for each other."""
    ids = [duplicate.pk, into.pk]
    rows = {row.pk: row for row in Resident.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    duplicate, into = rows[duplicate.pk], rows[into.pk]
    if versions is not None and versions != (duplicate.version, into.version):
        raise Stale(_("A colleague changed this record meanwhile."))
    return duplicate, into


def _guard(duplicate: Resident, into: Resident) -> None:
    if duplicate.pk == into.pk:
        raise Refused("same_record", _("That is one and the same record."))
    if duplicate.estate_id != into.estate_id:
        raise Refused("other_estate", _("The two records belong to different estates."))
    if duplicate.kind != into.kind:
        raise Refused("other_kind", _("A person and an organisation are never the same."))
    if duplicate.is_archived or into.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    waiting = Erasure.objects.filter(resident__in=[duplicate, into], status=Erasure.Status.WAITING)
    if waiting.exists():
        raise Refused("erasure_waits", _("One of the two is to be forgotten; that comes first."))


def _take_over(duplicate: Resident, into: Resident, take: Collection[str]) -> list[str]:
    """The survivor's own columns; whoever wanted no messages or no calls still wants none."""
    values: dict[str, Any] = {
        name: getattr(duplicate, name)
        for name in CHOSEN
        if getattr(duplicate, name) and (name in take or not getattr(into, name))
    }
    if "identity_number" in values:
        values["identity_hash"] = duplicate.identity_hash
    values["accepts_messages"] = duplicate.accepts_messages and into.accepts_messages
    values["do_not_disturb"] = duplicate.do_not_disturb or into.do_not_disturb
    changed = sorted(name for name, value in values.items() if getattr(into, name) != value)
    for name in changed:
        setattr(into, name, values[name])
    into.version += 1
    into.save(update_fields=[*changed, "version"])
    return [name for name in changed if name != "identity_hash"]
