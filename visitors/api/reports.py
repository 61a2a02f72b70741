"""The report of visitors: the very figures of the dashboard, as numbers."""

from datetime import date, datetime
from typing import Any

from helpdesk.estates.models import Estate
from helpdesk.staff.reports import ReportView
from visitors.figures import GROUPINGS, VisitSpan, visit_figures


class VisitorsView(ReportView):
    """Visits, people, refusals, no-shows and the mean stay, in the period and the one before."""

    groupings = GROUPINGS

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> VisitSpan:
        return VisitSpan(estate, first, last)

    def figures(self, scope: VisitSpan, at: datetime, group_by: str) -> Any:
        return visit_figures(scope, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        return row
