"""Limits as people read them: time left in words, colour and shape."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.lib.spans import in_short
from tickets.models import UNRESOLVED, FollowUp, Forwarding, Pause, Step, Ticket

# The last quarter of the time is amber; for a moment without a beginning, the last hour.
LAST_PART = 0.25
SOON = timedelta(hours=1)


def day_and_time(at: datetime) -> str:
    """A moment on the estate's clock: 17:58 today, otherwise 14 Nov, 17:58."""
    local = timezone.localtime(at)
    today = timezone.localtime().date()
    return date_format(local, "H:i") if local.date() == today else date_format(local, _("j M, H:i"))


def in_full_hours(late: timedelta) -> timedelta:
    """From two hours on nobody counts the minutes of a lateness; the exact moment stands on hover."""
    return late if late < timedelta(hours=2) else late - late % timedelta(hours=1)


def clock_until(due: datetime, *, since: datetime | None, at: datetime) -> dict[str, Any]:
    """A limit that still runs: time left, or how late."""
    title = _("due %(moment)s") % {"moment": day_and_time(due)}
    if due <= at:
        return {
            "state": "late",
            "label": _("%(span)s late") % {"span": in_short(in_full_hours(at - due))},
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


def paused_clock(ticket: Ticket, at: datetime, pause: Pause | None = None) -> dict[str, Any] | None:
    """The resolution while it stands still, with the reason where it is known; None while it runs or is late already."""
    if ticket.paused_since is None or ticket.resolution_due_at < ticket.paused_since:
        return None
    left = in_short(ticket.resolution_due_at - ticket.paused_since)
    label = str(pause.get_reason_display()) if pause else _("Paused")
    title = _("%(span)s left when it was paused") % {"span": left}
    if pause and pause.until:
        words = {"title": title, "moment": day_and_time(pause.until)}
        title = _("%(title)s; goes on %(moment)s") % words
    return {"state": "paused", "label": label, "fraction": 1, "title": title}


def met_or_over(done: datetime, due: datetime, *, since: datetime, late_words: str) -> dict[str, Any]:
    """A limit that has been answered for: in how long, or how late."""
    if done <= due:
        label = _("in %(span)s") % {"span": in_short(done - since)}
        return {"state": "met", "label": label, "fraction": 1, "title": ""}
    return {"state": "over", "label": late_words % {"late": in_short(done - due)}, "fraction": 0, "title": ""}


def on_site_clock(ticket: Ticket, step: Step | None, at: datetime) -> dict[str, Any] | None:
    """On the spot: when somebody was there, or how long there is; None where nobody has to go."""
    if ticket.on_site_due_at is None or step is None or step.not_needed:
        return None
    if step.done_at:
        late = _("on the spot %(late)s late")
        return met_or_over(step.done_at, ticket.on_site_due_at, since=ticket.created_at, late_words=late)
    if ticket.status not in UNRESOLVED:
        return None
    return clock_until(ticket.on_site_due_at, since=ticket.created_at, at=at)


def answer_clock(forwarding: Forwarding, ticket: Ticket, at: datetime) -> dict[str, Any] | None:
    """The answer to the body that forwarded the matter; None where they set no limit or need no answer any more."""
    if forwarding.answer_due_at is None:
        return None
    if forwarding.answered_at:
        late = _("answered back %(late)s late")
        return met_or_over(
            forwarding.answered_at, forwarding.answer_due_at, since=ticket.created_at, late_words=late
        )
    if not ticket.is_open:
        return None
    return clock_until(forwarding.answer_due_at, since=ticket.created_at, at=at)


def resolution_clock(ticket: Ticket, at: datetime, pause: Pause | None = None) -> dict[str, Any] | None:
    """The resolution: in how long it came, how long there is, or what it waits for."""
    paused = paused_clock(ticket, at, pause) if ticket.status in UNRESOLVED else None
    if paused:
        return paused
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
    return paused_clock(ticket, at) or clock_until(ticket.resolution_due_at, since=ticket.created_at, at=at)


def follow_up_clock(follow_up: FollowUp, at: datetime) -> dict[str, Any] | None:
    """Until when the visit counts as on time; before its hour it waits."""
    if follow_up.status != FollowUp.Status.SCHEDULED:
        return None
    when = follow_up.wished_at or follow_up.scheduled_at
    if when > at:
        label = _("after %(time)s") % {"time": day_and_time(when)}
        return {"state": "paused", "label": label, "fraction": 1, "title": ""}
    return clock_until(follow_up.on_time_until, since=follow_up.created_at, at=at)
