"""The month's figures of follow-up visits 回访总结报告 (docs/domain.md §5): those whose day was in the month."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from helpdesk.estates.models import Estate
from tickets.models import FollowUp

DONE, UNREACHABLE, SCHEDULED, CANCELLED = (
    FollowUp.Status.DONE,
    FollowUp.Status.UNREACHABLE,
    FollowUp.Status.SCHEDULED,
    FollowUp.Status.CANCELLED,
)


@dataclass
class Tally:
    """Visits of one kind. Percentages are whole numbers, None where there is nothing to divide by."""

    planned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unreachable: int = 0
    waiting: int = 0
    not_sampled: int = 0
    on_time: int = 0
    late: int = 0
    scores: int = 0

    def add(self, visit: FollowUp, at: datetime) -> None:
        if visit.status == CANCELLED:
            self.not_sampled += visit.cancel_reason == FollowUp.CancelReason.NOT_SAMPLED
            return
        self.planned += 1
        self.unreachable += visit.status == UNREACHABLE
        self.waiting += visit.status == SCHEDULED
        if visit.status == DONE:
            self.outcomes[visit.outcome] += 1
            self.scores += visit.score or 0
        settled = visit.recorded_at
        self.on_time += bool(settled and settled <= visit.on_time_until)
        self.late += (settled or at) > visit.on_time_until

    @property
    def asked(self) -> int:
        """How many residents said how it went."""
        return sum(self.outcomes.values())

    @property
    def coverage(self) -> int | None:
        """Asked of planned; what the sample left out is in neither."""
        return percent(self.asked, self.planned)

    @property
    def on_time_rate(self) -> int | None:
        """Asked or closed in time, of those whose time is up or who were asked."""
        return percent(self.on_time, self.on_time + self.late)

    @property
    def satisfaction(self) -> int | None:
        """Satisfied of asked; so-so counts as neither satisfied nor dissatisfied."""
        return percent(self.outcomes["satisfied"], self.asked)

    @property
    def average(self) -> float | None:
        """The mean score, one digit."""
        return round(self.scores / self.asked, 1) if self.asked else None


@dataclass(frozen=True)
class Summary:
    """One month of one estate."""

    month: date
    total: Tally
    by_department: dict[str, Tally]
    by_class: dict[str, Tally]
    suggestions: list[FollowUp]


def percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def month_of(estate: Estate, month: date) -> tuple[datetime, datetime]:
    """The first moment of the month and of the next one, on the estate's clock."""
    zone = ZoneInfo(estate.time_zone)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return datetime.combine(month, time.min, zone), datetime.combine(following, time.min, zone)


def summary_of(rows: QuerySet[FollowUp], estate: Estate, month: date, *, at: datetime) -> Summary:
    """The figures of those of `rows` that were due in the month. One query."""
    start, end = month_of(estate, month)
    related = (
        "ticket__department",
        "ticket__unit",
        "slip__department",
        "slip__unit",
        "contact__unit",
        "unit",
    )
    visits = list(
        rows.filter(estate=estate, due_at__gte=start, due_at__lt=end)
        .select_related(*related, "recorded_by")
        .defer("ticket__reporter_phone", "ticket__track_secret", "slip__contractor_phone", "contact__phone")
        .order_by("due_at", "id")
    )
    total = Tally()
    for visit in visits:
        total.add(visit, at)
    return Summary(
        month=month,
        total=total,
        by_department=_split(visits, _department_of, at),
        by_class=_split(visits, _class_of, at),
        suggestions=[visit for visit in visits if visit.status == DONE and visit.suggestion],
    )


def _split(visits: Iterable[FollowUp], key: Callable[[FollowUp], Any], at: datetime) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for visit in visits:
        found.setdefault(key(visit), Tally()).add(visit, at)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].planned, pair[0])))


def _department_of(visit: FollowUp) -> str:
    about = visit.ticket or visit.slip
    return str(about.department or "") if about else ""


def _class_of(visit: FollowUp) -> str:
    """A class of complaints, or which other kind of visit it was."""
    if visit.ticket:
        return visit.ticket.complaint_class or "unjudged"
    return "slip" if visit.slip_id else "contact" if visit.contact_id else "routine"
