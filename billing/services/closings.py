"""Closing a cashier's day: what each method should have brought, what was counted, the difference."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import DayClosing, DayCount, DepositMove, Method, Payment, Refund
from billing.services.ledger import local_day, lock_ledger, require_open
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import round_money
from helpdesk.staff.models import User

FIRST_DAY = date(1990, 1, 1)


def expected_of(estate: Estate, day: date) -> dict[str, Decimal]:
    """What came in less what went out on a day, by method; only methods that moved."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    first, *others = (
        rows.order_by()
        .values("method")
        .annotate(total=Sum("amount"), sign=Value(sign))
        .values_list("method", "total", "sign")
        for rows, sign in moves_of(estate, day).values()
    )
    for method, total, sign in first.union(*others, all=True):
        found[method] += sign * round_money(total)
    return dict(found)


def moves_of(estate: Estate, day: date) -> dict[str, tuple[QuerySet[Any], int]]:
    """All that moved money on a day, by kind: its rows, and 1 where it came in or -1 where it went out."""
    payments = Payment.objects.filter(estate=estate, received_on=day)
    deposits = DepositMove.objects.filter(estate=estate, on=day).exclude(method="")
    return {
        "payments": (payments.filter(reverses__isnull=True), 1),
        "taken_back": (payments.filter(reverses__isnull=False), -1),
        "refunds": (Refund.objects.filter(estate=estate, on=day), -1),
        "deposits": (deposits.filter(kind=DepositMove.Kind.TAKEN), 1),
        "deposits_back": (deposits.filter(kind=DepositMove.Kind.GIVEN_BACK), -1),
    }


@dataclass(frozen=True)
class Count:
    """A day's count against its books, by method."""

    expected: dict[str, Decimal]
    found: dict[str, Decimal]

    @property
    def differences(self) -> dict[str, Decimal]:
        """Where they differ, and by how much."""
        off = {m: found - self.expected.get(m, Decimal(0)) for m, found in self.found.items()}
        return {method: amount for method, amount in off.items() if amount}

    @property
    def difference(self) -> Decimal:
        return sum(self.differences.values(), Decimal(0))


def count_day(
    estate: Estate, *, day: date, counted: Mapping[str, Decimal], at: datetime | None = None
) -> Count:
    """What was counted against the books; what no hand can count is as the books say unless somebody read otherwise.

    Refused day_closed, day_not_begun, day_too_early, count_missing, count_negative.
    """
    require_open(estate, day)
    if day > local_day(estate, at or timezone.now()):
        raise Refused("day_not_begun", _("This day has not begun yet."), field="day")
    if day < FIRST_DAY:
        raise Refused("day_too_early", _("No books reach back so far."), field="day")
    expected = expected_of(estate, day)
    # Only where more went out than came in may a count be below nothing.
    if any(amount < 0 <= expected.get(method, 0) for method, amount in counted.items()):
        raise Refused("count_negative", _("A count can't be less than nothing."), field="counted")
    if Method.CASH not in counted and Method.CASH in expected:
        raise Refused("count_missing", _("Count the drawer first."), field="counted")
    methods = [m for m in Method.values if m in counted or m in expected]
    found = {m: round_money(Decimal(counted.get(m, expected.get(m, Decimal(0))))) for m in methods}
    return Count(expected, found)


@transaction.atomic
def close_day(
    estate: Estate,
    *,
    actor: User | None,
    day: date,
    counted: Mapping[str, Decimal],
    note: str = "",
    agreed: Mapping[str, Decimal] | None = None,
    at: datetime | None = None,
) -> DayClosing:
    """Closes a day with a count by method; cash has to be counted where any moved, the rest is as the books say.

    There is no way back, so a count that differs from the books has a note (docs/domain.md §9). `agreed` are the
    differences that somebody saw and said yes to: money that moved since is not closed over unseen.
    Refused what count_day refuses, note_required, differs_otherwise.
    """
    at = at or timezone.now()
    lock_ledger(estate)
    count = count_day(estate, day=day, counted=counted, at=at)
    if count.differences and not note.strip():
        raise Refused("note_required", _("Say why the count differs from the books."), field="note")
    if agreed is not None and agreed != count.differences:
        raise Refused("differs_otherwise", _("Say why the count differs from the books."), field="note")
    total, should = sum(count.found.values(), Decimal(0)), sum(count.expected.values(), Decimal(0))
    closing = DayClosing.objects.create(
        estate=estate, day=day, expected=should, counted=total, difference=total - should, note=note.strip(),
        closed_by=actor, closed_at=at,
    )  # fmt: skip
    for method, found in count.found.items():
        wanted = count.expected.get(method, Decimal(0))
        DayCount.objects.create(
            estate=estate, closing=closing, method=method, expected=wanted, counted=found,
            difference=found - wanted,
        )  # fmt: skip
    record("day.closed", closing, actor=actor, at=at, day=day, difference=str(closing.difference))
    return closing
