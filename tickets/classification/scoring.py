"""How good the suggestions are, on texts with a known class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from tickets.classification.patterns import CLASSES, VALID
from tickets.classification.suggestion import POSSIBLY_VALID_FROM
from tickets.classification.training import Example, Judged

BINS = 10
SURE = 0.8


@dataclass(frozen=True)
class Figures:
    """Shares 0..1; None where nothing was there to count."""

    items: int
    accuracy: float
    macro_f1: float
    f1: dict[str, float]
    top_two: float
    one_reading: float | None
    valid_recall: float | None
    valid_flagged: float | None
    calibration_error: float
    sure_accuracy: float | None
    sure_items: int
    confusion: dict[str, dict[str, int]]


def figures_of(judged: Sequence[Judged]) -> Figures:
    """Every figure of a set; refuses an empty one."""
    if not judged:
        raise ValueError("Nothing to score.")
    rows = [(each.example.complaint_class, ranked(each.shares), max(each.shares)) for each in judged]
    f1 = {name: f1_of(name, [(truth, order[0]) for truth, order, _share in rows]) for name in CLASSES}
    valid = [each for each in judged if each.example.complaint_class == VALID]
    at_valid = CLASSES.index(VALID)
    return Figures(
        items=len(rows),
        accuracy=mean([truth == order[0] for truth, order, _share in rows]) or 0.0,
        macro_f1=sum(f1.values()) / len(f1),
        f1=f1,
        top_two=mean([truth in order[:2] for truth, order, _share in rows]) or 0.0,
        one_reading=mean([is_right(each) for each in judged if each.example.second is None]),
        valid_recall=mean([is_right(each) for each in valid]),
        valid_flagged=mean([each.shares[at_valid] >= POSSIBLY_VALID_FROM for each in valid]),
        calibration_error=calibration_error([(share, truth == order[0]) for truth, order, share in rows]),
        sure_accuracy=mean([truth == order[0] for truth, order, share in rows if share >= SURE]),
        sure_items=sum(share >= SURE for _truth, _order, share in rows),
        confusion={
            name: {
                other: sum(truth == name and order[0] == other for truth, order, _share in rows)
                for other in CLASSES
            }
            for name in CLASSES
        },
    )


def ranked(shares: Sequence[float]) -> list[str]:
    """The classes, likeliest first."""
    return [name for _share, name in sorted(zip(shares, CLASSES, strict=True), key=lambda pair: -pair[0])]


def is_right(judged: Judged) -> bool:
    return ranked(judged.shares)[0] == judged.example.complaint_class


def mean(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def f1_of(name: str, pairs: Sequence[tuple[str, str]]) -> float:
    """Harmonic mean of precision and recall of one class, over (truth, given)."""
    hit = sum(truth == given == name for truth, given in pairs)
    named = sum(truth == name for truth, _given in pairs) + sum(given == name for _truth, given in pairs)
    return 2 * hit / named if named else 0.0


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Mean distance between confidence and rightness over ten bins, weighed by their size."""
    total = 0.0
    for number in range(BINS):
        inside = [pair for pair in pairs if min(int(pair[0] * BINS), BINS - 1) == number]
        total += abs(sum(share for share, _right in inside) - sum(right for _share, right in inside))
    return total / len(pairs)


def judge_all(
    examples: Sequence[Example], shares_of: Callable[[str], list[float]]
) -> tuple[list[Judged], float]:
    """Every example judged, and the 95th percentile of the time it took, in milliseconds."""
    judged, times = [], []
    for example in examples:
        started = perf_counter()
        shares = shares_of(example.text)
        times.append((perf_counter() - started) * 1000)
        judged.append(Judged(example, shares))
    return judged, sorted(times)[int(len(times) * 0.95)] if times else 0.0
