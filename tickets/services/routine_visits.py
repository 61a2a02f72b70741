"""Follow-up visits that need no matter: once a household a year, and in the first week after moving in (docs/domain.md §5)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from helpdesk.audit.services import record
from helpdesk.estates.calendars import calling_calendar, local
from helpdesk.estates.models import Estate
from helpdesk.lib.one_by_one import one_by_one
from residents.models import Occupancy, Resident, Unit
from tickets.models import FollowUp
from tickets.services.follow_up_plans import days_later, pick_clerk, plan_visit

FIRST_WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
DAYS_TO_ASK = 7
HOUSEHOLD = ("owner", "co_owner", "tenant", "family")

Home = tuple[Unit, Resident, str, str, datetime]


def plan_routine_visits(at: datetime) -> int:
    """Plan today's routine visits of every estate that has them switched on; returns how many. Again plans none twice."""
    estates = Estate.objects.filter(is_active=True, routine_visits_a_day__gt=0)
    return one_by_one(
        list(estates.values_list("pk", flat=True)), lambda pk: _plan(pk, at), what="routine visits"
    )


@transaction.atomic
def _plan(estate_id: int, at: datetime) -> int:
    # Of two beats at the same moment the second counts what the first has planned.
    estate = Estate.objects.select_for_update().get(pk=estate_id)
    today = local(estate, at).date()
    midnight = datetime.combine(today, time.min, ZoneInfo(estate.time_zone))
    routine = FollowUp.objects.filter(estate=estate).exclude(routine="")
    room = estate.routine_visits_a_day - routine.filter(created_at__gte=midnight).count()
    planned = 0
    for home in _homes(estate, today, at, most=max(room, 0)):
        planned += _visit(estate, home, at)
    return planned


def _homes(estate: Estate, today: date, at: datetime, *, most: int) -> Iterator[Home]:
    """Who moved in comes first: their week runs out."""
    if most == 0:
        return
    new = list(_moved_in(estate, today, at, most))
    yield from new
    yield from _not_asked_for_a_year(estate, today, at, most - len(new), {home[0].pk for home in new})


def _moved_in(estate: Estate, today: date, at: datetime, most: int) -> Iterator[Home]:
    asked = FollowUp.objects.filter(
        unit=OuterRef("unit"), routine="moved_in", created_at__gte=at - 2 * FIRST_WEEK
    )
    rows = _who_is_asked(estate, today).filter(since__gt=today - FIRST_WEEK).exclude(Exists(asked))
    for row in rows.order_by("since", "id")[:most]:
        end = datetime.combine(row.since + FIRST_WEEK, time.min, ZoneInfo(estate.time_zone))
        yield row.unit, row.resident, "moved_in", f"{row.since:%Y-%m-%d}", end


def _not_asked_for_a_year(
    estate: Estate, today: date, at: datetime, most: int, but: set[int]
) -> Iterator[Home]:
    """Households that longest had no routine visit, and none within a year; moving in counts as one."""
    lately = FollowUp.objects.filter(unit=OuterRef("unit")).filter(
        Q(routine__in=["yearly", "moved_in"], created_at__gte=at - YEAR) | Q(routine_key=f"{today:%Y}")
    )
    rows = _who_is_asked(estate, today).exclude(unit__in=but).exclude(Exists(lately))
    last = Max("unit__follow_ups__created_at", filter=~Q(unit__follow_ups__routine=""))
    due = days_later(estate, at, DAYS_TO_ASK)
    for row in rows.annotate(last=last).order_by(F("last").asc(nulls_first=True), "unit_id")[:most]:
        yield row.unit, row.resident, "yearly", f"{today:%Y}", due


def _who_is_asked(estate: Estate, today: date) -> QuerySet[Occupancy]:
    """The primary contact of each household that may be disturbed."""
    return (
        Occupancy.objects.current(today)  # type: ignore[attr-defined]
        .filter(unit__estate=estate, unit__is_archived=False, is_primary=True, relation__in=HOUSEHOLD)
        .filter(resident__is_archived=False, resident__do_not_disturb=False)
        .select_related("unit", "resident")
    )


def _visit(estate: Estate, home: Home, at: datetime) -> bool:
    unit, resident, routine, key, due = home
    plan = plan_visit(calling_calendar(estate), at, due_at=max(due, at), delay=timedelta(0))
    visit, is_new = FollowUp.objects.get_or_create(
        unit=unit,
        routine_key=key,
        defaults={
            "estate": estate,
            "resident": resident,
            "routine": routine,
            "due_at": plan.due_at,
            "scheduled_at": plan.scheduled_at,
            "on_time_until": plan.on_time_until,
            "assignee": pick_clerk(estate.pk),
            "created_at": at,
        },
    )
    if is_new:
        record(
            "follow_up.scheduled",
            visit,
            actor=None,
            filed_under=unit,
            at=at,
            planned=plan.scheduled_at,
            routine=routine,
        )
    return is_new
