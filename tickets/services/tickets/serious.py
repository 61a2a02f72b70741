"""A serious matter that a person sees and no rule does; and what is under warranty (docs/domain.md §2)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Ticket
from tickets.services.tickets.state import guard, lock_ticket, need_reason, save_ticket, take_first_contact
from tickets.services.tickets.taking import tell_of_serious


@transaction.atomic
def report_serious(ticket: Ticket, *, actor: User, reason: str, at: datetime | None = None) -> Ticket:
    """Tell the manager at once, after hours also whoever is on duty; once said, it stands. Refused reason_required,
    invalid_transition (resolved or ended)."""
    at = at or timezone.now()
    reason = need_reason(reason)
    ticket = lock_ticket(ticket)
    guard(ticket, "report_serious")
    if ticket.is_serious:
        return ticket
    ticket.is_serious = True
    save_ticket(ticket, "is_serious", *take_first_contact(ticket, actor))
    record("ticket.serious", ticket, actor=actor, at=at, reason=reason)
    tell_of_serious(ticket, at=at, reason=reason)
    return ticket


@transaction.atomic
def set_warranty(
    ticket: Ticket,
    *,
    actor: User,
    builder: str,
    warranty_until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """A defect under warranty names its builder and when the warranty ends; an empty name takes both away. Refused Stale,
    invalid_transition (ended)."""
    ticket = lock_ticket(ticket, version=version)
    guard(ticket, "set_warranty")
    builder = builder.strip()
    kept: dict[str, Any] = {"builder": builder, "warranty_until": warranty_until if builder else None}
    changed = [name for name, value in kept.items() if getattr(ticket, name) != value]
    for name in changed:
        setattr(ticket, name, kept[name])
    if changed:
        save_ticket(ticket, *changed)
        record("ticket.changed", ticket, actor=actor, at=at, warranty=[builder, kept["warranty_until"]])
    return ticket
