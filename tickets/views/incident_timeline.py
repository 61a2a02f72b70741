"""What happened in an incident, in one order: its history as sentences, its notes, its notices."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.audit.models import Entry
from tickets.models import IncidentNote, IncidentNotice
from tickets.views.wording import listed

Data = dict[str, Any]
# A note and a notice stand in the timeline with their own words.
TOLD_BY_THEMSELVES = {"incident.noted", "incident.notice_sent", "incident.notice_held"}


def caller_added(data: Data) -> str:
    who = listed([data.get("unit"), data.get("ticket")])
    return _("+1 caller: %(who)s") % {"who": who} if who else _("+1 caller")


def opened(data: Data) -> str:
    told = listed(data.get("told", []))
    return _("Incident opened; told: %(who)s") % {"who": told} if told else _("Incident opened")


# verb → (icon, the sentence)
SENTENCES: dict[str, tuple[str, Callable[[Data], str]]] = {
    "incident.opened": ("megaphone", opened),
    "incident.caller_added": ("call-in", caller_added),
    "incident.changed": ("note", lambda data: _("Changed")),
    "incident.closed": ("tick-badge", lambda data: _("Closed")),
    "incident.reopened": ("refresh", lambda data: _("Opened again")),
    "incident.notice_withdrawn": ("undo", lambda data: _("Notice withdrawn")),
}


def timeline_of(
    entries: list[Entry], notes: list[IncidentNote], notices: list[IncidentNotice]
) -> list[dict[str, Any]]:
    """Events oldest first, as components/timeline.html wants them."""
    events = [of_entry(entry) for entry in entries if entry.verb not in TOLD_BY_THEMSELVES]
    events += [of_note(note) for note in notes]
    events += [of_notice(notice) for notice in notices]
    return sorted(events, key=lambda event: event["at"])


def of_entry(entry: Entry) -> dict[str, Any]:
    icon, sentence = SENTENCES.get(entry.verb, ("info", lambda data: entry.verb))
    aside = listed([entry.actor_name, entry.data.get("reason")])
    return {"at": entry.at, "icon": icon, "who": "", "sentence": sentence(entry.data), "aside": aside}


def of_note(note: IncidentNote) -> dict[str, Any]:
    told = note.kind == IncidentNote.Kind.TOLD
    sentence = _("Told: %(whom)s") % {"whom": note.whom} if told else _("Note")
    return {
        "at": note.written_at,
        "icon": "phone" if told else "note",
        "who": "",
        "sentence": sentence,
        "aside": str(note.written_by or ""),
        "body": note.body,
        "kind": "" if told else "note",
    }


def of_notice(notice: IncidentNotice) -> dict[str, Any]:
    said = {"told": notice.reached, "untold": notice.unreached}
    words = {
        IncidentNotice.State.SENT: _("Notice to %(told)s households; %(untold)s left no way to reach them")
        % said
        if notice.unreached
        else _("Notice to %(told)s households") % said,
        IncidentNotice.State.HELD: _("A notice waits for a supervisor"),
        IncidentNotice.State.WITHDRAWN: _("A notice that was withdrawn"),
    }
    held = notice.state == IncidentNotice.State.HELD
    return {
        "at": notice.sent_at or notice.created_at,
        "icon": "hand" if held else "plane",
        "who": "",
        "sentence": words[IncidentNotice.State(notice.state)],
        "aside": str(notice.author or ""),
        "body": "\n".join(notice.texts.values()),
        "kind": "held" if held else "public",
    }
