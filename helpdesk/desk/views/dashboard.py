"""The dashboard: what a manager looks at once a day."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from billing.figures import Span
from helpdesk.desk.dashboard import charts
from helpdesk.desk.dashboard.asked import PERIODS, Asked, asked, encoded, offered
from helpdesk.desk.dashboard.words import Tile, fee_tiles, record_tile, tiles, visit_tiles
from helpdesk.staff.access import needs
from residents.completeness import completeness_of
from tickets.models import ComplaintClass, Finding, Priority
from tickets.period_figures import (
    DEFINITIONS,
    calls_by_hour,
    follow_up_figures,
    load_by_department,
    new_by_day,
    spans,
    steps_not_needed,
    ticket_figures,
)
from visitors.figures import VisitSpan

VISITS = {"follow_ups", "visits_due", "visits_late"}
CLASSES = [*ComplaintClass.choices, ("", gettext_lazy("Not judged"))]


@require_GET
@needs("reports.view")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures of a period with the change against the one before, and the rows behind them."""
    at = timezone.now()
    question = asked(request, at)
    scope = question.scope
    counts = ticket_figures(scope, at)
    visits = follow_up_figures(scope, at)
    answers, resolutions = spans(scope, "responded_at"), spans(scope, "resolved_at")
    departments = load_by_department(scope, at)
    links = Links(question, request)
    steps = steps_not_needed(scope)
    context = {
        "asked": question,
        "filters": filters_of(question, offered(departments, scope)),
        "kpis": tiles(counts, visits, (answers, resolutions), links.of)
        + visitors(question, request)
        + money(question, request)
        + records(question, request),
        "classes": classes_of(counts, links),
        "by_day": charts.stacked(question.days, new_by_day(scope), [key for key, _word in CLASSES]),
        "class_words": [{"key": key or "none", "label": word} for key, word in CLASSES],
        "load": charts.bars(
            [
                (str(d), d.open_now, d.late_now, *links.load(d.pk))  # type: ignore[attr-defined]
                for d in offered(departments, scope)
            ]
        ),
        "heat": charts.heat(calls_by_hour(scope), [str(WEEKDAYS_ABBR[n]) for n in range(7)]),
        "times": charts.dumbbells(
            resolutions, [("", _("All")), *((key, str(word)) for key, word in Priority.choices)]
        ),
        "findings": [
            (str(word), counts[f"found_{key or 'none'}"])
            for key, word in (*Finding.choices, ("", _("Not yet")))
        ],
        "steps": steps,
        "definitions": DEFINITIONS,
    }
    return render(request, "desk/dashboard.html", context)


def visitors(question: Asked, request: HttpRequest) -> list[Tile]:
    """The tile of visitors; they belong to no department's figures."""
    scope = question.scope
    if scope.department_id or scope.narrowed:
        return []
    here = request.estate is not None and request.estate.pk == scope.estate.pk  # type: ignore[attr-defined]
    opens = here and scope.user.may("visits.view", scope.estate.pk)
    span = VisitSpan(scope.estate, question.first, question.last, scope.building_id)
    asks = {"came_from": question.first, "came_to": question.last}
    return visit_tiles(span, reverse("visit_list") + encoded(asks) if opens else "")


def money(question: Asked, request: HttpRequest) -> list[Tile]:
    """The fees' tiles for who may see them; no department has any."""
    scope = question.scope
    if not scope.user.may("billing.figures", scope.estate.pk) or scope.department_id:
        return []
    here = request.estate is not None and request.estate.pk == scope.estate.pk  # type: ignore[attr-defined]
    asks = {"from": question.first, "to": question.last, "building": scope.building_id or ""}
    return fee_tiles(
        Span(scope.estate, question.first, question.last, scope.building_id),
        reverse("fee_figures") + encoded(asks) if here else "",
    )


def records(question: Asked, request: HttpRequest) -> list[Tile]:
    """How complete the records of the estate's units are today; they belong to no department's figures."""
    scope = question.scope
    if scope.department_id or scope.narrowed:
        return []
    here = request.estate is not None and request.estate.pk == scope.estate.pk  # type: ignore[attr-defined]
    opens = here and scope.user.may("residents.view", scope.estate.pk)
    figure = completeness_of(scope.estate, timezone.localdate(), building_id=scope.building_id)
    url = reverse("record_gaps") + encoded({"building": scope.building_id or ""})
    return [record_tile(figure, url if opens else "")]


class Links:
    """Addresses of the rows behind the figures; empty where this person or the other estate has no list to open."""

    def __init__(self, question: Asked, request: HttpRequest) -> None:
        self.question = question
        estate = question.scope.estate
        here = request.estate is not None and request.estate.pk == estate.pk  # type: ignore[attr-defined]
        self.may_open = here and question.scope.user.may("tickets.view", estate.pk)

    def list(self, **filters: Any) -> str:
        if not self.may_open:
            return ""
        return reverse("ticket_list") + self.question.tickets(**filters)

    def taken(self, **filters: Any) -> str:
        """Tickets taken in the period."""
        return self.list(status="all", taken_from=self.question.first, taken_to=self.question.last, **filters)

    def load(self, department: int) -> tuple[str, str]:
        """What is open in a department, and what of it is late."""
        return self.list(status="open", department=department), self.list(late="on", department=department)

    def visits(self, figure: str) -> str:
        """Follow-up visits: those due in the period, those due now, those late."""
        if not self.may_open:
            return ""
        period = {"due_from": self.question.first, "due_to": self.question.last}
        asks = {"follow_ups": period, "visits_due": {"due": "on"}, "visits_late": {"late": "on"}}
        return reverse("follow_up_table") + self.question.tickets(**asks[figure])

    def of(self, figure: str) -> str:
        if figure == "new":
            return self.taken()
        if figure in VISITS:
            return self.visits(figure)
        return self.list(late="on") if figure == "overdue" else self.list(status="open")


def classes_of(counts: dict[str, int], links: Links) -> list[dict[str, Any]]:
    """New and open by class, each leading to its rows."""
    rows = []
    for key, word in CLASSES:
        name, of = key or "none", {"class": key or "none"}
        rows.append(
            {
                "key": name,
                "label": word,
                "new": counts[f"new_{name}"],
                "before": counts[f"before_new_{name}"],
                "open": counts[f"open_{name}"],
                "new_url": links.taken(**of),
                "open_url": links.list(status="open", **of),
            }
        )
    return rows


def filters_of(question: Asked, departments: list[Any]) -> dict[str, Any]:
    """The controls above the figures: periods as a segmented row, the rest as one form."""
    scope = question.scope
    return {
        "periods": [
            {"label": str(word), "url": question.query(period=key), "active": key == question.period}
            for key, word in PERIODS.items()
        ],
        "estates": question.estates,
        "buildings": question.buildings,
        "departments": departments,
        "estate": scope.estate.pk,
        "building": scope.building_id,
        "department": scope.department_id,
        "period": question.period,
    }
