"""Tickets that wait for a judgement, and replies that wait for a word."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, SEALED_OF_TICKET, Due, Lane, Row, line_of, who_of
from helpdesk.desk.matters import title_of
from helpdesk.estates.models import Estate
from helpdesk.lib.spans import in_short
from helpdesk.staff.models import User
from tickets.clocks import clock_until
from tickets.models import UNRESOLVED, ComplaintClass, Reply, Ticket


def to_judge(user: User, estate: Estate, at: datetime) -> Lane:
    """Tickets whose class nobody has decided; the suggestion is confirmed with one click."""
    lane = Lane(
        "to-judge",
        _("Not yet judged"),
        "ticket",
        empty=_("Every ticket has its class."),
        all_url=reverse("ticket_list") + "?class=none",
        empty_url=reverse("ticket_new"),
        empty_label=_("New ticket"),
    )
    rows = (
        Ticket.objects.visible_to(user)
        .filter(estate=estate, complaint_class="", status__in=UNRESOLVED)
        .select_related("unit", "resident")
        .defer(*SEALED_OF_TICKET, "resident__identity_number", "search_text")
        .order_by("response_due_at", "id")
    )
    return lane.fill(rows[: READ + 1], lambda ticket: _unjudged(ticket, at))


def _unjudged(ticket: Ticket, at: datetime) -> tuple[Row, Due]:
    due = ticket.resolution_due_at if ticket.responded_at else ticket.response_due_at
    url = reverse("ticket_detail", args=[ticket.pk])
    row = {
        "id": f"ticket-{ticket.pk}",
        "url": url,
        "clock": clock_until(due, since=ticket.created_at, at=at),
        **who_of(ticket.unit, ticket.resident, ticket.reporter_name or ticket.unit_as_written, ticket.number),
        **line_of(title_of(ticket)),
        "class": _suggested(ticket),
        "action": _confirm(ticket, url),
    }
    return row, Due(due, "ticket", _("Judge %(number)s") % {"number": ticket.number}, url)


def _suggested(ticket: Ticket) -> dict[str, Any] | None:
    code = ticket.suggestion.get("complaint_class")
    if code not in ComplaintClass.values:
        return None
    percent = round(float(ticket.suggestion.get("confidence") or 0) * 100)
    return {"code": code, "label": ComplaintClass(code).label, "percent": percent, "suggested": True}


def _confirm(ticket: Ticket, url: str) -> dict[str, Any]:
    """Confirm what is suggested, or take another class from the menu; without a suggestion the ticket is opened."""
    suggested = _suggested(ticket)
    acts = {code: _classify(ticket, code, str(label)) for code, label in ComplaintClass.choices}
    if suggested is None:
        return {"label": _("Judge"), "url": url, "menu": list(acts.values())}
    first = acts.pop(suggested["code"])
    return {**first, "label": _("Confirm"), "menu": list(acts.values())}


def _classify(ticket: Ticket, code: str, label: str) -> dict[str, Any]:
    fields = [{"name": "complaint_class", "value": code}, {"name": "next", "value": "desk"}]
    return {
        "label": label,
        "url": reverse("ticket_classify", args=[ticket.pk]),
        "post": True,
        "fields": fields,
    }


def held_replies(user: User, estate: Estate, at: datetime) -> Lane:
    """Replies with a promise in them, which wait for somebody who may promise."""
    lane = Lane(
        "held",
        _("Replies held back"),
        "hand",
        empty=_("No reply waits for your word."),
    )
    rows = (
        Reply.objects.filter(state=Reply.State.HELD, ticket__in=_visible_tickets(user, estate))
        .select_related("ticket__unit", "ticket__resident", "author")
        .defer(*(f"ticket__{name}" for name in SEALED_OF_TICKET), "ticket__resident__identity_number")
        .order_by("ticket__response_due_at", "id")
    )
    return lane.fill(rows[: READ + 1], lambda reply: _held(reply, at))


def _visible_tickets(user: User, estate: Estate) -> QuerySet[Ticket]:
    return Ticket.objects.visible_to(user).filter(estate=estate).values("pk")  # type: ignore[return-value]


def _held(reply: Reply, at: datetime) -> tuple[Row, Due]:
    ticket = reply.ticket
    url = reverse("ticket_detail", args=[ticket.pk])
    # While nobody has answered, the held reply is what the limit of the answer waits for.
    due = at if ticket.responded_at else ticket.response_due_at
    waits = {
        "label": _("held %(span)s") % {"span": in_short(at - reply.created_at)},
        "icon": "pause",
        "kind": "dashed",
    }
    row = {
        "id": f"reply-{reply.pk}",
        "url": url,
        "clock": None if ticket.responded_at else clock_until(due, since=ticket.created_at, at=at),
        "chip": waits,
        **who_of(ticket.unit, ticket.resident, ticket.reporter_name, ticket.number),
        **line_of(reply.body),
        "action": {"label": _("Decide"), "url": f"{url}#reply-{reply.pk}"},
    }
    return row, Due(due, "hand", _("Reply held back on %(number)s") % {"number": ticket.number}, url)
