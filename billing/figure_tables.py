"""The figures of the fees as tables for a spreadsheet: numbers stay numbers."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing import figures
from billing.figures import AGES, ZERO, Span
from billing.models import ChargeItem
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Building

Table = tuple[Sequence[str], list[list[Any]]]


def age_words(age: int) -> str:
    """1–30 days, 31–60 days …; 0 is whatever is older than the last age."""
    if not age:
        return ngettext("more than %(days)d day", "more than %(days)d days", AGES[-1]) % {"days": AGES[-1]}
    at = AGES.index(age)
    first = (AGES[at - 1] if at else 0) + 1
    return _("%(first)d–%(last)d days") % {"first": first, "last": age}


def names_of(estate: Estate, group_by: str, ids: Iterable[Any] = ()) -> dict[Any, str]:
    """Key of a group → what people call it, in one query."""
    if group_by == "item":
        return {item.pk: str(item) for item in ChargeItem.objects.filter(estate=estate)}
    if group_by == "building":
        return dict(Building.objects.filter(estate=estate).values_list("pk", "code"))
    return {user.pk: user.name for user in User.objects.filter(pk__in=[pk for pk in ids if pk])}


def _rates(span: Span, group_by: str) -> Table:
    names = names_of(span.estate, group_by)
    header = [
        _("Item") if group_by == "item" else _("Building"), _("Billed"), pgettext("money", "Collected"), _("Per cent"),
        _("Prior arrears"), _("Collected of them"), _("Per cent"), _("Written off"),
    ]  # fmt: skip
    rows = [
        [
            names.get(row["key"], "–"), row["billed"], row["paid"], figures.rate_of(row["paid"], row["billed"]),
            row["prior"], row["prior_paid"], figures.rate_of(row["prior_paid"], row["prior"]), row["written_off"],
        ]
        for row in figures.collection_figures(span, group_by=group_by)
    ]  # fmt: skip
    return header, rows


def _ageing(span: Span) -> Table:
    names = names_of(span.estate, "building")
    table: dict[Any, dict[int, Decimal]] = {}
    for row in figures.ageing(span, group_by="building"):
        table.setdefault(row["key"], {})[row["age"]] = row["amount"]
    header = [_("Building"), *(age_words(age) for age in (*AGES, 0)), _("Sum")]
    rows = [
        [names.get(key, "–"), *(owed.get(age, ZERO) for age in (*AGES, 0)), sum(owed.values(), ZERO)]
        for key, owed in table.items()
    ]
    return header, rows


def _collectors(span: Span) -> Table:
    found = figures.collectors(span)
    names = names_of(span.estate, "collector", found)
    header = [_("Colleague"), _("Visits"), _("Met somebody"), _("Promises"), _("Kept"), _("Brought in")]
    rows = [
        [names.get(pk, "–"), told.visits, told.met, told.promises, told.kept, told.brought_in]
        for pk, told in found.items()
    ]
    return header, rows


def _expected(span: Span, today: date) -> Table:
    header = [_("Week from"), _("Falls due"), _("Promised"), _("Likely")]
    weeks = figures.expected_cash(span, today)
    return header, [[week.first.isoformat(), week.due, week.promised, week.likely] for week in weeks]


TABLES: dict[str, Callable[[Span, date], Table]] = {
    "item": lambda span, today: _rates(span, "item"),
    "building": lambda span, today: _rates(span, "building"),
    "ageing": lambda span, today: _ageing(span),
    "collector": lambda span, today: _collectors(span),
    "expected": _expected,
}
