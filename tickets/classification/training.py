"""Fitting, checking and calibrating the model, for the hand-written set and for what clerks confirm."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log, sqrt
from pathlib import Path
from random import Random

from tickets.classification.features import Features, features_of
from tickets.classification.model import SHIPPED, Model, Row, as_vector, softmax
from tickets.classification.patterns import CLASSES, PATTERNS
from tickets.classification.similarity import near_duplicate_groups
from tickets.classification.text import read

SEED = Path(__file__).with_name("seed.jsonl")
# A text with a second reading is taught as both.
SECOND_READING = 0.30
LEAST_TEXTS_WITH_PIECE = 2
# Few rounds of small steps: fitted to the end, the model knows its own set by heart and real letters worse.
EPOCHS = 8
STEP = 0.03
# Pull towards the hand-given weight of a cue, and of a piece towards nothing.
HOLD_CUE = 0.02
HOLD_PIECE = 0.01
TEMPERATURES = [0.5 + 0.1 * step for step in range(36)]


@dataclass(frozen=True)
class Example:
    """A text with the class somebody gave it, and the other way it can be read."""

    text: str
    complaint_class: str
    second: str | None = None
    weight: float = 1.0

    @property
    def target(self) -> list[float]:
        """How much of each class is right."""
        second = SECOND_READING if self.second else 0.0
        shares = {self.complaint_class: 1.0 - second}
        if self.second:
            shares[self.second] = shares.get(self.second, 0.0) + second
        return [shares.get(name, 0.0) for name in CLASSES]


@dataclass(frozen=True)
class Judged:
    """An example with the four shares that a model which never saw it gave."""

    example: Example
    shares: list[float]


def seed_examples(path: Path = SEED) -> list[Example]:
    """The hand-written set."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Example(**json.loads(line)) for line in lines if line.strip()]


def guard_part(examples: Sequence[Example]) -> list[Example]:
    """The same fifth of a set every time, chosen by the texts alone."""
    return [example for example in examples if sha256(example.text.encode()).digest()[0] % 5 == 0]


def fit(examples: Sequence[Example], *, temperature: float = 1.0, version: str = "") -> Model:
    """A model of these examples; refuses a set in which a class is missing."""
    if missing := set(CLASSES) - {example.complaint_class for example in examples}:
        raise ValueError(f"No example of {', '.join(sorted(missing))}.")
    return fit_features(prepared(examples), examples, temperature, version)


def prepared(examples: Iterable[Example]) -> list[Features]:
    """The features of each text, worked out once for all folds."""
    return [features_of(read(example.text)) for example in examples]


def fit_features(
    features: Sequence[Features], examples: Sequence[Example], temperature: float, version: str
) -> Model:
    rarity = rarities(features)
    # In a fixed order, or the same texts give another model in another process.
    vectors = [dict(sorted(as_vector(each, rarity).items())) for each in features]
    bias, weights = descend(vectors, examples)
    kept = {name: rounded(row) for name, row in weights.items() if max(map(abs, row)) >= 0.01}
    rarity = {piece: round(value, 3) for piece, value in rarity.items()}
    digest = sha256(repr((bias, sorted(kept.items()))).encode()).hexdigest()[:8]
    return Model(f"{version or 'fit'}-{digest}", len(examples), temperature, rounded(bias), rarity, kept)


def rounded(row: Sequence[float]) -> Row:
    return tuple(round(value, 3) for value in row)  # type: ignore[return-value]


def rarities(features: Sequence[Features]) -> dict[str, float]:
    """Pieces that stand in more than one text, the rarer the weightier."""
    seen = Counter(piece for each in features for piece in each.pieces)
    total = len(features)
    return {
        piece: log(1 + total / count)
        for piece, count in sorted(seen.items())
        if count >= LEAST_TEXTS_WITH_PIECE
    }


def descend(
    vectors: Sequence[dict[str, float]], examples: Sequence[Example]
) -> tuple[list[float], dict[str, list[float]]]:
    """Stochastic descent with a step of its own for each feature (AdaGrad), always in the same order."""
    opinion = {f"cue:{pattern.key}": list(pattern.weights) for pattern in PATTERNS}
    weights = {name: list(row) for name, row in opinion.items()}
    squares: dict[str, float] = {}
    bias = [0.0] * 4
    order = list(range(len(vectors)))
    shuffle = Random(20).shuffle
    for _epoch in range(EPOCHS):
        shuffle(order)
        for at in order:
            example, vector = examples[at], vectors[at]
            scores = list(bias)
            for name, value in vector.items():
                if row := weights.get(name):
                    for k in range(4):
                        scores[k] += value * row[k]
            wrong = [
                (share - right) * example.weight
                for share, right in zip(softmax(scores), example.target, strict=True)
            ]
            size = sum(each * each for each in wrong)
            for k in range(4):
                bias[k] -= 0.02 * wrong[k]
            for name, value in vector.items():
                row = weights.setdefault(name, [0.0] * 4)
                squares[name] = squares.get(name, 0.1) + size * value * value
                step = STEP / sqrt(squares[name])
                hold, home = (HOLD_CUE, opinion[name]) if name in opinion else (HOLD_PIECE, None)
                for k in range(4):
                    row[k] -= step * (wrong[k] * value + hold * (row[k] - (home[k] if home else 0.0)))
    return bias, weights


def cross_validate(examples: Sequence[Example], *, folds: int = 5) -> list[Judged]:
    """Every example judged by a model that saw neither it nor a near-duplicate of it."""
    features = prepared(examples)
    fold_of = grouped_folds([example.text for example in examples], folds)
    judged: list[Judged] = []
    for fold in range(folds):
        inside = [at for at, number in enumerate(fold_of) if number != fold]
        model = fit_features([features[at] for at in inside], [examples[at] for at in inside], 1.0, "")
        judged += [
            Judged(examples[at], model.shares(features[at]))
            for at, number in enumerate(fold_of)
            if number == fold
        ]
    return judged


def grouped_folds(texts: Sequence[str], folds: int) -> list[int]:
    """A fold for each text; near-duplicates share one, and the folds stay about equal."""
    groups = near_duplicate_groups(texts)
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups):
        members.setdefault(group, []).append(at)
    shuffled = sorted(members.values(), key=lambda ats: sha256(texts[ats[0]].encode()).digest())
    sizes = [0] * folds
    fold_of = [0] * len(texts)
    for ats in shuffled:
        smallest = sizes.index(min(sizes))
        sizes[smallest] += len(ats)
        for at in ats:
            fold_of[at] = smallest
    return fold_of


def calibrated_temperature(judged: Sequence[Judged]) -> float:
    """The temperature at which shares given at 1.0 surprise least."""
    logs = [([log(max(share, 1e-12)) for share in each.shares], each.example.target) for each in judged]

    def surprise(temperature: float) -> float:
        total = 0.0
        for scores, target in logs:
            shares = softmax([score / temperature for score in scores])
            total -= sum(right * log(max(share, 1e-12)) for right, share in zip(target, shares, strict=True))
        return total

    mildest: float = min(TEMPERATURES, key=surprise)
    return round(mildest, 2)


def fit_calibrated(examples: Sequence[Example], *, version: str) -> tuple[Model, list[Judged]]:
    """The model of all examples, its temperature from cross-validation, and the judgements behind it."""
    judged = cross_validate(examples)
    return fit(examples, temperature=calibrated_temperature(judged), version=version), judged


def ship() -> None:
    """Fits the shipped model anew from the hand-written set: `python -m tickets.classification.training`."""
    model, judged = fit_calibrated(seed_examples(), version="seed")
    model.save(SHIPPED)
    right = sum(
        each.example.complaint_class == CLASSES[each.shares.index(max(each.shares))] for each in judged
    )
    print(f"{model.version}: {model.examples} examples, {right / len(judged):.3f} right in cross-validation")


if __name__ == "__main__":
    ship()
