"""Figures of visitors in a period: counted by the database, defined once, here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from visitors.models import Visit

S = Visit.Status
DEFINITIONS = {
    "visits": _("Visits checked in in the period, whether announced or not."),
    "refused": _("Visitors not admitted in the period."),
    "no_shows": _("Visitors expected in the period who did not come."),
    "mean_stay": _("From check-in to check-out, of the visits checked in in the period that are over."),
}
# Of a walk-in; two clocks read one after the other differ by less.
ONE_MOMENT = timedelta(seconds=5)
GROUPINGS = {
    "day": "day",
    "kind": "kind",
    "purpose": "purpose",
    "department": "department_id",
    "building": "unit__building_id",
}


@dataclass(frozen=True)
class VisitSpan:
    """Which estate, from its first day to its last, both within; of one building where it is named."""

    estate: Estate
    first: date
    last: date
    building_id: int | None = None

    @property
    def moments(self) -> tuple[datetime, datetime]:
        zone, midnight = ZoneInfo(self.estate.time_zone), datetime.min.time()
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, midnight, zone), datetime.combine(after, midnight, zone)

    @property
    def before(self) -> "VisitSpan":
        """The period just before, as long."""
        days = (self.last - self.first) + timedelta(days=1)
        return VisitSpan(self.estate, self.first - days, self.last - days, self.building_id)


def visit_figures(span: VisitSpan, *, group_by: str = "") -> Any:
    """Counts and the mean stay in seconds (None where nobody has left), with `before_…` for the period before.

    Of one group by each value of `group_by` (a column of GROUPINGS), or of all together.
    """
    begins, ends = span.moments
    earlier = span.before.moments[0]
    zone = ZoneInfo(span.estate.time_zone)
    # A visit counts on the day it came; who did not come on the day that was meant; a refusal on its own.
    moment = Coalesce("arrived_at", "refused_at", "expected_at", "created_at")
    rows = Visit.objects.filter(estate=span.estate).annotate(moment=moment).order_by()
    rows = rows.filter(moment__gte=earlier, moment__lt=ends)
    if span.building_id:
        rows = rows.filter(unit__building_id=span.building_id)
    now = _counts(Q(moment__gte=begins, moment__lt=ends), "")
    then = _counts(Q(moment__gte=earlier, moment__lt=begins), "before_")
    if not group_by:
        return _told(rows.aggregate(**now, **then))
    if group_by == "day":
        rows = rows.filter(moment__gte=begins).annotate(day=TruncDate("moment", tzinfo=zone))
    order = ("key",) if group_by == "day" else ("-visits", "key")
    grouped: QuerySet[Any, Any] = rows.values(key=F(group_by)).annotate(**now, **then)
    return [_told(row) for row in grouped.order_by(*order)]


def _counts(when: Q, prefix: str) -> dict[str, Any]:
    came = when & Q(arrived_at__isnull=False)
    # What a stranger asked for and nobody confirmed is no visit of anybody's.
    expected = when & Q(confirmed_at__isnull=False)
    stay = ExpressionWrapper(F("left_at") - F("arrived_at"), output_field=DurationField())
    return {
        f"{prefix}visits": Count("pk", filter=came),
        f"{prefix}people": Coalesce(Sum("party_size", filter=came), 0),
        f"{prefix}guests": Count("pk", filter=came & Q(kind=Visit.Kind.GUEST)),
        f"{prefix}announced": Count("pk", filter=came & _announced()),
        f"{prefix}refused": Count("pk", filter=expected & Q(status=S.REFUSED)),
        # The visit that a contractor's pass leaves open when it runs out is nobody who failed to come.
        f"{prefix}no_shows": Count("pk", filter=expected & Q(status=S.NO_SHOW, comes_until__isnull=True)),
        f"{prefix}stay": Avg(stay, filter=came & Q(left_at__isnull=False)),
    }


def _announced() -> Q:
    """For a time, or written down before they came: whoever walks in is written down and checked in at one moment."""
    return Q(expected_at__isnull=False) | Q(arrived_at__gt=F("created_at") + ONE_MOMENT)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    for prefix in ("", "before_"):
        stay = row.pop(f"{prefix}stay")
        row[f"{prefix}mean_stay_seconds"] = round(stay.total_seconds()) if stay is not None else None
    return row
