"""The figures as the tiles show them: with the change against the period before, in words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import figures
from helpdesk.lib.money import show_money
from helpdesk.lib.spans import in_short
from residents.completeness import Completeness
from tickets.period_figures import DEFINITIONS, share
from visitors.figures import DEFINITIONS as VISITS
from visitors.figures import VisitSpan, visit_figures

Tile = dict[str, Any]


MONEY = {"collection": "rate", "prior": "prior", "owed": "owed"}
RECORDS = {
    "records": gettext_lazy(
        "Units with a telephone number that works, of all units that should have a household, as of today."
    )
}
WHY = DEFINITIONS | VISITS | RECORDS | {name: figures.DEFINITIONS[key] for name, key in MONEY.items()}


def tile(name: str, label: str, figure: str, **more: Any) -> Tile:
    return {"label": label, "figure": figure, "definition": str(WHY[name])} | more


def percent_tile(name: str, label: str, now: float | None, before: float | None, **more: Any) -> Tile:
    """A share of a hundred; `more_is_good` False where a rise is bad."""
    up_is_good = more.pop("up_is_good", True)
    if now is None:
        return tile(name, label, "–", **more)
    shown = tile(name, label, number_format(now, 1), unit="%", **more)
    if before is None:
        return shown
    points = round(now - before, 1)
    if not points:
        return shown | {"change": _("unchanged"), "direction": ""}
    words = _("%(points)s pt higher") if points > 0 else _("%(points)s pt lower")
    return shown | {
        "change": words % {"points": number_format(abs(points), 1)},
        "direction": "up" if points > 0 else "down",
        "good": (points > 0) == up_is_good,
    }


def count_change(now: int, before: int) -> Tile:
    """By how much more or less; neither is good or bad in itself."""
    if not before:
        return {}
    percent = round(100 * (now - before) / before)
    if not percent:
        return {"change": _("unchanged"), "direction": ""}
    words = _("%(percent)s%% more") if percent > 0 else _("%(percent)s%% fewer")
    return {"change": words % {"percent": abs(percent)}, "direction": "up" if percent > 0 else "down"}


def tiles(
    t: dict[str, int],
    v: dict[str, Any],
    spans: tuple[dict[str, dict[str, timedelta]], dict[str, dict[str, timedelta]]],
    url: Callable[[str], str],
) -> list[Tile]:
    """Tickets `t`, visits `v`, spans of answers and resolutions; `url` leads to the rows of a figure, or nowhere."""
    answers, resolutions = (found.get("", {}) for found in spans)
    return [
        tile(
            "new", _("New tickets"), str(t["new"]), url=url("new"), **count_change(t["new"], t["before_new"]),
            base=_("%(before)s before") % {"before": t["before_new"]},
        ),
        tile(
            "open", _("Open now"), str(t["open"]), url=url("open"),
            base=_("%(new)s not judged yet") % {"new": t["open_none"]},
        ),
        tile("overdue", _("Overdue now"), str(t["overdue"]), url=url("overdue")),
        percent_tile(
            "conversion", _("Conversion rate"), share(t["converted"], t["grumbles"]),
            share(t["before_converted"], t["before_grumbles"]), up_is_good=False,
            base=_("%(n)s of %(all)s became valid") % {"n": t["converted"], "all": t["grumbles"]},
        ),
        percent_tile(
            "response", _("Answered in time"), share(t["answered_in_time"], t["answered"]),
            share(t["before_answered_in_time"], t["before_answered"]), base=_spread(answers),
        ),
        percent_tile(
            "resolution", _("Resolved in time"), share(t["resolved_in_time"], t["resolved"]),
            share(t["before_resolved_in_time"], t["before_resolved"]), base=_spread(resolutions),
        ),
        percent_tile(
            "coverage", _("Follow-up coverage"), share(v["asked"], v["planned"]),
            share(v["before_asked"], v["before_planned"]), url=url("follow_ups"),
            links=[
                {"label": _("%(count)s due now") % {"count": v["due"]}, "url": url("visits_due")},
                {"label": _("%(count)s late") % {"count": v["late"]}, "url": url("visits_late")},
            ],
        ),
        percent_tile(
            "satisfaction", _("Satisfied"), share(v["satisfied"], v["asked"]),
            share(v["before_satisfied"], v["before_asked"]),
            base=_("%(score)s of 5") % {"score": number_format(v["mean_score"], 1)} if v["mean_score"] else "",
        ),
    ]  # fmt: skip


def record_tile(figure: Completeness, url: str) -> Tile:
    """Share of units with a telephone number that works, and how many gaps there are to fill."""
    lacking = sum(figure.gaps.values())
    base = _("%(n)s of %(all)s units, %(gaps)s gaps") % {
        "n": figure.reachable,
        "all": figure.units,
        "gaps": lacking,
    }
    return percent_tile("records", _("Records complete"), figure.percent, None, url=url, base=base)


def fee_tiles(span: figures.Span, url: str) -> list[Tile]:
    """Collection rate, prior arrears and what is past due: six queries; `url` leads to the page of these figures."""
    found = figures.collection_figures(span)
    owed = figures.owed_in_all(figures.ageing(span))

    def money(amount: Any) -> str:
        return show_money(amount, span.estate.currency)

    def share(name: str, label: str, part: str, whole: str) -> Tile:
        now = figures.rate_of(found[part], found[whole])
        before = figures.rate_of(found[f"before_{part}"], found[f"before_{whole}"])
        base = _("%(part)s of %(whole)s") % {"part": money(found[part]), "whole": money(found[whole])}
        return percent_tile(name, label, now, before, url=url, base=base)

    return [
        share("collection", _("Collection rate"), "paid", "billed"),
        share("prior", _("Of prior arrears"), "prior_paid", "prior"),
        tile("owed", _("Past due"), money(owed), url=url),
    ]


def visit_tiles(span: VisitSpan, url: str) -> list[Tile]:
    """Who came, how long they stayed, who was refused or did not come: one query."""
    found = visit_figures(span)
    stay = found["mean_stay_seconds"]
    words = {"refused": found["refused"], "no_shows": found["no_shows"]}
    base = _("%(refused)s refused, %(no_shows)s did not come") % words
    if stay is not None:
        base = _("%(stay)s on average, %(rest)s") % {"stay": in_short(timedelta(seconds=stay)), "rest": base}
    change = count_change(found["visits"], found["before_visits"])
    return [tile("visits", _("Visitors"), number_format(found["visits"]), url=url, base=base, **change)]


def _spread(span: dict[str, timedelta]) -> str:
    if "median" not in span or "p90" not in span:
        return ""
    return _("median %(median)s, p90 %(p90)s") % {
        "median": in_short(span["median"]),
        "p90": in_short(span["p90"]),
    }
