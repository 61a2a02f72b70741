"""Whether a model that has seen more is any better: both are examined on the same texts, and on none that they know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tickets.classification.model import Model
from tickets.classification.scoring import Figures, figures_of
from tickets.classification.training import (
    Example,
    Judged,
    calibrated_temperature,
    fit_features,
    grouped_folds,
    guard_part,
    prepared,
    seed_examples,
)

FOLDS = 5
# Two fits a fold and the one of everything at the end.
PARTS = 2 * FOLDS + 1
# The guarding part is small: one text of it is worth about a hundredth.
GUARD_SLACK = 0.02


@dataclass(frozen=True)
class Learned:
    """A model of everything, what it reached in cross-validation, and what the one before reached on the same texts."""

    model: Model
    figures: Figures
    figures_before: Figures
    guard: Figures
    guard_before: Figures

    @property
    def is_no_worse(self) -> bool:
        """Macro-F1 has not fallen, and on the guarding part not by more than a text or two."""
        held = self.guard.macro_f1 >= self.guard_before.macro_f1 - GUARD_SLACK
        return self.figures.macro_f1 >= self.figures_before.macro_f1 and held


def learn(
    confirmed: Sequence[Example], known: Sequence[bool], *, version: str, on_part: Callable[[int], None]
) -> Learned:
    """Learn from the hand-written set and what was confirmed; `known` says which of it the model before learnt from.

    `on_part` hears 1 … PARTS as it goes on.
    """
    seeds = seed_examples()
    examples = [*seeds, *confirmed]
    was_known = [True] * len(seeds) + list(known)
    features = prepared(examples)
    fold_of = grouped_folds([example.text for example in examples], FOLDS)
    after: list[Judged] = []
    before: list[Judged] = []
    part = 0
    for fold in range(FOLDS):
        outside = [at for at, number in enumerate(fold_of) if number == fold]
        for judged, only_known in ((after, False), (before, True)):
            inside = [
                at
                for at, number in enumerate(fold_of)
                if number != fold and (was_known[at] or not only_known)
            ]
            model = fit_features([features[at] for at in inside], [examples[at] for at in inside], 1.0, "")
            judged += [Judged(examples[at], model.shares(features[at])) for at in outside]
            part += 1
            on_part(part)
    model = fit_features(features, examples, calibrated_temperature(after), version)
    on_part(PARTS)
    guarded = {example.text for example in guard_part(seeds)}
    return Learned(
        model, figures_of(after), figures_of(before), part_of(after, guarded), part_of(before, guarded)
    )


def part_of(judged: Sequence[Judged], texts: set[str]) -> Figures:
    """The figures over these texts alone."""
    return figures_of([each for each in judged if each.example.text in texts])
