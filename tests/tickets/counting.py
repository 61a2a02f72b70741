"""How many queries a page costs."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# Session, user, memberships; the figures of rail and bell are kept for some seconds.
FRAME = 3


def cost(client: Client, url: str) -> int:
    """Queries of the page alone, without the frame's; read once before, so that what is kept is there."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught) - FRAME
