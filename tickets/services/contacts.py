"""The registers: calls, callers, letters, messages; and the call-backs promised in them (docs/domain.md §3)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import phone_hash
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.roles import role_in
from residents.models import Resident, Unit
from tickets.calls import known_by_number
from tickets.models import Contact, LetterClass, Ticket
from tickets.services.follow_up_plans import schedule_follow_up
from tickets.services.letters import settle_letter
from tickets.services.tickets.pausing import resident_spoke
from tickets.services.tickets.state import lock_ticket, note_response, same_estate, save_ticket
from tickets.services.tickets.taking import note_third_report, read_phone

K = Contact.Kind
# Fewer digits than this are a part of a name (Flat 12, Mr Wang).
FEWEST_DIGITS = 5


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
    letter_class: str = "",
    source: str = "",
    department: Department | None = None,
    praised: User | None = None,
    addressee: User | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Contact:
    """An entry in a register; the same form again gives the first one's.

    A letter is settled by its class at once: `department` takes its slip or the praise, `praised` is whom it thanks.
    A message is told to its `addressee`. Refused phone_invalid, other_estate, not_a_letter, not_a_message,
    addressee_missing, text_missing, department_missing.
    """
    at = at or timezone.now()
    things = (("unit", unit), ("resident", resident), ("ticket", ticket), ("department", department))
    for field, thing in things:
        same_estate(estate.pk, field, thing)
    for field, person in (("addressee", addressee), ("praised", praised)):
        _works_here(estate, field, person)
    _fits_its_kind(kind, letter_class=letter_class, source=source, addressee=addressee, summary=summary)
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
        letter_class=letter_class,
        source=(source or Contact.Source.LETTER) if kind == K.LETTER else "",
        addressee=addressee,
        taken_by=actor,
        created_at=at,
        form_token=form_token,
    )
    return _once(contact, actor, department=department, praised=praised)


def _works_here(estate: Estate, field: str, person: User | None) -> None:
    if person is not None and role_in(person, estate.pk) is None:
        raise Refused("other_estate", _("This colleague does not work in this estate."), field=field)


def _fits_its_kind(
    kind: str, *, letter_class: str, source: str, addressee: User | None, summary: str
) -> None:
    """Letters alone have a class, messages alone an addressee, and both have words."""
    if kind != K.LETTER and (letter_class or source):
        field = "letter_class" if letter_class else "source"
        raise Refused("not_a_letter", _("Only a letter has a kind of letter."), field=field)
    if kind != K.MESSAGE and addressee is not None:
        raise Refused("not_a_message", _("Only a message is for a colleague."), field="addressee")
    if kind == K.MESSAGE and addressee is None:
        raise Refused("addressee_missing", _("Say for whom the message is."), field="addressee")
    if letter_class and not summary.strip():
        raise Refused("text_missing", _("Write what the letter says."), field="summary")


def _once(contact: Contact, actor: User, **letter: Any) -> Contact:
    """Write it; of two at the same second with one form token the second gets the first one's entry."""
    before = _made_by(contact.form_token, contact.estate)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(contact, actor, **letter)
    except IntegrityError:
        before = _made_by(contact.form_token, contact.estate)
        if before is None:
            raise
        return before


def _made_by(form_token: str | None, estate: Estate) -> Contact | None:
    return Contact.objects.filter(form_token=form_token, estate=estate).first() if form_token else None


def _write(contact: Contact, actor: User, **letter: Any) -> Contact:
    at = contact.created_at
    if contact.ticket is not None and contact.direction == Contact.Direction.OUT:
        _answered(contact.ticket, at)
    elif contact.ticket is not None:
        _heard(contact.ticket, at)
    if contact.kind == K.LETTER:
        contact.number = next_number(contact.estate, "L", at)
    contact.save(force_insert=True)
    if contact.ticket is not None:
        _count_reports(contact.ticket, contact)
    said = {"kind": contact.kind, "direction": contact.direction, "call_back_at": contact.call_back_at}
    record("contact.taken", contact, actor=actor, filed_under=contact.ticket, at=at, **said)
    if contact.letter_class:
        settle_letter(contact, actor=actor, at=at, **letter)
    if contact.addressee is not None:
        _pass_on(contact)
    return contact


def _pass_on(contact: Contact) -> None:
    """Tell the colleague that somebody wanted them; the number stands on the page behind it, which is logged."""
    who = contact.resident.name if contact.resident else contact.name
    notify(
        contact.addressee,  # type: ignore[arg-type]
        "message_left",
        estate=contact.estate,
        dedupe_key=f"contact:{contact.pk}:message",
        context={
            "who": who,
            "where": contact.unit.code if contact.unit else "",
            "summary": contact.summary,
            "clerk": str(contact.taken_by or ""),
        },
        about=contact,
        link=reverse("message_detail", args=[contact.pk]),
    )


@transaction.atomic
def link_contact(contact: Contact, *, actor: User, ticket: Ticket, at: datetime | None = None) -> Contact:
    """It is the same matter as that ticket; again changes nothing. Refused other_estate, already_linked."""
    same_estate(contact.estate_id, "ticket", ticket)
    won = Contact.objects.filter(pk=contact.pk, ticket__isnull=True).update(ticket=ticket)
    contact.refresh_from_db()
    if contact.ticket_id != ticket.pk:
        sentence = _("This entry belongs to another ticket already.")
        raise Refused("already_linked", sentence, field="ticket")
    if won:
        if contact.direction == Contact.Direction.IN:
            _heard(ticket, at or timezone.now())
        _count_reports(ticket, contact)
        record("contact.linked", contact, actor=actor, filed_under=ticket, at=at)
    return contact


@transaction.atomic
def mark_called_back(
    contact: Contact, *, actor: User, follow_up: bool = True, at: datetime | None = None
) -> Contact:
    """The promised call has been made; again changes nothing. Refused invalid_transition where none was promised.

    What hangs on no ticket and no slip gets a follow-up visit of its own, unless it needs none (docs/domain.md §5).
    """
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
        if follow_up and contact.ticket is None and contact.slip is None:
            schedule_follow_up(contact, at=at)
    return contact


@transaction.atomic
def mark_done(contact: Contact, *, actor: User, outcome: str = "", at: datetime | None = None) -> Contact:
    """A message was passed on, or administration has seen to a letter; again changes nothing.

    Refused invalid_transition where nothing of the kind waits.
    """
    at = at or timezone.now()
    if contact.kind != K.MESSAGE and contact.letter_class != LetterClass.OTHER:
        raise Refused("invalid_transition", _("Nothing waits to be marked as done here."))
    waiting = Contact.objects.filter(pk=contact.pk, done_at__isnull=True)
    won = waiting.update(done_at=at, done_by=actor, outcome=outcome.strip()[:300])
    contact.refresh_from_db()
    if won:
        record("contact.done", contact, actor=actor, filed_under=contact.ticket, at=at)
    return contact


def _heard(ticket: Ticket, at: datetime) -> None:
    """A resident who rings or comes about the matter is waited for no more."""
    ticket = lock_ticket(ticket)
    changed = resident_spoke(ticket, at=at)
    if changed:
        save_ticket(ticket, *changed)


def _count_reports(ticket: Ticket, contact: Contact) -> None:
    """Said a third time in 30 days, the matter goes to the manager, whoever linked it."""
    if contact.direction == Contact.Direction.IN and contact.kind != K.MESSAGE:
        ticket = lock_ticket(ticket)
        changed = note_third_report(ticket, at=contact.created_at)
        if changed:
            save_ticket(ticket, *changed)


def _answered(ticket: Ticket, at: datetime) -> None:
    """Speaking to the resident about the matter is the first answer."""
    ticket = lock_ticket(ticket)
    changed = note_response(ticket, at)
    if changed:
        save_ticket(ticket, *changed)


def promise_call_back(
    *,
    estate: Estate,
    actor: User,
    who: str,
    call_back_at: datetime,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Contact:
    """A call-back noted while somebody stands at the counter: a number, or a name. Refused phone_invalid, text_missing.

    A number that one person alone has on file names them and their door.
    """
    at = at or timezone.now()
    who = who.strip()
    if not who:
        raise Refused("text_missing", _("Write a number or a name."), field="who")
    number = ""
    if sum(letter.isdecimal() for letter in who) >= FEWEST_DIGITS:
        number = read_phone(estate, who, field="who")
    resident, unit = known_by_number(estate, number, at)
    return take_contact(
        estate=estate,
        kind=K.CALL,
        actor=actor,
        resident=resident,
        unit=unit,
        name="" if number else who[:80],
        phone=number,
        call_back_at=call_back_at,
        form_token=form_token,
        at=at,
    )
