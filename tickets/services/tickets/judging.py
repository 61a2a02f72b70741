"""The class, the priority and what the matter is called."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.deadlines import limits_for
from tickets.models import Channel, ClassDecision, ClassReview, ComplaintClass, Priority, Reply, Ticket
from tickets.services.class_reviews import settle_reviews
from tickets.services.steps import lay_steps, tick
from tickets.services.tickets.pausing import after_pauses
from tickets.services.tickets.state import (
    guard,
    lock_ticket,
    need_reason,
    note_on_site_limit,
    same_estate,
    save_ticket,
    search_text_of,
    take_first_contact,
)
from tickets.services.tickets.taking import note_third_report, tell_of_serious

WHOSE_AND_WHAT = {"topic", "unit", "resident"}
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
    limits = note_on_site_limit(ticket, at)
    save_ticket(ticket, "complaint_class", *limits, *take_first_contact(ticket, actor))
    lay_steps(ticket)
    tick(ticket, "judge", actor=actor, at=at)
    decision = ClassDecision.objects.create(
        ticket=ticket,
        from_class=before,
        to_class=complaint_class,
        suggested_class=ticket.suggestion.get("complaint_class", ""),
        reason=reason,
        decided_by=actor,
        decided_at=at,
    )
    if complaint_class == ComplaintClass.VALID and before:
        outcome = ClassReview.Outcome.BECOMES_VALID
        settle_reviews(ticket, outcome, actor=actor, reason=reason, at=at, decision=decision)
    said: dict[str, Any] = {"from": before, "to": complaint_class, "reason": reason}
    record("ticket.classified", ticket, actor=actor, at=at, **said)
    return ticket


@transaction.atomic
def answer_class_review(
    ticket: Ticket, *, actor: User, becomes_valid: bool, reason: str, at: datetime | None = None
) -> Ticket:
    """Say whether a grumble that was handled badly is a valid complaint by now, and why; answered again changes nothing.

    Refused reason_required, invalid_transition (ended: only who may reclassify a closed one).
    """
    at = at or timezone.now()
    reason = need_reason(reason)
    ticket = lock_ticket(ticket)
    if not actor.may("tickets.reclassify_closed", ticket.estate_id):
        guard(ticket, "classify")
    if not ClassReview.objects.filter(ticket=ticket).waiting().exists():  # type: ignore[attr-defined]
        return ticket
    if becomes_valid:
        return classify_ticket(
            ticket, actor=actor, complaint_class=ComplaintClass.VALID, reason=reason, at=at
        )
    settle_reviews(ticket, ClassReview.Outcome.STAYS, actor=actor, reason=reason, at=at)
    save_ticket(ticket, *take_first_contact(ticket, actor))
    record("ticket.class_stays", ticket, actor=actor, at=at, reason=reason)
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
    began = ticket.created_at
    if ticket.reopened:
        # The first limit is spent: this round counts from when it was opened again.
        again = Entry.objects.about(ticket).filter(verb="ticket.reopened").last()
        if again is not None:
            began = again.at
            ticket.resolution_due_at = limits_for(ticket.estate, priority, began)[1]
    ticket.resolution_due_at = after_pauses(ticket, ticket.resolution_due_at, began=began)
    judged = ClassDecision.objects.filter(ticket=ticket).last()
    limits = note_on_site_limit(ticket, judged.decided_at) if judged else []
    ticket.escalation = ticket.response_escalation = 0
    ticket.is_serious = ticket.is_serious or priority == Priority.CRITICAL
    fields = (
        "priority",
        "response_due_at",
        "resolution_due_at",
        "escalation",
        "response_escalation",
        "is_serious",
    )
    save_ticket(ticket, *fields, *limits)
    record("ticket.changed", ticket, actor=actor, at=at, priority=[before, priority], reason=reason)
    if priority == Priority.CRITICAL:
        tell_of_serious(ticket, at=at)
    return ticket


@transaction.atomic
def edit_ticket(
    ticket: Ticket, *, actor: User, version: int | None = None, at: datetime | None = None, **changes: Any
) -> Ticket:
    """Change subject, topic, unit, resident or description, while the matter is open; what the desk had written before
    stays as a note, and what the resident wrote is not the desk's to change.

    Put right, it may turn out to be the third report of one matter: then the manager hears at once. Stale if a colleague
    was quicker; Refused other_estate, invalid_transition, residents_words.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    ticket = lock_ticket(ticket, version=version)
    changed = [name for name in EDITABLE if name in changes and getattr(ticket, name) != changes[name]]
    if changed:
        guard(ticket, "edit")
    if "description" in changed:
        if ticket.channel == Channel.WEB:
            message = _("The resident wrote this. Add a note, or ask them.")
            raise Refused("residents_words", message, field="description")
        note = _("Before: %(text)s") % {"text": ticket.description}
        Reply.objects.create(ticket=ticket, body=note, visibility=Reply.Visibility.INTERNAL, author=actor)
    for name in changed:
        if name in {"unit", "resident"}:
            same_estate(ticket.estate_id, name, changes[name])
        setattr(ticket, name, changes[name])
    if changed:
        at = at or timezone.now()
        ticket.search_text = search_text_of(
            ticket, *Reply.objects.filter(ticket=ticket).values_list("body", flat=True)
        )
        # With its topic or its unit put right, it may be the third report of one matter.
        again = note_third_report(ticket, at=at) if WHOSE_AND_WHAT & set(changed) else []
        save_ticket(ticket, *changed, "search_text", *again)
        record("ticket.changed", ticket, actor=actor, at=at, fields=changed)
    return ticket
