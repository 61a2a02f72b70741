"""Laying and ticking the steps of a procedure. The caller holds the ticket's lock."""

from datetime import datetime
from typing import Any

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Step, Ticket
from tickets.procedures import (
    BESIDE_THE_CLASS,
    DONE_AGAIN,
    LAST_STEPS,
    UNJUDGED,
    PlannedStep,
    group_of,
    keys_ticked_by,
    plan_of,
    steps_for,
    title_of_step,
)

# A change of class carries over who was told: it is one act under two names.
SAME_ACT = {"department": "notify", "notify": "department"}


def lay_steps(ticket: Ticket) -> None:
    """Lay the steps of the ticket's class as its estate has them; what was done under the class before stays done."""
    there = {step.key: step for step in Step.objects.filter(ticket=ticket)}
    wanted = planned_for(ticket) + [PlannedStep(key) for key in BESIDE_THE_CLASS if key in there]
    Step.objects.filter(ticket=ticket).exclude(key__in=[each.key for each in wanted]).delete()
    for position, planned in enumerate(wanted):
        step = there.get(planned.key)
        if step is not None:
            Step.objects.filter(pk=step.pk).update(position=position)
            continue
        step = Step(ticket=ticket, key=planned.key, position=position)
        step.titles, step.is_required = planned.titles, planned.is_required
        _carry_over(step, there.get(SAME_ACT.get(planned.key, "")), ticket)
        step.save()


def planned_for(ticket: Ticket) -> list[PlannedStep]:
    """The steps that its class has in its estate; record and judge alone while there is no class."""
    group = group_of(ticket.complaint_class)
    if group == UNJUDGED:
        return [PlannedStep(spec.key) for spec in steps_for("")]
    return plan_of(ticket.estate_id, group)


def lay_beside(ticket: Ticket, key: str) -> None:
    """Lay a step for what the ticket is, behind those of its class; again changes nothing."""
    last = Step.objects.filter(ticket=ticket).order_by("position").last()
    position = last.position + 1 if last else 0
    Step.objects.get_or_create(ticket=ticket, key=key, defaults={"position": position})


def _carry_over(step: Step, before: Step | None, ticket: Ticket) -> None:
    """Fill in what already happened: told under the other name, given to a department, or resolved."""
    if before is not None:
        step.done_at, step.done_by = before.done_at, before.done_by
        step.not_needed, step.reason = before.not_needed, before.reason
        return
    if step.key in keys_ticked_by("assign") and ticket.department_id:
        verb = "ticket.assigned"
    elif step.key == "handling" and ticket.resolved_at:
        verb = "ticket.resolved"
    else:
        return
    entry = Entry.objects.about(ticket).filter(verb=verb).last()
    if entry is not None:
        step.done_at, step.done_by = entry.at, entry.actor  # type: ignore[misc]


def tick(ticket: Ticket, event: str, *, actor: User | None, at: datetime) -> None:
    """Tick what `event` ticks, where the procedure has it and it is still open."""
    open_steps = Step.objects.filter(ticket=ticket, key__in=keys_ticked_by(event), done_at__isnull=True)
    for step in open_steps:
        mark_done(step, actor=actor, at=at)


def skip_step(ticket: Ticket, key: str, *, reason: str, at: datetime) -> None:
    """Mark a step as not needed by a rule's own decision, where the procedure has it and it is still open."""
    for step in Step.objects.filter(ticket=ticket, key=key, done_at__isnull=True):
        mark_done(step, actor=None, at=at, not_needed=True, reason=reason)


def mark_done(
    step: Step,
    *,
    actor: User | None,
    at: datetime,
    not_needed: bool = False,
    reason: str = "",
    finding: str = "",
) -> None:
    """Write who did it and when, and keep it in the ticket's history."""
    step.done_at, step.done_by = at, actor
    step.not_needed, step.reason = not_needed, reason
    step.save(update_fields=["done_at", "done_by", "not_needed", "reason"])
    said: dict[str, Any] = {"not_needed": not_needed, "reason": reason, "finding": finding}
    # A step of the estate's own is named in history as it was called on this day.
    said["titles"] = step.titles
    record(
        "ticket.step_done",
        step.ticket,
        actor=actor,
        at=at,
        key=step.key,
        **{k: v for k, v in said.items() if v},
    )


def open_keys(ticket: Ticket) -> list[str]:
    """The keys of the steps that are neither done nor marked as not needed, in order."""
    rows = Step.objects.filter(ticket=ticket, done_at__isnull=True).order_by("position")
    return list(rows.values_list("key", flat=True))


def open_titles(ticket: Ticket, keys: list[str]) -> list[str]:
    """What these steps of the ticket are called, in order."""
    steps = Step.objects.filter(ticket=ticket, key__in=keys).order_by("position")
    return [title_of_step(step) for step in steps]


def open_before_resolving(ticket: Ticket) -> list[str]:
    """The open steps that must be done before the ticket is resolved."""
    return [key for key in open_keys(ticket) if key not in LAST_STEPS]


def open_again(ticket: Ticket, *keys: str) -> None:
    """Take the tick off these steps."""
    rows = Step.objects.filter(ticket=ticket, key__in=keys)
    rows.update(done_at=None, done_by=None, not_needed=False, reason="")


def open_for_another_round(ticket: Ticket) -> None:
    """A ticket opened again is handled and told again, and whoever opened it can be asked; nothing else is undone."""
    open_again(ticket, *DONE_AGAIN)
    Step.objects.filter(ticket=ticket, key="follow_up", not_needed=True).update(
        done_at=None, done_by=None, not_needed=False, reason=""
    )
