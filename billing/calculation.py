"""Pure arithmetic of fees: Decimal in, Decimal out, rounded half up once a line (docs/domain.md §9)."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import Any

from helpdesk.lib.money import CENT, round_money

PERIOD = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
ZERO = Decimal(0)
HUNDRED = Decimal(100)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Days in a row, from first to last (both count), with one rate a month and one discount in per cent."""

    first: date
    last: date
    rate: Decimal
    percent_off: Decimal = ZERO

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def joins(self, other: "Stretch") -> bool:
        """Whether the other one goes on from here at the same price."""
        alike = (self.rate, self.percent_off) == (other.rate, other.percent_off)
        return alike and self.last + DAY == other.first

    def to(self, last: date) -> "Stretch":
        return replace(self, last=last)


def holes_after(stretches: Sequence[Stretch], last: date) -> list[tuple[date, date]]:
    """Days up to `last` that follow a stretch and belong to none: a price ended, and no other began."""
    ends = [*(stretch.first for stretch in stretches[1:]), last + DAY]
    return [
        (stretch.last + DAY, end - DAY)
        for stretch, end in zip(stretches, ends, strict=True)
        if stretch.last + DAY < end
    ]


def amount_of_days(quantity: Decimal, stretches: Iterable[Stretch], days_in_month: int) -> Decimal:
    """What a quantity costs in a month whose rate or discount changes: each day its part, added exactly, rounded once."""
    exact = sum((s.rate * s.days * (HUNDRED - s.percent_off) for s in stretches), ZERO)
    return round_money(quantity * exact / (HUNDRED * days_in_month))


def line_amount(quantity: Decimal, rate: Decimal, percent_off: Decimal = ZERO) -> Decimal:
    """Quantity × rate less a discount, rounded once: area, pieces, places."""
    return discounted(quantity * rate, percent_off)


def discounted(exact: Decimal, percent_off: Decimal) -> Decimal:
    """An exact amount less its discount, to the cent."""
    return round_money(exact * (HUNDRED - percent_off) / HUNDRED if percent_off else exact)


@dataclass(frozen=True)
class Step:
    """One step of a tariff: what was used within it, at which rate."""

    quantity: Decimal
    rate: Decimal


def steps_of(
    quantity: Decimal,
    tiers: Sequence[Mapping[str, Any]],
    rate: Decimal,
    months: int = 1,
    before: Decimal = ZERO,
) -> list[Step]:
    """How a consumption of so many months falls into a tariff's steps, which are a month's and as many times as wide.

    `before` is what the household's other meters used of them. Beyond the last one, and without any, `rate` holds.
    """
    steps, used, whole = [], before, before + quantity
    for tier in tiers:
        end = whole if tier["up_to"] is None else min(whole, Decimal(tier["up_to"]) * months)
        if end > used:
            steps.append(Step(end - used, Decimal(tier["rate"])))
            used = end
    if whole > used:
        steps.append(Step(whole - used, rate))
    return steps


def metered_amount(
    quantity: Decimal,
    tiers: Sequence[Mapping[str, Any]],
    rate: Decimal,
    percent_off: Decimal = ZERO,
    months: int = 1,
    before: Decimal = ZERO,
) -> Decimal:
    """What a consumption of so many months costs; the steps are added exactly and rounded together."""
    steps = steps_of(quantity, tiers, rate, months, before)
    return discounted(sum((step.quantity * step.rate for step in steps), ZERO), percent_off)


def consumption(
    previous: Decimal, current: Decimal, *, digits: int, multiplier: Decimal, rolled_over: bool = False
) -> Decimal:
    """What ran through a meter; one that began again at zero has run past its last digit. May be negative: backwards."""
    turned = current - previous + (Decimal(10) ** digits if rolled_over else ZERO)
    return turned * multiplier


def share_by_area(cost: Decimal, areas: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """A shared cost borne by area, to the cent and without a rest.

    Each share is rounded down; the cents left over go one each to the units with the greatest fraction cut off,
    of equal ones to the smaller key. A unit without area bears nothing.
    """
    whole = sum(areas.values(), ZERO)
    if whole <= 0:
        return {}
    exact = {key: cost * area / whole for key, area in areas.items() if area > 0}
    shares = {key: share.quantize(CENT, rounding=ROUND_DOWN) for key, share in exact.items()}
    left = int((cost - sum(shares.values(), ZERO)) / CENT)
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += CENT
    return shares


def rent_for_days(monthly: Decimal, days: int, days_in_month: int, percent_off: Decimal = ZERO) -> Decimal:
    """A month's rent for some of its days."""
    return discounted(monthly * days / days_in_month, percent_off)


def days_within(first: date, last: date, since: date, until: date | None) -> int:
    """How many days of a period, from its first to its last, lie between two dates (both count)."""
    begin, end = max(first, since), last if until is None else min(last, until)
    return max((end - begin).days + 1, 0)


def bounds_of(period: str) -> tuple[date, date]:
    """The first and the last day of a period such as 2026-11."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def period_before(period: str, months: int = 1) -> str:
    """The period so many months earlier."""
    count = month_number(period) - months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def month_number(period: str) -> int:
    """Months counted through, so that two periods can be taken from each other."""
    return int(period[:4]) * 12 + int(period[5:7]) - 1


# --- late fee ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LateTerms:
    """What a contract says about lateness: rate a day, days of grace, cap as an amount, least balance that bears a fee."""

    rate: Decimal
    grace_days: int
    cap: Decimal
    minimum_balance: Decimal = ZERO


@dataclass(frozen=True)
class LateStretch:
    """Days in a row with one balance: from, to (both count), the balance at each day's end, and the exact fee."""

    first: date
    last: date
    balance: Decimal
    fee: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def late_stretches(
    due_on: date,
    as_of: date,
    principal: Decimal,
    settled: Mapping[date, Decimal],
    disputed: Iterable[tuple[date, date | None]],
    terms: LateTerms,
) -> list[LateStretch]:
    """The days that bear a late fee up to `as_of`, gathered by balance.

    A day bears a fee on what is unpaid when it ends. `settled` says what was settled on each day (negative: taken back).
    A dispute's days, from the one it is opened to the one before it is settled, bear none. The first day is the one
    after the days of grace.
    """
    first = due_on + DAY * (terms.grace_days + 1)
    pauses = list(disputed)
    edges = {first, as_of + DAY, *settled}
    edges.update(day for since, until in pauses for day in (since, until) if day is not None)
    marks = sorted(edge for edge in edges if first <= edge <= as_of + DAY)
    found = []
    for begin, after in pairwise(marks):
        balance = principal - sum((amount for day, amount in settled.items() if day <= begin), ZERO)
        paused = any(since <= begin and (until is None or begin < until) for since, until in pauses)
        if balance > 0 and balance >= terms.minimum_balance and not paused:
            fee = balance * terms.rate * (after - begin).days
            found.append(LateStretch(begin, after - DAY, balance, fee))
    return found


def stretches_after(stretches: Iterable[LateStretch], until: date, terms: LateTerms) -> list[LateStretch]:
    """The days after `until`: a stretch that had begun by then is told from the day after on."""
    found = []
    for stretch in stretches:
        if stretch.first <= until < stretch.last:
            days = (stretch.last - until).days
            stretch = LateStretch(
                until + DAY, stretch.last, stretch.balance, stretch.balance * terms.rate * days
            )
        if stretch.last > until:
            found.append(stretch)
    return found


def late_fee(stretches: Iterable[LateStretch], cap: Decimal) -> Decimal:
    """What lateness comes to in all: the days are added exactly, rounded once, and never above the cap."""
    return min(round_money(sum((stretch.fee for stretch in stretches), ZERO)), cap)
