"""The columns of the registers: what each shows on the page, and what it says in a file."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from helpdesk.lib.phones import mask_phone
from helpdesk.staff.kept_lists import Cell, Column, moment, words
from tickets.clocks import clock_until
from tickets.models import Contact
from tickets.views.matters import first_line


def name_of(contact: Contact) -> str:
    return str(contact.resident) if contact.resident else contact.name


def telephone(contact: Contact) -> str:
    """Masked, as in every list and file."""
    return mask_phone(contact.phone) if contact.phone else ""


def under_kind(contact: Contact) -> str:
    """What stands under the register's name: a letter's number and kind, for whom a message is."""
    if contact.addressee:
        return _("for %(who)s") % {"who": contact.addressee}
    parts = (contact.number, contact.get_letter_class_display() if contact.letter_class else "")
    return pgettext("between facts", ", ").join(part for part in parts if part)


def waits_in_words(contact: Contact) -> str:
    """What is still to be done, for who reads the list."""
    return {
        "call_back": _("Call-back promised"),
        "message": _("Not passed on yet"),
        "class": _("Kind of letter not said"),
        "decision": _("Waits for the desk supervisor"),
        "administration": _("With administration"),
    }.get(contact.waits_for, "")


def call_back_clock(contact: Contact, at: datetime) -> dict[str, Any] | None:
    """Until when somebody is to be rung back; None where nobody is."""
    if contact.waits_for != "call_back":
        return None
    return clock_until(contact.call_back_at, since=contact.created_at, at=at)  # type: ignore[arg-type]


def register(contact: Contact, at: datetime) -> Cell:
    data = {"key": contact.kind, "label": contact.get_kind_display(), "under": under_kind(contact)}
    return {"template": "tickets/_cell_register.html", "data": data}


def who(contact: Contact, at: datetime) -> Cell:
    unit = contact.unit
    plate = {"code": unit.code, "url": reverse("unit_card", args=[unit.pk])} if unit else None
    data = {"plate": plate, "name": name_of(contact), "phone": telephone(contact)}
    return {"template": "tickets/_cell_caller.html", "data": data}


def about(contact: Contact, at: datetime) -> Cell:
    data = {
        "url": reverse("contact_detail", args=[contact.pk]),
        "line": contact.summary,
        "ticket": contact.ticket.number if contact.ticket else "",
        "slip": contact.slip.number if contact.slip else "",
    }
    return {"template": "tickets/_cell_entry.html", "data": data}


def still_to_do(contact: Contact, at: datetime) -> Cell:
    clock = call_back_clock(contact, at)
    # The number stands whole on the page behind it, which is logged.
    act = {"label": pgettext("to ring somebody", "Call"), "url": reverse("call_back", args=[contact.pk])}
    data = {
        "clock": clock,
        "action": act if clock else None,
        "waits": "" if clock else waits_in_words(contact),
        "done_at": contact.called_back_at or contact.done_at,
    }
    return {"template": "tickets/_cell_to_do.html", "data": data}


COLUMNS: list[Column[Contact]] = [
    moment("taken", gettext_lazy("Taken"), "created_at"),
    Column(
        "register",
        gettext_lazy("Register"),
        register,
        lambda c: (c.get_kind_display(), c.number or "", c.get_letter_class_display()),
        (gettext_lazy("Register"), gettext_lazy("Number"), gettext_lazy("Kind of letter")),
    ),
    Column(
        "who",
        gettext_lazy("Who"),
        who,
        lambda c: (c.unit.code if c.unit else "", name_of(c), telephone(c)),
        (gettext_lazy("Unit"), gettext_lazy("Who"), gettext_lazy("Telephone")),
    ),
    Column(
        "about",
        gettext_lazy("What about"),
        about,
        lambda c: (first_line(c.summary), str(c.ticket or ""), str(c.slip or "")),
        (gettext_lazy("What about"), gettext_lazy("Ticket"), gettext_lazy("Slip")),
    ),
    Column(
        "to_do",
        gettext_lazy("Still to do"),
        still_to_do,
        lambda c: (waits_in_words(c), c.call_back_at),
        (gettext_lazy("Still to do"), gettext_lazy("Call-back at")),
    ),
    words("clerk", gettext_lazy("Taken by"), lambda c: str(c.taken_by or "")),
    words("direction", gettext_lazy("Direction"), Contact.get_direction_display),  # type: ignore[attr-defined]
    moment("called_back", gettext_lazy("Rung back"), "called_back_at"),
]
USUAL = ["taken", "register", "who", "about", "to_do", "clerk"]
