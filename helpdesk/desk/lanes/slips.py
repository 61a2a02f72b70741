"""Slips that nobody has signed for, and those in somebody's hand."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined, line_of, plate_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from tickets.clocks import clock_until
from tickets.models import Slip


def unsigned_slips(user: User, estate: Estate, at: datetime, *, signs: bool = False) -> Lane:
    """Slips that no department has signed for: the desk nudges, the department (`signs`) signs."""
    lane = Lane(
        "unsigned",
        _("Not signed for"),
        "slip",
        empty=_("Every slip has been signed for."),
        all_url=reverse("slip_list"),
    )
    opens_cards = may(user, "residents.view", estate.pk)
    rows = Slip.objects.visible_to(user).filter(estate=estate).unsigned()  # type: ignore[attr-defined]
    found = rows.select_related("unit", "department")[: READ + 1]
    return lane.fill(found, lambda slip: _unsigned(slip, at, signs, opens_cards))


def _unsigned(slip: Slip, at: datetime, signs: bool, opens_cards: bool) -> tuple[Row, Due]:
    url = reverse("slip_detail", args=[slip.pk])
    act = ("slip_sign", _("Sign")) if signs else ("slip_nudge", _("Nudge"))
    row = {
        **_slip_row(slip, opens_cards),
        "clock": clock_until(slip.sign_due_at, since=slip.issued_at, at=at),
        "action": {
            "label": act[1],
            "url": reverse(act[0], args=[slip.pk]),
            "post": True,
            "fields": [{"name": "next", "value": "desk"}],
        },
    }
    return row, Due(slip.sign_due_at, "slip", _("%(number)s to be signed for") % {"number": slip.number}, url)


def slips_in_hand(user: User, estate: Estate, at: datetime) -> Lane:
    """What somebody signed for and has not reported done."""
    lane = Lane(
        "in-hand",
        _("In hand"),
        "wrench",
        empty=_("You have signed for nothing that is still to be done."),
        all_url=reverse("slip_list"),
    )
    working = (Slip.Status.SIGNED, Slip.Status.IN_PROGRESS)
    opens_cards = may(user, "residents.view", estate.pk)
    rows = Slip.objects.visible_to(user).filter(estate=estate, signed_by=user, status__in=working).order_by("due_at", "id")
    return lane.fill(rows.select_related("unit", "department")[: READ + 1], lambda slip: _in_hand(slip, at, opens_cards))


def _in_hand(slip: Slip, at: datetime, opens_cards: bool) -> tuple[Row, Due]:
    url = reverse("slip_detail", args=[slip.pk])
    row = {
        **_slip_row(slip, opens_cards),
        "clock": clock_until(slip.due_at, since=slip.issued_at, at=at),
        "action": {"label": _("Report"), "url": url},
    }
    return row, Due(slip.due_at, "wrench", _("%(number)s to be done") % {"number": slip.number}, url)


def _slip_row(slip: Slip, opens_cards: bool) -> Row:
    plate = plate_of(slip.unit)
    return {
        "id": f"slip-{slip.pk}",
        "url": reverse("slip_detail", args=[slip.pk]),
        "plate": plate if opens_cards or plate is None else {"code": plate["code"]},
        **line_of(slip.instructions),
        "second": joined([str(slip.department), slip.number]),
    }
