"""From a text to a suggestion: a pure function, no network, no database."""

from tickets.classification.alarms import alarms_in, priority_of
from tickets.classification.cues import HISTORY_LABELS
from tickets.classification.features import READ_TO, Features, features_of
from tickets.classification.model import Model, shipped_model
from tickets.classification.patterns import CLASSES, VALID
from tickets.classification.suggestion import (
    POSSIBLY_VALID_FROM,
    SURE_FROM,
    SURE_LEAD,
    History,
    Reason,
    Suggestion,
    Turn,
)
from tickets.classification.text import ReadText, read, simplified_characters
from tickets.classification.topics import topic_of

MOST_REASONS = 3
# Log-odds that history adds to a valid complaint.
HISTORY_WEIGHT = {"history_open": 0.8, "history_repeated": 0.5, "history_reopened": 0.9}


def classify(text: str, *, history: History | None = None, model: Model | None = None) -> Suggestion:
    """The four classes ranked, with reasons in the text's own words; an empty text is answered with doubt."""
    model = model or shipped_model()
    whole = read(text[:READ_TO])
    features = features_of(whole)
    past = history_keys(history)
    nudge = {VALID: sum(HISTORY_WEIGHT[key] for key in past)}
    ranking = sorted(
        zip(CLASSES, model.shares(features, nudge), strict=True), key=lambda pair: pair[1], reverse=True
    )
    (first, confidence), (_second, runner_up) = ranking[:2]
    alarms = list(alarms_in(whole))
    rests = Rests(whole, features)
    reasons = reasons_for(first, rests, model, past)
    return Suggestion(
        complaint_class=first,
        confidence=confidence,
        ranking=ranking,
        reasons=reasons,
        against=strongest_against(first, whole, features, model, past),
        is_unsure=confidence < SURE_FROM or confidence - runner_up < SURE_LEAD,
        possibly_valid=dict(ranking)[VALID] >= POSSIBLY_VALID_FROM,
        topic=topic_of(whole),
        priority=priority_of(whole, [kind for kind, _start, _end in alarms]),
        serious=[reason(whole, kind.key, kind.label, start, end, "") for kind, start, end in alarms],
        model_version=model.version,
        examples=model.examples,
        turn=turn_of(reasons, rests, model, nudge),
    )


def warm_up() -> None:
    """Reads the model and the character table before the first resident has to wait for them."""
    shipped_model()
    simplified_characters()


def history_keys(history: History | None) -> list[str]:
    """What speaks for a valid complaint in what was reported before."""
    if history is None:
        return []
    told = {
        "history_reopened": history.reopened,
        "history_open": history.open_same_topic > 0,
        "history_repeated": history.reports_30_days >= 2,
    }
    return [key for key, so in told.items() if so]


class Rests:
    """The text, and what is left of it without the words of some reasons; each rest is read once."""

    def __init__(self, text: ReadText, features: Features) -> None:
        self.text = text
        self.whole = features
        self.read: dict[tuple[tuple[int, int], ...], Features] = {}

    def without(self, *reasons: Reason) -> Features:
        """The features of the text with these words struck out."""
        spans = tuple(sorted((reason.start, reason.end) for reason in reasons))
        if spans not in self.read:
            rest = self.text.original
            for start, end in reversed(spans):
                rest = rest[:start] + " " + rest[end:]
            self.read[spans] = features_of(read(rest))
        return self.read[spans]


def reasons_for(complaint_class: str, rests: Rests, model: Model, past: list[str]) -> list[Reason]:
    """At most three cues that speak for the class, the strongest first; none found, none invented."""
    from_history = [Reason(key, HISTORY_LABELS[key], "", 0, 0, VALID) for key in past]
    chosen = from_history[:1] if complaint_class == VALID else []
    share = share_of(complaint_class, rests.whole, model)
    for _lean, made in ranked_cues(complaint_class, rests.text, rests.whole, model):
        if len(chosen) == MOST_REASONS:
            break
        apart = not any(made.start < other.end and other.start < made.end for other in chosen)
        # Words that could go without the class losing anything are no reason, whatever the cue weighs.
        if apart and share_of(complaint_class, rests.without(made), model) < share:
            chosen.append(made)
    return chosen


def share_of(complaint_class: str, features: Features, model: Model) -> float:
    """The probability that the text alone gives a class."""
    return model.shares(features)[CLASSES.index(complaint_class)]


def turn_of(reasons: list[Reason], rests: Rests, model: Model, nudge: dict[str, float]) -> Turn | None:
    """The single reason without whose words another class leads, else what leads without them all; None without words."""
    worded = [(at, reason) for at, reason in enumerate(reasons) if reason.words]
    if not worded:
        return None
    first = leader(rests.whole, model, nudge)[0]
    for at, reason in worded:
        name, share = leader(rests.without(reason), model, nudge)
        if name != first:
            return Turn((at,), name, round(share, 6))
    name, share = leader(rests.without(*(reason for _at, reason in worded)), model, nudge)
    return Turn(tuple(at for at, _reason in worded), name, round(share, 6))


def leader(features: Features, model: Model, nudge: dict[str, float]) -> tuple[str, float]:
    """The likeliest class and its share."""
    shares = model.shares(features, nudge)
    return max(zip(CLASSES, shares, strict=True), key=lambda pair: pair[1])


def strongest_against(
    complaint_class: str, text: ReadText, features: Features, model: Model, past: list[str]
) -> Reason | None:
    """The strongest cue for any other class."""
    rivals = [
        pair
        for name in CLASSES
        if name != complaint_class
        for pair in ranked_cues(name, text, features, model)[:1]
    ]
    if past and complaint_class != VALID:
        rivals.append((HISTORY_WEIGHT[past[0]], Reason(past[0], HISTORY_LABELS[past[0]], "", 0, 0, VALID)))
    return max(rivals, key=lambda pair: pair[0])[1] if rivals else None


def ranked_cues(
    complaint_class: str, text: ReadText, features: Features, model: Model
) -> list[tuple[float, Reason]]:
    """The cues found whose weight speaks first of all for this class, the strongest first."""
    at = CLASSES.index(complaint_class)
    ranked = []
    for pattern, start, end in features.found:
        leans = [model.lean(pattern.key, other) for other in range(len(CLASSES))]
        if leans[at] > 0 and leans[at] == max(leans):
            ranked.append((leans[at], reason(text, pattern.key, pattern.label, start, end, complaint_class)))
    return sorted(ranked, key=lambda pair: -pair[0])


def reason(text: ReadText, key: str, label: object, start: int, end: int, complaint_class: str) -> Reason:
    """The cue with the resident's own words, blanks at the edges left out."""
    first, last = text.span(start, end)
    words = text.original[first:last]
    first += len(words) - len(words.lstrip())
    words = words.strip()
    return Reason(key, label, words, first, first + len(words), complaint_class)  # type: ignore[arg-type]
