"""What all records of a household have in common when they are added, changed and put away."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.models import User
from residents.models.kept import KeptRecord

R = TypeVar("R", bound=KeptRecord)


@transaction.atomic
def keep(row: R, *, actor: User | None, taken: Refused | None = None, at: datetime | None = None) -> R:
    """Put a new record on file under its resident, else its unit. Refused: other_estate, archived, `taken` where the
    database says it is there already."""
    owner = row.resident or row.unit
    if owner is None:
        raise Refused("owner_missing", _("Name a unit or a resident."), field="unit")
    row.estate_id = owner.estate_id
    guard_owners(row)
    save_or(row, taken)
    record(f"{noun_of(row)}.added", row, filed_under=owner, actor=actor, at=at)
    return row


@transaction.atomic
def change(
    row: R,
    *,
    actor: User | None,
    version: int | None = None,
    taken: Refused | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> R:
    """Change fields of a record; nothing is written where nothing differs. Refused: stale, other_estate, archived, `taken`."""
    row = lock(row, version)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
    if {"unit", "resident"} & set(changed):
        guard_owners(row)
    row.version += 1
    save_or(row, taken, [*changed, "version"])
    # Which fields, never what stood in them.
    record(
        f"{noun_of(row)}.changed",
        row,
        filed_under=row.resident or row.unit,
        actor=actor,
        at=at,
        fields=changed,
    )
    return row


@transaction.atomic
def archive(row: R, *, actor: User | None, version: int | None = None, at: datetime | None = None) -> R:
    """Put a record away; once more changes nothing. Refused: stale."""
    row = lock(row, version)
    if row.is_archived:
        return row
    row.is_archived, row.version = True, row.version + 1
    row.save(update_fields=["is_archived", "version"])
    record(f"{noun_of(row)}.archived", row, filed_under=row.resident or row.unit, actor=actor, at=at)
    return row


def lock(row: Any, version: int | None = None) -> Any:
    """The row as it stands now, locked. Refused: stale when `version` is no longer the current one."""
    row = type(row)._base_manager.select_for_update().get(pk=row.pk)
    if version is not None and row.version != version:
        raise Stale(_("A colleague changed this record meanwhile."))
    return row


def guard_owners(row: KeptRecord) -> None:
    """Unit and resident stand in the record's estate and take something new."""
    for owner in (row.unit, row.resident):
        if owner is not None and owner.estate_id != row.estate_id:
            raise Refused("other_estate", _("Unit and resident belong to different estates."), field="unit")
        if owner is not None and owner.is_archived:
            raise Refused("archived", _("An archived record takes nothing new."))


def save_or(row: Any, taken: Refused | None, fields: list[str] | None = None) -> None:
    """Save; `taken` is what to say where the database knows it already."""
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        if taken is None:
            raise
        raise taken from error


def noun_of(row: Any) -> str:
    """What the history calls this kind of record."""
    return str(row._meta.model_name)
