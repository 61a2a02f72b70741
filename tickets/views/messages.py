"""Messages 留言 for an absent colleague: theirs to read, open until they are done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from tickets.forms.contacts import DoneForm
from tickets.models import Contact
from tickets.services.contacts import mark_done
from tickets.views.answers import INVALID, done
from tickets.views.contacts import WITH_PEOPLE, name_of, number_in_clear
from tickets.views.paging import Page
from tickets.views.registers import register_tabs


@require_GET
@needs("messages.view")
def message_list(request: HttpRequest) -> HttpResponse:
    """What was left for me in this estate: what is open still, or all of it."""
    user: User = request.user  # type: ignore[assignment]
    every = request.GET.get("show") == "all"
    rows = Contact.objects.messages_to(user).filter(estate=request.estate)  # type: ignore[attr-defined]
    rows = rows.select_related("unit", "resident", "taken_by")
    page = Page(rows if every else rows.filter(done_at__isnull=True), request.GET, field="created_at")
    context = {
        "rows": [row_of(contact) for contact in page.rows],
        "pager": page.pager,
        "chips": [
            {"label": _("Open"), "url": "?", "active": not every},
            {"label": _("All"), "url": "?show=all", "active": every},
        ],
        "tabs": register_tabs(request, "message_list"),
        "may_take": user.may("contacts.take", request.estate.pk),  # type: ignore[attr-defined]
        "crumbs": [{"label": _("Messages")}],
    }
    return render(request, "tickets/message_list.html", context)


def row_of(contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact,
        "name": name_of(contact) or _("Not on file"),
        "url": reverse("message_detail", args=[contact.pk]),
    }


def message_for(request: HttpRequest, pk: int) -> Contact:
    """A message to this person; those to others are none of theirs."""
    user: User = request.user  # type: ignore[assignment]
    rows = Contact.objects.messages_to(user).select_related(*WITH_PEOPLE)
    return get_visible(rows, user, "messages.view", pk=pk)


@require_GET
@needs("messages.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """From whom, about what, and the number to ring, which is logged."""
    return show(request, message_for(request, pk), DoneForm(auto_id="done_%s"))


def show(request: HttpRequest, contact: Contact, form: DoneForm, *, status: int = 200) -> HttpResponse:
    context = {
        "contact": contact,
        "name": name_of(contact) or _("Not on file"),
        # It was left for this very person to ring.
        "phone": number_in_clear(request, contact, "message") if contact.phone else "",
        "form": form,
        "crumbs": [{"label": _("Messages"), "url": reverse("message_list")}, {"label": name_of(contact)}],
    }
    return render(request, "tickets/message_detail.html", context, status=status)


@require_POST
@needs("messages.view")
def mark_as_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever it was for has seen to it."""
    contact = message_for(request, pk)
    form = DoneForm(request.POST, auto_id="done_%s")
    if not form.is_valid():
        return show(request, contact, form, status=INVALID)
    mark_done(contact, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    return done(request, _("Done"), reverse("message_list"))
