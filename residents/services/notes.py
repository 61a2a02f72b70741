"""Notes that only some of the staff read (docs/domain.md §8)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Note, Resident, Unit
from residents.models.notes import READERS
from residents.services.kept import change, keep


def add_note(
    *,
    actor: User,
    body: str,
    audience: str,
    unit: Unit | None = None,
    resident: Resident | None = None,
    **details: Any,
) -> Note:
    """A note for one circle, to which its author belongs. Refused: body_missing, not_your_circle, archived."""
    row = Note(unit=unit, resident=resident, body=_body(body), audience=audience, author=actor, **details)
    owner = resident or unit
    _guard_circle(actor, audience, owner.estate_id if owner else None)
    return keep(row, actor=actor)


def edit_note(note: Note, *, actor: User, version: int | None = None, **changes: Any) -> Note:
    """Other words, another circle. Refused: stale, body_missing, not_your_circle."""
    if "body" in changes:
        changes["body"] = _body(changes["body"])
    _guard_circle(actor, changes.get("audience", note.audience), note.estate_id)
    return change(note, actor=actor, version=version, **changes)


def _body(written: str) -> str:
    if not written.strip():
        raise Refused("body_missing", _("Write the note."), field="body")
    return written.strip()


def _guard_circle(actor: User, audience: str, estate_id: int | None) -> None:
    if not actor.may(READERS[audience], estate_id):
        raise Refused("not_your_circle", _("You would not read this note yourself."), field="audience")
