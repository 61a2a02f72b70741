"""Softmax regression over named cues and pieces of words, in plain Python."""

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from math import exp, fsum, sqrt
from pathlib import Path
from typing import Any

from tickets.classification.features import Features
from tickets.classification.patterns import CLASSES

SHIPPED = Path(__file__).with_name("model.json.gz")
# How loudly all the pieces of words together speak beside the named cues.
PIECES_NORM = 4.0

Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Model:
    """`rarity` weighs the pieces known; `weights` holds a row of four, in the order of CLASSES."""

    version: str
    examples: int
    temperature: float
    bias: Row
    rarity: dict[str, float]
    weights: dict[str, Row]

    def vector(self, features: Features) -> dict[str, float]:
        """The features as numbers; the pieces scaled to one length, so that long texts don't shout."""
        return as_vector(features, self.rarity)

    def scores(self, features: Features, nudge: dict[str, float] | None = None) -> list[float]:
        """The four log-odds before the temperature; `nudge` adds evidence from outside the text."""
        totals = list(self.bias)
        for name, value in self.vector(features).items():
            if row := self.weights.get(name):
                for at in range(4):
                    totals[at] += value * row[at]
        return [total + (nudge or {}).get(name, 0.0) for total, name in zip(totals, CLASSES, strict=True)]

    def shares(self, features: Features, nudge: dict[str, float] | None = None) -> list[float]:
        """The four probabilities, in the order of CLASSES, summing to one."""
        return softmax([score / self.temperature for score in self.scores(features, nudge)])

    def lean(self, pattern_key: str, class_at: int) -> float:
        """How far a cue speaks for one class against the mean of all."""
        row = self.weights.get(f"cue:{pattern_key}", (0.0, 0.0, 0.0, 0.0))
        return row[class_at] - sum(row) / 4

    def save(self, path: Path) -> None:
        """Written compressed, the same bytes for the same model."""
        body = json.dumps(self.stored(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        path.write_bytes(gzip.compress(body.encode(), mtime=0))

    def stored(self) -> dict[str, Any]:
        """The model as plain JSON."""
        return {
            "version": self.version,
            "examples": self.examples,
            "temperature": round(self.temperature, 4),
            "bias": self.bias,
            "rarity": self.rarity,
            "weights": self.weights,
        }

    @classmethod
    def from_stored(cls, kept: dict[str, Any]) -> "Model":
        weights = {name: tuple(row) for name, row in kept["weights"].items()}
        return cls(**(kept | {"weights": weights, "bias": tuple(kept["bias"])}))

    @classmethod
    def load(cls, path: Path) -> "Model":
        return cls.from_stored(json.loads(gzip.decompress(path.read_bytes())))


def as_vector(features: Features, rarity: dict[str, float]) -> dict[str, float]:
    """Named features as they are, known pieces by rarity at one common length."""
    known = {f"p:{piece}": rarity[piece] for piece in features.pieces if piece in rarity}
    norm = sqrt(fsum(value * value for value in known.values())) or 1.0
    vector = {name: value * PIECES_NORM / norm for name, value in known.items()}
    vector.update((name, value) for name, value in features.named.items() if value)
    return vector


def softmax(scores: list[float]) -> list[float]:
    """Probabilities from log-odds."""
    top = max(scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the software, read once."""
    return Model.load(SHIPPED)
