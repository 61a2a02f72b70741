"""The figures of a period, for the dashboard and every report alike: counted by the database, defined once, here."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, RowNumber, TruncDate
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import scope_by_role
from tickets.figures import was_grumble
from tickets.models import (
    OPEN,
    UNRESOLVED,
    ComplaintClass,
    Contact,
    Finding,
    FollowUp,
    Step,
    Ticket,
)
from tickets.models.tickets import late_at

DEFINITIONS = {
    "new": _("Tickets taken in the period, whatever became of them."),
    "open": _("Tickets not yet closed or declined, now, whenever they were taken."),
    "overdue": _("Open tickets past their limit of answer or resolution, now."),
    "conversion": _(
        "Of the communication complaints taken in the period, the share that has become valid; merged ones left out."
    ),
    "response": _("Of the tickets first answered in the period, the share answered within the limit."),
    "resolution": _("Of the tickets resolved in the period, the share resolved within the limit."),
    "coverage": _("Of the follow-up visits due in the period, the share in which the resident was asked."),
    "satisfaction": _("Of the residents asked about visits due in the period, the share that was satisfied."),
    "follow_ups_late": _("Follow-up visits that wait, past the moment that still counts as on time, now."),
    "findings": _("Valid complaints taken in the period, by what was found on the spot."),
    "not_needed": _("Steps of tickets taken in the period that were marked as not needed."),
    "load": _("Open tickets of each department now, and how many of them are late."),
    "calls": _("Incoming calls in the register in the period, by weekday and hour."),
}


@dataclass(frozen=True)
class Scope:
    """Whose figures, of which estate, part of it, and days [since, until)."""

    user: User
    estate: Estate
    since: datetime
    until: datetime
    building_id: int | None = None
    department_id: int | None = None

    @property
    def before(self) -> "Scope":
        """The period just before, as long."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)

    def seen(self) -> Q:
        """Manager, administrator and the front desk's supervisor see the estate, other supervisors their department."""

        def of_supervisor(m: Any) -> Q:
            if m.department is not None and m.department.kind == Department.Kind.FRONT_DESK:
                return Q()
            return Q(department_id=m.department_id) if m.department_id else Q(pk__in=[])

        return scope_by_role(self.user, {Role.MANAGER, Role.ADMIN}, {Role.SUPERVISOR: of_supervisor})

    def tickets(self) -> QuerySet[Ticket]:
        rows = Ticket.objects.filter(self.seen(), estate=self.estate)
        if self.building_id:
            rows = rows.filter(unit__building_id=self.building_id)
        return (rows.filter(department_id=self.department_id) if self.department_id else rows).order_by()

    def follow_ups(self) -> QuerySet[FollowUp]:
        """Visits about the tickets that are seen; an estate-wide view also has those of slips and households."""
        rows = FollowUp.objects.filter(estate=self.estate).order_by()
        if self.building_id or self.department_id or self.narrowed:
            return rows.filter(ticket__in=self.tickets().values("pk"))
        return rows

    @property
    def narrowed(self) -> bool:
        """Whether the role sees one department only."""
        roles = [m for m in self.user.memberships_now if m.estate_id == self.estate.pk]
        return any(
            m.role == Role.SUPERVISOR
            and (m.department is None or m.department.kind != Department.Kind.FRONT_DESK)
            for m in roles
        )


def within(field: str, scope: Scope) -> Q:
    return Q(**{f"{field}__gte": scope.since, f"{field}__lt": scope.until})


def _ticket_counts(scope: Scope, prefix: str = "") -> dict[str, Count]:
    taken, judged_so = within("created_at", scope), was_grumble()
    answered, resolved = within("responded_at", scope), within("resolved_at", scope)
    grumble = taken & judged_so & Q(merged_into__isnull=True)
    counts = {
        "new": taken,
        **{f"new_{key or 'none'}": taken & Q(complaint_class=key) for key in (*ComplaintClass.values, "")},
        "answered": answered,
        "answered_in_time": answered & Q(responded_at__lte=F("response_due_at")),
        "resolved": resolved,
        "resolved_in_time": resolved & Q(resolved_at__lte=F("resolution_due_at")),
        "grumbles": grumble,
        "converted": grumble & Q(complaint_class=ComplaintClass.VALID),
    }
    return {prefix + name: Count("pk", filter=condition) for name, condition in counts.items()}


def _state_counts(scope: Scope, at: datetime) -> dict[str, Count]:
    """What stands now, and findings."""
    is_open, valid = Q(status__in=OPEN), Q(complaint_class=ComplaintClass.VALID, merged_into__isnull=True)
    found = within("created_at", scope) & valid
    return {
        "open": Count("pk", filter=is_open),
        **{
            f"open_{key or 'none'}": Count("pk", filter=is_open & Q(complaint_class=key))
            for key in (*ComplaintClass.values, "")
        },
        "overdue": Count("pk", filter=Q(status__in=UNRESOLVED) & late_at(at)),
        **{
            f"found_{key or 'none'}": Count("pk", filter=found & Q(finding=key))
            for key in (*Finding.values, "")
        },
    }


def ticket_figures(scope: Scope, at: datetime, *, group_by: str = "") -> Any:
    """Counts of the period, of the one before (`before_…`), and as it stands at `at`; one dict, or one for each group."""
    before = scope.before
    rows = scope.tickets().filter(
        Q(status__in=OPEN)
        | Q(created_at__gte=before.since, created_at__lt=scope.until)
        | Q(responded_at__gte=before.since, responded_at__lt=scope.until)
        | Q(resolved_at__gte=before.since, resolved_at__lt=scope.until)
    )
    counts = _ticket_counts(scope) | _ticket_counts(before, "before_") | _state_counts(scope, at)
    if not group_by:
        return rows.aggregate(**counts)
    return list(rows.values(key=F(group_by)).annotate(**counts).order_by("key"))


def spans(scope: Scope, end: str) -> dict[str, dict[str, timedelta]]:
    """Median and 90th percentile from taking to `end` (responded_at, resolved_at) in the period: "" and each priority.

    The nearest rank, found by the database; a group without tickets is left out.
    """
    span = ExpressionWrapper(F(end) - F("created_at"), output_field=DurationField())
    ranked = (
        scope.tickets()
        .filter(within(end, scope))
        .annotate(span=span)
        .annotate(
            rank=Window(RowNumber(), order_by=[F("span").asc(), F("pk").asc()]),
            n=Window(Count("pk")),
            own_rank=Window(
                RowNumber(), partition_by=F("priority"), order_by=[F("span").asc(), F("pk").asc()]
            ),
            own_n=Window(Count("pk"), partition_by=F("priority")),
        )
    )
    at_rank = {name: (F(n) * tenths + 9) / 10 for n, tenths, name in RANKS}
    hit = Q(rank=at_rank["median"]) | Q(rank=at_rank["p90"])
    own = Q(own_rank=at_rank["own_median"]) | Q(own_rank=at_rank["own_p90"])
    found: dict[str, dict[str, timedelta]] = {}
    for r in ranked.filter(hit | own).values("priority", "span", "rank", "n", "own_rank", "own_n"):
        for group, rank, n in (("", r["rank"], r["n"]), (r["priority"], r["own_rank"], r["own_n"])):
            for name, tenths in (("median", 5), ("p90", 9)):
                if rank == (n * tenths + 9) // 10:
                    found.setdefault(group, {})[name] = r["span"]
    return found


RANKS = (("n", 5, "median"), ("n", 9, "p90"), ("own_n", 5, "own_median"), ("own_n", 9, "own_p90"))


def _visit_counts(scope: Scope, prefix: str = "") -> dict[str, Any]:
    due = within("due_at", scope) & ~Q(status=FollowUp.Status.CANCELLED)
    done = due & Q(status=FollowUp.Status.DONE)
    counts: dict[str, Any] = {
        "planned": due,
        "asked": done,
        "on_time": due & Q(recorded_at__lte=F("on_time_until")),
        "unreachable": due & Q(status=FollowUp.Status.UNREACHABLE),
        **{outcome: done & Q(outcome=outcome) for outcome in FollowUp.Outcome.values},
    }
    return {prefix + name: Count("pk", filter=q) for name, q in counts.items()} | {
        prefix + "mean_score": Avg("score", filter=done)
    }


def follow_up_figures(scope: Scope, at: datetime, *, group_by: str = "") -> Any:
    """Follow-up visits due in the period and in the one before, and those that wait or are late at `at`."""
    before = scope.before
    rows = scope.follow_ups().filter(
        Q(status=FollowUp.Status.SCHEDULED) | Q(due_at__gte=before.since, due_at__lt=scope.until)
    )
    waits = Q(status=FollowUp.Status.SCHEDULED)
    counts = _visit_counts(scope) | _visit_counts(before, "before_")
    counts["due"] = Count("pk", filter=waits & Q(scheduled_at__lte=at))
    counts["late"] = Count("pk", filter=waits & Q(on_time_until__lt=at))
    if not group_by:
        return rows.aggregate(**counts)
    return list(rows.values(key=F(group_by)).annotate(**counts).order_by("key"))


def load_by_department(scope: Scope, at: datetime) -> list[Department]:
    """The estate's departments, each with `open_now` and `late_now`; those with most open first."""
    seen = scope.tickets().filter(status__in=OPEN)
    counted = seen.values("department").annotate(
        open=Count("pk"), late=Count("pk", filter=Q(status__in=UNRESOLVED) & late_at(at))
    )
    by_id = {row["department"]: row for row in counted}
    found = list(Department.objects.filter(estate=scope.estate, is_active=True))
    for department in found:
        row = by_id.get(department.pk, {"open": 0, "late": 0})
        department.open_now, department.late_now = row["open"], row["late"]  # type: ignore[attr-defined]
    return sorted(found, key=lambda d: (-d.open_now, d.code))  # type: ignore[attr-defined]


def new_by_day(scope: Scope) -> dict[date, dict[str, int]]:
    """Day on the estate's clock → class ("" for not judged) → how many were taken."""
    rows = scope.tickets().filter(within("created_at", scope))
    counted = rows.values(day=TruncDate("created_at"), of=F("complaint_class")).annotate(count=Count("pk"))
    found: dict[date, dict[str, int]] = {}
    for row in counted:
        found.setdefault(row["day"], {})[row["of"]] = row["count"]
    return found


def calls_by_hour(scope: Scope) -> dict[tuple[int, int], int]:
    """(weekday from 1 = Monday, hour on the estate's clock) → incoming calls; of the building where one is asked for."""
    rows = Contact.objects.filter(
        within("created_at", scope),
        estate=scope.estate,
        kind=Contact.Kind.CALL,
        direction=Contact.Direction.IN,
    ).order_by()
    if scope.building_id:
        rows = rows.filter(unit__building_id=scope.building_id)
    counted = rows.values(weekday=ExtractIsoWeekDay("created_at"), hour=ExtractHour("created_at")).annotate(
        count=Count("pk")
    )
    return {(row["weekday"], row["hour"]): row["count"] for row in counted}


def steps_not_needed(scope: Scope) -> dict[str, int]:
    """How many steps of the tickets taken in the period were done, and how many of those by marking them."""
    taken = scope.tickets().filter(within("created_at", scope)).values("pk")
    done = Step.objects.filter(ticket__in=taken, done_at__isnull=False).order_by()
    return done.aggregate(done=Count("pk"), not_needed=Count("pk", filter=Q(not_needed=True)))


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` in per cent with one decimal; None where there is nothing to divide by."""
    return round(100 * part / whole, 1) if whole else None
