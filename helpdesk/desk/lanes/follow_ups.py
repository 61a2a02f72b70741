"""Follow-up visits of the day."""

from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.desk.clocks import visit_clock
from helpdesk.desk.lanes.lane import (
    LINE_CHARS,
    READ,
    SEALED_OF_TICKET,
    Due,
    Lane,
    Row,
    joined,
    line_of,
    who_of,
)
from helpdesk.desk.matters import short_day, title_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import FollowUp
from tickets.selectors import follow_ups_of_day


def follow_ups(user: User, estate: Estate, at: datetime, *, note: str) -> Lane:
    """Follow-up visits whose hour has come, and those that must wait until later today; the rail counts the same."""
    lane = Lane(
        "follow-ups",
        _("Follow-ups due"),
        "follow-up",
        empty=_("No follow-up visit is due today."),
        note=note,
        all_url=reverse("follow_up_list"),
    )
    rows = (
        follow_ups_of_day(user, estate, at)
        .select_related(
            "ticket__unit",
            "ticket__resident",
            "ticket__department",
            "slip__unit",
            "slip__department",
            "contact__unit",
            "contact__resident",
            "unit",
            "resident",
        )
        .defer(
            *(f"ticket__{name}" for name in SEALED_OF_TICKET),
            "ticket__resident__identity_number",
            "contact__phone",
            "contact__resident__identity_number",
            "resident__identity_number",
        )
        .annotate(tries=Count("attempts"))
    )
    found = sorted(rows.order_by("due_at", "id")[: READ + 1], key=lambda v: (_starts(v) > at, v.due_at, v.pk))
    return lane.fill(found, lambda visit: _visit(visit, at))


def _starts(visit: FollowUp) -> datetime:
    return visit.wished_at or visit.scheduled_at


def _visit(visit: FollowUp, at: datetime) -> tuple[Row, Due]:
    url = reverse("follow_up_detail", args=[visit.pk])
    clock = visit_clock(visit, at)
    waits = _starts(visit) > at
    start = {"label": _("Start"), "url": url}
    not_yet = {"label": _("Not yet"), "disabled": True, "why": clock["title"]}
    row = {
        "id": f"visit-{visit.pk}",
        "url": url,
        "clock": clock,
        **_visited(visit),
        "action": not_yet if waits else start,
    }
    if visit.wished_at:
        row["role"] = _("their own time")
    elif visit.tries:  # type: ignore[attr-defined]
        tries = visit.tries + 1  # type: ignore[attr-defined]
        row["role"] = ngettext("try %(count)d", "try %(count)d", tries) % {"count": tries}
    due = _starts(visit) if waits else visit.on_time_until
    return row, Due(due, "follow-up", _("Follow-up visit: %(who)s") % {"who": row["name"]}, url)


def _visited(visit: FollowUp) -> Row:
    ticket, slip, contact = visit.ticket, visit.slip, visit.contact
    if contact is not None:
        return {
            **who_of(contact.unit, contact.resident, contact.name, ""),
            **line_of(contact.summary or _("A call-back")),
        }
    if visit.routine:
        return {**who_of(visit.unit, visit.resident, "", ""), **line_of(visit.get_routine_display())}
    if ticket is None:
        assert slip is not None  # noqa: S101 - the table has a constraint for it
        text = joined([Truncator(slip.instructions).chars(LINE_CHARS), str(slip.department)])
        return {**who_of(slip.unit, None, "", slip.number), **line_of(text)}
    done = _("resolved %(day)s") % {"day": short_day(ticket.resolved_at)} if ticket.resolved_at else ""
    department = str(ticket.department) if ticket.department else ""
    who = who_of(ticket.unit, ticket.resident, ticket.reporter_name, ticket.number)
    return {**who, **line_of(joined([title_of(ticket), department, done]))}
