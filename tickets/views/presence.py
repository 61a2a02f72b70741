"""Who else has a ticket open: each reading of the page leaves a mark that fades."""

import time

from django.core.cache import cache

from helpdesk.staff.models import User
from tickets.models import Ticket

# The page asks again every 30 seconds; a mark outlives one missed beat.
FADES_AFTER = 75


def look_in(ticket: Ticket, user: User) -> list[str]:
    """Leave this person's mark and name the others. Two at the same second may miss each other for one beat."""
    key = f"reading:{ticket.pk}"
    now = time.time()
    marks = {pk: mark for pk, mark in (cache.get(key) or {}).items() if now - mark[1] < FADES_AFTER}
    others = [name for pk, (name, _seen) in marks.items() if pk != user.pk]
    cache.set(key, marks | {user.pk: (str(user), now)}, FADES_AFTER)
    return others
