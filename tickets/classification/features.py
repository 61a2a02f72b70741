"""What the model sees of a text: named cues, a few marks of shape, and pieces of the words."""

import re
from dataclasses import dataclass
from math import sqrt

from tickets.classification.patterns import Pattern, hits
from tickets.classification.text import ReadText

RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z][a-z'’]*")
MAX_GRAM = 4
# Longer texts are read to here: a letter says what it wants before that, and the desk types as it listens.
READ_TO = 4000


@dataclass(frozen=True)
class Features:
    """Named cues with their spans, and the sparse vector the model multiplies."""

    found: list[tuple[Pattern, int, int]]
    named: dict[str, float]
    pieces: frozenset[str]


def features_of(text: ReadText) -> Features:
    """The features of a text; cues weigh less each where there are many of them."""
    found = list(hits(text))
    share = 1.0 / sqrt(max(1.0, len(found) / 3.0))
    named = {f"cue:{pattern.key}": share for pattern, _start, _end in found}
    named.update(shape_of(text))
    return Features(found, named, frozenset(pieces_of(text)))


def shape_of(text: ReadText) -> dict[str, float]:
    """Marks that no single word carries."""
    letters = max(20, len(text.folded))
    length = letters * (2.5 if text.has_han else 1.0)
    asks = text.folded.count("?")
    return {
        "shape:short": 1.0 if length < 120 else 0.0,
        "shape:long": min(1.0, length / 1500),
        "shape:asks": min(1.0, asks / 2),
        "shape:exclaims": min(1.0, text.folded.count("!") / 3),
        "shape:last_third_asks": 1.0 if "?" in text.folded[-max(25, len(text.folded) // 4) :] else 0.0,
        "shape:capitals": 1.0 if len(re.findall(r"\b[A-Z]{4,}\b", text.original)) >= 2 else 0.0,
    }


def pieces_of(text: ReadText) -> set[str]:
    """Runs of one to four Chinese characters, and English words alone and in pairs."""
    pieces: set[str] = set()
    last_word = ""
    for run in RUN.findall(text.folded[:READ_TO]):
        if run[0].isascii():
            pieces.add(run)
            if last_word:
                pieces.add(f"{last_word} {run}")
            last_word = run
            continue
        last_word = ""
        for size in range(1, MAX_GRAM + 1):
            pieces.update(run[at : at + size] for at in range(len(run) - size + 1))
    return pieces
