"""Cards and permits 证卡: issued, then lost, cancelled or returned (docs/domain.md §8)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import AccessCard, Resident, Unit
from residents.services.kept import change, keep, lock

ENDINGS = frozenset({AccessCard.Status.LOST, AccessCard.Status.CANCELLED, AccessCard.Status.RETURNED})


@transaction.atomic
def issue_card(
    *,
    actor: User | None,
    number: str,
    unit: Unit | None = None,
    resident: Resident | None = None,
    issued_on: date | None = None,
    at: datetime | None = None,
    **details: Any,
) -> AccessCard:
    """A card goes out. Refused: number_missing, card_out (this number is in somebody's hands), other_estate, archived."""
    if not number.strip():
        raise Refused("number_missing", _("A card has a number."), field="number")
    row = AccessCard(
        unit=unit,
        resident=resident,
        number=number.strip().upper(),
        issued_on=issued_on or _today(unit or resident, at),
        **details,
    )
    return keep(row, actor=actor, taken=_out(), at=at)


@transaction.atomic
def edit_card(
    card: AccessCard, *, actor: User | None, version: int | None = None, **changes: Any
) -> AccessCard:
    """What was written wrong. Refused: stale, card_out, other_estate, archived."""
    if "number" in changes:
        changes["number"] = changes["number"].strip().upper()
    return change(card, actor=actor, version=version, taken=_out(), **changes)


@transaction.atomic
def end_card(
    card: AccessCard, *, actor: User | None, status: str, note: str = "", at: datetime | None = None
) -> AccessCard:
    """Lost, cancelled or returned; the same once more changes nothing. A lost one may still be returned.

    Refused: invalid_transition.
    """
    card = lock(card)
    if card.status == status:
        return card
    found_again = card.status == AccessCard.Status.LOST and status == AccessCard.Status.RETURNED
    if status not in ENDINGS or not (card.status == AccessCard.Status.ISSUED or found_again):
        raise Refused("invalid_transition", _("This card is no longer out."))
    card.status, card.ended_on, card.version = status, _today(card, at), card.version + 1
    card.note = note.strip()[:300] or card.note
    card.save(update_fields=["status", "ended_on", "note", "version"])
    record(f"accesscard.{status}", card, filed_under=card.resident or card.unit, actor=actor, at=at)
    return card


def _today(owner: Unit | Resident | AccessCard | None, at: datetime | None) -> date:
    """Which day it is in the owner's estate; without an owner nothing is kept, whatever the day."""
    now = at or timezone.now()
    return local(owner.estate, now).date() if owner else now.date()


def _out() -> Refused:
    return Refused("card_out", _("A card with this number is in somebody's hands."), field="number")
