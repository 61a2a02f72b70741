"""Texts that say nearly the same, so that a model is never examined on what it has seen."""

from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

from tickets.classification.text import fold

SHINGLE = 4
SKETCH = 24
NEAR = 0.5


def near_duplicate_groups(texts: Sequence[str]) -> list[int]:
    """A group number for each text; two texts that share half of their shingles are in one group."""
    shingles = [shingles_of(text) for text in texts]
    leader = list(range(len(texts)))

    def head(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for first, second in candidates(shingles):
        if head(first) != head(second) and likeness(shingles[first], shingles[second]) >= NEAR:
            leader[head(second)] = head(first)
    return [head(at) for at in range(len(texts))]


def shingles_of(text: str) -> set[int]:
    """Numbers standing for every run of four characters, blanks left out."""
    plain = "".join(fold(text).split())
    return {crc32(plain[at : at + SHINGLE].encode()) for at in range(max(1, len(plain) - SHINGLE + 1))}


def candidates(shingles: Sequence[set[int]]) -> set[tuple[int, int]]:
    """Pairs worth comparing: those that share one of their smallest numbers."""
    holders: dict[int, list[int]] = defaultdict(list)
    for at, numbers in enumerate(shingles):
        for number in sorted(numbers)[:SKETCH]:
            holders[number].append(at)
    return {
        (first, second)
        for ats in holders.values()
        for place, first in enumerate(ats)
        for second in ats[place + 1 :]
    }


def likeness(first: set[int], second: set[int]) -> float:
    """Share of shingles in common, 0..1."""
    return len(first & second) / len(first | second)
