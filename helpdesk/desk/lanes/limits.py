"""Matters whose limits fall due today: one's own, and those of colleagues who are off shift (docs/domain.md §2)."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.desk.lanes.lane import READ, SEALED_OF_TICKET, Due, Lane, Row, line_of, who_of
from helpdesk.desk.matters import title_of
from helpdesk.estates.calendars import on_duty_ids
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.clocks import clock_until
from tickets.models import OPEN, UNRESOLVED, Ticket

Limit = tuple[datetime, str]


def limits_due(user: User, estate: Estate, at: datetime, *, until: datetime) -> Lane:
    """What has to be answered, looked at, resolved or answered back before `until`, the earliest first."""
    lane = Lane("limits", _("Limits due today"), "clock", empty=_("Nothing of yours falls due today."))
    rows = (
        Ticket.objects.visible_to(user)
        .filter(_whose(user, estate, at), due_before(until), estate=estate, merged_into__isnull=True)
        # Who has not judged it yet finds it among those to judge.
        .exclude(complaint_class="")
        .select_related("unit", "resident", "responsible", "forwarding")
        .defer(*SEALED_OF_TICKET, "resident__identity_number", "search_text", "forwarding__answer")
        .order_by("resolution_due_at", "id")
    )
    found = sorted(rows.distinct()[: READ + 1], key=lambda ticket: _nearest(ticket)[0])
    return lane.fill(found, lambda ticket: _due(ticket, user, at))


def _whose(user: User, estate: Estate, at: datetime) -> Q:
    """One's own; and for the shift on duty what belongs to nobody who is there."""
    there = on_duty_ids(estate, at)
    if user.pk not in there:
        return Q(responsible=user)
    return Q(responsible=user) | Q(responsible__isnull=True) | ~Q(responsible__in=there)


def due_before(until: datetime) -> Q:
    """Some limit that still waits lies before `until`; a resolution that is paused waits for nobody here."""
    paused = Q(paused_since__isnull=False, resolution_due_at__gte=F("paused_since"))
    working = Q(resolution_due_at__lt=until) & ~paused
    unanswered = Q(responded_at__isnull=True, response_due_at__lt=until)
    unseen = Q(on_site_due_at__lt=until, steps__key="on_site", steps__done_at__isnull=True)
    # What was declined is answered back all the same: that it is not ours is what the sender wants to hear.
    sender = Q(forwarding__answered_at__isnull=True, forwarding__answer_due_at__lt=until)
    sender &= Q(status__in=(*OPEN, Ticket.Status.DECLINED))
    return Q(status__in=UNRESOLVED) & (working | unanswered | unseen) | sender


def _nearest(ticket: Ticket) -> Limit:
    """The limit that comes first of those still open, and what it is for."""
    limits: list[Limit] = []
    if ticket.status in UNRESOLVED:
        if ticket.paused_since is None or ticket.resolution_due_at < ticket.paused_since:
            limits.append((ticket.resolution_due_at, _("Resolve")))
        if ticket.responded_at is None:
            limits.append((ticket.response_due_at, _("First response")))
    forwarding: Any = getattr(ticket, "forwarding", None)
    if forwarding is not None and forwarding.answered_at is None and forwarding.answer_due_at:
        limits.append((forwarding.answer_due_at, _("Answer back")))
    if not limits and ticket.on_site_due_at:
        limits.append((ticket.on_site_due_at, _("On the spot")))
    return min(limits) if limits else (ticket.resolution_due_at, _("Resolve"))


def _due(ticket: Ticket, user: User, at: datetime) -> tuple[Row, Due]:
    due, what = _nearest(ticket)
    url = reverse("ticket_detail", args=[ticket.pk])
    row = {
        "id": f"limit-{ticket.pk}",
        "url": url,
        "clock": clock_until(due, since=ticket.created_at, at=at),
        **who_of(ticket.unit, ticket.resident, ticket.reporter_name or ticket.unit_as_written, ticket.number),
        **line_of(title_of(ticket)),
        "second": _second(ticket, user),
        "action": {"label": what, "url": url},
    }
    return row, Due(due, "clock", f"{what} {ticket.number}", url)


def _second(ticket: Ticket, user: User) -> str:
    """Whose it is, where it is a colleague's who is away."""
    if ticket.responsible_id is None or ticket.responsible_id == user.pk:
        return ""
    return _("%(name)s is responsible and off shift") % {"name": ticket.responsible}
