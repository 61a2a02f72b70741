"""Resolving, closing, declining, merging, and opening again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import bigrams
from helpdesk.staff.models import User
from tickets.deadlines import limits_for
from tickets.models import ClassReview, Forwarding, Priority, Slip, Ticket
from tickets.procedures import ANSWERED_BACK
from tickets.promise_words import find_promises
from tickets.services.class_reviews import put_up
from tickets.services.follow_up_plans import (
    cancel_open_visit,
    has_open_visit,
    is_not_needed,
    schedule_follow_up,
    was_left_out,
)
from tickets.services.forwardings import lay_forwarding
from tickets.services.steps import (
    open_before_resolving,
    open_for_another_round,
    open_keys,
    open_titles,
    skip_step,
    tick,
)
from tickets.services.telling import headline_of, supervisors, tell_resident, tell_staff, who_looks_after
from tickets.services.tickets.collection_pauses import end_collection_pauses, move_collection_pauses
from tickets.services.tickets.pausing import end_pause
from tickets.services.tickets.slips_left import UNFINISHED, UNSIGNED, void_slips
from tickets.services.tickets.state import (
    guard,
    lock_ticket,
    need_reason,
    note_response,
    save_ticket,
    take_first_contact,
)

S = Ticket.Status


@transaction.atomic
def resolve_ticket(
    ticket: Ticket, *, actor: User, resolution: str, version: int | None = None, at: datetime | None = None
) -> Ticket:
    """It is done: a follow-up visit is planned and the resident told so, in no words of ours but these.

    Refused invalid_transition, not_classified, steps_open while an earlier step is open, reason_required, Stale.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    target = guard(ticket, "resolve")
    if not ticket.complaint_class:
        raise Refused("not_classified", _("Judge the class first."))
    _refuse_open(ticket, open_before_resolving(ticket))
    ticket.status, ticket.resolved_at = target, at
    ticket.resolution = need_reason(resolution, field="resolution")
    ticket.search_text = f"{ticket.search_text} {bigrams(ticket.resolution)}".strip()
    changed = [
        *end_pause(ticket, actor=actor, at=at),
        *take_first_contact(ticket, actor),
        *note_response(ticket, at),
    ]
    save_ticket(ticket, "status", "resolved_at", "resolution", "search_text", *changed)
    record("ticket.resolved", ticket, actor=actor, at=at)
    tick(ticket, "resolve", actor=actor, at=at)
    visit = schedule_follow_up(ticket, at=at)
    key = f"resolved:{ticket.reopened}"
    tell_resident(ticket, "resident_resolved", key=f"ticket:{ticket.pk}:{key}", at=at, no_visit=visit is None)
    tell_the_joined(ticket, "resident_resolved", key=key, at=at, no_visit=True)
    if visit is None and is_not_needed(ticket):
        end(ticket, S.CLOSED, actor=None, at=at, by="no_visit_needed")
    elif visit is None and was_left_out(ticket):
        skip_step(ticket, "follow_up", reason=_("Not sampled"), at=at)
        end(ticket, S.CLOSED, actor=None, at=at, by="not_sampled")
    return ticket


def _refuse_open(ticket: Ticket, keys: list[str]) -> None:
    if keys:
        message = _("Still open: %(steps)s. Tick each, or mark it as not needed with a reason.")
        raise Refused("steps_open", message % {"steps": ", ".join(open_titles(ticket, keys))}, steps=keys)


@transaction.atomic
def close_ticket(
    ticket: Ticket, *, actor: User, reason: str = "", version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Close it by hand. With a step or the follow-up visit open only who may override does, with a reason.

    Refused invalid_transition, steps_open, follow_up_open, reason_required, Stale.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    guard(ticket, "close_early")
    if _is_unfinished(ticket):
        if not actor.may("tickets.close_with_open_steps", ticket.estate_id):
            _refuse_open(ticket, [key for key in open_keys(ticket) if key != "follow_up"])
            if has_open_visit(ticket):
                raise Refused(
                    "follow_up_open", _("Nobody has asked the resident yet: the follow-up visit is open.")
                )
            guard(ticket, "close")
            _refuse_open(ticket, open_keys(ticket))
        reason = need_reason(reason)
    cancel_open_visit(ticket, actor=actor, at=at, reason=reason)
    end(ticket, S.CLOSED, actor=actor, at=at, reason=reason)
    return ticket


def _is_unfinished(ticket: Ticket) -> bool:
    return ticket.status != S.RESOLVED or bool(open_keys(ticket)) or has_open_visit(ticket)


def end(
    ticket: Ticket, status: str, *, actor: User | None, at: datetime, reason: str = "", by: str = ""
) -> None:
    """The change itself, on a locked ticket whose guards have passed: closed, or declined. Slips that nobody has signed
    for are void with it; those of a merged ticket have gone over.

    What closes by itself (`by`) stays resolved while the body that forwarded it waits for its answer.
    """
    if by and ANSWERED_BACK.key in open_keys(ticket):
        return
    paused = end_pause(ticket, actor=actor, at=at)
    ticket.status, ticket.closed_at, ticket.closing_reason = status, at, reason
    save_ticket(
        ticket,
        "status",
        "closed_at",
        "closing_reason",
        "priority",
        "responded_at",
        "responsible",
        "merged_into",
        *paused,
    )
    said: dict[str, Any] = {"reason": reason, "by": by}
    record(
        f"ticket.{status}",
        ticket,
        actor=actor,
        at=at,
        **{name: value for name, value in said.items() if value},
    )
    end_collection_pauses(ticket, actor=actor, at=at)
    if status == S.CLOSED:
        void_slips(ticket, UNSIGNED, actor=actor, at=at, reason=reason or _("The matter is closed."))


@transaction.atomic
def decline_ticket(
    ticket: Ticket, *, actor: User, reason: str, version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Not ours to do; the resident gets the reason. Refused reason_required, promise_words, invalid_transition, Stale."""
    at = at or timezone.now()
    reason = need_reason(reason)
    ticket = lock_ticket(ticket, version=version)
    target = guard(ticket, "decline")
    if find_promises(reason) and not actor.may("tickets.release_reply", ticket.estate_id):
        message = _(
            "The resident reads this reason, and it promises something: leave the promise out, or ask a supervisor."
        )
        raise Refused("promise_words", message, field="reason")
    take_first_contact(ticket, actor)
    note_response(ticket, at)
    ticket.priority = Priority.DECLINED
    end(ticket, target, actor=actor, at=at, reason=reason)
    void_slips(ticket, UNFINISHED, actor=actor, at=at, reason=reason)
    tell_resident(
        ticket, "resident_declined", key=f"ticket:{ticket.pk}:declined:{ticket.version}", at=at, reason=reason
    )
    tell_the_joined(ticket, "resident_declined", key=f"declined:{ticket.version}", at=at, reason=reason)
    return ticket


@transaction.atomic
def merge_tickets(ticket: Ticket, *, actor: User, into: Ticket, at: datetime | None = None) -> Ticket:
    """Close `ticket` as the same matter as `into`, which takes over its unfinished slips, its sender's limit, and
    whatever was graver about it.

    Refused invalid_transition (either is resolved or has ended), same_ticket, other_estate, forwarded_twice.
    """
    at = at or timezone.now()
    if into.pk == ticket.pk:
        raise Refused("same_ticket", _("A ticket can't be merged into itself."), field="into")
    if into.estate_id != ticket.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="into")
    # Always in the same order, or two who merge crosswise would wait for each other.
    first, second = sorted((ticket, into), key=lambda t: t.pk)
    locked = {t.pk: t for t in (lock_ticket(first), lock_ticket(second))}
    ticket, into = locked[ticket.pk], locked[into.pk]
    target = guard(ticket, "merge")
    guard(into, "merge_into")
    ticket.merged_into = into
    take_first_contact(ticket, actor)
    Slip.objects.filter(ticket=ticket, status__in=UNFINISHED).update(ticket=into)
    move_collection_pauses(ticket, into)
    _move_forwarding(ticket, into, actor=actor, at=at)
    _take_over_gravity(ticket, into, actor=actor, at=at)
    end(ticket, target, actor=actor, at=at)
    record("ticket.merged", ticket, actor=actor, at=at, into=into.number)
    record("ticket.merged", into, actor=actor, at=at, merged=ticket.number)
    return ticket


def _move_forwarding(ticket: Ticket, into: Ticket, *, actor: User, at: datetime) -> None:
    """The sender's number and limit go over; two senders can't share one answer."""
    waiting = Forwarding.objects.filter(ticket=ticket, answered_at__isnull=True).first()
    if waiting is None:
        return
    if Forwarding.objects.filter(ticket=into).exists():
        message = _("Both matters were forwarded to us: answer one of the senders back first.")
        raise Refused("forwarded_twice", message, field="into")
    waiting.ticket = into
    lay_forwarding(waiting, actor=actor, at=at)


def _take_over_gravity(ticket: Ticket, into: Ticket, *, actor: User, at: datetime) -> None:
    """What was urgent or serious stays so under the other number, by whichever limit comes first."""
    graver: list[str] = [Priority.CRITICAL, Priority.URGENT, Priority.NORMAL]
    before = into.priority
    if graver.index(ticket.priority) < graver.index(before):
        into.priority = ticket.priority
        into.response_due_at = min(into.response_due_at, ticket.response_due_at)
        into.resolution_due_at = min(into.resolution_due_at, ticket.resolution_due_at)
    if into.priority == before and into.is_serious >= ticket.is_serious:
        return
    into.is_serious = into.is_serious or ticket.is_serious
    save_ticket(into, "priority", "response_due_at", "resolution_due_at", "is_serious")
    if into.priority != before:
        reason = _("Joined with %(number)s") % {"number": ticket.number}
        record("ticket.changed", into, actor=actor, at=at, priority=[before, into.priority], reason=reason)


def tell_the_joined(ticket: Ticket, template: str, *, key: str, at: datetime, **context: Any) -> None:
    """Whoever reported the same matter under a number that was merged into this one hears its end, too."""
    joined = list(Ticket.objects.filter(merged_into=ticket).select_related("estate", "resident"))
    for one in joined:
        tell_resident(one, template, key=f"ticket:{one.pk}:joined:{ticket.pk}:{key}", at=at, **context)
        tell_the_joined(one, template, key=key, at=at, **context)


@transaction.atomic
def reopen_ticket(
    ticket: Ticket, *, actor: User, reason: str, version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Back to work: handled and told again, with a new limit. Refused reason_required, invalid_transition, Stale."""
    at = at or timezone.now()
    reason = need_reason(reason)
    ticket = lock_ticket(ticket, version=version)
    open_once_more(ticket, actor=actor, at=at, reason=reason)
    return ticket


def open_once_more(
    ticket: Ticket, *, actor: User | None, at: datetime, reason: str, dissatisfied: bool = False
) -> None:
    """The change itself, on a locked ticket: the same responsible person presses the department, which is told."""
    ticket.status = guard(ticket, "reopen")
    if ticket.priority == Priority.DECLINED:
        ticket.priority = Priority.NORMAL
    ticket.resolved_at = ticket.closed_at = None
    ticket.reopened += 1
    ticket.escalation = 0
    # The first limit is spent; this round has its own.
    ticket.resolution_due_at = limits_for(ticket.estate, ticket.priority, at)[1]
    fields = ("status", "priority", "resolved_at", "closed_at", "reopened", "escalation", "resolution_due_at")
    save_ticket(ticket, *fields)
    open_for_another_round(ticket)
    cancel_open_visit(ticket, actor=actor, at=at, reason=reason)
    record("ticket.reopened", ticket, actor=actor, at=at, reason=reason)
    if dissatisfied:
        put_up(ticket, ClassReview.Cause.DISSATISFIED, at=at)
    tell_staff(
        # After a dissatisfied visit the supervisors have the visit's own message.
        [*who_looks_after(ticket), *([] if dissatisfied else supervisors(ticket.estate, ticket.department))],
        "ticket_reopened",
        about=ticket,
        key=f"ticket:{ticket.pk}:reopened:{ticket.reopened}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        reason=reason,
        dissatisfied=dissatisfied,
        # A grumble handled badly becomes a valid complaint: the clerk looks at the class again.
        look_at_class=dissatisfied and ticket.is_communication,
    )
