"""The caller card: as a page, in the box's sheet, and beside a ticket."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.audit.services import log_access
from helpdesk.desk.caller_cards import CallerCard, caller_card
from helpdesk.desk.clocks import call_back_clock
from helpdesk.desk.views.fragments import render_either
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.services.phone_views import log_phones_shown
from tickets.models import Contact
from tickets.views.plus_ones import buttons


@require_safe
@needs("residents.view")
def unit_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one door."""
    return _show(request, card_context(request, unit=subject_of(request, "unit", pk)))


@require_safe
@needs("residents.view")
def resident_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one person, with the door they belong to."""
    return _show(request, card_context(request, resident=subject_of(request, "resident", pk)))


@require_safe
@needs("contacts.view")
def call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A promised call: whom to ring at which number, with the card of whoever is on file."""
    rows = Contact.objects.select_related("estate", "unit", "resident", "taken_by")
    contact = get_visible(rows, request.user, "contacts.view", pk=pk)  # type: ignore[arg-type]
    context: dict[str, Any] = {"contact": contact}
    if contact.unit or contact.resident:
        # Here it is we who ring.
        context |= card_context(request, unit=contact.unit, resident=contact.resident, calling=False)
    if contact.call_back_at and not contact.called_back_at:
        at = contact.call_back_at
        context["clock"] = call_back_clock(at, context["card"].at if "card" in context else timezone.now())
    if contact.phone and not request.user.may("residents.see_phones", contact.estate_id):  # type: ignore[union-attr]
        context["number"] = mask_phone(contact.phone)
    elif contact.phone:
        context["number"] = display_phone(contact.phone)
        log_access(
            contact,
            "phone",
            actor=request.user,
            estate_id=contact.estate_id,
            reason="call back",
            address=ip_of(request),  # type: ignore[arg-type]
        )
    elif "card" in context:
        context["number"] = first_number(context["card"])
    return render_either(request, "desk/call_back.html", "desk/_call_back.html", context)


def first_number(card: CallerCard) -> str:
    """The number to ring first of whoever called, else of the unit's first contact."""
    people = sorted(card.people, key=lambda person: (not person.is_caller, not person.is_primary))
    numbers = [phone.number for person in people[:1] for phone in person.phones if phone.is_working]
    return numbers[0] if numbers else ""


def subject_of(request: HttpRequest, kind: str, pk: int) -> Any:
    """The unit or resident, if this person may see it; 404 for a foreign one, 403 where the role may not."""
    rows: Any = Unit.objects if kind == "unit" else Resident.objects.defer("identity_number")
    return get_visible(rows.select_related("estate"), request.user, "residents.view", pk=pk)  # type: ignore[arg-type]


def card_context(
    request: HttpRequest, *, unit: Unit | None = None, resident: Resident | None = None, calling: bool = True
) -> dict[str, Any]:
    """The card with its acts; every number that stands whole on it is kept as a view of it (docs/domain.md §8)."""
    user: User = request.user  # type: ignore[assignment]
    subject = unit or resident
    assert subject is not None  # noqa: S101 - both addresses name one
    in_clear = user.may("residents.see_phones", subject.estate_id)
    calling = calling and request.GET.get("calling") != "0"
    entry = request.GET.get("contact", "")
    but_for = int(entry) if entry.isdecimal() and len(entry) < 19 else None
    card = caller_card(
        user, unit=unit, resident=resident, in_clear=in_clear, calling=calling, but_for=but_for
    )
    if in_clear:
        shown = [person.resident for person in card.people if person.phones]
        log_phones_shown(shown, actor=user, reason="caller card", address=ip_of(request))
    incidents = buttons(user, subject.estate, unit=card.unit, resident=resident) if calling else []
    return {"card": card, "acts": _acts(user, card), "plus_ones": incidents}


def _show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    compact = request.GET.get("panel") == "1"
    return render_either(
        request,
        "desk/caller_card.html",
        "desk/_caller_panel.html" if compact else "desk/_caller_card.html",
        context,
    )


def _acts(user: User, card: CallerCard) -> list[dict[str, Any]]:
    """What can be begun from the card, with everything filled in; the first is the filled button."""
    who = {
        "unit": card.unit.pk if card.unit else None,
        "resident": card.resident.pk if card.resident else None,
    }
    query = urlencode({name: pk for name, pk in who.items() if pk})
    acts = [
        ("contacts.take", _("Call"), "contact_new", query, "c", "phone"),
        ("tickets.take", _("Ticket"), "ticket_new", f"{query}&channel=phone", "t", "ticket"),
        ("visits.work", _("Visitor"), "visit_new", f"{query}&path=later", "v", "visitor"),
        ("passes.work", _("Pass"), "pass_new", query, "p", "pass"),
    ]
    shown = [
        {"label": label, "url": f"{reverse(name)}?{words}", "key": key, "icon": icon}
        for permission, label, name, words, key, icon in acts
        if user.may(permission, card.estate_id)
    ]
    if card.unit and user.may("billing.view", card.estate_id):
        account = reverse("unit_account", args=[card.unit.pk])
        shown.append({"label": _("Fees"), "url": account, "key": "f", "icon": "cash"})
    if shown:
        shown[0]["primary"] = True
    return shown
