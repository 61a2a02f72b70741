"""The resident's link to a ticket."""

from django.conf import settings
from django.urls import reverse

from tickets.models import Ticket


def track_path(ticket: Ticket) -> str:
    """The path of the resident's page; empty for old tickets of which no link is kept."""
    return reverse("track", args=[ticket.track_secret]) if ticket.track_secret else ""


def track_url(ticket: Ticket) -> str:
    """The whole address of the resident's page, as it stands in a message."""
    path = track_path(ticket)
    return settings.SITE_URL + path if path else ""
