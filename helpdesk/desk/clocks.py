"""The Desk's own clocks; those of tickets and slips are in tickets.clocks."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.desk.templatetags.ui import full_moment
from tickets.clocks import SOON, clock_until
from tickets.models import FollowUp

Clock = dict[str, Any]
VISIT_DAYS = timedelta(days=3)


def call_back_clock(due: datetime, at: datetime) -> Clock:
    """A promised call by its time of day: amber in the hour before, red from its minute on."""
    if due <= at:
        return clock_until(due, since=None, at=at)
    left = due - at
    return {
        "state": "soon" if left <= SOON else "running",
        "label": day_and_time(due, at),
        "fraction": min(left / (4 * SOON), 1),
        "title": full_moment(due),
    }


def visit_clock(visit: FollowUp, at: datetime) -> Clock:
    """A follow-up visit by days: late, due today, so many days left; before its hour it waits."""
    starts, due = visit.wished_at or visit.scheduled_at, visit.on_time_until
    if starts > at:
        return paused_until(starts, at)
    if due < at:
        return clock_until(due, since=None, at=at)
    if timezone.localdate(due) == timezone.localdate(at):
        return {"state": "soon", "label": _("due today"), "fraction": 0.2, "title": full_moment(due)}
    days = (timezone.localdate(due) - timezone.localdate(at)).days
    label = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    return {
        "state": "running",
        "label": label,
        "fraction": min((due - at) / VISIT_DAYS, 1),
        "title": full_moment(due),
    }


def paused_until(moment: datetime, at: datetime) -> Clock:
    """Not before a moment: the clock stands still until then."""
    label = _("after %(time)s") % {"time": day_and_time(moment, at)}
    return {"state": "paused", "label": label, "fraction": 1, "title": full_moment(moment)}


def day_and_time(moment: datetime, at: datetime) -> str:
    """14:00 on the day of `at`, otherwise 18 Nov, 09:00."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate(at):
        return date_format(local, "H:i")
    return date_format(local, _("j M, H:i"))
