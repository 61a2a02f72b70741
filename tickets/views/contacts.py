"""The registers: who rang, came or wrote; what still waits; and one entry with what can be done about it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.audit.models import Entry
from helpdesk.audit.services import log_access
from helpdesk.estates.models import Department
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from tickets.forms.contacts import DecisionForm, DoneForm, LetterForm, LinkForm
from tickets.models import Contact, Ticket
from tickets.services.contacts import link_contact, mark_called_back, mark_done
from tickets.services.letters import class_letter, decide_letter, may_decide
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.register_columns import call_back_clock, name_of, waits_in_words
from tickets.views.timeline import of_entry

SHOWN_WITH = ("unit", "resident", "ticket", "slip", "taken_by", "addressee")
WITH_PEOPLE = (*SHOWN_WITH, "estate", "called_back_by", "done_by")


def contact_for(request: HttpRequest, pk: int, permission: str) -> Contact:
    return get_visible(Contact.objects.select_related(*WITH_PEOPLE), request.user, permission, pk=pk)  # type: ignore[arg-type]


@require_GET
@needs("contacts.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what was said, what became of it, and the next step."""
    return show(request, contact_for(request, pk, "contacts.view"))


def show(
    request: HttpRequest, contact: Contact, sent: dict[str, forms.Form] | None = None, *, status: int = 200
) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    context = {
        "contact": contact,
        "name": name_of(contact),
        "phone": phone_of(request, contact),
        "clock": call_back_clock(contact, at),
        "waits": waits_in_words(contact),
        "may_take": user.may("contacts.take", contact.estate_id),
        "forms": offered(contact, user) | (sent or {}),
        "praise": getattr(contact, "praise", None),
        "entries": [of_entry(entry) for entry in Entry.objects.about(contact)],
        "panel_url": panel_of(contact, user),
        "crumbs": [{"label": _("Registers"), "url": reverse("contact_list")}, {"label": title_of(contact)}],
        "title": title_of(contact),
    }
    return render(request, "tickets/contact_detail.html", context, status=status)


def title_of(contact: Contact) -> str:
    return contact.number or contact.get_kind_display()


def offered(contact: Contact, user: User) -> dict[str, forms.Form]:
    """Name → form, for what can be done with this entry by this person."""
    if not user.may("contacts.take", contact.estate_id):
        return {}
    made: dict[str, forms.Form] = {}
    departments = Department.objects.filter(estate=contact.estate_id, is_active=True)
    if contact.ticket is None and contact.kind != Contact.Kind.MESSAGE:
        made["link"] = LinkForm(auto_id="link_%s")
    if contact.waits_for in {"message", "administration"}:
        made["done"] = DoneForm(auto_id="done_%s")
    if contact.waits_for == "class":
        made["letter"] = LetterForm(departments=list(departments))
    if contact.waits_for == "decision" and may_decide(user, contact.estate_id):
        made["decide"] = DecisionForm(departments=list(departments))
    return made


def phone_of(request: HttpRequest, contact: Contact) -> str:
    """The number, whole while somebody is to be rung and then logged; else masked."""
    user: User = request.user  # type: ignore[assignment]
    if not contact.phone:
        return ""
    rings = contact.waits_for in {"call_back", "message"}
    if not rings or not user.may("residents.see_phones", contact.estate_id):
        return mask_phone(contact.phone)
    return number_in_clear(request, contact, "register")


def number_in_clear(request: HttpRequest, contact: Contact, reason: str) -> str:
    """The whole number; that it was shown is kept."""
    log_access(
        contact,
        "phone",
        actor=request.user,  # type: ignore[arg-type]
        estate_id=contact.estate_id,
        reason=reason,
        address=ip_of(request),
    )
    return display_phone(contact.phone)


def panel_of(contact: Contact, user: User) -> str:
    if not user.may("residents.view", contact.estate_id):
        return ""
    if contact.resident_id:
        return reverse("resident_card", args=[contact.resident_id])
    return reverse("unit_card", args=[contact.unit_id]) if contact.unit_id else ""


@require_POST
@needs("contacts.take")
def called_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The promised call-back has been made; `settled` says that nobody need ask how it went."""
    contact = contact_for(request, pk, "contacts.take")
    follow_up = request.POST.get("settled") != "1"
    mark_called_back(contact, actor=request.user, follow_up=follow_up)  # type: ignore[arg-type]
    return done(request, _("Rung back"), reverse("contact_list"))


@require_POST
@needs("contacts.take")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """It is the same matter as a ticket that there is already."""
    contact = contact_for(request, pk, "contacts.take")
    form = LinkForm(request.POST, auto_id="link_%s")
    ticket = None
    if form.is_valid():
        tickets = Ticket.objects.visible_to(request.user)  # type: ignore[arg-type]
        number = form.cleaned_data["ticket"].strip()
        ticket = tickets.filter(estate=contact.estate_id, number__iexact=number).first()
        if ticket is None:
            form.add_error("ticket", _("There is no ticket of that number."))
    return carry_out(
        request,
        contact,
        ("link", form),
        lambda: link_contact(contact, actor=request.user, ticket=ticket),  # type: ignore[arg-type]
        _("Linked to the ticket"),
    )


@require_POST
@needs("contacts.take")
def mark_as_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A message was passed on, or a letter seen to."""
    contact = contact_for(request, pk, "contacts.take")
    form = DoneForm(request.POST, auto_id="done_%s")
    return carry_out(
        request,
        contact,
        ("done", form),
        lambda: mark_done(contact, actor=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("Done"),
    )


@require_POST
@needs("contacts.take")
def say_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """The kind of a letter that came in without one; what follows from it happens at once."""
    contact = contact_for(request, pk, "contacts.take")
    departments = Department.objects.filter(estate=contact.estate_id, is_active=True)
    form = LetterForm(request.POST, departments=list(departments))
    return carry_out(
        request,
        contact,
        ("letter", form),
        lambda: class_letter(contact, actor=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("Kind of letter written down"),
    )


@require_POST
@needs("letters.decide")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether a letter that complains gets a slip."""
    contact = contact_for(request, pk, "letters.decide")
    departments = Department.objects.filter(estate=contact.estate_id, is_active=True)
    form = DecisionForm(request.POST, departments=list(departments))

    def act() -> Any:
        said = dict(form.cleaned_data)
        issue = said.pop("issue") == "slip"
        said["kind"] = said["kind"] or form.fields["kind"].initial
        return decide_letter(contact, actor=request.user, issue=issue, **said)  # type: ignore[arg-type]

    return carry_out(request, contact, ("decide", form), act, _("Decided"))


def carry_out(
    request: HttpRequest, contact: Contact, sent: tuple[str, forms.Form], act: Any, says: str
) -> HttpResponse:
    """Do it and say so; a refusal comes back beside what was typed."""
    name, form = sent
    if not form.is_valid():
        return show(request, contact, {name: form}, status=INVALID)
    try:
        act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        again = contact_for(request, contact.pk, "contacts.view")
        return show(request, again, {name: form}, status=REFUSED)
    return done(request, says, reverse("contact_detail", args=[contact.pk]))
