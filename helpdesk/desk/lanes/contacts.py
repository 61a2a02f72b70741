"""Promised calls."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.desk.clocks import call_back_clock
from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, line_of, name_of, plate_of
from helpdesk.desk.matters import language_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import Contact


def call_backs(user: User, estate: Estate, at: datetime) -> Lane:
    """Promised calls that nobody has made yet."""
    lane = Lane(
        "call-backs",
        _("Call-backs promised"),
        "phone",
        empty=_("Nobody is waiting to be rung."),
        all_url=reverse("contact_list") + "?call_backs=open",
        empty_url=reverse("contact_new"),
        empty_label=_("Take a call"),
    )
    rows = Contact.objects.visible_to(user).filter(estate=estate).call_backs_open()  # type: ignore[attr-defined]
    found = rows.select_related("unit", "resident").defer("phone", "resident__identity_number")[: READ + 1]
    return lane.fill(found, lambda contact: _call_back(contact, at))


def _call_back(contact: Contact, at: datetime) -> tuple[Row, Due]:
    due: datetime = contact.call_back_at  # type: ignore[assignment]
    name = name_of(contact.resident, contact.name) or _("Not on file")
    card = reverse("call_back", args=[contact.pk])
    row = {
        "id": f"call-back-{contact.pk}",
        "url": card,
        "clock": call_back_clock(due, at),
        "plate": plate_of(contact.unit),
        "name": name,
        "name_lang": language_of(name),
        **line_of(contact.summary or _("Asked to be rung back")),
        "action": {"label": pgettext("to ring somebody", "Call"), "url": card},
    }
    return row, Due(due, "phone", _("Call back %(name)s") % {"name": name}, card)
