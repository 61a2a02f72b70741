"""What every lane is made of: its rows, the moments they fall due, and how a row names people and doors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import pgettext

from helpdesk.desk.matters import language_of
from residents.models import Resident, Unit
from residents.names_shown import short_name

SHOWN = 8
READ = 100
LINE_CHARS = 90
# Sealed columns that a row doesn't show: opening them costs more than the row.
SEALED_OF_TICKET = ("reporter_phone", "track_secret")

Row = dict[str, Any]


@dataclass(frozen=True)
class Due:
    """One moment of the day at which something falls due."""

    at: datetime
    icon: str
    title: str
    url: str


@dataclass
class Lane:
    """One lane as components/lane.html draws it, and the moments its rows fall due."""

    key: str
    title: str
    icon: str
    empty: str
    rows: list[Row] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    note: str = ""
    # Instead of the count, where one figure would mix two things.
    count_line: str = ""
    all_url: str = ""
    all_label: str = ""
    empty_url: str = ""
    empty_label: str = ""

    @property
    def count(self) -> str:
        """How many wait; beyond a hundred nobody counts."""
        return f"{READ}+" if len(self.dues) > READ else str(len(self.dues))

    def fill(self, found: Iterable[Any], draw: Callable[[Any], tuple[Row, Due]]) -> "Lane":
        """The first rows are drawn, the others only counted and marked on the day's line."""
        for thing in found:
            row, due = draw(thing)
            self.dues.append(due)
            if len(self.rows) < SHOWN:
                self.rows.append(row)
        return self


def who_of(unit: Unit | None, resident: Resident | None, written: str, number: str) -> Row:
    """Plate and name; where neither is known, the number stands for them."""
    name = name_of(resident, written) or (number if unit is None else "") or number
    return {"plate": plate_of(unit), "name": name, "name_lang": language_of(name)}


def name_of(resident: Resident | None, written: str) -> str:
    return short_name(resident) if resident else written


def plate_of(unit: Unit | None) -> dict[str, str] | None:
    return {"code": unit.code, "url": reverse("unit_card", args=[unit.pk])} if unit else None


def line_of(text: str) -> Row:
    line = Truncator(" ".join(text.split())).chars(LINE_CHARS)
    return {"line": line, "line_lang": language_of(line)}


def joined(words: Sequence[str]) -> str:
    return pgettext("between facts", ", ").join(word for word in words if word)
