"""A suggestion as the screen shows it: bars, and the words that led to it, marked and numbered."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.classification import Suggestion
from tickets.models import ComplaintClass, Priority, Ticket, Topic
from tickets.views.wording import listed


def bars_of(suggestion: Suggestion) -> list[dict[str, Any]]:
    """One bar a class, the likeliest first."""
    # Beside a bar the one word is enough.
    words = dict(ComplaintClass.choices) | {ComplaintClass.VALID: pgettext("class", "Valid")}
    return [
        {"key": key, "label": words[key], "percent": round(share * 100)} for key, share in suggestion.ranking
    ]  # type: ignore[index]


def marks_of(suggestion: Suggestion) -> dict[str, Any]:
    """Spans in the text and the key below it, numbered in the order of the text; history has no words to mark."""
    told = sorted((r for r in suggestion.reasons if r.words), key=lambda r: r.start)
    keys: list[dict[str, Any]] = [{"number": n, "label": r.as_text()} for n, r in enumerate(told, 1)]
    keys += [{"number": "+", "label": r.label} for r in suggestion.reasons if not r.words]
    return {"spans": [(r.start, r.end) for r in told], "keys": keys}


def shown(suggestion: Suggestion) -> dict[str, Any]:
    """All that a page says about a suggestion."""
    return {
        "first": suggestion.complaint_class,
        "first_label": str(ComplaintClass(suggestion.complaint_class).label),
        "percent": round(suggestion.confidence * 100),
        "bars": bars_of(suggestion),
        "is_unsure": suggestion.is_unsure,
        "possibly_valid": suggestion.possibly_valid and suggestion.complaint_class != ComplaintClass.VALID,
        "against": suggestion.against.as_text() if suggestion.against else "",
        "no_cue": not suggestion.reasons,
        "serious": [reason.as_text() for reason in suggestion.serious],
        "topic": str(Topic(suggestion.topic).label) if suggestion.topic else "",
        "priority": suggestion.priority,
        "priority_label": str(Priority(suggestion.priority).label),
        "turn": turn_line(suggestion),
        **marks_of(suggestion),
    }


def turn_line(suggestion: Suggestion) -> str:
    """What would change it, in a sentence that names the numbered words; empty where no words led to it."""
    turn = suggestion.turn
    if turn is None:
        return ""
    numbers = numbers_of(suggestion)
    told = sorted(numbers[at] for at in turn.without if at in numbers)
    said = {
        "numbers": listed(told),
        "class": ComplaintClass(turn.complaint_class).label,
        "percent": round(turn.confidence * 100),
    }
    if turn.complaint_class == suggestion.complaint_class:
        return _("Without %(numbers)s it would still be: %(class)s (%(percent)s%%)") % said
    return _("Without %(numbers)s it would be: %(class)s (%(percent)s%%)") % said


def numbers_of(suggestion: Suggestion) -> dict[int, int]:
    """Place among the reasons → number in the text."""
    worded = [(reason.start, at) for at, reason in enumerate(suggestion.reasons) if reason.words]
    return {at: number for number, (_start, at) in enumerate(sorted(worded), 1)}


def of_ticket(ticket: Ticket) -> dict[str, Any] | None:
    """What was suggested when the ticket was taken; None where nothing was kept."""
    return shown(Suggestion.from_stored(ticket.suggestion)) if ticket.suggestion else None
