"""Whom to ring when something happens to a resident (docs/domain.md §8)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import complain_about_phone, parse_phone
from helpdesk.staff.models import User
from residents.models import EmergencyContact, Resident
from residents.services.kept import change, keep


def add_emergency_contact(
    *, actor: User | None, resident: Resident, name: str, phone: str, **details: Any
) -> EmergencyContact:
    """Somebody to ring for a resident. Refused: name_missing, phone_unreadable, archived."""
    row = EmergencyContact(
        resident=resident, name=_name(name), phone=_phone(phone, resident.estate), **details
    )
    return keep(row, actor=actor)


def edit_emergency_contact(
    row: EmergencyContact, *, actor: User | None, version: int | None = None, **changes: Any
) -> EmergencyContact:
    """Another name or number; an empty number leaves the one on file. Refused: stale, name_missing, phone_unreadable."""
    if "name" in changes:
        changes["name"] = _name(changes["name"])
    if changes.get("phone"):
        changes["phone"] = _phone(changes["phone"], row.estate)
    else:
        changes.pop("phone", None)
    return change(row, actor=actor, version=version, **changes)


def _name(written: str) -> str:
    if not written.strip():
        raise Refused("name_missing", _("A name is needed."), field="name")
    return written.strip()


def _phone(written: str, estate: Estate) -> str:
    e164 = parse_phone(written, estate.phone_region)
    if e164 is None:
        raise Refused("phone_unreadable", complain_about_phone(written, estate.phone_region), field="phone")
    return e164
