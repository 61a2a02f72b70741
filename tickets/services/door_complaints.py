"""A complaint named at the door: linked to its ticket, or taken as a new one; the household's reminders wait for it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import CollectionVisit
from billing.services.collection import pause_for_complaint
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import OPEN, Channel, DoorComplaint, Ticket
from tickets.services.tickets import take_ticket
from tickets.services.tickets.state import lock_ticket


@transaction.atomic
def link_complaint(
    visit: CollectionVisit, *, actor: User, ticket: Ticket, at: datetime | None = None
) -> DoorComplaint:
    """The reminders of the unit wait 30 days, or until the ticket ends. Again is harmless.

    Refused other_estate, not_a_complaint, already_linked (to another), invalid_transition (the ticket has ended).
    """
    at = at or timezone.now()
    if ticket.estate_id != visit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="ticket")
    if visit.reason != CollectionVisit.Reason.COMPLAINT:
        raise Refused("not_a_complaint", _("At this door nobody named a complaint."))
    CollectionVisit.objects.select_for_update().get(pk=visit.pk)
    ticket = lock_ticket(ticket)
    known = DoorComplaint.objects.filter(visit=visit).first()
    if known is not None and known.ticket_id == ticket.pk:
        return known
    if known is not None:
        raise Refused("already_linked", _("This visit is linked to another ticket already."))
    if ticket.status not in OPEN:
        raise Refused("invalid_transition", _("This ticket has ended; open it again, or take a new one."))
    linked = DoorComplaint.objects.create(
        estate=visit.estate, ticket=ticket, visit=visit, linked_by=actor, linked_at=at
    )
    record("ticket.named_at_door", ticket, actor=actor, at=at, unit=visit.unit.code)
    pause_for_complaint(visit.unit, actor=actor, reason=ticket.number, at=at)
    return linked


@transaction.atomic
def take_complaint(
    visit: CollectionVisit,
    *,
    actor: User,
    description: str,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Ticket:
    """A new ticket of what was said at the door, linked to the visit. Refused as `link_complaint`."""
    ticket = take_ticket(
        estate=visit.estate,
        channel=Channel.COUNTER,
        description=description,
        actor=actor,
        unit=visit.unit,
        form_token=form_token,
        at=at,
    )
    link_complaint(visit, actor=actor, ticket=ticket, at=at)
    return ticket
