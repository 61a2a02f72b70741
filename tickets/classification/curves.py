"""What more examples bring, what a reason's words weigh, and what a script changes: figures beside those of scoring."""

from collections.abc import Callable, Sequence
from random import Random

import opencc

from tickets.classification.classifier import classify
from tickets.classification.features import features_of
from tickets.classification.model import Model
from tickets.classification.patterns import CLASSES
from tickets.classification.scoring import figures_of
from tickets.classification.suggestion import Suggestion
from tickets.classification.text import read
from tickets.classification.training import Example, Judged, fit_features, prepared, seed_examples

SIZES = (40, 80, 160, 320)
DRAWS = 10


def learning_curve(
    examples: Sequence[Example], sizes: Sequence[int] = SIZES, draws: int = DRAWS
) -> dict[int, float]:
    """Size → mean macro-F1 on `examples` of models fitted to so many texts drawn from the hand-written set; none is kept."""
    seeds = seed_examples()
    learnt, asked = prepared(seeds), [features_of(read(example.text)) for example in examples]
    curve = {}
    for size in sizes:
        reached = []
        for draw in range(draws):
            chosen = drawn(seeds, size, draw)
            model = fit_features([learnt[at] for at in chosen], [seeds[at] for at in chosen], 1.0, "")
            judged = [
                Judged(example, model.shares(features))
                for example, features in zip(examples, asked, strict=True)
            ]
            reached.append(figures_of(judged).macro_f1)
        curve[size] = sum(reached) / draws
    return curve


def drawn(examples: Sequence[Example], size: int, draw: int) -> list[int]:
    """So many places of the set, every class about as often as in the whole; the same each time for the same draw."""
    rng = Random(f"{size}:{draw}")  # noqa: S311 - a sample, no secret
    order = list(range(len(examples)))
    rng.shuffle(order)
    chosen: list[int] = []
    for name in CLASSES:
        members = [at for at in order if examples[at].complaint_class == name]
        chosen += members[: max(1, round(size * len(members) / len(examples)))]
    return chosen


def weight_of_reasons(texts: Sequence[str], model: Model) -> tuple[int, int]:
    """How many reasons were given, and for how many striking their words out lowers the class they speak for."""
    given = lowered = 0
    for text in texts:
        told = classify(text, model=model)
        for reason in told.reasons:
            rest = classify(text[: reason.start] + " " + text[reason.end :], model=model)
            given += 1
            lowered += dict(rest.ranking)[told.complaint_class] < told.confidence
    return given, lowered


def verbatim_or_said_so(texts: Sequence[str], model: Model) -> tuple[int, int]:
    """For how many texts every reason stands in the text word for word; and how many of those have no reason at all."""
    told: list[tuple[str, Suggestion]] = [(text, classify(text, model=model)) for text in texts]
    honest = [pair for pair in told if all(pair[0][r.start : r.end] == r.words for r in pair[1].reasons)]
    return len(honest), sum(not suggestion.reasons for _text, suggestion in honest)


def in_script(examples: Sequence[Example], script: str) -> list[Example]:
    """The Chinese texts written in one script (s2t: Traditional, t2s: Simplified)."""
    convert: Callable[[str], str] = opencc.OpenCC(script).convert
    return [
        Example(convert(example.text), example.complaint_class, example.second)
        for example in examples
        if read(example.text).has_han
    ]
