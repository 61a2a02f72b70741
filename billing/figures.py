"""The figures of the fees, for page, dashboard and report alike: summed by the database, defined once, here.

Money that was collected is what payments settled of bills' lines on the days asked for; what was taken back counts against
it on the day it was taken back. Late fees, deposits and credit are not among it. Reversed bills are nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from billing.calculation import bounds_of, month_number, period_before
from billing.models import Allocation, Bill, BillLine, CollectionVisit, Payment, PaymentPromise
from billing.selectors import arrears_of_units
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money

ZERO = Decimal("0.00")
AGES = (30, 60, 90, 180, 365)  # days past due; a row each, and one beyond
FOLLOWED = timedelta(days=30)  # how long after a visit a payment counts as its fruit
WEEKS = 8
REVERSED = Bill.Status.REVERSED
LINE_OWED = F("amount") - F("paid") - F("written_off")
# Grouping → where a line, and the line of an allocation, has it.
GROUPS = {
    "item": "charge_item",
    "building": "bill__unit__building",
    "use": "bill__unit__use",
    "period": "bill__period",
}

DEFINITIONS = {
    "rate": _("Of what was billed in the period, the share that payments have settled by its last day."),
    "prior": _(
        "Of what was owed from earlier bills when the period began, the share that payments settled within it."
    ),
    "collected": _(
        "What payments settled in the period, of its own bills and of earlier ones; late fees apart."
    ),
    "owed": _("What is past due and unpaid on the last day, late fees apart; disputed bills are among it."),
    "ageing": _("What is past due and unpaid, by the days since it fell due."),
    "written_off": _("What was given up in the period."),
    "collector": _(
        "Doors visited in the period, and what their units paid within 30 days after; "
        "a payment counts for the last visit before it."
    ),
    "expected": _(
        "Bills that fall due in the week, what was promised for it, and what is likely to come: the share of a bill that was "
        "paid by 30 days after its due date, over the last six months. Only what is billed already is among it."
    ),
}


@dataclass(frozen=True)
class Span:
    """Which estate, which days (both count), and which part of it."""

    estate: Estate
    first: date
    last: date
    building_id: int | None = None

    @property
    def before(self) -> "Span":
        """What it is compared with: from the first of a month the same days of the months before it, for bills are dated
        by the month; else the days just before, as many.
        """
        if self.first.day > 1:
            return replace(self, first=self.first - (self.last - self.first) - DAY, last=self.first - DAY)
        months = month_number(f"{self.last:%Y-%m}") - month_number(f"{self.first:%Y-%m}") + 1
        first, _last = bounds_of(period_before(f"{self.first:%Y-%m}", months))
        begins, ends = bounds_of(period_before(f"{self.last:%Y-%m}", months))
        is_whole = (self.last + DAY).day == 1
        return replace(
            self, first=first, last=ends if is_whole else min(begins + DAY * (self.last.day - 1), ends)
        )

    def lines(self) -> QuerySet[BillLine]:
        rows = BillLine.objects.filter(bill__estate=self.estate).exclude(bill__status=REVERSED).order_by()
        return rows.filter(bill__unit__building_id=self.building_id) if self.building_id else rows

    def allocations(self) -> QuerySet[Allocation]:
        """What settled lines, and what took that back."""
        rows = Allocation.objects.filter(estate=self.estate, line__isnull=False).order_by()
        rows = rows.exclude(bill__status=REVERSED)
        return rows.filter(bill__unit__building_id=self.building_id) if self.building_id else rows


DAY = timedelta(days=1)
SIGNED = Case(When(reverses__isnull=True, then=F("amount")), default=-F("amount"))


def _sum(of: Any, condition: Q) -> Sum:
    return Sum(of, filter=condition, default=Value(ZERO))


def collection_figures(span: Span, *, group_by: str = "") -> Any:
    """Billed, collected, prior arrears and what was given up in the period and (`before_…`) in the one before.

    One dict, or one for each group with its `key`. Four queries, however much there is.
    """
    found: dict[Any, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(NAMES, ZERO))
    for rows, sums, through in _collection_queries(span):
        if not group_by:
            answers: Iterable[dict[str, Any]] = [rows.aggregate(**sums) | {"key": ""}]
        else:
            answers = rows.values(key=F(through + GROUPS[group_by])).annotate(**sums)
        for answer in answers:
            row = found[answer.pop("key")]
            for name, amount in answer.items():
                row[name] += round_money(amount or ZERO)
    for row in found.values():
        for prefix in ("", "before_"):
            row[f"{prefix}prior"] -= row.pop(f"{prefix}prior_settled")
    if not group_by:
        return found[""]
    kept = [{"key": key, **row} for key, row in found.items() if any(row.values())]
    return sorted(kept, key=lambda row: (row["key"] is None, str(row["key"])))


OF_ONE = ("billed", "paid", "prior", "prior_settled", "prior_paid", "written_off")
NAMES = [prefix + name for prefix in ("", "before_") for name in OF_ONE]


def _collection_queries(span: Span) -> list[tuple[QuerySet[Any], dict[str, Sum], str]]:
    """(rows, sums, where the line is from there)."""
    before = span.before
    both = (("", span), ("before_", before))
    issued = {prefix: Q(bill__issued_on__gte=s.first, bill__issued_on__lte=s.last) for prefix, s in both}
    new = Q(bill__issued_on__gte=before.first, bill__issued_on__lte=span.last)
    # Whatever was settled before both periods began owes nothing in either.
    since = Allocation.objects.filter(bill=OuterRef("bill"), on__gte=before.first, line__isnull=False)
    old = Q(bill__status__in=(Bill.Status.OPEN, Bill.Status.PART_PAID)) | Q(Exists(since))
    earlier = {prefix: Q(bill__issued_on__lt=s.first) for prefix, s in both}
    within = {prefix: Q(on__gte=s.first, on__lte=s.last) for prefix, s in both}
    by_payment = Q(payment__isnull=False)
    sums_of_old: dict[str, Sum] = {}
    for prefix, s in both:
        sums_of_old |= {
            f"{prefix}prior_settled": _sum(SIGNED, earlier[prefix] & Q(on__lt=s.first)),
            f"{prefix}prior_paid": _sum(SIGNED, earlier[prefix] & within[prefix] & by_payment),
        }
    sums_of_new = {f"{p}paid": _sum(SIGNED, issued[p] & Q(on__lte=s.last) & by_payment) for p, s in both}
    given_up = {f"{p}written_off": _sum(SIGNED, within[p] & Q(write_off__isnull=False)) for p, _s in both}
    prior_lines = span.lines().filter(old, bill__issued_on__lt=span.first)
    prior_parts = span.allocations().filter(old, bill__issued_on__lt=span.first)
    return [
        (span.lines().filter(new), {f"{p}billed": _sum("amount", issued[p]) for p, _s in both}, ""),
        (span.allocations().filter(new | Q(on__gte=before.first)), sums_of_new | given_up, "line__"),
        (prior_lines, {f"{p}prior": _sum("amount", earlier[p]) for p, _s in both}, ""),
        (prior_parts, sums_of_old, "line__"),
    ]


def rate_of(part: Decimal, whole: Decimal) -> float | None:
    """In per cent with one decimal; None where there is nothing to divide by."""
    return round(float(100 * part / whole), 1) if whole else None


# --- ageing -----------------------------------------------------------------------------------------------------------


def age_of(on: date) -> Case:
    """The age of a bill on a day as the upper end of its row; 0 beyond the last."""
    whens = [
        When(
            bill__due_on__gte=on - timedelta(days=upper),
            bill__due_on__lt=on - timedelta(days=lower),
            then=upper,
        )
        for lower, upper in pairwise([0, *AGES])
    ]
    return Case(*whens, default=0)


def ageing(span: Span, *, group_by: str = "") -> list[dict[str, Any]]:
    """What was past due and unpaid on the span's last day: [{key?, age, amount}], oldest last. Two queries.

    `age` is the upper end of its row in days, 0 for whatever is older.
    """
    keys = ["age", *(["key"] if group_by else [])]
    owed: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for rows, of, through in (
        (late_lines(span), LINE_OWED, ""),
        # What was settled later was still owed then.
        (_settled_after(span), SIGNED, "line__"),
    ):
        named = {"key": F(through + GROUPS[group_by])} if group_by else {}
        for row in rows.annotate(age=age_of(span.last), **named).values(*keys).annotate(sum=Sum(of)):
            owed[tuple(row[key] for key in keys)] += round_money(row["sum"] or ZERO)
    order = {age: n for n, age in enumerate((*AGES, 0))}
    found = [dict(zip(keys, key, strict=True)) | {"amount": amount} for key, amount in owed.items() if amount]
    return sorted(found, key=lambda row: (str(row.get("key", "")), order[row["age"]]))


def late_lines(span: Span) -> QuerySet[BillLine]:
    """Lines of bills that are past due on the span's last day and owe something now."""
    unsettled = (Bill.Status.OPEN, Bill.Status.PART_PAID)
    return span.lines().filter(
        bill__status__in=unsettled, bill__due_on__lt=span.last, bill__issued_on__lte=span.last
    )


def _settled_after(span: Span) -> QuerySet[Allocation]:
    return span.allocations().filter(
        on__gt=span.last, bill__due_on__lt=span.last, bill__issued_on__lte=span.last
    )


def owed_in_all(rows: Iterable[dict[str, Any]]) -> Decimal:
    """The sum of the ages."""
    return sum((row["amount"] for row in rows), ZERO)


# --- collectors -------------------------------------------------------------------------------------------------------


@dataclass
class Collector:
    """What one colleague did at the doors, and what came of it."""

    visits: int = 0
    met: int = 0
    promises: int = 0
    kept: int = 0
    brought_in: Decimal = ZERO


def collectors(span: Span) -> dict[int | None, Collector]:
    """Colleague → visits in the period, promises made then and kept since, and what the units paid after. Three queries."""
    found: dict[int | None, Collector] = defaultdict(Collector)
    doors: dict[int, list[tuple[date, int | None]]] = defaultdict(list)
    zone = ZoneInfo(span.estate.time_zone)
    visits = CollectionVisit.objects.filter(
        estate=span.estate,
        at__gte=datetime.combine(span.first, time.min, zone),
        at__lt=datetime.combine(span.last + DAY, time.min, zone),
    )
    if span.building_id:
        visits = visits.filter(unit__building_id=span.building_id)
    for unit, at, by, met in visits.order_by("at", "id").values_list("unit", "at", "by", "met"):
        doors[unit].append((at.astimezone(zone).date(), by))
        found[by].visits += 1
        found[by].met += met != CollectionVisit.Met.NOBODY
    promises = PaymentPromise.objects.filter(visit__in=visits).order_by()
    for who, outcome in promises.values_list("visit__by", "outcome"):
        found[who].promises += 1
        found[who].kept += outcome == PaymentPromise.Outcome.KEPT
    paid = Payment.objects.filter(
        estate=span.estate, reverses__isnull=True, reversal__isnull=True, unit__in=visits.values("unit"),
        received_on__gte=span.first, received_on__lte=span.last + FOLLOWED,
    )  # fmt: skip
    for unit, on, amount in paid.order_by().values_list("unit", "received_on", "amount"):
        for who in [by for day, by in doors[unit] if day <= on <= day + FOLLOWED][-1:]:
            found[who].brought_in += amount
    return dict(found)


# --- expected cash ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """Seven days from `first`: what falls due, what was promised, what is likely to come."""

    first: date
    due: Decimal
    promised: Decimal
    likely: Decimal


def expected_cash(span: Span, today: date, *, weeks: int = WEEKS) -> list[Week]:
    """The coming weeks, from `today` on; a handful of queries."""
    last = today + timedelta(days=7 * weeks - 1)
    due, promised = [ZERO] * weeks, [ZERO] * weeks
    coming = span.lines().filter(bill__due_on__gte=today, bill__due_on__lte=last)
    for row in coming.values("bill__due_on").annotate(sum=Sum(LINE_OWED)):
        due[(row["bill__due_on"] - today).days // 7] += round_money(row["sum"])
    for day, amount in _promised(span, today, last):
        promised[(day - today).days // 7] += amount
    share = usual_share(span, today)
    return [
        Week(today + timedelta(days=7 * n), due[n], promised[n], round_money(due[n] * share + promised[n]))
        for n in range(weeks)
    ]


def _promised(span: Span, today: date, last: date) -> list[tuple[date, Decimal]]:
    """(day, amount) of open promises: never more than the unit owes; one without an amount is for all that is past due."""
    rows = PaymentPromise.objects.filter(
        estate=span.estate, settled_on__isnull=True, promised_for__gte=today, promised_for__lte=last
    )
    if span.building_id:
        rows = rows.filter(unit__building_id=span.building_id)
    promises = list(rows.values_list("unit", "promised_for", "amount"))
    owed = arrears_of_units([unit for unit, _day, _amount in promises], on=today)
    return [
        (day, min(amount, owed[unit].outstanding) if amount is not None else owed[unit].amount)
        for unit, day, amount in promises
        if unit in owed
    ]


def usual_share(span: Span, today: date) -> Decimal:
    """Of bills that fell due in the half-year that ended 30 days ago, the share paid by 30 days after; 0 without any."""
    ended = today - FOLLOWED
    past = Q(bill__due_on__gte=ended - timedelta(days=183), bill__due_on__lt=ended)
    billed = span.lines().filter(past).aggregate(sum=Sum("amount"))["sum"]
    if not billed:
        return Decimal(0)
    in_time = span.allocations().filter(past, payment__isnull=False, on__lte=F("bill__due_on") + FOLLOWED)
    paid = in_time.aggregate(sum=Sum(SIGNED))["sum"] or ZERO
    return Decimal(paid) / Decimal(billed)


def rows_behind(span: Span, of: str, *, age: int | None = None, item: int | None = None) -> QuerySet[Any]:
    """The bills behind a figure, oldest due first: `late` (of an age) on the last day, or `billed` in the period."""
    if of == "late":
        lines = late_lines(span)
        lines = lines.annotate(age=age_of(span.last)).filter(age=age) if age is not None else lines
    else:
        lines = span.lines().filter(bill__issued_on__gte=span.first, bill__issued_on__lte=span.last)
    lines = lines.filter(charge_item=item) if item else lines
    told = lines.values(
        "bill", "bill__number", "bill__period", "bill__due_on", "bill__unit", "bill__unit__code"
    )
    return told.annotate(total=Sum("amount"), owed=Sum(LINE_OWED)).order_by("bill__due_on", "bill")
