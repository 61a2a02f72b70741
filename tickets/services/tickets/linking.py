"""The resident's link given anew (docs/domain.md §1)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import Ticket
from tickets.services.links import link_is_open
from tickets.services.telling import tell_resident
from tickets.services.tickets.state import lock_ticket, save_ticket


@transaction.atomic
def renew_link(ticket: Ticket, *, actor: User, at: datetime | None = None) -> Ticket:
    """Another link to the matter: the old one opens nothing any more, and whoever reported it is sent the new one.

    Refused invalid_transition where the matter has been over for so long that no link opens it.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    if not link_is_open(ticket, at):
        sentence = _("It is over for so long that no link opens it any more: open it again first.")
        raise Refused("invalid_transition", sentence)
    secret = new_secret()
    ticket.track_secret, ticket.track_digest = secret, digest_secret(secret)
    save_ticket(ticket, "track_secret", "track_digest")
    record("ticket.link_renewed", ticket, actor=actor, at=at)
    tell_resident(ticket, "resident_link", key=f"ticket:{ticket.pk}:link:{ticket.version}", at=at)
    return ticket
