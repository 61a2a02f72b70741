"""The figures of the fees: collection rate, ageing, collectors, expected cash; the rows behind them, and files."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from billing import figures
from billing.figure_tables import TABLES, age_words, names_of
from billing.figures import DEFINITIONS, ZERO, rate_of
from billing.forms.figures import PERIODS, FiguresForm, RowsForm
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from helpdesk.lib.sheets import FORMATS, as_file
from helpdesk.staff.access import needs, require_here

LISTED = 200


class Question:
    """What the address asks, with the words and addresses that every part of the page needs."""

    def __init__(self, request: HttpRequest, permission: str = "billing.figures") -> None:
        require_here(request, permission)
        self.estate: Estate = request.estate  # type: ignore[attr-defined]
        self.today = local(self.estate, timezone.now()).date()
        self.form = FiguresForm(request.GET, estate=self.estate, today=self.today)
        self.period, self.span = self.form.span()
        self.may_open = request.user.may("billing.view", self.estate.pk)  # type: ignore[union-attr]

    def money(self, amount: Decimal) -> str:
        return show_money(amount, self.estate.currency)

    def query(self, **more: Any) -> str:
        """The same question as an address, with some of it changed."""
        asked: dict[str, Any] = {"building": self.span.building_id or ""}
        if self.period:
            asked["period"] = self.period
        else:
            asked |= {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()}
        query = QueryDict(mutable=True)
        query.update({key: str(value) for key, value in (asked | more).items() if value not in ("", None)})
        return "?" + query.urlencode()

    def rows(self, of: str, **more: Any) -> str:
        """Where the rows of a figure stand; nowhere for who may not open bills, or for debts of a day gone by."""
        if not self.may_open or (of == "late" and self.span.last != self.today):
            return ""
        return reverse("fee_figure_rows") + self.query(of=of, **more)


@require_safe
@needs("billing.figures")
def fee_figures(request: HttpRequest) -> HttpResponse:
    """Rates with the change against the period before, arrears by age, what collectors brought, what is to come."""
    asked = Question(request)
    total = figures.collection_figures(asked.span)
    ages = figures.ageing(asked.span)
    weeks = figures.expected_cash(asked.span, asked.today)
    context = {
        "span": asked.span,
        "form": asked.form,
        "periods": [
            {"label": label, "url": asked.query(**_of_period(key)), "active": key == asked.period}
            for key, label in PERIODS.items()
        ],
        "kpis": _tiles(asked, total, ages, weeks),
        "items": _rates(asked, "item"),
        "buildings": _rates(asked, "building"),
        "ages": _ages(asked, ages),
        "age_table": _age_table(asked),
        "collectors": _collectors(asked),
        "weeks": _weeks(asked, weeks),
        "files": {
            what: [
                (kind, reverse("fee_figures_export") + asked.query(what=what, format=kind))
                for kind in FORMATS
            ]
            for what in TABLES
        },
        "definitions": DEFINITIONS,
    }
    return render(request, "billing/fee_figures.html", context)


def _of_period(key: str) -> dict[str, str]:
    return {"period": key, "from": "", "to": ""}


@require_safe
@needs("billing.view")
def fee_figure_rows(request: HttpRequest) -> HttpResponse:
    """The bills behind a figure, the oldest first."""
    asked = Question(request, "billing.view")
    data = _behind(request, asked, request.GET.get("of", "late"))
    item = data["item"].pk if data["item"] else None
    found = list(figures.rows_behind(asked.span, data["of"], age=data["age"], item=item)[: LISTED + 1])
    told = {"age": data["age"] if data["age"] is not None else "", "item": item or ""}
    context = {
        "span": asked.span,
        "is_late": data["of"] == "late",
        "narrowed": [word for word in (_age(data["age"]), str(data["item"] or "")) if word],
        "rows": [_row(asked, row) for row in found[:LISTED]],
        "more": len(found) > LISTED,
        "total": asked.money(
            sum((row["owed" if data["of"] == "late" else "total"] for row in found[:LISTED]), ZERO)
        ),
        "files": [
            (kind, reverse("fee_figures_export") + asked.query(what=data["of"], format=kind, **told))
            for kind in FORMATS
        ],
        "crumbs": [
            {"label": _("Figures"), "url": reverse("fee_figures") + asked.query()},
            {"label": _("Past due") if data["of"] == "late" else _("Billed")},
        ],
    }
    return render(request, "billing/fee_figure_rows.html", context)


@require_safe
@needs("billing.figures")
def fee_figures_export(request: HttpRequest) -> HttpResponseBase:
    """One of the tables, or the bills behind it, as CSV or XLSX."""
    asked = Question(request)
    what, kind = request.GET.get("what", "item"), request.GET.get("format", "csv")
    if kind not in FORMATS:
        raise Http404
    name = f"fees-{what}-{asked.span.first}-{asked.span.last}"
    if what in TABLES:
        header, rows = TABLES[what](asked.span, asked.today)
        return as_file(name, kind, [str(word) for word in header], rows)
    require_here(request, "billing.view")
    data = _behind(request, asked, what)
    behind = figures.rows_behind(
        asked.span, what, age=data["age"], item=data["item"].pk if data["item"] else None
    )
    header = [_("Unit"), _("Bill"), _("Period"), _("Due on"), _("Total"), pgettext("an amount", "Open")]
    rows = (
        [
            r["bill__unit__code"],
            r["bill__number"],
            r["bill__period"],
            r["bill__due_on"].isoformat(),
            r["total"],
            r["owed"],
        ]
        for r in behind.iterator(chunk_size=2000)
    )
    return as_file(name, kind, header, rows)


def _behind(request: HttpRequest, asked: Question, of: str) -> dict[str, Any]:
    """Which bills; 404 for an age or item that there is not."""
    asks = request.GET.copy()
    asks["of"] = of
    form = RowsForm(asks, estate=asked.estate)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


# --- the parts of the page --------------------------------------------------------------------------------------------


def _tiles(
    asked: Question, total: dict[str, Decimal], ages: list[dict[str, Any]], weeks: list[figures.Week]
) -> list[dict[str, Any]]:
    before = {name: total[f"before_{name}"] for name in figures.OF_ONE if f"before_{name}" in total}
    month = [week for week in weeks if (week.first - asked.today).days < 28]
    owed = figures.owed_in_all(ages)
    return [
        _share(
            "rate",
            _("Collection rate"),
            (total["paid"], total["billed"]),
            (before["paid"], before["billed"]),
            asked,
        )
        | {"url": asked.rows("billed")},
        _share(
            "prior",
            _("Of prior arrears"),
            (total["prior_paid"], total["prior"]),
            (before["prior_paid"], before["prior"]),
            asked,
        ),
        {
            "label": _("Past due"),
            "figure": asked.money(owed),
            "definition": DEFINITIONS["owed"],
            "base": _("%(amount)s given up in the period") % {"amount": asked.money(total["written_off"])},
            "url": asked.rows("late") if owed else "",
        },
        {
            "label": _("Likely within four weeks"),
            "figure": asked.money(sum((week.likely for week in month), ZERO)),
            "definition": DEFINITIONS["expected"],
            "base": _("%(amount)s fall due")
            % {"amount": asked.money(sum((week.due for week in month), ZERO))},
        },
    ]


def _share(
    name: str, label: str, now: tuple[Decimal, Decimal], before: tuple[Decimal, Decimal], asked: Question
) -> dict[str, Any]:
    """A tile of a share of a hundred, with what it is made of and the points since the period before."""
    share, old = rate_of(*now), rate_of(*before)
    shown: dict[str, Any] = {
        "label": label,
        "figure": "–" if share is None else number_format(share, 1),
        "unit": "" if share is None else "%",
        "definition": DEFINITIONS[name],
        "base": _("%(part)s of %(whole)s") % {"part": asked.money(now[0]), "whole": asked.money(now[1])},
    }
    if share is None or old is None:
        return shown
    points = round(share - old, 1)
    if not points:
        return shown | {"change": _("unchanged"), "direction": ""}
    words = _("%(points)s pt higher") if points > 0 else _("%(points)s pt lower")
    said = {"change": words % {"points": number_format(abs(points), 1)}}
    return shown | said | {"direction": "up" if points > 0 else "down", "good": points > 0}


def _rates(asked: Question, group_by: str) -> list[dict[str, Any]]:
    """A row for each item or building: billed, collected, and the same of prior arrears."""
    rows = figures.collection_figures(asked.span, group_by=group_by)
    names = _named(asked, group_by)
    most = max((row["billed"] for row in rows), default=ZERO) or Decimal(1)
    return [
        {
            "name": names.get(row["key"], "–"),
            "url": asked.rows("billed", **{group_by: row["key"]}) if row["billed"] else "",
            "billed": asked.money(row["billed"]),
            "paid": asked.money(row["paid"]),
            "rate": _percent(row["paid"], row["billed"]),
            "prior": asked.money(row["prior"]),
            "prior_paid": asked.money(row["prior_paid"]),
            "prior_rate": _percent(row["prior_paid"], row["prior"]),
            "width": round(float(100 * row["billed"] / most), 1),
            "filled": round(float(100 * row["paid"] / most), 1),
        }
        for row in rows
        if row["billed"] or row["prior"]
    ]


def _named(asked: Question, group_by: str) -> dict[Any, str]:
    """Names of the rows; a bare code would not say that it is a building's."""
    names = names_of(asked.estate, group_by)
    if group_by != "building":
        return names
    return {key: _("Building %(code)s") % {"code": name} for key, name in names.items()}


def _percent(part: Decimal, whole: Decimal) -> str:
    share = rate_of(part, whole)
    return "–" if share is None else f"{number_format(share, 1)}%"


def _ages(asked: Question, ages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A bar for each age, also where nothing is owed."""
    owed = {row["age"]: row["amount"] for row in ages}
    whole = figures.owed_in_all(ages)
    most = max(owed.values(), default=ZERO) or Decimal(1)
    return [
        {
            "words": age_words(age),
            "age": age,
            "amount": asked.money(owed.get(age, ZERO)),
            "share": _percent(owed.get(age, ZERO), whole),
            "width": round(float(100 * owed.get(age, ZERO) / most), 1),
            "url": asked.rows("late", age=age) if owed.get(age) else "",
        }
        for age in (*figures.AGES, 0)
    ]


def _age_table(asked: Question) -> list[dict[str, Any]]:
    """Buildings × ages."""
    names = _named(asked, "building")
    table: dict[Any, dict[int, Decimal]] = {}
    for row in figures.ageing(asked.span, group_by="building"):
        table.setdefault(row["key"], {})[row["age"]] = row["amount"]
    return [
        {
            "name": names.get(key, "–"),
            "amounts": [asked.money(owed[age]) if age in owed else "–" for age in (*figures.AGES, 0)],
            "sum": asked.money(sum(owed.values(), ZERO)),
            "url": asked.rows("late", building=key),
        }
        for key, owed in table.items()
    ]


def _collectors(asked: Question) -> list[dict[str, Any]]:
    found = figures.collectors(asked.span)
    names = names_of(asked.estate, "collector", found)
    rows = sorted(found.items(), key=lambda pair: -pair[1].brought_in)
    return [
        {"name": names.get(pk, "–"), "told": told, "brought_in": asked.money(told.brought_in)}
        for pk, told in rows
    ]


def _weeks(asked: Question, weeks: list[figures.Week]) -> list[dict[str, Any]]:
    most = max((max(week.due, week.likely) for week in weeks), default=ZERO) or Decimal(1)
    return [
        {
            "first": week.first,
            "due": asked.money(week.due),
            "promised": asked.money(week.promised),
            "likely": asked.money(week.likely),
            "width": round(float(100 * week.due / most), 1),
            "filled": round(float(100 * week.likely / most), 1),
        }
        for week in weeks
    ]


def _age(age: int | None) -> str:
    return "" if age is None else age_words(age)


def _row(asked: Question, row: dict[str, Any]) -> dict[str, Any]:
    due: date = row["bill__due_on"]
    return {
        "unit": row["bill__unit__code"],
        "account": reverse("unit_account", args=[row["bill__unit"]]),
        "number": row["bill__number"],
        "bill": reverse("bill_detail", args=[row["bill"]]),
        "period": row["bill__period"],
        "due_on": due,
        "days": max((asked.span.last - due).days, 0),
        "total": asked.money(row["total"]),
        "owed": asked.money(row["owed"]),
    }
