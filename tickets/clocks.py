"""Limits as people read them: time left in words, colour and shape."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.lib.spans import in_short
from tickets.models import UNRESOLVED, FollowUp, Ticket

# The last quarter of the time is amber; for a moment without a beginning, the last hour.
LAST_PART = 0.25
SOON = timedelta(hours=1)


def day_and_time(at: datetime) -> str:
    """A moment on the estate's clock: 17:58 today, otherwise 14 Nov, 17:58."""
    local = timezone.localtime(at)
    today = timezone.localtime().date()
    return date_format(local, "H:i") if local.date() == today else date_format(local, _("j M, H:i"))


def clock_until(due: datetime, *, since: datetime | None, at: datetime) -> dict[str, Any]:
    """A limit that still runs: time left, or how late."""
    title = _("due %(moment)s") % {"moment": day_and_time(due)}
    if due <= at:
        return {
            "state": "late",
            "label": _("%(span)s late") % {"span": in_short(at - due)},
            "fraction": 0,
            "title": title,
        }
    whole = (due - since).total_seconds() if since and since < due else 0
    left = (due - at).total_seconds()
    fraction = left / whole if whole else min(left / (4 * SOON.total_seconds()), 1)
    state = "soon" if fraction <= LAST_PART else "running"
    label = _("%(span)s left") % {"span": in_short(due - at)}
    return {"state": state, "label": label, "fraction": fraction, "title": title}


def response_clock(ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """The first answer: in how long it came, or how long there is."""
    if ticket.responded_at:
        span = in_short(ticket.responded_at - ticket.created_at)
        if ticket.responded_at <= ticket.response_due_at:
            return {"state": "met", "label": _("in %(span)s") % {"span": span}, "fraction": 1, "title": ""}
        late = in_short(ticket.responded_at - ticket.response_due_at)
        return {
            "state": "over",
            "label": _("answered %(span)s late") % {"span": late},
            "fraction": 0,
            "title": "",
        }
    if ticket.status not in UNRESOLVED:
        return None
    return clock_until(ticket.response_due_at, since=ticket.created_at, at=at)


def resolution_clock(ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """The resolution: in how long it came, or how long there is."""
    if ticket.status in UNRESOLVED:
        return clock_until(ticket.resolution_due_at, since=ticket.created_at, at=at)
    if ticket.resolved_at is None:
        return None
    span = in_short(ticket.resolved_at - ticket.created_at)
    if ticket.resolved_at <= ticket.resolution_due_at:
        return {"state": "met", "label": _("in %(span)s") % {"span": span}, "fraction": 1, "title": ""}
    late = in_short(ticket.resolved_at - ticket.resolution_due_at)
    return {
        "state": "over",
        "label": _("resolved %(span)s late") % {"span": late},
        "fraction": 0,
        "title": "",
    }


def nearest_clock(ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """The one clock of a list row: the limit that comes first and is not met yet."""
    if ticket.status not in UNRESOLVED:
        return None
    if ticket.responded_at is None and ticket.response_due_at <= ticket.resolution_due_at:
        return clock_until(ticket.response_due_at, since=ticket.created_at, at=at)
    return clock_until(ticket.resolution_due_at, since=ticket.created_at, at=at)


def follow_up_clock(follow_up: FollowUp, at: datetime) -> dict[str, Any] | None:
    """Until when the visit counts as on time; before its hour it waits."""
    if follow_up.status != FollowUp.Status.SCHEDULED:
        return None
    when = follow_up.wished_at or follow_up.scheduled_at
    if when > at:
        label = _("after %(time)s") % {"time": day_and_time(when)}
        return {"state": "paused", "label": label, "fraction": 1, "title": ""}
    return clock_until(follow_up.on_time_until, since=follow_up.created_at, at=at)
