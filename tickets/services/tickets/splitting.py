"""A part of a matter that is a matter of its own."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Ticket
from tickets.services.tickets.state import guard, lock_ticket, need_reason, save_ticket
from tickets.services.tickets.taking import take_ticket


@transaction.atomic
def split_ticket(
    ticket: Ticket,
    *,
    actor: User,
    description: str,
    subject: str = "",
    topic: str = "",
    form_token: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """A new ticket for a part of this one: same reporter, unit and responsible person, each naming the other.

    The same form sent twice makes one. Refused invalid_transition (ended or merged), reason_required (no words), Stale.
    """
    at = at or timezone.now()
    description = need_reason(description, field="description")
    if form_token and (before := Ticket.objects.filter(form_token=form_token, split_from=ticket).first()):
        return before
    ticket = lock_ticket(ticket, version=version)
    guard(ticket, "split")
    part = take_ticket(
        estate=ticket.estate,
        channel=ticket.channel,
        actor=actor,
        description=description,
        subject=subject,
        topic=topic,
        unit=ticket.unit,
        resident=ticket.resident,
        reporter_name=ticket.reporter_name,
        reporter_phone=ticket.reporter_phone,
        unit_as_written=ticket.unit_as_written,
        language=ticket.language,
        form_token=form_token,
        split_from=ticket,
        at=at,
    )
    # Whoever took the whole keeps its parts (docs/domain.md §2, first-contact responsibility).
    part.responsible = ticket.responsible or actor
    save_ticket(part, "responsible")
    record("ticket.split", part, actor=actor, at=at, split_from=ticket.number)
    record("ticket.split", ticket, actor=actor, at=at, part=part.number)
    return part
