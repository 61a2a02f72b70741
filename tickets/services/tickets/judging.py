"""The class, the priority and what the matter is called."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.deadlines import limits_for
from tickets.models import ClassDecision, Priority, Reply, Ticket
from tickets.services.steps import lay_steps, tick
from tickets.services.tickets.state import (
    guard,
    lock_ticket,
    need_reason,
    same_estate,
    save_ticket,
    search_text_of,
    take_first_contact,
)
from tickets.services.tickets.taking import tell_of_serious

EDITABLE = ("subject", "topic", "unit", "resident", "description")


@transaction.atomic
def classify_ticket(
    ticket: Ticket,
    *,
    actor: User,
    complaint_class: str,
    reason: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Set the class; again the same one changes nothing. Refused reason_required, invalid_transition (ended), Stale."""
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    if not actor.may("tickets.reclassify_closed", ticket.estate_id):
        guard(ticket, "classify")
    before = ticket.complaint_class
    if before == complaint_class:
        return ticket
    if before:
        reason = need_reason(reason)
    ticket.complaint_class = complaint_class
    save_ticket(ticket, "complaint_class", *take_first_contact(ticket, actor))
    lay_steps(ticket)
    tick(ticket, "judge", actor=actor, at=at)
    ClassDecision.objects.create(
        ticket=ticket,
        from_class=before,
        to_class=complaint_class,
        suggested_class=ticket.suggestion.get("complaint_class", ""),
        reason=reason,
        decided_by=actor,
        decided_at=at,
    )
    said: dict[str, Any] = {"from": before, "to": complaint_class, "reason": reason}
    record("ticket.classified", ticket, actor=actor, at=at, **said)
    return ticket


@transaction.atomic
def set_priority(
    ticket: Ticket,
    *,
    actor: User,
    priority: str,
    reason: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Set the priority and count both limits anew from when the matter was taken. Refused invalid_transition."""
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    guard(ticket, "set_priority")
    if priority == Priority.DECLINED:
        raise Refused(
            "invalid_transition", _("Decline it with the reason that the resident gets."), field="priority"
        )
    before = ticket.priority
    if before == priority:
        return ticket
    ticket.priority = priority
    ticket.response_due_at, ticket.resolution_due_at = limits_for(ticket.estate, priority, ticket.created_at)
    ticket.escalation = 0
    ticket.is_serious = ticket.is_serious or priority == Priority.CRITICAL
    save_ticket(ticket, "priority", "response_due_at", "resolution_due_at", "escalation", "is_serious")
    record("ticket.changed", ticket, actor=actor, at=at, priority=[before, priority], reason=reason)
    if priority == Priority.CRITICAL:
        tell_of_serious(ticket, at=at)
    return ticket


@transaction.atomic
def edit_ticket(
    ticket: Ticket, *, actor: User, version: int | None = None, at: datetime | None = None, **changes: Any
) -> Ticket:
    """Change subject, topic, unit, resident or description; Stale if a colleague was quicker, Refused other_estate."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    ticket = lock_ticket(ticket, version=version)
    changed = [name for name in EDITABLE if name in changes and getattr(ticket, name) != changes[name]]
    for name in changed:
        if name in {"unit", "resident"}:
            same_estate(ticket.estate_id, name, changes[name])
        setattr(ticket, name, changes[name])
    if changed:
        ticket.search_text = search_text_of(
            ticket, *Reply.objects.filter(ticket=ticket).values_list("body", flat=True)
        )
        save_ticket(ticket, *changed, "search_text")
        record("ticket.changed", ticket, actor=actor, at=at, fields=changed)
    return ticket
