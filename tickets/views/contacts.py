"""The registers: who rang, came or wrote; and the call-backs that were promised."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from tickets.clocks import clock_until
from tickets.forms.contacts import ContactForm
from tickets.models import Contact
from tickets.scripts import script_of
from tickets.services.contacts import mark_called_back, take_contact
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.callers import Caller, call_banner, caller_from
from tickets.views.paging import Page


@require_GET
@needs("contacts.view")
def contact_list(request: HttpRequest) -> HttpResponse:
    """The registers, newest first; the promised call-backs alone, earliest first."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    rows = Contact.objects.visible_to(user).filter(estate=request.estate)  # type: ignore[attr-defined]
    rows = rows.select_related("unit", "resident", "ticket", "taken_by")
    kind, open_only = request.GET.get("kind", ""), request.GET.get("call_backs") == "open"
    if kind in Contact.Kind.values:
        rows = rows.filter(kind=kind)
    if open_only:
        page: list[Contact] = list(rows.call_backs_open()[:100])
        pager: dict[str, Any] = {}
    else:
        found = Page(rows, request.GET, field="created_at")
        page, pager = found.rows, found.pager
    context = {
        "rows": [row_of(contact, at) for contact in page],
        "pager": pager,
        "chips": chips(kind, open_only),
        "crumbs": [{"label": _("Registers")}],
    }
    return render(request, "tickets/contact_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("contacts.take")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a call, a visit at the counter, a letter or a message; two keys promise a call-back."""
    caller = caller_from(request, "contacts.take")
    if request.method == "GET":
        return show_form(
            request, caller, ContactForm(estate=caller.estate, initial=first_values(request, caller))
        )
    form = ContactForm(request.POST, estate=caller.estate, on_file=caller.resident is not None)
    if not form.is_valid():
        return show_form(request, caller, form, status=INVALID)
    try:
        contact = take_contact(estate=caller.estate, actor=request.user, **taken(form, caller))  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, caller, form, status=REFUSED)
    if request.POST.get("next") == "ticket":
        return done(request, _("Written down"), f"{reverse('ticket_new')}?contact={contact.pk}")
    return done(request, _("Written down"), reverse("contact_list"))


@require_POST
@needs("contacts.take")
def called_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The promised call-back has been made."""
    contact = get_visible(Contact.objects.all(), request.user, "contacts.take", pk=pk)  # type: ignore[arg-type]
    mark_called_back(contact, actor=request.user)  # type: ignore[arg-type]
    back = "desk" if request.POST.get("next") == "desk" else "contact_list"
    return done(request, _("Rung back"), reverse(back))


def first_values(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    return {
        "kind": kind if kind in Contact.Kind.values else "call",
        "unit": caller.unit.code if caller.unit else "",
        "name": caller.resident.name if caller.resident else "",
        "phone": caller.phone,
        "form_token": uuid.uuid4().hex,
    }


def taken(form: ContactForm, caller: Caller) -> dict[str, Any]:
    names = ("kind", "name", "phone", "summary", "call_back_at")
    values = {name: form.cleaned_data[name] for name in names}
    token = form.cleaned_data["form_token"] or None
    return values | {"unit": form.unit_on_file, "resident": caller.resident, "form_token": token}


def show_form(request: HttpRequest, caller: Caller, form: ContactForm, *, status: int = 200) -> HttpResponse:
    kind = form["kind"].value() or "call"
    context = {
        "form": form,
        "caller": caller,
        "banner": call_banner(caller),
        "script": script_of(
            kind if kind in {"counter", "letter"} else "call",
            language=caller.resident.language if caller.resident else "",
            estate=caller.estate,
            clerk=request.user,
        ),
        "crumbs": [{"label": _("Registers"), "url": reverse("contact_list")}, {"label": _("New entry")}],
    }
    return render(request, "tickets/contact_new.html", context, status=status)


def chips(kind: str, open_only: bool) -> list[dict[str, Any]]:
    every = [{"label": _("All"), "url": "?", "active": not kind and not open_only}]
    every += [
        {"label": label, "url": f"?kind={key}", "active": kind == key} for key, label in Contact.Kind.choices
    ]
    return [*every, {"label": _("Call-backs promised"), "url": "?call_backs=open", "active": open_only}]


def row_of(contact: Contact, at: Any) -> dict[str, Any]:
    """A line of the register; the number is masked, as everywhere in lists."""
    waits = contact.call_back_at is not None and contact.called_back_at is None
    make_one = f"{reverse('ticket_new')}?contact={contact.pk}"
    url = reverse("ticket_detail", args=[contact.ticket_id]) if contact.ticket_id else make_one
    # The number stands whole on the page behind it, which is logged.
    act = {"label": pgettext("to ring somebody", "Call"), "url": reverse("call_back", args=[contact.pk])}
    name = str(contact.resident) if contact.resident else contact.name
    return {
        "id": f"contact-{contact.pk}",
        "url": url,
        "at": contact.created_at,
        "kind": contact.kind,
        "kind_label": contact.get_kind_display(),
        "clock": clock_until(contact.call_back_at, since=contact.created_at, at=at)
        if waits and contact.call_back_at
        else None,
        "plate": {"code": contact.unit.code, "url": reverse("unit_card", args=[contact.unit.pk])}
        if contact.unit
        else None,
        "name": name,
        "phone": mask_phone(contact.phone) if contact.phone else "",
        "line": contact.summary,
        "ticket": contact.ticket.number if contact.ticket else "",
        "clerk": str(contact.taken_by or ""),
        "called_back_at": contact.called_back_at,
        "action": act if waits else None,
    }
