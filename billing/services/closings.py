"""Closing a cashier's day: what each method should have brought, what was counted, the difference."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
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
    payments = Payment.objects.filter(estate=estate, received_on=day)
    deposits = DepositMove.objects.filter(estate=estate, on=day).exclude(method="")
    moves = [
        (payments.filter(reverses__isnull=True), 1),
        (payments.filter(reverses__isnull=False), -1),
        (Refund.objects.filter(estate=estate, on=day), -1),
        (deposits.filter(kind=DepositMove.Kind.TAKEN), 1),
        (deposits.filter(kind=DepositMove.Kind.GIVEN_BACK), -1),
    ]
    for rows, sign in moves:
        for method, total in rows.values_list("method").annotate(Sum("amount")):  # type: ignore[attr-defined]
            found[method] += sign * round_money(total)
    return dict(found)


@transaction.atomic
def close_day(
    estate: Estate,
    *,
    actor: User | None,
    day: date,
    counted: Mapping[str, Decimal],
    note: str = "",
    at: datetime | None = None,
) -> DayClosing:
    """Closes a day with a count by method; what was not counted counts as nothing found.

    Refused day_closed, day_not_begun, day_too_early, count_missing, count_negative.
    """
    at = at or timezone.now()
    lock_ledger(estate)
    require_open(estate, day)
    if day > local_day(estate, at):
        raise Refused("day_not_begun", _("This day has not begun yet."), field="day")
    if day < FIRST_DAY:
        raise Refused("day_too_early", _("No books reach back so far."), field="day")
    expected = expected_of(estate, day)
    # Only where more went out than came in may a count be below nothing.
    if any(amount < 0 <= expected.get(method, 0) for method, amount in counted.items()):
        raise Refused("count_negative", _("A count can't be less than nothing."), field="counted")
    if Method.CASH not in counted and expected.get(Method.CASH):
        raise Refused("count_missing", _("Count the drawer first."), field="counted")
    methods = [m for m in Method.values if m in counted or m in expected]
    # What no hand can count (cards, transfers) is as the books say unless somebody read another figure.
    found = {m: round_money(Decimal(counted.get(m, expected.get(m, Decimal(0))))) for m in methods}
    total, should = sum(found.values(), Decimal(0)), sum(expected.values(), Decimal(0))
    closing = DayClosing.objects.create(
        estate=estate, day=day, expected=should, counted=total, difference=total - should, note=note,
        closed_by=actor, closed_at=at,
    )  # fmt: skip
    for method in methods:
        wanted = expected.get(method, Decimal(0))
        DayCount.objects.create(
            estate=estate, closing=closing, method=method, expected=wanted, counted=found[method],
            difference=found[method] - wanted,
        )  # fmt: skip
    record("day.closed", closing, actor=actor, at=at, day=day, difference=str(closing.difference))
    return closing
