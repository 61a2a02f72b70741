"""The register of personal data: what every table keeps of people, what for, how long, and how it is taken out again.

Each app tells of its own tables in `personal_fields.py`; finding, handing out, forgetting and a change of key all read
this one register, and a test fails on a text field that no app has told of.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class Grade(Enum):
    """How much harm a field does in the wrong hands."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"

    @property
    def label(self) -> Any:
        """The word for it."""
        return GRADES[self]


GRADES = {Grade.INTERNAL: _("internal"), Grade.PERSONAL: _("personal"), Grade.SENSITIVE: _("sensitive")}


@dataclass(frozen=True)
class Keeping:
    """How long something is kept: in words, and the rows of the table whose time is over; None where no day ends it."""

    words: Any
    over: Callable[[datetime], Q] | None = None


@dataclass(frozen=True)
class PersonalField:
    """One column with something of a person in it."""

    name: str
    grade: Grade
    purpose: Any
    keeping: Keeping
    # What is written over it; the row's own columns may be named (an expression). STAYS: nothing.
    emptied: Any = ""
    # Why it outlives a person's wish to be forgotten; empty where it does not.
    stays: Any = ""
    # Handed out with a copy of somebody's data: not so hashes and secrets.
    copied: bool = True


@dataclass(frozen=True)
class Person:
    """Whom we look for: one resident of one estate, by record and by telephone numbers; `things` found so far."""

    resident_id: int
    estate_id: int
    phone_hashes: frozenset[str]
    identity_hashes: frozenset[str] = frozenset()
    things: dict[str, set[int]] = field(default_factory=dict)

    def ids(self, label: str) -> set[int]:
        """Ids of the rows of a table that were found to be about this person."""
        return self.things.get(label, set())


@dataclass(frozen=True)
class Table:
    """What one table keeps of people."""

    label: str
    fields: tuple[PersonalField, ...] = ()
    # Text that tells nothing of a person, by name; columns with choices need not be named.
    plain: frozenset[str] = frozenset()
    # Rows that are about a person; None: nobody's in particular.
    about: Callable[[Person], Q] | None = None
    # Of those the ones that a copy hands out; None: all of them.
    copied: Q | None = None
    # Keyed hashes: column → (sealed column it is made of, how), or None where only the hash is kept.
    hashes: Mapping[str, tuple[str, Callable[[str], str]] | None] = field(default_factory=dict)
    # Known by what else was found (its messages, its files): looked for last.
    hangs: bool = False
    # Whole rows go when this is over, or (`goes`) when the person is to be forgotten.
    deleted: Keeping | None = None
    goes: bool = False

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def title(self) -> str:
        """What its rows are called; where nobody gave a plural, Django's own would be no word."""
        options = self.model._meta
        plural = "verbose_name_plural" in options.original_attrs
        return str(capfirst(str(options.verbose_name_plural if plural else options.verbose_name)))


@dataclass(frozen=True)
class Matter:
    """Something open between the house and a person: it keeps their data, and is a reason to look at it."""

    label: str
    url: str = ""
    # The number of a case of the desk's, on which a clerk may look; money alone is none.
    case: str = ""


_tables: dict[str, Table] = {}
_open: list[Callable[[Person], Iterable[Matter]]] = []
FOR_GOOD = Keeping(_("as long as the house stands"))
BOOKS = Keeping(_("as long as accounting law asks"))
BOOKS_STAY = _("It belongs to the books.")
HISTORY = Keeping(_("three years at least; it can't be changed"))
HISTORY_STAYS = _("It proves who did what, and can't be changed.")
SERVES_DESK = _("to reach people and to know who speaks")
SERVES_CASE = _("to deal with what was asked, and to answer for it")
SERVES_FEES = _("to bill, collect and account")
SERVES_GATE = _("to know who and what goes in and out")
SERVES_WORK = _("the staff's own work")
SERVES_PROOF = _("to prove who did what")


def register(
    label: str,
    *fields: PersonalField,
    plain: Iterable[str] = (),
    **more: Any,
) -> None:
    """Tell of one table, by its label; once."""
    if label in _tables:
        raise ValueError(f"{label} is registered twice.")
    _tables[label] = Table(label, fields, frozenset(plain), **more)


def register_matters(find: Callable[[Person], Iterable[Matter]]) -> None:
    """Tell what may be open between the house and a person."""
    _open.append(find)


def tables() -> list[Table]:
    """Every table that was told of, those below first."""
    return list(_tables.values())


def table_of(label: str) -> Table:
    """What was told of one table; an empty telling for one that nobody told of."""
    return _tables.get(label, Table(label))


def open_matters(person: Person) -> list[Matter]:
    """What is open between the house and a person, by what each app says."""
    return [matter for find in _open for matter in find(person)]


def discover() -> None:
    """Read every app's `personal_fields.py`, once all models stand."""
    autodiscover_modules("personal_fields")


TEXT = (
    *(models.CharField, models.TextField, models.JSONField, models.BinaryField),
    *(models.FileField, models.GenericIPAddressField),
)


def untold(model: type[models.Model]) -> list[str]:
    """Text columns of a model that nobody has said anything about; columns with choices hold none of anybody's words."""
    told = table_of(model._meta.label_lower)
    known = told.plain | {f.name for f in told.fields} | set(told.hashes)
    columns = [f for f in model._meta.local_concrete_fields if isinstance(f, TEXT)]
    return [f.name for f in columns if not f.choices and f.name not in known]


def unknown_names(table: Table) -> list[str]:
    """Columns that were told of and aren't there."""
    there = {f.name for f in table.model._meta.concrete_fields}
    return sorted(({f.name for f in table.fields} | table.plain | set(table.hashes)) - there)
