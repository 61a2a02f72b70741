"""A new ticket, the suggestion as it is typed, and the ticket's page."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import parse_phone
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from residents.models import Unit
from residents.names_shown import full_name
from tickets.forms.clocks import FORWARDED
from tickets.forms.tickets import NewTicketForm
from tickets.models import Ticket
from tickets.routing import usual_department
from tickets.scripts import script_for_channel, script_of
from tickets.selectors import perhaps_same
from tickets.services.tickets import take_ticket
from tickets.services.tickets.repeated import Reporter, taken_moments_ago
from tickets.services.tickets.taking import read_phone
from tickets.services.tickets.taking import suggest as suggestion_for
from tickets.similar import similar_confirmed
from tickets.views.answers import INVALID, REFUSED, done, ticket_for
from tickets.views.callers import Caller, as_typed, call_banner, caller_from, recognised
from tickets.views.class_panel import shown as alike_shown
from tickets.views.plus_ones import open_like, plus_ones
from tickets.views.suggested import shown
from tickets.views.ticket_page import show_changes, show_ticket

# Fewer letters than this say nothing yet.
SHORTEST = 4


@require_GET
@needs("tickets.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One ticket; the parts that change, where the page asks for itself again."""
    ticket = ticket_for(request, pk, "tickets.view")
    return show_changes(request, ticket) if request.headers.get("X-Refresh") else show_ticket(request, ticket)


@require_http_methods(["GET", "POST"])
@needs("tickets.take")
def new(request: HttpRequest) -> HttpResponse:
    """The form, filled in from the caller card; a POST makes one ticket, however often it is sent."""
    told = caller_from(request, "tickets.take")
    if request.method == "GET":
        form = NewTicketForm(estate=told.estate, initial=first_values(request, told))
        return show_form(request, told, form)
    caller = as_said(told, request.POST)
    home = None if told.unit else caller.unit
    form = NewTicketForm(request.POST, request.FILES, estate=caller.estate)
    if not form.is_valid():
        return show_form(request, caller, form, status=INVALID)
    values = taken(form, caller, home)
    twin = twin_of(request, caller, values)
    if twin is not None:
        return show_form(request, caller, form, twin=twin, status=REFUSED)
    try:
        ticket = take_ticket(estate=caller.estate, actor=request.user, **values)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, caller, form, status=REFUSED)
    return done(
        request,
        _("%(number)s is open") % {"number": ticket.number},
        reverse("ticket_detail", args=[ticket.pk]),
    )


def twin_of(request: HttpRequest, caller: Caller, values: dict[str, Any]) -> Ticket | None:
    """What this clerk took a moment ago in the same words, asked about once; none where it is the form's own ticket."""
    number = read_phone(caller.estate, values["reporter_phone"])
    door, written = values["unit"], values["unit_as_written"]
    said = {name: values[name] for name in ("subject", "description")}
    reporter = Reporter(door, caller.resident, values["reporter_name"], number, written)
    user: User = request.user  # type: ignore[assignment]
    found = taken_moments_ago(caller.estate, reporter, actor=user, at=timezone.now(), **said)
    if found is None or found.form_token == values["form_token"]:
        return None
    return None if request.POST.get("anyhow") == str(found.pk) else found


@require_POST
@needs("tickets.take")
def suggest(request: HttpRequest) -> HttpResponse:
    """A fragment: what the text typed so far points to, and tickets of this unit that may be the same matter."""
    told = caller_from(request, "tickets.take")
    caller = as_said(told, request.POST)
    user: User = request.user  # type: ignore[assignment]
    context = {"speaking": speaking(caller, user)} if says_more(caller, told) else {}
    text = request.POST.get("description", "")[:8000].strip()
    if len(text) >= SHORTEST:
        context |= what_it_points_to(text, caller, user)
    return render(request, "tickets/_suggestion.html", context)


def as_said(caller: Caller, written: Any) -> Caller:
    """The caller with the door and the number that were typed, and whoever alone has that number on file."""
    plate = written.get("unit", "")
    said = {"unit": plate, "phone": written.get("reporter_phone", "")[:40]}
    typed = as_typed(caller, said | {"form_token": written.get("form_token", "")})
    return recognised(typed, written.get("reporter_name", ""), plate)


def says_more(caller: Caller, told: Caller) -> bool:
    """Whether what was typed names somebody; whom the page was opened for stands on it already."""
    if (caller.unit, caller.resident) != (told.unit, told.resident):
        return True
    return caller.phone != told.phone and not told.card_url


def speaking(caller: Caller, user: User) -> dict[str, Any]:
    """Who it is by the number and the door that were typed, and which call this is; empty for nobody known."""
    banner = call_banner(caller, user)
    name = full_name(caller.resident) if caller.resident else ""
    if not (banner or name):
        return {}
    return {"name": name, "unit": caller.unit, "card_url": caller.card_url, "banner": banner}


def what_it_points_to(text: str, caller: Caller, user: User) -> dict[str, Any]:
    """The suggestion for a text, and what may be the same matter."""
    estate = caller.estate
    number = parse_phone(caller.phone, estate.phone_region) if caller.phone else ""
    reporter = Reporter(caller.unit, caller.resident, "", number or "", "")
    suggestion = suggestion_for(estate, text, reporter, "", timezone.now())
    topic = suggestion.topic or "other"
    return {
        "text": text,
        "suggestion": shown(suggestion),
        "department": usual_department(topic, estate.departments.filter(is_active=True)),
        "duplicates": perhaps_same(user, estate, reporter, topic),
        "incidents": open_like(user, estate, topic, caller.unit),
        "alike": [alike_shown(each) for each in similar_confirmed(user, estate, text, topic)],
    }


def first_values(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """What the caller card knows already."""
    channel = request.GET.get("channel", "")
    by_contact = {"call": "phone", "counter": "counter", "letter": "letter"}
    if caller.contact:
        channel = channel or by_contact.get(caller.contact.kind, "")
    return {
        "channel": channel or "phone",
        "unit": caller.unit.code if caller.unit else "",
        "reporter_name": caller.resident.name
        if caller.resident
        else caller.contact.name
        if caller.contact
        else "",
        "reporter_phone": caller.phone,
        "description": caller.contact.summary if caller.contact else "",
        "form_token": uuid.uuid4().hex,
    }


def taken(form: NewTicketForm, caller: Caller, home: Unit | None) -> dict[str, Any]:
    """The form's values as the service takes them; a plate that is not on file stays as it was written.

    `home` is the door that the typed number names, where none was typed.
    """
    values = dict(form.cleaned_data)
    written = values.pop("unit")
    for name in FORWARDED:
        values.pop(name)
    values |= {
        "form_token": values["form_token"] or None,
        "unit": form.unit_on_file or home,
        "unit_as_written": "" if form.unit_on_file else written,
        "resident": caller.resident,
        "contact": caller.contact,
        "forwarding": form.forwarding(),
        "language": caller.resident.language if caller.resident else "",
    }
    return values


def show_form(
    request: HttpRequest,
    caller: Caller,
    form: NewTicketForm,
    *,
    twin: Ticket | None = None,
    status: int = 200,
) -> HttpResponse:
    channel = form["channel"].value() or "phone"
    language = caller.resident.language if caller.resident else ""
    said = {"estate": caller.estate, "clerk": request.user}
    context = {
        "form": form,
        "twin": twin,
        "more_is_open": form.is_about_more(),
        "plus_ones": plus_ones(caller, request),
        "caller": caller,
        "banner": call_banner(caller, request.user),  # type: ignore[arg-type]
        "script": script_of(script_for_channel(channel), language=language, **said),
        "crumbs": [{"label": _("Tickets"), "url": reverse("ticket_list")}, {"label": _("New ticket")}],
    }
    form.ask_while_typed(f"{reverse('ticket_suggest')}?{request.GET.urlencode()}")
    return render(request, "tickets/new.html", context, status=status)
