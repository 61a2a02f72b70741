"""A visit as one row of the day: for the Visitors page and the Desk's lane, as components/lane_row.html draws it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.estates.models import Estate
from helpdesk.lib.spans import in_short
from helpdesk.staff.models import User
from tickets.clocks import LAST_PART, clock_until, day_and_time
from tickets.views.wording import listed
from visitors.models import Visit
from visitors.models.policies import policy_of
from visitors.models.visits import DocumentType

Row = dict[str, Any]
SHOWN_WITH = ("unit", "department", "host")
# Sealed columns that no row shows: opening them costs more than the row.
UNSEEN = ("visitor_phone", "host__identity_number")


def rows_with(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """The visits with what a row reads."""
    return rows.select_related(*SHOWN_WITH).defer(*UNSEEN)


class Reader:
    """Who looks at the rows, and to where an act leads back."""

    def __init__(self, user: User, estate: Estate, at: datetime, *, back: str) -> None:
        self.at, self.back = at, back
        self.works = user.may("visits.work", estate.pk)
        self.opens_cards = user.may("residents.view", estate.pk)
        # Where the number of the document is wanted too, one click is not enough.
        self.asks_number = policy_of(estate).identity_number_required

    def fields(self, **more: str) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in {"next": self.back, **more}.items()]


def expected_row(visit: Visit, reader: Reader) -> Row:
    """Somebody who may come: when, and the click that lets them in."""
    when = day_and_time(visit.expected_at) if visit.expected_at else _("today")
    waits = visit.host_answer or visit.host_told_at
    return {
        **_who(visit, reader),
        "chip": {"label": when, "icon": "qr", "kind": "dashed"},
        "second": listed([host_says(visit) if waits else "", runs_until(visit), visit.plate, visit.number]),
        "action": check_in_act(visit, reader) if reader.works else None,
    }


def runs_until(visit: Visit) -> str:
    """The last day of a contractor's pass."""
    return _("pass until %(day)s") % {"day": f"{visit.comes_until:%m-%d}"} if visit.comes_until else ""


def inside_row(visit: Visit, reader: Reader) -> Row:
    """Somebody who is inside: for how long, and the click that lets them out."""
    came = _("in %(time)s") % {"time": day_and_time(visit.arrived_at)} if visit.arrived_at else ""
    badge = _("badge %(badge)s") % {"badge": visit.badge} if visit.badge else ""
    return {
        **_who(visit, reader),
        "clock": stay_clock(visit, reader.at),
        "second": listed([came, badge, runs_until(visit), host_says(visit)]),
        "action": check_out_act(visit, reader) if reader.works else None,
    }


def gone_row(visit: Visit, reader: Reader) -> Row:
    """Somebody who left, or was refused and why."""
    if visit.status == Visit.Status.REFUSED:
        moment, tone, icon = visit.refused_at, "red", "hand"
        said = visit.refuse_reason
    else:
        moment, tone, icon = visit.left_at, "pine", "tick"
        stayed = (visit.left_at - visit.arrived_at) if visit.left_at and visit.arrived_at else timedelta()
        said = _("stayed %(span)s") % {"span": in_short(stayed)}
    label = day_and_time(moment) if moment else ""
    return {**_who(visit, reader), "chip": {"label": label, "icon": icon, "tone": tone}, "second": said}


def _who(visit: Visit, reader: Reader) -> Row:
    unit = visit.unit
    plate = {"code": unit.code} if unit else None
    if plate and reader.opens_cards:
        plate["url"] = reverse("unit_card", args=[unit.pk])  # type: ignore[union-attr]
    return {
        "id": f"visit-{visit.pk}",
        "url": reverse("visit_detail", args=[visit.pk]),
        "plate": plate,
        "name": name_of(visit),
        "role": "" if unit else str(visit.department or _("Office")),
        "line": visit.purpose,
    }


def name_of(visit: Visit) -> str:
    """Masked as it is everywhere but on the visit's own page, and how many come along."""
    name = str(visit.visitor_name) or visit.number
    more = visit.party_size - 1
    if not more:
        return name
    return ngettext("%(name)s and %(more)d more", "%(name)s and %(more)d more", more) % {
        "name": name,
        "more": more,
    }


def host_says(visit: Visit) -> str:
    """What the host said, or that they were told."""
    if visit.host_answer:
        return _("host: %(answer)s") % {"answer": visit.get_host_answer_display()}
    return _("host told") if visit.host_told_at else ""


def stay_clock(visit: Visit, at: datetime) -> dict[str, Any] | None:
    """How long somebody has been inside; amber in the last quarter of what they may, red after it."""
    came, until = visit.arrived_at, visit.stay_until
    if visit.status != Visit.Status.INSIDE or came is None or until is None:
        return None
    clock = clock_until(until, since=came, at=at)
    if clock["state"] == "late":
        return clock
    state = "soon" if clock["fraction"] <= LAST_PART else "running"
    return {**clock, "state": state, "label": _("for %(span)s") % {"span": in_short(at - came)}}


def check_in_act(visit: Visit, reader: Reader) -> Row:
    """One click says that an identity card was seen; the menu has the other documents, and the page with everything."""
    page = reverse("visit_detail", args=[visit.pk]) + "#check-in"
    if reader.asks_number:
        return {"label": _("Check in"), "url": page}
    seen = [_seen(visit, reader, kind, str(label)) for kind, label in DocumentType.choices]
    return {
        **seen[0],
        "label": _("Check in"),
        "menu": [*seen, {"label": _("More to write down"), "url": page}],
    }


def _seen(visit: Visit, reader: Reader, kind: str, label: str) -> Row:
    return {
        "label": _("%(document)s seen") % {"document": label},
        "url": reverse("visit_check_in", args=[visit.pk]),
        "post": True,
        "fields": reader.fields(id_document_type=kind),
    }


def check_out_act(visit: Visit, reader: Reader) -> Row:
    url = reverse("visit_check_out", args=[visit.pk])
    return {"label": _("Check out"), "url": url, "post": True, "fields": reader.fields()}


Draw = Callable[[Visit, Reader], Row]
