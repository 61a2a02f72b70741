"""The registers: calls, callers, letters, messages; and the call-backs promised in them (docs/domain.md §3)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import phone_hash
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.models import Contact, Ticket
from tickets.services.tickets.state import lock_ticket, note_response, same_estate, save_ticket
from tickets.services.tickets.taking import read_phone


def take_contact(
    *,
    estate: Estate,
    kind: str,
    actor: User,
    direction: str = Contact.Direction.IN,
    unit: Unit | None = None,
    resident: Resident | None = None,
    name: str = "",
    phone: str = "",
    summary: str = "",
    call_back_at: datetime | None = None,
    ticket: Ticket | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Contact:
    """An entry in a register; the same form again gives the first one's. Refused phone_invalid, other_estate."""
    at = at or timezone.now()
    for field, thing in (("unit", unit), ("resident", resident), ("ticket", ticket)):
        same_estate(estate.pk, field, thing)
    number = read_phone(estate, phone, field="phone")
    contact = Contact(
        estate=estate,
        kind=kind,
        direction=direction,
        unit=unit,
        resident=resident,
        name=name,
        phone=number,
        phone_hash=phone_hash(number) if number else "",
        summary=summary,
        call_back_at=call_back_at,
        ticket=ticket,
        taken_by=actor,
        created_at=at,
        form_token=form_token,
    )
    return _once(contact, actor)


def _once(contact: Contact, actor: User) -> Contact:
    """Write it; of two at the same second with one form token the second gets the first one's entry."""
    before = _made_by(contact.form_token, contact.estate)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(contact, actor)
    except IntegrityError:
        before = _made_by(contact.form_token, contact.estate)
        if before is None:
            raise
        return before


def _made_by(form_token: str | None, estate: Estate) -> Contact | None:
    return Contact.objects.filter(form_token=form_token, estate=estate).first() if form_token else None


def _write(contact: Contact, actor: User) -> Contact:
    at = contact.created_at
    if contact.ticket is not None and contact.direction == Contact.Direction.OUT:
        _answered(contact.ticket, at)
    contact.save(force_insert=True)
    said = {"kind": contact.kind, "direction": contact.direction, "call_back_at": contact.call_back_at}
    record("contact.taken", contact, actor=actor, filed_under=contact.ticket, at=at, **said)
    return contact


@transaction.atomic
def mark_called_back(contact: Contact, *, actor: User, at: datetime | None = None) -> Contact:
    """The promised call has been made; again changes nothing. Refused invalid_transition where none was promised."""
    at = at or timezone.now()
    if contact.ticket is not None:
        _answered(contact.ticket, at)
    waiting = Contact.objects.filter(pk=contact.pk, call_back_at__isnull=False, called_back_at__isnull=True)
    won = waiting.update(called_back_at=at, called_back_by=actor)
    contact.refresh_from_db()
    if contact.call_back_at is None:
        raise Refused("invalid_transition", _("No call-back was promised here."))
    if won:
        record("contact.called_back", contact, actor=actor, filed_under=contact.ticket, at=at)
    return contact


def _answered(ticket: Ticket, at: datetime) -> None:
    """Speaking to the resident about the matter is the first answer."""
    ticket = lock_ticket(ticket)
    changed = note_response(ticket, at)
    if changed:
        save_ticket(ticket, *changed)
