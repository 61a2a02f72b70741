"""Pauses: while the desk waits, the limit of the resolution stands still (docs/domain.md §2)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from tickets.deadlines import after_pause
from tickets.models import Pause, Ticket
from tickets.services.telling import headline_of, tell_staff, who_looks_after
from tickets.services.tickets.state import guard, lock_ticket, save_ticket, take_first_contact


@transaction.atomic
def pause_ticket(
    ticket: Ticket,
    *,
    actor: User,
    reason: str,
    note: str = "",
    until: datetime | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Stop the clock of the resolution, until somebody starts it again or until `until`.

    Refused invalid_transition, already_paused, in_the_past, Stale.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket, version=version)
    guard(ticket, "pause")
    if ticket.paused_since is not None:
        raise Refused("already_paused", _("The clock stands still already."))
    if until is not None and until <= at:
        raise Refused("in_the_past", _("That time is past."), field="until")
    Pause.objects.create(
        ticket=ticket, reason=reason, note=note.strip(), since=at, until=until, started_by=actor
    )
    ticket.paused_since = at
    save_ticket(ticket, "paused_since", *take_first_contact(ticket, actor))
    said: dict[str, Any] = {"why": reason, "note": note.strip(), "until": until}
    record("ticket.paused", ticket, actor=actor, at=at, **{k: v for k, v in said.items() if v})
    return ticket


@transaction.atomic
def resume_ticket(ticket: Ticket, *, actor: User, at: datetime | None = None) -> Ticket:
    """Let the clock run again; the limit lies later by the time paused. Refused not_paused."""
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    if ticket.paused_since is None:
        raise Refused("not_paused", _("The clock is running."))
    save_ticket(ticket, *end_pause(ticket, actor=actor, at=at))
    return ticket


def end_pause(ticket: Ticket, *, actor: User | None, at: datetime) -> list[str]:
    """The change itself, on a locked ticket; returns the fields that changed, none where nothing was paused."""
    pause = Pause.objects.running().filter(ticket=ticket).first()  # type: ignore[attr-defined]
    if pause is None:
        return []
    # It ended by itself before somebody came to end it: then what came after was not paused.
    pause.ended_at = max(min(at, pause.until) if pause.until else at, pause.since)
    pause.ended_by = actor if pause.ended_at == at else None
    pause.save(update_fields=["ended_at", "ended_by"])
    ticket.paused_since = None
    ticket.resolution_due_at = after_pause(
        ticket.estate, ticket.priority, ticket.resolution_due_at, since=pause.since, until=pause.ended_at
    )
    record("ticket.resumed", ticket, actor=actor, at=pause.ended_at, due=ticket.resolution_due_at)
    return ["paused_since", "resolution_due_at"]


def resident_spoke(ticket: Ticket, *, at: datetime) -> list[str]:
    """On a locked ticket: whoever waited for the resident waits no more. Returns the fields that changed."""
    waiting = Pause.objects.running().filter(ticket=ticket, reason=Pause.Reason.RESIDENT)  # type: ignore[attr-defined]
    return end_pause(ticket, actor=None, at=at) if waiting.exists() else []


def after_pauses(ticket: Ticket, due: datetime, *, began: datetime) -> datetime:
    """A limit counted anew from `began`, put off once more by the pauses that have ended since."""
    ended = Pause.objects.filter(ticket=ticket, since__gte=began, ended_at__isnull=False).order_by("since")
    for since, until in ended.values_list("since", "ended_at"):
        due = after_pause(ticket.estate, ticket.priority, due, since=since, until=until or since)
    return due


def end_run_out(at: datetime) -> int:
    """End the pauses whose own end has come, each at its end however late this is asked; the desk is told."""
    due = Pause.objects.run_out(at)  # type: ignore[attr-defined]

    @transaction.atomic
    def end_one(pk: int) -> bool:
        ticket = lock_ticket(Pause.objects.select_related("ticket").get(pk=pk).ticket)
        pause = due.filter(pk=pk).first()
        if pause is None:
            return False
        save_ticket(ticket, *end_pause(ticket, actor=None, at=at))
        tell_staff(
            who_looks_after(ticket),
            "ticket_resumed",
            about=ticket,
            key=f"pause:{pk}:over",
            link=reverse("ticket_detail", args=[ticket.pk]),
            title=headline_of(ticket),
            note=pause.note,
        )
        return True

    return one_by_one(list(due.values_list("pk", flat=True)), end_one, what="ending a pause")
