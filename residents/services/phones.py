"""A resident's numbers after they are on file: which comes first, what it is, whether it works (docs/domain.md §8)."""

from datetime import datetime

from django.db import transaction

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from residents.models import Phone, Resident


@transaction.atomic
def edit_phone(
    phone: Phone,
    *,
    actor: User | None,
    label: str | None = None,
    is_primary: bool | None = None,
    is_working: bool | None = None,
    at: datetime | None = None,
) -> Phone:
    """Another label; the first to ring (the one before steps back); out of service or working again."""
    phone = _locked(phone)
    wanted = {"label": label, "is_primary": is_primary, "is_working": is_working}
    changes = {name: value for name, value in wanted.items() if value is not None}
    changed = sorted(name for name, value in changes.items() if getattr(phone, name) != value)
    if not changed:
        return phone
    if is_primary:
        Phone.objects.filter(resident=phone.resident_id, is_primary=True).update(is_primary=False)
    for name in changed:
        setattr(phone, name, changes[name])
    phone.save(update_fields=changed)
    _count_up(phone)
    record("resident.phone_changed", phone, filed_under=phone.resident, actor=actor, at=at, fields=changed)
    return phone


@transaction.atomic
def remove_phone(phone: Phone, *, actor: User | None, at: datetime | None = None) -> None:
    """A number that is not theirs goes off file: it may be a stranger's. The history keeps that it went, not what it was."""
    phone = _locked(phone)
    record("resident.phone_removed", phone, filed_under=phone.resident, actor=actor, at=at, label=phone.label)
    _count_up(phone)
    phone.delete()


def _locked(phone: Phone) -> Phone:
    Resident.objects.select_for_update().get(pk=phone.resident_id)
    return Phone.objects.select_related("resident").get(pk=phone.pk)


def _count_up(phone: Phone) -> None:
    """The numbers are part of the record: who holds an older version of it is told."""
    phone.resident.version += 1
    phone.resident.save(update_fields=["version"])
