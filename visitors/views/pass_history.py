"""What happened to a pass, as sentences."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.audit.models import Entry
from tickets.views.wording import listed
from visitors.models import Consent
from visitors.models.visits import DocumentType

Data = dict[str, Any]


def _document(data: Data) -> str:
    kind = dict(DocumentType.choices).get(data.get("document", ""), "")
    return _("Document seen: %(kind)s") % {"kind": kind}


def _at_gate(sentence: str, data: Data) -> str:
    seen = data.get("plate_seen")
    plate = _("another vehicle: %(plate)s") % {"plate": seen} if seen else ""
    return listed([sentence % {"gate": data.get("gate", "")}, plate])


# verb → (icon, the sentence)
TOLD: dict[str, tuple[str, Callable[[Data], str]]] = {
    "release_pass.drafted": ("note", lambda data: _("Written down")),
    "release_pass.confirmed": ("tick", lambda data: _("Request confirmed")),
    "release_pass.document_seen": ("card", _document),
    "release_pass.consent_asked": ("link", lambda data: _("Link sent to the owner")),
    "release_pass.consented": ("phone", lambda data: _("The owner agrees")),
    "release_pass.consent_refused": ("hand", lambda data: _("The owner does not agree")),
    "release_pass.overridden": ("unlock", lambda data: _("Overridden")),
    "release_pass.issued": ("tick-badge", lambda data: pgettext("of a pass", "Issued")),
    "release_pass.refused": ("hand", lambda data: _("Refused")),
    "release_pass.revoked": ("barred", lambda data: _("Revoked")),
    "release_pass.sent_back": ("undo", lambda data: _at_gate(_("Sent back from %(gate)s"), data)),
    "release_pass.partly_released": ("truck", lambda data: _at_gate(_("A part left by %(gate)s"), data)),
    "release_pass.released": ("truck", lambda data: _at_gate(_("All left by %(gate)s"), data)),
    "release_pass.expired": ("clock", lambda data: _("Expired")),
    "release_pass.reconciled": ("tick", lambda data: _("Paper accounted for")),
}


# The same, with the owner's name.
NAMED: dict[str, Callable[[Data], str]] = {
    "release_pass.consented": lambda data: _("The owner agrees: %(owner)s") % data,
    "release_pass.consent_refused": lambda data: _("The owner does not agree: %(owner)s") % data,
}


def of_entry(entry: Entry, consents: Iterable[Consent] = ()) -> dict[str, Any]:
    """One line for components/timeline.html; what has no sentence yet shows its own verb.

    Who an owner is and what they said is read from the pass's `consents`, which forget when they must.
    """
    icon, sentence = TOLD.get(entry.verb, ("info", lambda data: entry.verb))
    told, said = sentence(entry.data), entry.data.get("reason") or entry.data.get("note")
    if entry.verb in NAMED:
        found = next((c for c in consents if c.pk == entry.data.get("consent")), None)
        told = NAMED[entry.verb]({"owner": found.owner.name}) if found else told
        said = found.note if found else ""
    return {"at": entry.at, "icon": icon, "sentence": told, "aside": listed([entry.actor_name, said])}
