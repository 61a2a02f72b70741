"""Giving a matter to a department, starting on it, handing over responsibility, ticking steps."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import Priority, Step, Ticket
from tickets.procedures import is_by_hand, ticked_by, title_of_step
from tickets.services.follow_up_plans import cancel_open_visit
from tickets.services.steps import mark_done, tick
from tickets.services.telling import (
    duty_after_hours,
    headline_of,
    on_the_clock,
    supervisors,
    tell_staff,
    where_of,
)
from tickets.services.tickets.state import (
    guard,
    lock_ticket,
    need_reason,
    same_estate,
    save_ticket,
    take_first_contact,
)


@transaction.atomic
def assign_ticket(
    ticket: Ticket,
    *,
    actor: User,
    department: Department,
    handler: User | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give it to a department, which is told; the responsible person stays. Refused invalid_transition, Stale."""
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    give_to(ticket, department, actor=actor, handler=handler, at=at)
    tell_staff(
        [
            *([handler] if handler else supervisors(ticket.estate, department)),
            *on_duty_if_critical(ticket, department, at),
        ],
        "ticket_assigned",
        about=ticket,
        key=f"ticket:{ticket.pk}:assigned:{ticket.version}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        where=where_of(ticket),
        due=on_the_clock(ticket.estate, ticket.resolution_due_at),
    )
    return ticket


def give_to(
    ticket: Ticket, department: Department, *, actor: User, at: datetime, handler: User | None = None
) -> None:
    """The change itself, on a locked ticket: department, handler, status, and the step that it ticks."""
    same_estate(ticket.estate_id, "department", department)
    if handler is not None and ticket.estate_id not in handler.estate_ids:
        raise Refused("other_estate", _("This person doesn't work in this estate."), field="handler")
    action = "reassign" if ticket.status == Ticket.Status.IN_PROGRESS else "assign"
    ticket.status = guard(ticket, action)
    ticket.department, ticket.handler = department, handler
    save_ticket(ticket, "status", "department", "handler", *take_first_contact(ticket, actor))
    who: dict[str, Any] = {"department": department.name, "handler": str(handler) if handler else ""}
    who["names"] = {"zh-hans": department.name_zh_hans, "zh-hant": department.name_zh_hant}
    record("ticket.assigned", ticket, actor=actor, at=at, **who)
    tick(ticket, "assign", actor=actor, at=at)


def on_duty_if_critical(ticket: Ticket, department: Department | None, at: datetime) -> list[User]:
    """After hours a critical matter also goes to whoever is on duty, in the department or at all."""
    if ticket.priority != Priority.CRITICAL:
        return []
    return duty_after_hours(ticket.estate, at, department) or duty_after_hours(ticket.estate, at)


@transaction.atomic
def start_ticket(ticket: Ticket, *, actor: User, at: datetime | None = None) -> Ticket:
    """Work has begun; whoever says so does not become the handler. Refused invalid_transition."""
    ticket = lock_ticket(ticket)
    begin_work(ticket, actor=actor, at=at or timezone.now())
    return ticket


def begin_work(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """The change itself, on a locked ticket."""
    ticket.status = guard(ticket, "start")
    save_ticket(ticket, "status")
    record("ticket.started", ticket, actor=actor, at=at)


@transaction.atomic
def hand_over_responsibility(
    ticket: Ticket, *, actor: User, to: User, reason: str, at: datetime | None = None
) -> Ticket:
    """Another person is responsible from now on, and is told. Refused reason_required, not_a_colleague."""
    reason = need_reason(reason)
    ticket = lock_ticket(ticket)
    guard(ticket, "hand_over")
    if not to.is_active or not to.may("tickets.work", ticket.estate_id):
        raise Refused("not_a_colleague", _("This person doesn't work on tickets in this estate."), field="to")
    before, ticket.responsible = ticket.responsible, to
    save_ticket(ticket, "responsible")
    said: dict[str, Any] = {"responsible": [str(before or ""), str(to)], "reason": reason}
    record("ticket.changed", ticket, actor=actor, at=at, **said)
    tell_staff(
        [to],
        "ticket_handed_over",
        about=ticket,
        key=f"ticket:{ticket.pk}:handed-over:{ticket.version}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        by=str(actor),
        reason=reason,
    )
    return ticket


@transaction.atomic
def tick_step(
    ticket: Ticket,
    *,
    actor: User,
    key: str,
    not_needed: bool = False,
    reason: str = "",
    finding: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Tick a step by hand, or mark it as not needed; one that is done already stays as it is, whoever asks again.

    Refused unknown_step, reason_required, not_responsible (not needed is for the responsible person, or who covers),
    invalid_transition for steps that are ticked by what happens.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    step = Step.objects.filter(ticket=ticket, key=key).select_related("ticket").first()
    if step is None:
        raise Refused("unknown_step", _("This procedure has no such step."))
    if step.done_at is not None and not (finding and finding != ticket.finding):
        return ticket
    guard(ticket, "tick_step")
    changed = take_first_contact(ticket, actor)
    if not_needed:
        reason = need_reason(reason)
        _check_not_needed(ticket, step, actor)
    elif not is_by_hand(key):
        title = title_of_step(step)
        raise Refused(
            "invalid_transition", _("“%(step)s” is ticked by what happens, not by hand.") % {"step": title}
        )
    if finding and not not_needed:
        ticket.finding = finding
        changed.append("finding")
    mark_done(
        step, actor=actor, at=at, not_needed=not_needed, reason=reason if not_needed else "", finding=finding
    )
    if key == "follow_up":
        cancel_open_visit(ticket, actor=actor, at=at, reason=reason)
    save_ticket(ticket, *changed)
    return ticket


def _check_not_needed(ticket: Ticket, step: Step, actor: User) -> None:
    if step.is_required or ticked_by(step.key) in {"create", "judge"}:
        raise Refused("invalid_transition", _("“%(step)s” is always needed.") % {"step": title_of_step(step)})
    covers = actor.may("tickets.release_reply", ticket.estate_id)
    if ticket.responsible_id != actor.pk and not covers:
        message = _("Only %(name)s, who is responsible, or a supervisor marks a step as not needed.")
        raise Refused("not_responsible", message % {"name": ticket.responsible})
