"""Incidents: the list, a new one, and the page that joins the calls of many units."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import mask_phone
from helpdesk.lib.spans import in_short
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from residents.models import Building
from tickets.forms.incidents import (
    CallerForm,
    CloseIncidentForm,
    EditIncidentForm,
    IncidentForm,
    JoinForm,
    NoteForm,
    NoticeForm,
    ReopenIncidentForm,
)
from tickets.models import Incident, IncidentNote, IncidentNotice, IncidentReport, Ticket
from tickets.services.incident_notices import households_of
from tickets.services.incidents import open_incident, place_of
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.incident_timeline import timeline_of
from tickets.views.paging import Page
from tickets.views.ticket_forms import Sent

ABOUT = ("estate", "building", "opened_by", "closed_by")
FORMS = ("caller", "join", "note", "notice", "edit", "close", "reopen")


@require_GET
@needs("incidents.view")
def incident_list(request: HttpRequest) -> HttpResponse:
    """Incidents of this estate, newest first; the open ones unless the address says otherwise."""
    require_here(request, "incidents.view")
    user: User = request.user  # type: ignore[assignment]
    every = request.GET.get("show") == "all"
    rows = Incident.objects.visible_to(user).filter(estate=request.estate)  # type: ignore[attr-defined]
    rows = rows.select_related("building").annotate(callers=Count("reports"))
    page = Page(rows if every else rows.open(), request.GET, field="opened_at")
    context = {
        "rows": [row_of(incident) for incident in page.rows],
        "pager": page.pager,
        "every": every,
        "chips": [
            {"label": _("Open"), "url": "?", "active": not every},
            {"label": _("All"), "url": "?show=all", "active": every},
        ],
        "may_work": user.may("incidents.work", request.estate.pk),  # type: ignore[attr-defined]
        "crumbs": [{"label": _("Incidents")}],
    }
    return render(request, "tickets/incident_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("incidents.work")
def new(request: HttpRequest) -> HttpResponse:
    """Open one; managers and the department hear at once. A form sent twice opens one."""
    require_here(request, "incidents.work")
    estate = request.estate  # type: ignore[attr-defined]
    first = {"form_token": uuid.uuid4().hex, "kind": "water"}
    form = IncidentForm(request.POST or None, initial=first, buildings=buildings_of(estate.pk))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"form_token": form.cleaned_data["form_token"] or None}
        try:
            incident = open_incident(estate=estate, actor=request.user, **values)  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            says = _("%(number)s is open; those who go are told") % {"number": incident.number}
            return done(request, says, reverse("incident_detail", args=[incident.pk]))
    crumbs = [{"label": _("Incidents"), "url": reverse("incident_list")}, {"label": _("New incident")}]
    status = INVALID if request.method == "POST" else 200
    return render(request, "tickets/incident_new.html", {"form": form, "crumbs": crumbs}, status=status)


@require_GET
@needs("incidents.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident."""
    return show_incident(request, incident_for(request, pk, "incidents.view"))


def incident_for(request: HttpRequest, pk: int, permission: str) -> Incident:
    """The incident, if this person may do `permission` to it."""
    return get_visible(Incident.objects.select_related(*ABOUT), request.user, permission, pk=pk)  # type: ignore[arg-type]


def show_incident(request: HttpRequest, incident: Incident, *, sent: Sent | None = None) -> HttpResponse:
    """The page; 409 with a refusal, 422 with a form that is not filled in right, and what was typed stands again."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    may_work = user.may("incidents.work", incident.estate_id)
    reports = reports_of(incident)
    households = households_of(incident)
    notices = list(IncidentNotice.objects.filter(incident=incident).select_related("author", "released_by"))
    notes = list(IncidentNote.objects.filter(incident=incident).select_related("written_by"))
    entries = list(Entry.objects.about(incident))
    context = {
        "incident": incident,
        "where": place_of(incident),
        "lasts": lasted(incident, at),
        "callers": callers_of(reports, incident, user),
        "households": len(households),
        "untold": sum(not household.address for household in households),
        "events": timeline_of(entries, notes, notices),
        "told": told_by(entries, notes),
        "notices": [notice_of(notice, incident, user) for notice in notices],
        "may_work": may_work,
        "forms": forms_of(incident, sent) if may_work else {},
        "opened": {sent.name: True} if sent else {},
        "sent": sent,
        "crumbs": [{"label": _("Incidents"), "url": reverse("incident_list")}, {"label": incident.number}],
    }
    status = 200 if sent is None else REFUSED if sent.refusal else INVALID
    return render(request, "tickets/incident_detail.html", context, status=status)


def forms_of(incident: Incident, sent: Sent | None) -> dict[str, forms.BaseForm]:
    """Name → form, as far as the state allows the act; one that came back takes the place of the fresh one."""
    token = {"form_token": uuid.uuid4().hex}
    made: dict[str, Any] = {
        "notice": NoticeForm(auto_id="notice_%s", estate=incident.estate, initial=token),
    }
    if incident.is_open:
        words = {name: getattr(incident, name) for name in ("title", "kind", "topic", "place", "details")}
        first = words | {"building": incident.building_id or "", "version": incident.version}
        made |= {
            "caller": CallerForm(auto_id="caller_%s", estate=incident.estate, initial=token),
            "join": JoinForm(auto_id="join_%s"),
            "note": NoteForm(auto_id="note_%s", initial=token),
            "edit": EditIncidentForm(
                auto_id="edit_%s", initial=first, buildings=buildings_of(incident.estate_id)
            ),
            "close": CloseIncidentForm(auto_id="close_%s", initial={"version": incident.version}),
        }
    else:
        made["reopen"] = ReopenIncidentForm(auto_id="reopen_%s")
    if sent is not None:
        made[sent.name] = sent.form
    return made


def buildings_of(estate_id: int) -> list[Building]:
    return list(Building.objects.filter(estate=estate_id, is_archived=False))


def row_of(incident: Incident) -> dict[str, Any]:
    """A line of the list."""
    return {
        "id": f"incident-{incident.pk}",
        "url": reverse("incident_detail", args=[incident.pk]),
        "number": incident.number,
        "title": incident.title,
        "where": place_of(incident),
        "kind": incident.get_kind_display(),
        "status": incident.status,
        "status_label": incident.get_status_display(),
        "callers": incident.callers,  # type: ignore[attr-defined]
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
    }


def lasted(incident: Incident, at: datetime) -> str:
    """For how long it has lasted, or lasted."""
    return in_short((incident.closed_at or at) - incident.opened_at)


def reports_of(incident: Incident) -> list[IncidentReport]:
    related = ("contact__unit", "contact__resident", "ticket__unit", "ticket__resident")
    rows = IncidentReport.objects.filter(incident=incident).select_related(*related)
    return list(rows.order_by("-added_at", "-id"))


def callers_of(reports: list[IncidentReport], incident: Incident, user: User) -> list[dict[str, Any]]:
    """The callers as far as this person may know of them."""
    may_see = user.may("contacts.view", incident.estate_id)
    behind = {
        report.ticket_id or (report.contact.ticket_id if report.contact else None) for report in reports
    }
    visible = Ticket.objects.visible_to(user).filter(pk__in=behind - {None})  # type: ignore[attr-defined]
    tickets = set(visible.values_list("pk", flat=True))
    return [caller_of(report, may_see=may_see, tickets=tickets) for report in reports]


def caller_of(report: IncidentReport, *, may_see: bool, tickets: set[int]) -> dict[str, Any]:
    """A line of the callers: who reads no register sees the door alone, and a ticket shows to those who see it.

    The number is masked, as everywhere in lists.
    """
    contact, ticket = report.contact, report.ticket
    unit = (contact.unit if contact else None) or (ticket.unit if ticket else None)
    resident = (contact.resident if contact else None) or (ticket.resident if ticket else None)
    name = (
        str(resident) if resident else (contact.name if contact else ticket.reporter_name if ticket else "")
    )
    phone = contact.phone if contact else ticket.reporter_phone if ticket else ""
    shown = ticket or (contact.ticket if contact else None)
    return {
        "at": contact.created_at if contact else ticket.created_at if ticket else report.added_at,
        "plate": {"code": unit.code, "url": reverse("unit_card", args=[unit.pk]) if may_see else ""}
        if unit
        else None,
        "name": name if may_see else "",
        "phone": mask_phone(phone) if phone and may_see else "",
        "line": contact.summary if contact and may_see else "",
        "ticket": {"number": shown.number, "url": reverse("ticket_detail", args=[shown.pk])}
        if shown and shown.pk in tickets
        else None,
    }


def told_by(entries: list[Entry], notes: list[IncidentNote]) -> list[str]:
    """Who was told: those of the house when it was opened, and those outside as they were written down."""
    house = [
        name for entry in entries if entry.verb == "incident.opened" for name in entry.data.get("told", [])
    ]
    return list(dict.fromkeys([*house, *(note.whom for note in notes if note.whom)]))


def notice_of(notice: IncidentNotice, incident: Incident, user: User) -> dict[str, Any]:
    """A notice with what this person may do about it while it is held."""
    held = notice.state == IncidentNotice.State.HELD
    may_release = held and user.may("tickets.release_reply", incident.estate_id)
    may_withdraw = held and (may_release or notice.author_id == user.pk)
    args = [incident.pk, notice.pk]
    return {
        "pk": notice.pk,
        "state": notice.state,
        "author": str(notice.author or ""),
        "texts": [{"lang": code, "text": text} for code, text in notice.texts.items()],
        "words": [promise["words"] for promise in notice.promises],
        "release_url": reverse("incident_notice_release", args=args) if may_release else "",
        "withdraw_url": reverse("incident_notice_withdraw", args=args) if may_withdraw else "",
    }
