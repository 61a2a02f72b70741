"""Promised calls, messages left for me, and letters that wait for the desk supervisor."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.desk.clocks import call_back_clock
from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, line_of, name_of, plate_of, who_of
from helpdesk.desk.matters import language_of
from helpdesk.estates.models import Estate
from helpdesk.lib.spans import in_short
from helpdesk.staff.models import User
from tickets.models import Contact
from tickets.services.letters import may_decide


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


def messages_for_me(user: User, estate: Estate, at: datetime) -> Lane:
    """What others asked to be told to this person, the oldest first; open until it is done."""
    lane = Lane(
        "messages",
        _("Messages for you"),
        "speech",
        empty=_("No message waits for you."),
        all_url=reverse("message_list"),
    )
    rows = (
        Contact.objects.messages_to(user)
        .filter(estate=estate, done_at__isnull=True)
        .order_by("created_at", "id")
    )
    found = rows.select_related("unit", "resident").defer("phone", "resident__identity_number")[: READ + 1]
    return lane.fill(found, lambda contact: _message(contact, at))


def _message(contact: Contact, at: datetime) -> tuple[Row, Due]:
    url = reverse("message_detail", args=[contact.pk])
    row = {
        "id": f"message-{contact.pk}",
        "url": url,
        "chip": {"label": _left(contact, at), "icon": "speech"},
        **who_of(contact.unit, contact.resident, contact.name, _("Not on file")),
        **line_of(contact.summary or _("Asked to be rung back")),
        "action": {"label": _("Read"), "url": url},
    }
    return row, Due(at, "speech", _("Message of %(name)s") % {"name": row["name"]}, url)


def letters_to_decide(user: User, estate: Estate, at: datetime) -> Lane | None:
    """Letters that complain, for whoever decides whether a slip is issued; None for anybody else."""
    if not may_decide(user, estate.pk):
        return None
    lane = Lane(
        "letters",
        _("Letters to decide"),
        "letter",
        empty=_("No letter waits for your decision."),
        all_url=reverse("contact_list") + "?kind=letter&letter_class=complaint&status=open",
    )
    rows = Contact.objects.visible_to(user).filter(estate=estate).letters_to_decide()  # type: ignore[attr-defined]
    found = rows.select_related("unit", "resident").defer("phone", "resident__identity_number")[: READ + 1]
    return lane.fill(found, lambda contact: _letter(contact, at))


def _letter(contact: Contact, at: datetime) -> tuple[Row, Due]:
    url = reverse("contact_detail", args=[contact.pk])
    row = {
        "id": f"letter-{contact.pk}",
        "url": url,
        "chip": {"label": _left(contact, at), "icon": "letter"},
        **who_of(contact.unit, contact.resident, contact.name, contact.number),
        **line_of(contact.summary),
        "action": {"label": _("Decide"), "url": url},
    }
    return row, Due(at, "letter", _("Decide on letter %(number)s") % {"number": contact.number}, url)


def _left(contact: Contact, at: datetime) -> str:
    """How long it has lain there."""
    return _("%(span)s ago") % {"span": in_short(at - contact.created_at)}
