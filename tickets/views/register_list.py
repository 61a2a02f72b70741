"""The registers as one list: who rang, came or wrote, and what still waits."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.lib.forms import FilterForm
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import KeptList, view_chips
from helpdesk.staff.lists import Opened
from helpdesk.staff.models import User
from tickets.forms.contacts import ContactFilterForm
from tickets.models import Contact
from tickets.models.contacts import ContactQuerySet
from tickets.views.register_columns import COLUMNS, USUAL, call_back_clock
from tickets.views.registers import register_tabs

SHOWN_WITH = ("unit", "resident", "ticket", "slip", "taken_by", "addressee")


@require_GET
@needs("contacts.view")
def contact_list(request: HttpRequest) -> HttpResponseBase:
    """The registers, newest first; the promised call-backs alone, earliest first."""
    require_here(request, "contacts.view")
    kind = request.GET.get("kind", "")
    new_url = f"{reverse('contact_new')}?kind={kind}" if kind else reverse("contact_new")
    return REGISTERS.page(
        request,
        new_url=new_url,
        tabs=register_tabs(request, "contact_list"),
        crumbs=[{"label": _("Registers")}],
    )


@require_GET
@needs("contacts.take")
def contact_export(request: HttpRequest) -> HttpResponseBase:
    """The registers as a file."""
    require_here(request, "contacts.take")
    return REGISTERS.file(request)


def form_of(request: HttpRequest) -> ContactFilterForm:
    return ContactFilterForm(request.GET)


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> ContactQuerySet:
    """The entries that the address asks for, among those that this person may see here."""
    rows = Contact.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[arg-type, attr-defined]
    rows = narrowed(rows, form.chosen(), request.user)  # type: ignore[arg-type]
    if request.GET.get("kind") in Contact.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    if request.GET.get("call_backs") == "open":
        rows = rows.call_backs_open()
    return rows.select_related(*SHOWN_WITH).defer("ticket__search_text", "ticket__suggestion")


def narrowed(rows: ContactQuerySet, chosen: dict[str, Any], user: User) -> ContactQuerySet:
    """The entries that the chosen filters leave."""
    if chosen.get("status"):
        rows = rows.open() if chosen["status"] == "open" else rows.done()
    if chosen.get("letter_class"):
        rows = rows.filter(letter_class=chosen["letter_class"])
    if chosen.get("unit"):
        rows = rows.filter(unit__code__iexact=chosen["unit"])
    if chosen.get("since"):
        rows = rows.filter(created_at__date__gte=chosen["since"])
    if chosen.get("until"):
        rows = rows.filter(created_at__date__lte=chosen["until"])
    if chosen.get("mine"):
        rows = rows.filter(taken_by=user)
    for word in chosen.get("q", "").split():
        fits = Q(summary__icontains=word) | Q(name__icontains=word) | Q(number__icontains=word)
        rows = rows.filter(fits | Q(resident__name__icontains=word) | Q(resident__other_name__icontains=word))
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    """The registers, and what still waits in them."""
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Calls"), {"kind": "call"}),
        (_("Counter visits"), {"kind": "counter"}),
        (_("Letters"), {"kind": "letter"}),
        (_("Messages for colleagues"), {"kind": "message"}),
        (_("Call-backs promised"), {"call_backs": "open"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(contact: Contact, at: datetime, request: HttpRequest) -> dict[str, Any]:
    clock = call_back_clock(contact, at)
    return {"id": f"contact-{contact.pk}", "late": bool(clock and clock["state"] == "late")}


REGISTERS = KeptList(
    name="contact_list",
    export="contact_export",
    export_permission="contacts.take",
    noun="registers",
    columns=COLUMNS,
    usual=USUAL,
    always="about",
    field="created_at",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
    template="tickets/contact_list.html",
)
