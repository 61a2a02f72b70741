"""The Desk as it stands at one moment: the lanes that a role may see, the day's line, and how much is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.desk.clocks import day_and_time
from helpdesk.desk.day_ruler import day_ruler
from helpdesk.desk.lanes.cashier import bank_lines, days_to_close, doors_to_collect, invoices
from helpdesk.desk.lanes.class_reviews import class_reviews
from helpdesk.desk.lanes.contacts import call_backs, letters_to_decide, messages_for_me
from helpdesk.desk.lanes.follow_ups import follow_ups
from helpdesk.desk.lanes.handovers import handovers
from helpdesk.desk.lanes.lane import Due, Lane
from helpdesk.desk.lanes.limits import limits_due
from helpdesk.desk.lanes.moves import moves_today
from helpdesk.desk.lanes.passes import passes_waiting
from helpdesk.desk.lanes.slips import department_slips, unsigned_slips
from helpdesk.desk.lanes.tickets import held_replies, to_judge
from helpdesk.desk.lanes.visits import visitors_here
from helpdesk.estates.business_time import Calendar, NeverOpens, is_open, next_open, open_windows_on
from helpdesk.estates.calendars import calling_calendar
from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import may, role_in

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Day:
    """What the page draws; `columns` are lanes from left to right, none for a role without any."""

    at: datetime
    columns: list[list[Lane]]
    ruler: dict[str, Any] | None
    late: int
    within_the_hour: int
    later_today: int


def desk_day(user: User, estate: Estate, at: datetime | None = None) -> Day:
    """The Desk of one person in one estate at a moment (default: now)."""
    at = at or timezone.now()
    calendar = calling_calendar(estate)
    columns = [lanes for lanes in _columns(user, estate, at, calendar) if lanes]
    dues = sorted((due for lanes in columns for lane in lanes for due in lane.dues), key=lambda due: due.at)
    late, soon, later = _counts(dues, at)
    # Nothing of a cashier's falls due by the hour.
    has_ruler = columns and not _is_cashier(user, estate)
    ruler = day_ruler(user, estate, at, calendar, dues) if has_ruler else None
    return Day(at, columns, ruler, late, soon, later)


def _columns(user: User, estate: Estate, at: datetime, calendar: Calendar) -> list[list[Lane]]:
    told = messages_for_me(user, estate, at)
    for_me = [told] if told.rows else []
    here = [visitors_here(user, estate, at)] if may(user, "visits.view", estate.pk) else []
    if _is_cashier(user, estate):
        return _cashiers_columns(estate, at, for_me)
    if not may(user, "slips.view", estate.pk):
        return [here, for_me]
    left: list[Lane] = for_me
    middle: list[Lane] = []
    right: list[Lane] = []
    if may(user, "contacts.view", estate.pk):
        left.append(call_backs(user, estate, at))
        letters = letters_to_decide(user, estate, at)
        right += [letters] if letters and letters.rows else []
    if _signs_slips(user, estate):
        unsigned, in_hand = department_slips(user, estate, at)
        left.append(unsigned)
        middle.append(in_hand)
    else:
        left.append(unsigned_slips(user, estate, at))
    end = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    if may(user, "tickets.work", estate.pk):
        middle.append(to_judge(user, estate, at))
        limits = limits_due(user, estate, at, until=end)
        middle += [limits] if limits.rows else []
        again = class_reviews(user, estate, at)
        middle += [again] if again.rows else []
    if may(user, "tickets.release_reply", estate.pk):
        right.append(held_replies(user, estate, at))
    if may(user, "follow_ups.view", estate.pk):
        right.append(follow_ups(user, estate, at, note=calling_note(calendar, at)))
    right += here
    if may(user, "passes.work", estate.pk):
        passes = passes_waiting(user, estate, at)
        right += [passes] if passes.rows else []
    if may(user, "residents.write", estate.pk):
        moving = moves_today(user, estate, at)
        right += [moving] if moving.rows else []
    if may(user, "handovers.write", estate.pk) and not _signs_slips(user, estate):
        left.append(handovers(user, estate, at))
    return [left, middle, right]


def _is_cashier(user: User, estate: Estate) -> bool:
    membership = role_in(user, estate.pk)
    return membership is not None and membership.role == Role.CASHIER


def _cashiers_columns(estate: Estate, at: datetime, for_me: list[Lane]) -> list[list[Lane]]:
    """Money to count, the doors, and what came by the bank and on paper."""
    banked = [bank_lines(estate, at), invoices(estate, at)]
    return [[*for_me, days_to_close(estate, at)], [doors_to_collect(estate, at)], banked]


def _signs_slips(user: User, estate: Estate) -> bool:
    """Whether unsigned slips wait for this person's department; the desk itself only presses for a signature."""
    membership = role_in(user, estate.pk)
    if membership is None or membership.role not in {Role.SUPERVISOR, Role.TECHNICIAN}:
        return False
    return membership.department is None or membership.department.kind != Department.Kind.FRONT_DESK


def _counts(dues: list[Due], at: datetime) -> tuple[int, int, int]:
    """How many are late, due within the hour, due later today."""
    today = timezone.localdate(at)
    late = sum(due.at < at for due in dues)
    soon = sum(at <= due.at <= at + HOUR for due in dues)
    later = sum(due.at > at + HOUR and timezone.localdate(due.at) == today for due in dues)
    return late, soon, later


def calling_note(calendar: Calendar, at: datetime) -> str:
    """Whether a resident may be rung now, until when, and when again."""
    windows = open_windows_on(calendar, timezone.localdate(at))
    ends = [_clock(end) for start, end in windows if start <= at < end]
    later = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in windows if start > at)
    if ends and later:
        return _("Calls are allowed now until %(end)s; then %(later)s") % {"end": ends[0], "later": later}
    if ends:
        return _("Calls are allowed now until %(end)s; then not before tomorrow") % {"end": ends[0]}
    if is_open(calendar, at):
        return _("Calls are allowed now")
    try:
        opens = day_and_time(next_open(calendar, at), at)
    except NeverOpens:
        return _("No calling hours are set for this estate")
    return _("Rest hours: no follow-up calls before %(opens)s") % {"opens": opens}


def _clock(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "H:i")
