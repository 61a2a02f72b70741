"""Slips that nobody has signed for, and those in somebody's hand."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, line_of, plate_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from tickets.clocks import clock_until
from tickets.models import Slip


def unsigned_slips(user: User, estate: Estate, at: datetime) -> Lane:
    """Slips that no department has signed for, for the desk, which nudges."""
    found = _slips(user, estate).unsigned()[: READ + 1]  # type: ignore[attr-defined]
    return _unsigned_lane(found, at, _Reader(user, estate, signs=False))


def department_slips(user: User, estate: Estate, at: datetime) -> tuple[Lane, Lane]:
    """For a department, in one query: what it has to sign for, and what this person signed for and has still in hand."""
    in_hand = Q(signed_by=user, status__in=[Slip.Status.SIGNED, Slip.Status.IN_PROGRESS])
    found = list(
        _slips(user, estate)
        .filter(Q(status=Slip.Status.ISSUED) | in_hand)
        .order_by("due_at", "id")[: 2 * READ]
    )
    reader = _Reader(user, estate, signs=True)
    unsigned = sorted(
        (slip for slip in found if slip.status == Slip.Status.ISSUED), key=lambda slip: slip.sign_due_at
    )
    lane = Lane(
        "in-hand",
        _("In hand"),
        "wrench",
        empty=_("You have signed for nothing that is still to be done."),
        all_url=reverse("slip_list"),
    )
    working = [slip for slip in found if slip.status != Slip.Status.ISSUED]
    return _unsigned_lane(unsigned, at, reader), lane.fill(working, lambda slip: _in_hand(slip, at, reader))


class _Reader:
    """Who looks at the lanes: whether they sign or nudge, and whether a door plate opens its card for them."""

    def __init__(self, user: User, estate: Estate, *, signs: bool) -> None:
        self.signs = signs
        self.opens_cards = may(user, "residents.view", estate.pk)


def _slips(user: User, estate: Estate) -> QuerySet[Slip]:
    return Slip.objects.visible_to(user).filter(estate=estate).select_related("unit", "department")


def _unsigned_lane(found: Iterable[Slip], at: datetime, reader: _Reader) -> Lane:
    lane = Lane(
        "unsigned",
        _("Not signed for"),
        "slip",
        empty=_("Every slip has been signed for."),
        all_url=reverse("slip_list"),
    )
    return lane.fill(found, lambda slip: _unsigned(slip, at, reader))


def _unsigned(slip: Slip, at: datetime, reader: _Reader) -> tuple[Row, Due]:
    url = reverse("slip_detail", args=[slip.pk])
    act = ("slip_sign", _("Sign")) if reader.signs else ("slip_nudge", _("Nudge"))
    row = {
        **_slip_row(slip, reader),
        "clock": clock_until(slip.sign_due_at, since=slip.issued_at, at=at),
        "action": {
            "label": act[1],
            "url": reverse(act[0], args=[slip.pk]),
            "post": True,
            "fields": [{"name": "next", "value": "desk"}],
        },
    }
    return row, Due(slip.sign_due_at, "slip", _("%(number)s to be signed for") % {"number": slip.number}, url)


def _in_hand(slip: Slip, at: datetime, reader: _Reader) -> tuple[Row, Due]:
    url = reverse("slip_detail", args=[slip.pk])
    row = {
        **_slip_row(slip, reader),
        "clock": clock_until(slip.due_at, since=slip.issued_at, at=at),
        "action": {"label": _("Report"), "url": url},
    }
    return row, Due(slip.due_at, "wrench", _("%(number)s to be done") % {"number": slip.number}, url)


def _slip_row(slip: Slip, reader: _Reader) -> Row:
    plate = plate_of(slip.unit)
    return {
        "id": f"slip-{slip.pk}",
        "url": reverse("slip_detail", args=[slip.pk]),
        "plate": plate if reader.opens_cards or plate is None else {"code": plate["code"]},
        "name": str(slip.department),
        **line_of(slip.instructions),
    }
