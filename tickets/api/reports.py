"""Reports: the very figures of the dashboard, as numbers."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.staff.reports import ReportView
from tickets.period_figures import Scope, follow_up_figures, share, spans, ticket_figures

OF_TICKETS = {
    "class": "complaint_class",
    "topic": "topic",
    "priority": "priority",
    "department": "department_id",
    "building": "unit__building_id",
}
OF_VISITS = {"class": "ticket__complaint_class", "department": "ticket__department_id", "outcome": "outcome"}


class TicketReportView(ReportView):
    """A report about tickets: as far as the role sees them."""

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Scope:
        zone, midnight = local(estate, timezone.now()).tzinfo, datetime.min.time()
        since = datetime.combine(first, midnight, zone)
        return Scope(user, estate, since, datetime.combine(last + timedelta(days=1), midnight, zone))


class ComplaintsView(TicketReportView):
    """Tickets by class, open and overdue ones, conversion, findings."""

    groupings = OF_TICKETS

    def figures(self, scope: Scope, at: datetime, group_by: str) -> Any:
        return ticket_figures(scope, at, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        return row | {
            "conversion_rate": share(row["converted"], row["grumbles"]),
            "before_conversion_rate": share(row["before_converted"], row["before_grumbles"]),
        }


class TimelinessView(TicketReportView):
    """Answers and resolutions in time, with median and 90th percentile in seconds."""

    groupings = OF_TICKETS

    def figures(self, scope: Scope, at: datetime, group_by: str) -> Any:
        return ticket_figures(scope, at, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        names = ("answered", "answered_in_time", "resolved", "resolved_in_time")
        kept = {p + name: row[p + name] for p in ("", "before_") for name in names}
        return kept | {
            "answered_in_time_rate": share(row["answered_in_time"], row["answered"]),
            "resolved_in_time_rate": share(row["resolved_in_time"], row["resolved"]),
            "overdue": row["overdue"],
        }

    def more(self, scope: Scope) -> dict[str, Any]:
        told = {}
        for name, end in (("response", "responded_at"), ("resolution", "resolved_at")):
            span = spans(scope, end).get("", {})
            for mark in ("median", "p90"):
                told[f"{name}_{mark}_seconds"] = span[mark].total_seconds() if mark in span else None
        return told


class FollowUpsView(TicketReportView):
    """Coverage, timeliness and satisfaction of follow-up visits."""

    groupings = OF_VISITS

    def figures(self, scope: Scope, at: datetime, group_by: str) -> Any:
        return follow_up_figures(scope, at, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        return row | {
            "coverage_rate": share(row["asked"], row["planned"]),
            "on_time_rate": share(row["on_time"], row["planned"]),
            "satisfaction_rate": share(row["satisfied"], row["asked"]),
        }
