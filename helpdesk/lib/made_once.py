"""Queries whose SQL is written once in a process and asked many times with other values.

A query of a line's length costs Django ten times as long to write as the database to answer; the one box asks five of
them at every pause in somebody's typing.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

MOST_KEPT = 200
# Signs that nobody can type stand for a text, ids that no row has for a number, a day before all others for a day.
SIGN = "\uf8ff"
FIRST_ID = -4_611_686_018_427_000_000
FIRST_DAY = date(1, 1, 2).toordinal()

Value = str | int | date | Sequence[str] | Sequence[int]


class _Kept(threading.local):
    """What this thread has made, beside its own connection; the longest unused go first."""

    def __init__(self) -> None:
        self.made: OrderedDict[Hashable, _Made] = OrderedDict()


_kept = _Kept()


def ask_made_once(key: Hashable, make: Callable[..., QuerySet[Any]], **values: Value) -> list[Any]:
    """The rows of `make(**values)`, whose SQL is made when `key` is first seen; ValueError for an empty list.

    `key` names all that shapes the query but the values: `make` may look at no value, only put it into filters. Each
    value is a text, an id, a day, or a list of texts or ids.
    """
    values = {name: _padded(value) if isinstance(value, list) else value for name, value in values.items()}
    whole = (key, *(len(v) if isinstance(v, list) else 0 for v in values.values()))
    made = _kept.made.get(whole)
    if made is None:
        made = _kept.made[whole] = _Made(make, values)
        if len(_kept.made) > MOST_KEPT:
            _kept.made.popitem(last=False)
    _kept.made.move_to_end(whole)
    return made.rows(values)


def _padded(values: list[Any]) -> list[Any]:
    """To a power of two, by saying the last one again: as many lengths as there are lists would never be met twice."""
    if not values:
        raise ValueError("Nothing to look for.")
    length = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (length - len(values))


class _Made:
    def __init__(self, make: Callable[..., QuerySet[Any]], values: dict[str, Any]) -> None:
        stand_ins, self.places = _stand_ins(values)
        self.queryset = make(**stand_ins)
        query = self.queryset.query
        self.compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, params = self.compiler.as_sql()
        self.params = [self._place(param) for param in params]
        unused = set(self.places.values()) - {place for _before, place, _after in self.params if place}
        if unused:
            raise ValueError(f"These values stand nowhere in the query: {unused}")
        self.asked: list[Any] = []
        # Whoever reads the rows asks the query for a compiler: it gets the one that has written already.
        query.get_compiler = lambda *_args, **_kwargs: self.compiler  # type: ignore[method-assign]
        kept = self.compiler.get_converters(
            [column for column, *_ in self.compiler.select[: self.compiler.col_count]]
        )
        self.compiler.get_converters = lambda _columns: kept  # type: ignore[method-assign]
        self.compiler.as_sql = lambda *_args, **_kwargs: (self.sql, tuple(self.asked))  # type: ignore[method-assign]

    def _place(self, param: Any) -> tuple[Any, tuple[str, int] | None, str]:
        """What stands before the value's place, the place, and what stands after it."""
        if isinstance(param, str) and SIGN in param:
            before, name, after = param.split(SIGN)
            return before, self.places[name], after
        if not isinstance(param, bool) and str(param) in self.places:
            return "", self.places[str(param)], ""
        return param, None, ""

    def rows(self, values: dict[str, Any]) -> list[Any]:
        self.asked = [
            param if place is None else self._value(values, before=param, place=place, after=after)
            for param, place, after in self.params
        ]
        return list(self.queryset._iterable_class(self.queryset))  # type: ignore[call-overload]

    def _value(self, values: dict[str, Any], *, before: str, place: tuple[str, int], after: str) -> Any:
        name, at = place
        value = values[name][at] if isinstance(values[name], list) else values[name]
        if isinstance(value, date):
            return connections[DEFAULT_DB_ALIAS].ops.adapt_datefield_value(value)
        return before + value + after if before or after else value


def _stand_ins(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, int]]]:
    """For each value one of its kind that is like no other, and where to find it again by what the query makes of it."""
    places: dict[str, tuple[str, int]] = {}

    def stand_in(value: Any, name: str, at: int) -> Any:
        n = len(places)
        if isinstance(value, str):
            places[f"text {n}"] = (name, at)
            return f"{SIGN}text {n}{SIGN}"
        kind = date.fromordinal(FIRST_DAY + n) if isinstance(value, date) else FIRST_ID - n
        places[str(kind)] = (name, at)
        return kind

    return {
        name: [stand_in(one, name, at) for at, one in enumerate(value)]
        if isinstance(value, list)
        else stand_in(value, name, 0)
        for name, value in values.items()
    }, places
