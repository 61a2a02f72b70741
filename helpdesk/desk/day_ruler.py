"""The day as a line: what was done, what falls due, when nobody is rung, and now; all in hundredths of the line."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.audit.models import Entry
from helpdesk.desk.lanes.lane import Due
from helpdesk.estates.business_time import Calendar, open_windows_on
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import role_in

FIRST_HOUR, LAST_HOUR = 8, 20
HOUR = timedelta(hours=1)
BESIDE_NOW = 3.5
MARGIN = 2.0
# Two marks in one row closer than this would cover each other, and no label of a rest fits into less than LABELLED.
MARK_WIDTH, LABELLED = 1.9, 12.0
MOST_DONE = 200
# What counts as something done, on the line's dots.
DONE = (
    "contact.called_back",
    "ticket.classified",
    "ticket.resolved",
    "ticket.closed",
    "reply.added",
    "slip.issued",
    "slip.signed",
    "slip.done",
    "follow_up.recorded",
)


def day_ruler(
    user: User, estate: Estate, at: datetime, calendar: Calendar, dues: Sequence[Due]
) -> dict[str, Any]:
    """The context of components/day_ruler.html for the local day of `at`."""
    line = _Line(at)
    done = _done_today(user, estate, at)
    marks = _marks(line, dues, at)
    # The words stand at the line's start: at night that is where the marks and now stand.
    has_room = line.percent(at) > LABELLED and all(mark["percent"] > LABELLED for mark in marks)
    done_label = ngettext("%(count)d done", "%(count)d done", len(done)) % {"count": len(done)}
    return {
        "label": _("The day: what is done and what falls due"),
        "done_label": done_label if done and has_room else "",
        "now_percent": line.percent(at),
        "now_label": date_format(timezone.localtime(at), "H:i"),
        # The hour behind the mark of now would look out from under it.
        "hours": [hour for hour in line.hours() if abs(hour["percent"] - line.percent(at)) > BESIDE_NOW],
        "rest": _rests(line, calendar, at, marks),
        "done": [line.percent(moment) for moment in done if line.holds(moment)],
        "marks": marks,
    }


class _Line:
    """From eight to eight, longer where now lies outside."""

    def __init__(self, at: datetime) -> None:
        local = timezone.localtime(at)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        self.first = min(FIRST_HOUR, local.hour)
        self.last = max(LAST_HOUR, local.hour + 1)
        self.start = midnight + timedelta(hours=self.first)
        self.end = midnight + timedelta(hours=self.last)

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def percent(self, moment: datetime) -> float:
        inside = min(max(moment, self.start), self.end)
        share = (inside - self.start) / (self.end - self.start)
        return round(MARGIN + share * (100 - 2 * MARGIN), 2)

    def hours(self) -> list[dict[str, Any]]:
        step = 1 if self.last - self.first <= 14 else 2
        hours = range(self.first, self.last + 1, step)
        return [
            {"percent": self.percent(self.start + (hour - self.first) * HOUR), "label": f"{hour % 24:02}:00"}
            for hour in hours
        ]


def _rests(
    line: _Line, calendar: Calendar, at: datetime, marks: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The gaps between the day's calling windows; said in words where there is room between the marks."""
    rests, free_from = [], line.start
    for start, end in [*open_windows_on(calendar, timezone.localdate(at)), (line.end, line.end)]:
        if free_from < min(start, line.end):
            left, right = line.percent(free_from), line.percent(start)
            middle = (left + right) / 2
            is_free = all(abs(mark["percent"] - middle) > LABELLED / 2 + 1 for mark in marks)
            label = _("Rest hours, no follow-up calls") if right - left >= LABELLED and is_free else ""
            rests.append({"percent": left, "width": round(right - left, 2), "label": label})
        free_from = max(free_from, end)
    return rests


def _done_today(user: User, estate: Estate, at: datetime) -> list[datetime]:
    """When something was done today, by the estate's desk; by the technician alone for a technician."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Entry.objects.filter(
        estate=estate, at__gte=midnight, at__lte=at, verb__in=DONE, actor__isnull=False
    )
    membership = role_in(user, estate.pk)
    if membership and membership.role == Role.TECHNICIAN:
        rows = rows.filter(actor=user)
    return list(rows.order_by("at").values_list("at", flat=True)[:MOST_DONE])


def _marks(line: _Line, dues: Sequence[Due], at: datetime) -> list[dict[str, Any]]:
    """One mark for each moment of today, in the row that is free; what is late from before stands at the line's start."""
    marks: list[dict[str, Any]] = []
    last = {0: -MARK_WIDTH, 1: -MARK_WIDTH}
    for due in dues:
        if due.at > line.end:
            continue
        percent = line.percent(due.at)
        row = 0 if percent - last[0] >= MARK_WIDTH else 1
        if percent - last[row] < MARK_WIDTH:
            # Both rows are taken here: beyond that the lanes tell, not the line.
            continue
        last[row] = percent
        tone = "red" if due.at < at else "amber" if due.at <= at + HOUR else "plain"
        moment = date_format(timezone.localtime(due.at), "H:i")
        marks.append(
            {
                "percent": percent,
                "row": row,
                "icon": due.icon,
                "tone": tone,
                "title": f"{moment} {due.title}",
                "url": due.url,
            }
        )
    return marks
