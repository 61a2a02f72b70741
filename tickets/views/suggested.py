"""A suggestion as the screen shows it: bars, and the words that led to it, marked and numbered."""

from typing import Any

from django.utils.translation import pgettext

from tickets.classification import Suggestion
from tickets.models import ComplaintClass, Priority, Ticket, Topic


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
    keys = [{"number": n, "label": r.label} for n, r in enumerate(told, 1)]
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
        **marks_of(suggestion),
    }


def of_ticket(ticket: Ticket) -> dict[str, Any] | None:
    """What was suggested when the ticket was taken; None where nothing was kept."""
    return shown(Suggestion.from_stored(ticket.suggestion)) if ticket.suggestion else None
