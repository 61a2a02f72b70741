"""What a ticket is besides its class: paused, forwarded by another body, under warranty, part of an incident."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from helpdesk.staff.models import User
from tickets.clocks import answer_clock, day_and_time, on_site_clock
from tickets.forms.clocks import AnswerBackForm, ForwardForm, PauseForm, SeriousForm, WarrantyForm
from tickets.models import UNRESOLVED, Forwarding, Incident, IncidentReport, Pause, Step, Ticket


def running_pause(ticket: Ticket) -> Pause | None:
    """What the ticket waits for now."""
    if ticket.paused_since is None:
        return None
    return Pause.objects.running().filter(ticket=ticket).first()  # type: ignore[attr-defined, no-any-return]


def forwarding_of(ticket: Ticket) -> Forwarding | None:
    """Who forwarded it, if anybody did."""
    return getattr(ticket, "forwarding", None)


def more_clocks(
    ticket: Ticket, steps: list[Step], forwarding: Forwarding | None, at: datetime
) -> dict[str, Any]:
    """The clocks on the spot and of the answer back, where the ticket has them."""
    spot = next((step for step in steps if step.key == "on_site"), None)
    return {
        "on_site": on_site_clock(ticket, spot, at),
        "answer": answer_clock(forwarding, ticket, at) if forwarding else None,
    }


def beside_parts(
    ticket: Ticket, user: User, forwarding: Forwarding | None, pause: Pause | None
) -> dict[str, Any]:
    """The lines about forwarding, warranty, pause and incident."""
    return {
        "forwarded": forwarding and forwarded_line(forwarding),
        "pause": pause and pause_line(pause),
        "warranty": warranty_line(ticket),
        "incident": incident_of(ticket, user),
        "incidents_like": incidents_like(ticket, user),
    }


def forwarded_line(forwarding: Forwarding) -> dict[str, Any]:
    return {
        "sender": forwarding.sent_by,
        "number": forwarding.number,
        "due": forwarding.answer_due_at,
        "answered_at": forwarding.answered_at,
        "answered_by": str(forwarding.answered_by or ""),
        "via": forwarding.get_answered_via_display() if forwarding.answered_via else "",
        "answer": forwarding.answer,
    }


def pause_line(pause: Pause) -> dict[str, Any]:
    return {
        "reason": pause.get_reason_display(),
        "note": pause.note,
        "until": day_and_time(pause.until) if pause.until else "",
    }


def warranty_line(ticket: Ticket) -> dict[str, Any] | None:
    """The builder, the end, and whether it is past."""
    if not ticket.builder:
        return None
    ended = ticket.warranty_until is not None and ticket.warranty_until < timezone.localdate()
    return {"builder": ticket.builder, "until": ticket.warranty_until, "ended": ended}


def incident_of(ticket: Ticket, user: User) -> dict[str, Any] | None:
    report: IncidentReport | None = getattr(ticket, "incident_report", None)
    if report is None:
        return None
    may_see = user.may("incidents.view", ticket.estate_id)
    return {
        "pk": report.incident_id if may_see else None,
        "name": f"{report.incident.number} {report.incident.title}",
    }


def incidents_like(ticket: Ticket, user: User) -> list[Incident]:
    """Open incidents that this matter may belong to, for who may join it; none once it is joined."""
    if not ticket.is_open or not user.may("incidents.work", ticket.estate_id):
        return []
    if getattr(ticket, "incident_report", None) is not None:
        return []
    building = ticket.unit.building_id if ticket.unit else None
    rows = Incident.objects.filter(estate=ticket.estate_id).like(topic=ticket.topic, building_id=building)  # type: ignore[attr-defined]
    return list(rows.order_by("-opened_at")[:3])


def beside_forms(ticket: Ticket, forwarding: Forwarding | None) -> dict[str, Any]:
    """Name → form, as far as the state allows the act."""
    made: dict[str, Any] = {}
    if forwarding is not None and forwarding.answered_at is None:
        made["answer_back"] = AnswerBackForm(auto_id="answer_back_%s", initial={"via": "platform"})
    if not ticket.is_open:
        return made
    if forwarding is None or forwarding.answered_at is None:
        names = ("sender", "sender_name", "number", "answer_due_at")
        first = {name: getattr(forwarding, name) for name in names} if forwarding else {}
        made["forward"] = ForwardForm(auto_id="forward_%s", initial=first)
    words = {"builder": ticket.builder, "warranty_until": ticket.warranty_until, "version": ticket.version}
    made["warranty"] = WarrantyForm(auto_id="warranty_%s", initial=words)
    if ticket.status in UNRESOLVED:
        if not ticket.is_serious:
            made["serious"] = SeriousForm(auto_id="serious_%s")
        if ticket.paused_since is None:
            made["pause"] = PauseForm(auto_id="pause_%s", initial={"version": ticket.version})
    return made
