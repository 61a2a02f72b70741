"""The slips that a matter leaves behind when it ends: nobody signs for them any more."""

from datetime import datetime

from django.db.models import F
from django.urls import reverse

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Slip, Ticket
from tickets.services.telling import people_of_department, tell_staff, where_of

UNSIGNED = (Slip.Status.ISSUED,)
UNFINISHED = (*UNSIGNED, Slip.Status.SIGNED, Slip.Status.IN_PROGRESS)


def void_slips(
    ticket: Ticket, statuses: tuple[str, ...], *, actor: User | None, at: datetime, reason: str
) -> None:
    """Make those of a locked ticket void that stand in `statuses`; each keeps the reason, its department is told."""
    left = Slip.objects.filter(ticket=ticket, status__in=statuses).select_related("department", "estate")
    for slip in left.order_by("id"):
        won = Slip.objects.filter(pk=slip.pk, status__in=statuses).update(
            status=Slip.Status.CANCELLED, cancel_reason=reason[:300], version=F("version") + 1
        )
        if not won:
            continue
        record("slip.cancelled", slip, actor=actor, filed_under=ticket, at=at, reason=reason)
        tell_staff(
            people_of_department(slip.department),
            "slip_cancelled",
            about=slip,
            key=f"slip:{slip.pk}:cancelled",
            link=reverse("slip_detail", args=[slip.pk]),
            department=slip.department.name,
            where=where_of(ticket),
            instructions=slip.instructions,
            reason=reason,
        )
