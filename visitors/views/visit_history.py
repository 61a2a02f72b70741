"""What happened to a visit, as sentences."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.audit.models import Entry
from tickets.clocks import day_and_time
from tickets.views.wording import listed
from visitors.models import Visit
from visitors.models.visits import DocumentType

Data = dict[str, Any]


def _checked_in(data: Data) -> str:
    document = dict(DocumentType.choices).get(data.get("document", ""), "")
    badge = _("badge %(badge)s") % {"badge": data["badge"]} if data.get("badge") else ""
    return listed([_("Checked in"), document, badge])


def _answered(data: Data) -> str:
    answer = dict(Visit.Answer.choices).get(data.get("answer", ""), "")
    return _("The host says: %(answer)s") % {"answer": answer}


def _extended(data: Data) -> str:
    return _("May stay until %(moment)s") % {"moment": day_and_time(datetime.fromisoformat(data["until"]))}


def _suspicious(data: Data) -> str:
    numbers = {"incident": data.get("incident", ""), "ticket": data.get("ticket", "")}
    return _("Reported to security: %(incident)s, %(ticket)s") % numbers


# verb → (icon, the sentence)
TOLD: dict[str, tuple[str, Callable[[Data], str]]] = {
    "visit.announced": ("note", lambda data: _("Written down")),
    "visit.requested": ("web", lambda data: _("Asked for on the public form")),
    "visit.confirmed": ("tick", lambda data: _("Request confirmed")),
    "visit.invited": ("mobile", lambda data: _("Invitation sent to the visitor")),
    "visit.host_told": ("mobile", lambda data: _("Host told")),
    "visit.host_answered": ("speech", _answered),
    "visit.watch_list_acknowledged": ("eye", lambda data: _("Note of the watch list read")),
    "visit.checked_in": ("inside", _checked_in),
    "visit.seated": ("tick", lambda data: _("Seated, tea offered")),
    "visit.extended": ("clock", _extended),
    "visit.overstayed": ("warning", lambda data: _("Stayed too long")),
    "visit.checked_out": ("tick", lambda data: _("Checked out")),
    "visit.refused": ("hand", lambda data: _("Refused")),
    "visit.comes_again": ("refresh", lambda data: _("Comes again on the same pass")),
    "visit.pass_expired": ("clock", lambda data: _("The contractor's pass has run out")),
    "visit.no_show": ("close", lambda data: _("Did not come")),
    "visit.suspicious": ("shield", _suspicious),
    "visit.unmasked": ("eye", lambda data: _("Name and number shown")),
}


def of_entry(entry: Entry) -> dict[str, Any]:
    """One line for components/timeline.html; what has no sentence yet shows its own verb."""
    icon, sentence = TOLD.get(entry.verb, ("info", lambda data: entry.verb))
    aside = listed([entry.actor_name, entry.data.get("reason")])
    return {"at": entry.at, "icon": icon, "sentence": sentence(entry.data), "aside": aside}
