"""Taking a matter on."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import complain_about_phone, parse_phone
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.classification import History, Suggestion, classify, suggest_topic
from tickets.deadlines import limits_for
from tickets.models import (
    OPEN,
    UNRESOLVED,
    Channel,
    ClassDecision,
    Contact,
    Forwarding,
    Priority,
    Ticket,
    Topic,
)
from tickets.services.forwardings import lay_forwarding
from tickets.services.learning import model_in_use
from tickets.services.steps import lay_steps, tick
from tickets.services.telling import (
    duty_after_hours,
    headline_of,
    managers,
    tell_resident,
    tell_staff,
    where_of,
)
from tickets.services.tickets.repeated import (
    Reporter,
    earlier_reports,
    is_third_report,
    reporter_of,
    said_again,
)
from tickets.services.tickets.state import note_on_site_limit, same_estate, search_text_of


def take_ticket(
    *,
    estate: Estate,
    channel: str,
    description: str,
    actor: User | None,
    subject: str = "",
    unit: Unit | None = None,
    resident: Resident | None = None,
    reporter_name: str = "",
    reporter_phone: str = "",
    topic: str = "",
    priority: str = "",
    complaint_class: str = "",
    language: str = "",
    unit_as_written: str = "",
    form_token: str | None = None,
    files: Iterable[Inspected] = (),
    contact: Contact | None = None,
    forwarding: dict[str, Any] | None = None,
    builder: str = "",
    warranty_until: date | None = None,
    split_from: Ticket | None = None,
    acknowledge: bool = True,
    at: datetime | None = None,
) -> Ticket:
    """A new ticket, or the one that this `form_token` made before; Refused phone_invalid, other_estate.

    `acknowledge` False: a web form is not answered by a message.
    """
    at = at or timezone.now()
    for field, thing in (("unit", unit), ("resident", resident), ("contact", contact)):
        same_estate(estate.pk, field, thing)
    reporter = Reporter(unit, resident, reporter_name, read_phone(estate, reporter_phone), unit_as_written)
    suggestion = suggest(estate, description, reporter, topic, at)
    ticket = Ticket(
        estate=estate,
        channel=channel,
        description=description,
        subject=subject,
        unit=unit,
        resident=resident,
        reporter_name=reporter_name,
        reporter_phone=reporter.phone,
        reporter_phone_hash=reporter.phone_hash,
        unit_as_written=unit_as_written,
        topic=topic or suggestion.topic or Topic.OTHER,
        priority=priority or suggestion.priority,
        complaint_class=complaint_class if actor else "",
        suggestion=suggestion.stored(),
        language=language or (resident.language if resident else ""),
        responsible=actor,
        created_by=actor,
        created_at=at,
        form_token=form_token,
        builder=builder.strip(),
        warranty_until=warranty_until if builder.strip() else None,
        split_from=split_from,
    )
    ticket.is_serious = bool(suggestion.serious) or ticket.priority == Priority.CRITICAL
    sent = Forwarding(ticket=ticket, **forwarding) if forwarding else None
    acknowledge = acknowledge and channel == Channel.WEB
    return _once(ticket, actor=actor, files=list(files), contact=contact, acknowledge=acknowledge, sent=sent)


def read_phone(estate: Estate, written: str, *, field: str = "reporter_phone") -> str:
    """E.164 of a number as it was written, empty for none; Refused phone_invalid if nobody could ring it."""
    if not written.strip():
        return ""
    number = parse_phone(written, estate.phone_region)
    if number is None:
        raise Refused("phone_invalid", complain_about_phone(written, estate.phone_region), field=field)
    return number


def suggest(estate: Estate, description: str, reporter: Reporter, topic: str, at: datetime) -> Suggestion:
    """What the software thinks of the words, knowing what was reported before."""
    topic = topic or suggest_topic(description) or Topic.OTHER
    earlier, again = earlier_reports(estate, reporter, topic, at), said_again(estate, reporter, topic, at)
    found = list(earlier.values_list("status", "reopened"))
    history = History(
        open_same_topic=sum(status in OPEN for status, _reopened in found),
        reports_30_days=len(found) + again.count(),
        reopened=any(reopened for _status, reopened in found),
    )
    return classify(description, history=history, model=model_in_use())


def _once(
    ticket: Ticket,
    *,
    actor: User | None,
    files: list[Inspected],
    contact: Contact | None,
    acknowledge: bool,
    sent: Forwarding | None,
) -> Ticket:
    """Write it; of two at the same second with one form token the second gets the first one's ticket."""
    before = _made_by(ticket.form_token, ticket.estate)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(
                ticket, actor=actor, files=files, contact=contact, acknowledge=acknowledge, sent=sent
            )
    except IntegrityError:
        before = _made_by(ticket.form_token, ticket.estate)
        if before is None:
            raise
        return before


def _made_by(form_token: str | None, estate: Estate) -> Ticket | None:
    return Ticket.objects.filter(form_token=form_token, estate=estate).first() if form_token else None


def _write(
    ticket: Ticket,
    *,
    actor: User | None,
    files: list[Inspected],
    contact: Contact | None,
    acknowledge: bool,
    sent: Forwarding | None,
) -> Ticket:
    at, secret = ticket.created_at, new_secret()
    ticket.track_secret, ticket.track_digest = secret, digest_secret(secret)
    ticket.response_due_at, ticket.resolution_due_at = limits_for(ticket.estate, ticket.priority, at)
    ticket.search_text = search_text_of(ticket)
    ticket.number = next_number(ticket.estate, "T", at)
    # Whoever takes a number waits for the one before: of two reports at the same second one sees the other.
    third = ticket.split_from_id is None and is_third_report(ticket, reporter_of(ticket), at)
    ticket.is_serious = ticket.is_serious or third
    ticket.save(force_insert=True)
    record("ticket.created", ticket, actor=actor, at=at, channel=ticket.channel)
    lay_steps(ticket)
    if sent is not None:
        lay_forwarding(sent, actor=actor, at=at)
    tick(ticket, "create", actor=actor, at=at)
    if ticket.complaint_class and actor:
        decide_at_once(ticket, actor, at)
    if files:
        attach(ticket, files, actor=actor, estate=ticket.estate, is_public=actor is None, at=at)
    if contact is not None and contact.ticket_id is None:
        Contact.objects.filter(pk=contact.pk, ticket__isnull=True).update(ticket=ticket)
    tell_of_new(ticket, third=third)
    if acknowledge:
        tell_resident(ticket, "resident_ack", key=f"ticket:{ticket.pk}:ack", at=at)
    return ticket


def decide_at_once(ticket: Ticket, actor: User, at: datetime) -> None:
    """The clerk who takes the matter has judged it already."""
    ticket.save(update_fields=note_on_site_limit(ticket, at))
    tick(ticket, "judge", actor=actor, at=at)
    ClassDecision.objects.create(
        ticket=ticket,
        to_class=ticket.complaint_class,
        suggested_class=ticket.suggestion.get("complaint_class", ""),
        decided_by=actor,
        decided_at=at,
    )
    said: dict[str, Any] = {"from": "", "to": ticket.complaint_class}
    record("ticket.classified", ticket, actor=actor, at=at, **said)


def tell_of_new(ticket: Ticket, *, third: bool) -> None:
    """Serious matters go to the manager at once, after hours to whoever is on duty."""
    if ticket.is_serious:
        tell_of_serious(ticket, at=ticket.created_at, third=third)


def note_third_report(ticket: Ticket, *, at: datetime) -> list[str]:
    """On a locked ticket: by what was said or put right since, it is the third report, and the manager hears at once.

    Returns the fields that changed: none where it was serious before, or is resolved.
    """
    if ticket.is_serious or ticket.status not in UNRESOLVED:
        return []
    if not is_third_report(ticket, reporter_of(ticket), at):
        return []
    ticket.is_serious = True
    record("ticket.serious", ticket, actor=None, at=at, third=True)
    tell_of_serious(ticket, at=at, third=True)
    return ["is_serious"]


def tell_of_serious(ticket: Ticket, *, at: datetime, third: bool = False, reason: str = "") -> None:
    """Managers at once; after hours also whoever is on duty."""
    tell_staff(
        [*managers(ticket.estate), *duty_after_hours(ticket.estate, at)],
        "ticket_serious",
        about=ticket,
        key=f"ticket:{ticket.pk}:serious",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        where=where_of(ticket),
        third=third,
        reason=reason,
    )
