"""The columns of the list of tickets: what each shows on the page, and what it says in a file."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.phones import mask_phone
from helpdesk.staff.kept_lists import Cell, Column, moment, words
from tickets.clocks import nearest_clock
from tickets.models import Ticket
from tickets.views.matters import first_line
from tickets.views.ticket_page import class_of, status_key


def limit(ticket: Ticket, at: datetime) -> Cell:
    return {"template": "components/clock.html", "data": nearest_clock(ticket, at)}


def matter(ticket: Ticket, at: datetime) -> Cell:
    data = {
        "number": ticket.number,
        "url": reverse("ticket_detail", args=[ticket.pk]),
        "subject": ticket.subject or first_line(ticket.description),
        "lang": ticket.language,
        "serious": ticket.is_serious,
        "reopened": ticket.reopened,
        "name": who(ticket),
    }
    return {"template": "tickets/_cell_matter.html", "data": data}


def who(ticket: Ticket) -> str:
    return str(ticket.resident) if ticket.resident else ticket.reporter_name


def plate(ticket: Ticket, at: datetime) -> Cell:
    data = {
        "code": where(ticket),
        "url": reverse("unit_card", args=[ticket.unit_id]) if ticket.unit_id else "",
        "on_file": ticket.unit_id is not None,
    }
    return {"template": "tickets/_cell_plate.html", "data": data}


def where(ticket: Ticket) -> str:
    return ticket.unit.code if ticket.unit else ticket.unit_as_written


def chip(ticket: Ticket, at: datetime) -> Cell:
    return {"template": "tickets/_cell_class.html", "data": class_of(ticket)}


def priority(ticket: Ticket, at: datetime) -> Cell:
    data = {"key": ticket.priority, "label": ticket.get_priority_display()}
    return {"template": "tickets/_cell_priority.html", "data": data}


def status(ticket: Ticket, at: datetime) -> Cell:
    data = {"key": status_key(ticket), "label": ticket.get_status_display()}
    return {"template": "tickets/_cell_status.html", "data": data}


def people(ticket: Ticket, at: datetime) -> Cell:
    data = {"responsible": str(ticket.responsible or ""), "department": str(ticket.department or "")}
    return {"template": "tickets/_cell_people.html", "data": data}


def telephone(ticket: Ticket) -> str:
    """Masked, as in every list and file; numbers on file stand on the caller card alone."""
    return mask_phone(ticket.reporter_phone) if ticket.reporter_phone else ""


COLUMNS: list[Column[Ticket]] = [
    Column(
        "limit",
        _("Limit"),
        limit,
        lambda t: (t.response_due_at, t.resolution_due_at),
        (_("Answer due"), _("Resolution due")),
    ),
    Column(
        "matter",
        _("Matter"),
        matter,
        lambda t: (t.number, t.subject or first_line(t.description), who(t)),
        (_("Number"), _("Matter"), _("Who")),
    ),
    Column("unit", _("Unit"), plate, lambda t: (where(t),)),
    Column("class", _("Class"), chip, lambda t: (t.get_complaint_class_display(),)),
    Column("priority", _("Priority"), priority, lambda t: (t.get_priority_display(),)),
    Column("status", _("Status"), status, lambda t: (t.get_status_display(),)),
    Column(
        "responsible",
        _("Responsible"),
        people,
        lambda t: (str(t.responsible or ""), str(t.department or "")),
        (_("Responsible"), _("Department")),
    ),
    words("handler", _("Handler"), lambda t: str(t.handler or "")),
    words("topic", _("Topic"), Ticket.get_topic_display),  # type: ignore[attr-defined]
    words("channel", _("Channel"), Ticket.get_channel_display),  # type: ignore[attr-defined]
    words("telephone", _("Telephone"), telephone),
    moment("taken", _("Taken"), "created_at"),
    moment("answered", _("Answered"), "responded_at"),
    moment("resolved", _("Resolved"), "resolved_at"),
    moment("closed", _("Closed"), "closed_at"),
]
USUAL = ["limit", "matter", "unit", "class", "priority", "status", "responsible", "taken"]
