"""The handover that waits: to be taken over, or to be written before one goes."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.clocks import clock_until
from tickets.models import Handover

SOON = timedelta(hours=1)


def handovers(user: User, estate: Estate, at: datetime) -> Lane:
    """Handovers to sign: given ones for whoever did not give them, and those whose shift ends within the hour."""
    lane = Lane(
        "handovers",
        _("Handover to sign"),
        "swap",
        empty=_("No handover waits for a signature."),
        all_url=reverse("handover_list"),
    )
    to_take = Q(status=Handover.Status.GIVEN) & ~Q(given_by=user)
    to_give = Q(status=Handover.Status.DRAFTED, ends_at__lt=at + SOON)
    rows = Handover.objects.visible_to(user).filter(to_take | to_give, estate=estate)
    return lane.fill(
        rows.select_related("given_by").order_by("ends_at", "id")[: READ + 1],
        lambda handover: _row(handover, at),
    )


def _row(handover: Handover, at: datetime) -> tuple[Row, Due]:
    url = reverse("handover_detail", args=[handover.pk])
    given = handover.status == Handover.Status.GIVEN
    row = {
        "id": f"handover-{handover.pk}",
        "url": url,
        "clock": clock_until(handover.ends_at, since=handover.created_at, at=at),
        "name": handover.shift_name,
        "line": joined([_("given by %(who)s") % {"who": handover.given_by}, handover.number])
        if given
        else joined([str(handover.get_status_display()), handover.number]),
        "action": {"label": _("Take over") if given else _("Sign"), "url": url},
    }
    title = _("%(number)s to be signed") % {"number": handover.number}
    return row, Due(handover.ends_at, "swap", title, url)
