"""The list of tickets: filters as chips in the address, a pager that counts nothing."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.estates.models import Department
from helpdesk.lib.names import bigram_query
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from helpdesk.staff.roles import role_in
from tickets.clocks import nearest_clock
from tickets.forms.filters import TicketFilterForm
from tickets.models import OPEN, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.views.matters import first_line
from tickets.views.paging import Page
from tickets.views.ticket_page import class_of, status_key

SHOWN_WITH = ("unit", "resident", "responsible", "handler", "department")
GROUPS = {"open": OPEN, "resolved": ("resolved",), "closed": ("closed", "declined")}


@require_GET
@needs("tickets.view")
def ticket_list(request: HttpRequest) -> HttpResponse:
    """Tickets of this estate, newest first; open ones unless the address says otherwise."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    departments = list(Department.objects.filter(estate=request.estate, is_active=True))  # type: ignore[attr-defined]
    form = TicketFilterForm(request.GET, departments=departments)
    chosen = form.chosen()
    rows = Ticket.objects.visible_to(user).filter(estate=request.estate)  # type: ignore[attr-defined]
    page = Page(narrowed(rows, chosen, user, at).select_related(*SHOWN_WITH), request.GET, field="created_at")
    context = {
        "form": form,
        "views": view_chips(request.GET, role_in(user, request.estate.pk)),  # type: ignore[attr-defined]
        "chips": filter_chips(request.GET, form),
        "columns": columns(),
        "rows": [row_of(ticket, at) for ticket in page.rows],
        "pager": page.pager,
        "may_take": user.may("tickets.take", request.estate.pk),  # type: ignore[attr-defined]
        "crumbs": [{"label": _("Tickets")}],
    }
    return render(request, "tickets/list.html", context)


def narrowed(rows: TicketQuerySet, chosen: dict[str, Any], user: User, at: datetime) -> TicketQuerySet:
    """The rows that the chosen filters leave."""
    group = chosen.get("status") or "open"
    if group in GROUPS:
        rows = rows.filter(status__in=GROUPS[group])
    if chosen.get("class"):
        rows = rows.filter(complaint_class="" if chosen["class"] == "none" else chosen["class"])
    for name in ("priority", "topic", "department"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    if chosen.get("unit"):
        rows = rows.filter(unit__code__iexact=chosen["unit"])
    if chosen.get("who") == "mine":
        rows = rows.filter(Q(responsible=user) | Q(handler=user))
    if chosen.get("who") == "team":
        rows = rows.filter(
            department_id__in=[m.department_id for m in user.memberships_now if m.department_id]
        )
    if chosen.get("late"):
        rows = rows.overdue(at)
    return matching(rows, chosen["q"]) if chosen.get("q") else rows


def matching(rows: TicketQuerySet, words: str) -> TicketQuerySet:
    """Those with that number, or whose text has all of the words."""
    fits = Q()
    for phrase in bigram_query(words):
        fits &= Q(search_text__contains=phrase)
    return rows.filter(
        Q(number__icontains=words.strip()) | fits if fits else Q(number__icontains=words.strip())
    )


def view_chips(query: QueryDict, membership: Any) -> list[dict[str, Any]]:
    """The views that one changes between all day."""
    views = [
        (_("Open"), {}),
        (_("Mine"), {"who": "mine"}),
        (_("Late"), {"late": "1"}),
        (_("Not judged"), {"class": "none"}),
        (_("Waiting for the follow-up visit"), {"status": "resolved"}),
        (_("Closed"), {"status": "closed"}),
        (_("All"), {"status": "all"}),
    ]
    if membership and membership.department_id:
        views.insert(2, (str(membership.department), {"who": "team"}))
    now = {name: query[name] for name in ("who", "late", "class", "status") if query.get(name)}
    return [{"label": label, "url": "?" + encode(want), "active": now == want} for label, want in views]


def encode(values: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


def filter_chips(query: QueryDict, form: TicketFilterForm) -> list[dict[str, Any]]:
    """What narrows the list now, each with a cross that takes it away."""
    chips = []
    for name, label in form.in_words():
        rest = query.copy()
        for key in (name, "before", "after"):
            rest.pop(key, None)
        chips.append({"label": label, "url": "?" + rest.urlencode(), "active": True, "remove": True})
    return chips


def columns() -> list[dict[str, str]]:
    return [
        {"label": _("Limit")},
        {"label": _("Matter")},
        {"label": _("Unit")},
        {"label": _("Class")},
        {"label": _("Priority")},
        {"label": _("Status")},
        {"label": _("Responsible")},
        {"label": _("Taken")},
    ]


def row_of(ticket: Ticket, at: datetime) -> dict[str, Any]:
    """One line, as components/table.html wants it."""
    clock = nearest_clock(ticket, at)
    matter = {
        "number": ticket.number,
        "url": reverse("ticket_detail", args=[ticket.pk]),
        "subject": ticket.subject or first_line(ticket.description),
        "lang": ticket.language,
        "serious": ticket.is_serious,
        "reopened": ticket.reopened,
        "name": str(ticket.resident) if ticket.resident else ticket.reporter_name,
    }
    plate = {
        "code": ticket.unit.code if ticket.unit else ticket.unit_as_written,
        "url": reverse("unit_card", args=[ticket.unit_id]) if ticket.unit_id else "",
        "on_file": ticket.unit_id is not None,
    }
    priority = {"key": ticket.priority, "label": ticket.get_priority_display()}
    status = {"key": status_key(ticket), "label": ticket.get_status_display()}
    return {
        "id": f"ticket-{ticket.pk}",
        "late": bool(clock and clock["state"] == "late"),
        "cells": [
            {"template": "components/clock.html", "data": clock},
            {"template": "tickets/_cell_matter.html", "data": matter},
            {"template": "tickets/_cell_plate.html", "data": plate},
            {"template": "tickets/_cell_class.html", "data": class_of(ticket)},
            {"template": "tickets/_cell_priority.html", "data": priority},
            {"template": "tickets/_cell_status.html", "data": status},
            {"template": "tickets/_cell_people.html", "data": people_of(ticket)},
            {"template": "tickets/_cell_moment.html", "data": ticket.created_at},
        ],
    }


def people_of(ticket: Ticket) -> dict[str, str]:
    return {"responsible": str(ticket.responsible or ""), "department": str(ticket.department or "")}
