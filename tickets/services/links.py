"""The resident's link to a ticket."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.lib.errors import LinkEnded
from tickets.models import Ticket


def track_path(ticket: Ticket) -> str:
    """The path of the resident's page; empty for old tickets of which no link is kept."""
    return reverse("track", args=[ticket.track_secret]) if ticket.track_secret else ""


def track_url(ticket: Ticket) -> str:
    """The whole address of the resident's page, as it stands in a message."""
    path = track_path(ticket)
    return settings.SITE_URL + path if path else ""


def link_is_open(ticket: Ticket, at: datetime) -> bool:
    """While the matter is open, and for TRACK_LINK_DAYS after; of a merged one the matter it goes on in counts."""
    while ticket.merged_into is not None:
        ticket = ticket.merged_into
    if ticket.is_open or ticket.closed_at is None:
        return True
    return at < ticket.closed_at + timedelta(days=settings.TRACK_LINK_DAYS)


def link_ended(ticket: Ticket) -> LinkEnded:
    """What is answered behind a link whose time is over."""
    sentence = _("This matter was closed some time ago. The front desk is glad to help you on the telephone.")
    return LinkEnded(sentence, estate=ticket.estate)
