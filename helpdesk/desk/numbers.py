"""Numbers told on the telephone: of tickets, slips, bills, receipts, passes, visits, procedures (docs/domain.md §3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, CharField, DecimalField, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Receipt
from billing.models.payments import Method
from helpdesk.desk.hits import NEEDS, Hit, Kind, joined
from helpdesk.lib.codes import format_number, parse_number
from helpdesk.lib.made_once import ask_made_once
from helpdesk.lib.money import show_money
from helpdesk.staff.models import User
from residents.models import Decoration, Move, UnitChange, WorkerPermit
from tickets.models import Slip, Ticket
from visitors.models import ReleasePass, Visit

MOST_NUMBERS = 6
# A number told without its year is looked for in this many years.
YEARS = 8


@dataclass(frozen=True)
class Series:
    """What the letter before a number stands for. `told_bare`: people also say it without the letter.

    A row is read as plain columns, so that all series fit into one query: `words` (two texts) and `amount`.
    """

    kind: Kind
    rows: Callable[[User], QuerySet[Any]]
    page: str
    words: tuple[Any, Any]
    says: Callable[["Row"], Sequence[str]]
    unit: str = "unit"
    amount: str = ""
    told_bare: bool = True
    # The column with the id in the page's address.
    pk: str = "pk"


@dataclass(frozen=True)
class Row:
    """One numbered thing, as the query tells it."""

    letter: str
    pk: int
    number: str
    first: str
    second: str
    amount: Decimal | None
    currency: str
    unit_id: int | None
    unit_code: str | None

    @property
    def money(self) -> str:
        return show_money(self.amount, self.currency) if self.amount is not None else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:60]


def _subject() -> Any:
    return Case(When(subject="", then=Left("description", 80)), default="subject", output_field=TextField())


SERIES: dict[str, Series] = {
    "T": Series(
        "ticket",
        lambda user: Ticket.objects.visible_to(user),
        "ticket_detail",
        (_subject(), "status"),
        lambda row: (_short(row.first), str(Ticket.Status(row.second).label)),
    ),
    "S": Series(
        "slip",
        lambda user: Slip.objects.visible_to(user),
        "slip_detail",
        (Left("instructions", 80), "status"),
        lambda row: (_short(row.first), str(Slip.Status(row.second).label)),
    ),
    "B": Series(
        "bill",
        lambda user: Bill.objects.visible_to(user),
        "bill_detail",
        ("period", "status"),
        lambda row: (row.first, row.money),
        amount="total",
    ),
    "R": Series(
        "payment",
        lambda user: Receipt.objects.visible_to(user),
        "payment_detail",
        ("payment__method", "number"),
        lambda row: (str(Method(row.first).label), row.money),
        unit="payment__unit",
        amount="amount",
        pk="payment_id",
    ),
    "P": Series(
        "release_pass",
        lambda user: ReleasePass.objects.visible_to(user),
        "pass_detail",
        ("applicant_name", "status"),
        lambda row: (str(row.first), str(ReleasePass.Status(row.second).label)),
        told_bare=False,
    ),
    "V": Series(
        "visit",
        lambda user: Visit.objects.visible_to(user),
        "visit_detail",
        ("visitor_name", "status"),
        lambda row: (str(row.first), str(Visit.Status(row.second).label)),
        told_bare=False,
    ),
    "M": Series(
        "move",
        lambda user: Move.objects.visible_to(user),
        "move_detail",
        ("kind", "status"),
        lambda row: (str(Move.Kind(row.first).label), str(Move.Status(row.second).label)),
        told_bare=False,
    ),
    "C": Series(
        "unit_change",
        lambda user: UnitChange.objects.visible_to(user),
        "unit_change_detail",
        ("kind", "status"),
        lambda row: (str(UnitChange.Kind(row.first).label), str(UnitChange.Status(row.second).label)),
        told_bare=False,
    ),
    "DC": Series(
        "decoration",
        lambda user: Decoration.objects.visible_to(user),
        "decoration_detail",
        ("contractor", "status"),
        lambda row: (row.first, str(Decoration.Status(row.second).label)),
        told_bare=False,
    ),
    "W": Series(
        "worker_permit",
        lambda user: WorkerPermit.objects.filter(estate__in=user.estate_ids),
        "decoration_detail",
        ("name", "decoration__number"),
        lambda row: (row.first, row.second),
        unit="decoration__unit",
        told_bare=False,
        pk="decoration_id",
    ),
}


def find_numbers(user: User, text: str, at: datetime) -> list[Hit]:
    """What bears the number `text`, with its year or without, with its letter or as bare digits; the newest of a series
    first. One query asks all series at once."""
    asked = {
        letter: numbers
        for letter, numbers in numbers_meant(text, at).items()
        if user.may_somewhere(NEEDS[SERIES[letter].kind])
    }
    if not asked:
        return []
    # What somebody sees hangs on these alone: the query is made anew when one of them changes.
    roles = tuple(
        (m.estate_id, m.role, m.department_id, m.department and m.department.kind)
        for m in user.memberships_now
    )
    found = [
        Row(*row) for row in ask_made_once(("numbers", user.pk, roles, *asked), partial(_rows, user), **asked)
    ]
    # By number backwards: the years fall, within one series.
    found.sort(key=lambda row: row.number, reverse=True)
    found.sort(key=lambda row: list(SERIES).index(row.letter))
    return [_hit(SERIES[row.letter], row) for row in found[:MOST_NUMBERS]]


def _rows(user: User, **asked: list[str]) -> QuerySet[Any]:
    """The rows of all series under one head."""
    parts = []
    for letter, numbers in asked.items():
        series = SERIES[letter]
        estates = [pk for pk in user.estate_ids if user.may(NEEDS[series.kind], pk)]
        rows = series.rows(user).filter(estate__in=estates, number__in=numbers).order_by()
        parts.append(_columns(letter, series, rows))
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _columns(letter: str, series: Series, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The columns of `Row`, in its order; texts as texts, so that PostgreSQL sets all series under one head."""
    first, second = series.words
    if series.told_bare:
        first = Cast(first, TextField())
    money = DecimalField(max_digits=14, decimal_places=4)
    # Without a cast PostgreSQL takes two bare NULLs one under the other for texts.
    amount = Cast(F(series.amount) if series.amount else Value(None), money)
    named = {
        "x_letter": Value(letter, CharField()),
        "x_pk": F(series.pk),
        "x_number": F("number"),
        "x_first": F(first) if isinstance(first, str) else first,
        "x_second": Cast(second, TextField()),
        "x_amount": amount,
        "x_currency": F("estate__currency"),
        "x_unit": F(f"{series.unit}__id"),
        "x_code": F(f"{series.unit}__code"),
    }
    return rows.annotate(**named).values_list(*named)


def numbers_meant(text: str, at: datetime) -> dict[str, list[str]]:
    """Letter of a series → the numbers of it that `text` may be."""
    parsed = parse_number(text)
    if parsed:
        letter, year, count = parsed
        letters = [letter] if letter in SERIES else []
    elif text.isdecimal() and len(text) <= 6 and int(text):
        letters, year, count = [key for key, series in SERIES.items() if series.told_bare], None, int(text)
    else:
        return {}
    this_year = timezone.localtime(at).year
    years: Sequence[int] = [year] if year else range(this_year, this_year - YEARS, -1)
    return {letter: [format_number(letter, y, count) for y in years] for letter in letters}


def _hit(series: Series, row: Row) -> Hit:
    url = reverse(series.page, args=[row.pk])
    return Hit(
        kind=series.kind,
        id=row.pk,
        title=row.number,
        subtitle=joined(list(series.says(row))),
        url=url,
        card_url=reverse("unit_card", args=[row.unit_id]) if row.unit_id else "",
        plate=row.unit_code or "",
        matched=row.number,
    )
