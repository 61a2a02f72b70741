"""What every act on a page ends with, and the ticket it is about."""

from django.http import HttpRequest

from helpdesk.lib.pages import INVALID, REFUSED, SeeOther, done
from helpdesk.staff.access import get_visible
from tickets.models import Ticket

__all__ = ["INVALID", "REFUSED", "SeeOther", "done", "ticket_for"]
WITH_PEOPLE = (
    "estate",
    "unit",
    "resident",
    "responsible",
    "handler",
    "department",
    "created_by",
    "merged_into",
    "forwarding__answered_by",
    "incident_report__incident",
    "split_from",
)


def ticket_for(request: HttpRequest, pk: int, permission: str) -> Ticket:
    """The ticket, if this person may do `permission` to it."""
    return get_visible(Ticket.objects.select_related(*WITH_PEOPLE), request.user, permission, pk=pk)  # type: ignore[arg-type]
