"""Writing an entry down: the form of each register, and the short one for a call-back."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.models import CollectionVisit
from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import display_phone
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.calls import matters_of
from tickets.clocks import day_and_time
from tickets.forms.contacts import MUST_SAY, NEW_MATTER, CallBackForm, ContactForm
from tickets.models import OPEN, Contact, Ticket
from tickets.scripts import script_of
from tickets.services.contacts import promise_call_back, take_contact
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.callers import Caller, as_typed, call_banner, caller_from, calls_of_caller
from tickets.views.plus_ones import plus_ones

MATTERS_OFFERED = 5
REGISTERS = (("call", "call-in"), ("counter", "counter"), ("letter", "letter"), ("message", "speech"))


@require_http_methods(["GET", "POST"])
@needs("contacts.take")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a call, a visit at the counter, a letter or a message."""
    caller = caller_from(request, "contacts.take")
    if request.method == "GET":
        return show_form(request, caller, form_for(request, caller, initial=first_values(request, caller)))
    # Who is speaking may have been typed only: then, too, the third caller is asked whether it is the same matter.
    caller = as_typed(caller, request.POST)
    form = form_for(request, caller, data=request.POST)
    if not form.is_valid():
        return show_form(request, caller, form, status=INVALID)
    try:
        contact = take_contact(estate=caller.estate, actor=request.user, **taken(form, caller))  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, caller, form, status=REFUSED)
    return done(request, _("Written down"), next_url(request, form, contact))


def next_url(request: HttpRequest, form: ContactForm, contact: Contact) -> str:
    """A new matter goes on as a ticket, the same one to its ticket, the rest to the register."""
    if request.POST.get("next") == "ticket" or form.cleaned_data.get("same_as") == NEW_MATTER:
        return f"{reverse('ticket_new')}?contact={contact.pk}"
    if contact.ticket_id:
        return reverse("ticket_detail", args=[contact.ticket_id])
    if contact.kind == Contact.Kind.LETTER:
        return reverse("contact_detail", args=[contact.pk])
    return reverse("contact_list")


def kind_asked(request: HttpRequest) -> str:
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    return kind if kind in Contact.Kind.values else "call"


def form_for(request: HttpRequest, caller: Caller, **kwargs: Any) -> ContactForm:
    """The form of the register that is asked for, with what this estate and this caller offer."""
    user: User = request.user  # type: ignore[assignment]
    kind, estate = kind_asked(request), caller.estate
    spoken = kind in {"call", "counter"}
    return ContactForm(
        estate=estate,
        kind=kind,
        on_file=caller.resident is not None,
        calls=len(calls_of_caller(caller, user)) + 1 if spoken else 1,
        matters=open_matters(caller, user) if spoken else [],
        departments=list(Department.objects.filter(estate=estate, is_active=True))
        if kind == "letter"
        else [],
        people=[] if spoken else [c for c in colleagues(estate.pk, "messages.view") if c.pk != user.pk],
        **kwargs,
    )


def open_matters(caller: Caller, user: User) -> list[Ticket]:
    """The open tickets of whoever is speaking, the newest first."""
    theirs = matters_of([caller.unit] if caller.unit else [], caller.resident, caller.hashes)
    rows = Ticket.objects.visible_to(user).filter(theirs, estate=caller.estate, status__in=OPEN)  # type: ignore[attr-defined]
    return list(rows.order_by("-created_at", "-id")[:MATTERS_OFFERED])


def first_values(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    return {
        "kind": kind_asked(request),
        "unit": caller.unit.code if caller.unit else "",
        "name": caller.resident.name if caller.resident else "",
        "phone": caller.phone,
        "form_token": uuid.uuid4().hex,
        "summary": _said_at_the_door(request, caller),
    }


def _said_at_the_door(request: HttpRequest, caller: Caller) -> str:
    """What a collector could not answer at this unit's door, to be passed on in a message."""
    door = request.GET.get("door", "")
    if not (door.isascii() and door.isdigit() and len(door) < 12) or caller.unit is None:
        return ""
    visits = CollectionVisit.objects.filter(unit=caller.unit, pk=door)
    return visits.values_list("said", flat=True).first() or ""


def taken(form: ContactForm, caller: Caller) -> dict[str, Any]:
    """The form's values as the service takes them."""
    names = ("kind", "name", "phone", "summary", "call_back_at", "letter_class", "source", "department")
    people = ("praised", "addressee")
    values = {name: form.cleaned_data[name] for name in (*names, *people) if name in form.cleaned_data}
    same = form.cleaned_data.get("same_as")
    token = form.cleaned_data["form_token"] or None
    return values | {
        "unit": form.unit_on_file,
        "resident": caller.resident,
        "ticket": same if isinstance(same, Ticket) else None,
        "form_token": token,
    }


def show_form(request: HttpRequest, caller: Caller, form: ContactForm, *, status: int = 200) -> HttpResponse:
    kind = kind_asked(request)
    language = caller.resident.language if caller.resident else ""
    date = timezone.localdate().isoformat()
    context = {
        "form": form,
        "caller": caller,
        "banner": call_banner(caller, request.user),  # type: ignore[arg-type]
        "kind": kind,
        "tabs": kind_tabs(request, kind),
        "must_say": MUST_SAY,
        "plus_ones": plus_ones(caller, request),
        "script": script_of(
            kind if kind in {"counter", "letter"} else "call",
            language=language,
            estate=caller.estate,
            clerk=request.user,
            date=date if kind == "letter" else "",
        ),
        "crumbs": [{"label": _("Registers"), "url": reverse("contact_list")}, {"label": _("New entry")}],
    }
    return render(request, "tickets/contact_new.html", context, status=status)


def kind_tabs(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    """The same caller in another register."""
    tabs = []
    for key, icon in REGISTERS:
        query = request.GET.copy()
        query["kind"] = key
        label = Contact.Kind(key).label
        tabs.append({"label": label, "url": "?" + query.urlencode(), "active": key == kind, "icon": icon})
    return tabs


@require_http_methods(["GET", "POST"])
@needs("contacts.take")
def call_back_new(request: HttpRequest) -> HttpResponse:
    """A number or a name and a time, while somebody stands at the counter; a part of the page where a script asks."""
    require_here(request, "contacts.take")
    estate = request.estate  # type: ignore[attr-defined]
    if request.method == "GET":
        return show_call_back(request, CallBackForm(estate=estate))
    form = CallBackForm(request.POST, estate=estate)
    if not form.is_valid():
        return show_call_back(request, form, status=INVALID)
    try:
        contact = promise_call_back(
            estate=estate,
            actor=request.user,  # type: ignore[arg-type]
            who=form.cleaned_data["who"],
            call_back_at=form.due(),
            form_token=form.cleaned_data["form_token"] or None,
        )
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_call_back(request, form, status=INVALID)
    said = promised(contact)
    if request.headers.get("HX-Request"):
        return show_call_back(request, CallBackForm(estate=estate), says=said)
    return done(request, said, reverse("desk"))


def promised(contact: Contact) -> str:
    """Whom we ring, and when."""
    who = str(contact.resident) if contact.resident else contact.name or display_phone(contact.phone)
    assert contact.call_back_at is not None  # noqa: S101 - it was just promised
    return _("We ring %(who)s back at %(when)s") % {"who": who, "when": day_and_time(contact.call_back_at)}


def show_call_back(
    request: HttpRequest, form: CallBackForm, *, says: str = "", status: int = 200
) -> HttpResponse:
    wants_part = bool(request.headers.get("HX-Request"))
    template = "tickets/_call_back_new.html" if wants_part else "tickets/call_back_new.html"
    crumbs = [{"label": _("Registers"), "url": reverse("contact_list")}, {"label": _("Call-back")}]
    context = {"call_back_form": form, "call_back_page": True, "says": says, "crumbs": crumbs}
    return render(request, template, context, status=status)
