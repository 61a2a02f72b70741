"""What the classifier says: a class, how sure, and why in the resident's own words."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext

from tickets.classification.cues import label_of

# Under the first, or leading by less than the second, the clerk is asked to choose.
SURE_FROM = 0.50
SURE_LEAD = 0.15
# A text can only allege: from here on it is flagged as a possible valid complaint, whoever leads.
POSSIBLY_VALID_FROM = 0.22


@dataclass(frozen=True)
class History:
    """What no text says: earlier reports of this unit or resident on the same topic."""

    open_same_topic: int = 0
    reports_30_days: int = 0
    reopened: bool = False


@dataclass(frozen=True)
class Reason:
    """A named cue; `words` stand at original[start:end], and are empty when the cue is history."""

    key: str
    label: Promise | str
    words: str
    start: int
    end: int
    complaint_class: str

    def as_text(self) -> str:
        """The reason as one line in the reader's language."""
        if not self.words:
            return str(self.label)
        return gettext("%(label)s: “%(words)s”") % {"label": self.label, "words": self.words}

    def stored(self) -> dict[str, Any]:
        """Everything but the label, which is looked up in the reader's language."""
        return {name: value for name, value in vars(self).items() if name != "label"}

    @classmethod
    def from_stored(cls, kept: dict[str, Any]) -> "Reason":
        return cls(label=label_of(kept["key"]), **kept)


@dataclass(frozen=True)
class Turn:
    """What would change it: without the words of these reasons (places in the list) another class leads, or the same still."""

    without: tuple[int, ...]
    complaint_class: str
    confidence: float


@dataclass(frozen=True)
class Suggestion:
    """A suggestion; the clerk decides."""

    complaint_class: str
    confidence: float
    ranking: list[tuple[str, float]]
    reasons: list[Reason]
    against: Reason | None
    is_unsure: bool
    possibly_valid: bool
    topic: str | None
    priority: str
    serious: list[Reason] = field(default_factory=list)
    model_version: str = ""
    examples: int = 0
    turn: Turn | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API: reasons as text in the reader's language."""
        return {
            "complaint_class": self.complaint_class,
            "confidence": round(self.confidence, 3),
            "reasons": [reason.as_text() for reason in self.reasons],
            "ranking": [
                {"complaint_class": name, "confidence": round(share, 3)} for name, share in self.ranking
            ],
            "against": self.against.as_text() if self.against else None,
            "is_unsure": self.is_unsure,
            "possibly_valid": self.possibly_valid,
            "topic": self.topic,
            "priority": self.priority,
            "serious": [reason.as_text() for reason in self.serious],
            "model_version": self.model_version,
            "examples": self.examples,
        }

    def stored(self) -> dict[str, Any]:
        """A plain dict for a JSON column, in no language."""
        kept = dict(vars(self))
        kept["ranking"] = [[name, round(share, 6)] for name, share in self.ranking]
        kept["confidence"] = round(self.confidence, 6)
        kept["reasons"] = [reason.stored() for reason in self.reasons]
        kept["serious"] = [reason.stored() for reason in self.serious]
        kept["against"] = self.against.stored() if self.against else None
        kept["turn"] = vars(self.turn) | {"without": list(self.turn.without)} if self.turn else None
        return kept

    @classmethod
    def from_stored(cls, kept: dict[str, Any]) -> "Suggestion":
        """The suggestion again, its labels in the reader's language."""
        again = dict(kept)
        again["ranking"] = [(name, share) for name, share in kept["ranking"]]
        again["reasons"] = [Reason.from_stored(reason) for reason in kept["reasons"]]
        again["serious"] = [Reason.from_stored(reason) for reason in kept["serious"]]
        again["against"] = Reason.from_stored(kept["against"]) if kept["against"] else None
        turn = kept.get("turn")
        again["turn"] = Turn(**(turn | {"without": tuple(turn["without"])})) if turn else None
        return cls(**again)
