"""How well alarms and promises are heard in sentences that their words were not written from (docs/domain.md §2).

The sets that were read while the words were improved must be heard whole; on the untouched ones stands the floor that was
measured, which says what to expect of a sentence nobody has thought of. Who improves the words writes a new untouched set.
"""

from collections.abc import Callable

import pytest

from tests.tickets import unseen
from tickets.classification.alarms import alarms_in
from tickets.classification.text import read
from tickets.promise_words import find_promises

Rows = list[tuple[int, str]]


def rings(text: str) -> bool:
    return any(True for _alarm in alarms_in(read(text)))


def promises(text: str) -> bool:
    return bool(find_promises(text))


def heard(rows: Rows, hears: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """What is missed, and what is heard wrongly."""
    missed = [text for told, text in rows if told and not hears(text)]
    return missed, [text for told, text in rows if not told and hears(text)]


@pytest.mark.parametrize("name", ["ALARMS_FIRST", "ALARMS_AFTER", "ALARMS_LAST"])
def test_every_alarm_that_was_read_is_heard_and_nothing_like_it(name: str) -> None:
    assert heard(getattr(unseen, name), rings) == ([], [])


@pytest.mark.parametrize("name", ["PROMISES_FIRST", "PROMISES_AFTER"])
def test_every_promise_that_was_read_is_found_and_nothing_like_it(name: str) -> None:
    assert heard(getattr(unseen, name), promises) == ([], [])


@pytest.mark.parametrize(
    ("name", "hears", "missed", "wrongly"),
    [("ALARMS_UNTOUCHED", rings, 4, 2), ("PROMISES_UNTOUCHED", promises, 5, 0)],
)
def test_of_sentences_nobody_read_no_fewer_are_heard_than_were_measured(
    name: str, hears: Callable[[str], bool], missed: int, wrongly: int
) -> None:
    misses, false = heard(getattr(unseen, name), hears)
    assert len(misses) <= missed, misses
    assert len(false) <= wrongly, false
