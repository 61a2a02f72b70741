"""Who moves today, and which decoration is to be looked at: both with the end of their day as their limit."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined, line_of, plate_of
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import DecorationInspection, Move
from residents.names_shown import short_name
from tickets.clocks import clock_until


def moves_today(user: User, estate: Estate, at: datetime) -> Lane:
    """Moves whose day has come and inspections that are due, whatever is late first."""
    today = local(estate, at).date()
    lane = Lane(
        "moves",
        _("Moves and inspections"),
        "truck",
        empty=_("Nobody moves today."),
        all_url=reverse("move_list"),
    )
    moves = Move.objects.filter(estate=estate, status=Move.Status.OPEN, planned_on__lte=today)
    rows = list(
        moves.select_related("unit")
        .prefetch_related("people__resident")
        .order_by("planned_on", "pk")[: READ + 1]
    )
    lane.fill(rows, lambda move: _move(move, estate, at))
    visits = DecorationInspection.objects.filter(
        estate=estate,
        done_at__isnull=True,
        due_on__lte=today,
        decoration__status__in=["approved", "running", "stopped"],
    )
    due = visits.select_related("decoration__unit").order_by("due_on", "pk")[: READ + 1]
    return lane.fill(due, lambda visit: _inspection(visit, estate, at))


def _end_of(day: date, estate: Estate) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(estate.time_zone))


def _move(move: Move, estate: Estate, at: datetime) -> tuple[Row, Due]:
    url, ends = reverse("move_detail", args=[move.pk]), _end_of(move.planned_on, estate)
    row = {
        "id": f"move-{move.pk}",
        "url": url,
        "clock": clock_until(ends, since=move.opened_at, at=at),
        "plate": plate_of(move.unit),
        "name": joined([short_name(person.resident) for person in move.people.all()]),
        **line_of(str(move.get_kind_display())),
        "second": move.number,
        "action": {"label": _("Checklist"), "url": url},
    }
    title = _("%(number)s is today") % {"number": move.number}
    return row, Due(ends, "truck", title, url)


def _inspection(visit: DecorationInspection, estate: Estate, at: datetime) -> tuple[Row, Due]:
    job = visit.decoration
    url = f"{reverse('decoration_detail', args=[job.pk])}#inspection-{visit.pk}"
    ends = _end_of(visit.due_on, estate)
    row = {
        "id": f"inspection-{visit.pk}",
        "url": url,
        "clock": clock_until(ends, since=job.applied_at, at=at),
        "plate": plate_of(job.unit),
        "name": job.contractor,
        **line_of(_("Decoration to be inspected")),
        "second": joined([job.number, str(visit.get_kind_display())]),
        "action": {"label": _("Inspect"), "url": url},
    }
    title = _("%(number)s is to be inspected") % {"number": job.number}
    return row, Due(ends, "brush", title, url)
