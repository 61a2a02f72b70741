"""What happened to a move, a unit change, a decoration, as sentences."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.audit.models import Entry
from helpdesk.lib.paging import Page

Data = dict[str, Any]


# verb → (icon, the sentence)
TOLD: dict[str, tuple[str, Callable[[Data], str]]] = {
    "move.opened": ("note", lambda data: _("Checklist opened")),
    "move.changed": ("note", lambda data: _("Changed")),
    "move.person_added": ("person-add", lambda data: _("Somebody added")),
    "move.person_removed": ("person", lambda data: _("Somebody taken off")),
    "move.step_done": ("tick", lambda data: _("Ticked: %(step)s") % {"step": data.get("step", "")}),
    "move.step_not_needed": (
        "minus",
        lambda data: _("Not needed: %(step)s") % {"step": data.get("step", "")},
    ),
    "move.step_reopened": ("undo", lambda data: _("Open again: %(step)s") % {"step": data.get("step", "")}),
    "move.overridden": ("unlock", lambda data: _("Let pass with what is open")),
    "move.completed": ("tick-badge", lambda data: _("Completed")),
    "move.cancelled": ("close", lambda data: pgettext("of a move", "Cancelled")),
    "fixtures.begun": ("list", lambda data: _("Sheet of fixtures begun")),
    "fixtures.item_added": ("plus", lambda data: _("Line added: %(item)s") % {"item": data.get("item", "")}),
    "fixtures.item_removed": (
        "minus",
        lambda data: _("Line removed: %(item)s") % {"item": data.get("item", "")},
    ),
    "fixtures.looked_at": ("eye", lambda data: _("Fixtures looked at")),
    "fixtures.signed": (
        "tick",
        lambda data: (
            _("Signed by the resident") if data.get("side") == "resident" else _("Signed for the office")
        ),
    ),
    "fixtures.reopened": ("undo", lambda data: _("Signatures taken back")),
    "unit_change.requested": ("note", lambda data: _("Requested")),
    "unit_change.approved": ("tick", lambda data: pgettext("of a unit change", "Approved")),
    "unit_change.refused": ("hand", lambda data: pgettext("of a unit change", "Refused")),
    "unit_change.cancelled": ("close", lambda data: pgettext("of a unit change", "Cancelled")),
    "unit_change.carried_out": ("tick-badge", lambda data: _("Carried out")),
    "decoration.applied": ("note", lambda data: _("Applied for")),
    "decoration.files_added": ("attach", lambda data: _("Drawings added")),
    "decoration.approve": ("tick", lambda data: pgettext("of a decoration", "Approved")),
    "decoration.refuse": ("hand", lambda data: pgettext("of a decoration", "Refused")),
    "decoration.start": ("play", lambda data: _("Work begun")),
    "decoration.stop": ("hand", lambda data: _("Work stopped")),
    "decoration.resume": ("play", lambda data: _("Work goes on")),
    "decoration.accept": ("tick-badge", lambda data: _("Work accepted")),
    "decoration.close": ("tick", lambda data: pgettext("of a decoration", "Closed")),
    "decoration.cancel": ("close", lambda data: pgettext("of a decoration", "Cancelled")),
    "decoration.prolonged": (
        "calendar",
        lambda data: _("Prolonged until %(day)s") % {"day": data.get("until", "")},
    ),
    "decoration.photos_added": ("attach", lambda data: _("Photos added")),
    "decoration.permit_issued": (
        "card",
        lambda data: _("Card %(number)s issued") % {"number": data.get("number", "")},
    ),
    "decoration.permit_ended": (
        "card",
        lambda data: _("Card %(number)s ended") % {"number": data.get("number", "")},
    ),
    "decoration.inspection_planned": ("calendar", lambda data: _("Inspection planned")),
    "decoration.inspected": (
        "eye",
        lambda data: _("Inspected: in order") if data.get("sound") else _("Inspected: not in order"),
    ),
    "decoration.violation_found": ("warning", lambda data: _("Violation found")),
    "decoration.violation_rectified": ("tick", lambda data: _("Violation put right")),
}
SHOWN = 60


def events_of(record: Model, query: QueryDict) -> dict[str, Any]:
    """The history for the page: `events` for components/timeline.html, oldest first, of these the newest; and `pager`, by
    which the ones before are reached."""
    page = Page(Entry.objects.about(record), query, field="at", size=SHOWN)
    urls = {name: url and f"{url}#history-title" for name, url in page.pager.items() if name != "shown"}
    return {"events": [_of_entry(entry) for entry in reversed(page.rows)], "pager": urls}


def _of_entry(entry: Entry) -> dict[str, Any]:
    icon, sentence = TOLD.get(entry.verb, ("info", lambda data: entry.verb))
    steps = pgettext("between facts", ", ").join(entry.data.get("steps") or [])
    said = [entry.actor_name, steps, entry.data.get("reason") or ""]
    aside = pgettext("between facts", ", ").join(word for word in said if word)
    return {"at": entry.at, "icon": icon, "sentence": sentence(entry.data), "aside": aside}
