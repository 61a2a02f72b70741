"""Numbers told on the telephone: of tickets, slips, bills, receipts, passes, visits (docs/domain.md §3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Receipt
from helpdesk.desk.hits import NEEDS, Hit, Kind, joined
from helpdesk.desk.matters import title_of
from helpdesk.lib.codes import format_number, parse_number
from helpdesk.lib.money import show_money
from helpdesk.staff.models import User
from tickets.models import Slip, Ticket
from visitors.models import ReleasePass, Visit

MOST_NUMBERS = 6
# A number told without its year is looked for in this many years.
YEARS = 8


@dataclass(frozen=True)
class Series:
    """What the letter before a number stands for. `told_bare`: people also say it without the letter."""

    kind: Kind
    rows: Callable[[User], QuerySet[Any]]
    page: str
    says: Callable[[Any], Sequence[str]]
    unit: str = "unit"
    told_bare: bool = True
    # From the row to the id in the page's address.
    pk: Callable[[Any], int] = lambda row: row.pk


SERIES: dict[str, Series] = {
    "T": Series(
        "ticket",
        lambda user: Ticket.objects.visible_to(user),
        "ticket_detail",
        lambda ticket: (title_of(ticket), ticket.get_status_display()),
    ),
    "S": Series(
        "slip",
        lambda user: Slip.objects.visible_to(user),
        "slip_detail",
        lambda slip: (" ".join(slip.instructions.split())[:60], slip.get_status_display()),
    ),
    "B": Series(
        "bill",
        lambda user: Bill.objects.visible_to(user),
        "bill_detail",
        lambda bill: (bill.period, show_money(bill.total, bill.estate.currency)),
    ),
    "R": Series(
        "payment",
        lambda user: Receipt.objects.visible_to(user).select_related("payment"),
        "payment_detail",
        lambda receipt: (
            receipt.payment.get_method_display(),
            show_money(receipt.amount, receipt.estate.currency),
        ),
        unit="payment__unit",
        pk=lambda receipt: receipt.payment_id,
    ),
    "P": Series(
        "release_pass",
        lambda user: ReleasePass.objects.visible_to(user),
        "pass_detail",
        lambda release_pass: (release_pass.applicant_name, release_pass.get_status_display()),
        told_bare=False,
    ),
    "V": Series(
        "visit",
        lambda user: Visit.objects.visible_to(user),
        "visit_detail",
        lambda visit: (visit.visitor_name, visit.get_status_display()),
        told_bare=False,
    ),
}


def find_numbers(user: User, text: str, at: datetime) -> list[Hit]:
    """What bears the number `text`, with its year or without, with its letter or as bare digits; the newest first.

    One query asks all series at once, then one each for those that have it.
    """
    asked = []
    for letter, numbers in numbers_meant(text, at).items():
        series = SERIES[letter]
        estates = [pk for pk in user.estate_ids if user.may(NEEDS[series.kind], pk)]
        if estates:
            rows = series.rows(user).filter(estate__in=estates, number__in=numbers).order_by()
            asked.append(rows.values_list(Value(letter, CharField()), "pk"))
    found: dict[str, list[int]] = {}
    for letter, pk in asked[0].union(*asked[1:], all=True) if asked else ():
        found.setdefault(letter, []).append(pk)
    hits = [hit for letter in SERIES if letter in found for hit in _hits(SERIES[letter], user, found[letter])]
    return hits[:MOST_NUMBERS]


def _hits(series: Series, user: User, pks: list[int]) -> list[Hit]:
    rows = series.rows(user).filter(pk__in=pks).select_related("estate", series.unit)
    return [_hit(series, row) for row in rows.order_by("-id")[:MOST_NUMBERS]]


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


def _hit(series: Series, row: Any) -> Hit:
    unit = row
    for step in series.unit.split("__"):
        unit = getattr(unit, step)
    return Hit(
        kind=series.kind,
        id=series.pk(row),
        title=row.number,
        subtitle=joined([str(word) for word in series.says(row)]),
        url=reverse(series.page, args=[series.pk(row)]),
        card_url=reverse("unit_card", args=[unit.pk]) if unit else "",
        plate=unit.code if unit else "",
        matched=row.number,
    )
