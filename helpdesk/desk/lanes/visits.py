"""Visitors: who stays too long, who is inside, who is expected today; each let in or out by one click."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined
from helpdesk.desk.matters import language_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from visitors.door_rows import Reader, expected_row, inside_row, rows_with
from visitors.models import Visit
from visitors.selectors import expected_today, inside_now


def visitors_here(user: User, estate: Estate, at: datetime) -> Lane:
    """Inside first, whoever has to leave first; then the expected, the earliest first."""
    reader = Reader(user, estate, at, back="desk")
    inside = list(rows_with(inside_now(estate))[: READ + 1])
    expected = list(rows_with(expected_today(estate, at))[: READ + 1])
    lane = Lane(
        "visitors",
        _("Visitors"),
        "visitor",
        empty=_("Nobody is expected or inside."),
        all_url=reverse("visit_board"),
        count_line=joined([_expected(len(expected)), _inside(len(inside))]),
    )
    if reader.works:
        lane.empty_url, lane.empty_label = reverse("visit_new"), _("New visitor")
    return lane.fill([*inside, *expected], lambda visit: _row(visit, reader))


def _expected(count: int) -> str:
    return ngettext("%(count)d expected", "%(count)d expected", count) % {"count": count} if count else ""


def _inside(count: int) -> str:
    return ngettext("%(count)d inside", "%(count)d inside", count) % {"count": count} if count else ""


def _row(visit: Visit, reader: Reader) -> tuple[Row, Due]:
    is_inside = visit.status == Visit.Status.INSIDE
    row = inside_row(visit, reader) if is_inside else expected_row(visit, reader)
    # Who is expected and not there yet is nobody's delay.
    when = visit.stay_until if is_inside else max(visit.expected_at or reader.at, reader.at)
    title = _("%(number)s to leave") if is_inside else _("%(number)s expected")
    due = Due(when or reader.at, "visitor", title % {"number": visit.number}, row["url"])
    return {**row, "name_lang": language_of(row["name"])}, due
