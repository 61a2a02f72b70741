"""The one inversion of the house: what must be settled before somebody leaves, asked of parts that residents know nothing of.

Other apps add their checks in `apps.py: ready()`; a step of a checklist whose key has a check is ticked by it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from residents.models import Decoration, Move, Unit

MOVE_IN, MOVE_OUT, UNIT_CHANGE = "move_in", "move_out", "unit_change"
# Before the work may begin, and before the job is closed.
DECORATION_START, DECORATION_END = "decoration_start", "decoration_end"
KINDS = frozenset({MOVE_IN, MOVE_OUT, UNIT_CHANGE, DECORATION_START, DECORATION_END})


class State(StrEnum):
    """What a check answers."""

    SETTLED = "settled"
    OPEN = "open"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Case:
    """What is to be cleared: the unit, the day, since when it is going on, and who it is about."""

    kind: str
    unit: Unit
    on: date
    since: datetime
    residents: frozenset[int] = frozenset()
    move: Move | None = None
    decoration: Decoration | None = None
    # While the day itself is not known yet: it may be any from `on` to this one.
    latest: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that it may be about."""
        return self.on, self.latest or self.on


@dataclass(frozen=True)
class Clearance:
    """One answer: a sentence, and where what is open is settled. `permission` is needed to read the sentence."""

    key: str
    state: State
    says: str = ""
    url: str = ""
    title: Any = ""
    permission: str = ""
    # The plate, where the answers of two units stand together.
    where: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN


def settled(says: str = "") -> tuple[State, str, str]:
    return State.SETTLED, says, ""


def still_open(says: str, url: str = "") -> tuple[State, str, str]:
    return State.OPEN, says, url


def not_applicable(says: str = "") -> tuple[State, str, str]:
    return State.NOT_APPLICABLE, says, ""


# A check that has no record to answer from says None, and a hand ticks the step.
Check = Callable[[Case, datetime], tuple[State, str, str] | None]


@dataclass(frozen=True)
class _Registered:
    check: Check
    title: Any
    kinds: frozenset[str]
    permission: str = field(default="")


_registered: dict[str, list[_Registered]] = {}


def register_clearance(
    key: str, check: Check, *, title: Any, kinds: Iterable[str], permission: str = ""
) -> None:
    """`check(case, at)` answers for the step `key` of these kinds; two answers for one step are a ValueError."""
    new = _Registered(check, title, frozenset(kinds), permission)
    if not new.kinds <= KINDS:
        raise ValueError(f"There is no {', '.join(sorted(new.kinds - KINDS))} to clear.")
    if any(new.kinds & other.kinds for other in _registered.get(key, [])):
        raise ValueError(f"{key} is answered for twice.")
    _registered.setdefault(key, []).append(new)


def clearance(key: str, case: Case, at: datetime) -> Clearance | None:
    """What the house answers for one step; None where nobody does, and a hand ticks it."""
    for found in _registered.get(key, []):
        if case.kind in found.kinds:
            answer = found.check(case, at)
            if answer is None:
                return None
            state, says, url = answer
            return Clearance(key, state, says, url, found.title, found.permission)
    return None


def clearances_of(case: Case, at: datetime) -> list[Clearance]:
    """Every answer for a case, in the order in which they were added."""
    asked = (clearance(key, case, at) for key in list(_registered))
    return [answer for answer in asked if answer is not None]


def is_answered(key: str, kind: str) -> bool:
    """Whether a check ticks this step, where it has a record to go by."""
    return any(kind in found.kinds for found in _registered.get(key, []))


def permission_of(key: str, kind: str) -> str:
    """What is needed to read this step's sentence; empty: nothing more."""
    return next((found.permission for found in _registered.get(key, []) if kind in found.kinds), "")
