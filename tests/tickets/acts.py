"""Short cuts through a ticket's life for tests that begin later in it."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from helpdesk.lib.errors import Refused
from tests.conftest import at
from tickets.services import tickets

MORNING = at("2026-11-17 10:00")  # a Tuesday
DONE_BY_HAND = {"valid": ["on_site"], "help_seeking": ["identity", "arrears"]}


@contextmanager
def refused(code):
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def open_steps(ticket):
    return list(ticket.steps.filter(done_at__isnull=True).values_list("key", flat=True))


def tick_by_hand(ticket, actor, moment=MORNING):
    for key in open_steps(ticket):
        if key in {"on_site", "identity", "arrears"}:
            ticket = tickets.tick_step(ticket, actor=actor, key=key, at=moment)
    return ticket


def bring_to(ticket, status, *, actor, department, complaint_class="help_seeking", moment=MORNING):
    """The ticket in that status, by the usual way."""
    if status == "declined":
        return tickets.decline_ticket(ticket, actor=actor, reason="Belongs to the city.", at=moment)
    if status == "new":
        return ticket
    ticket = tickets.classify_ticket(ticket, actor=actor, complaint_class=complaint_class, at=moment)
    ticket = tickets.assign_ticket(ticket, actor=actor, department=department, at=moment)
    if status == "assigned":
        return ticket
    ticket = tickets.start_ticket(ticket, actor=actor, at=moment)
    if status == "in_progress":
        return ticket
    tick_by_hand(ticket, actor, moment)
    ticket = tickets.resolve_ticket(ticket, actor=actor, resolution="Seen to.", at=moment)
    if status == "resolved":
        return ticket
    tickets.tick_step(
        ticket, actor=actor, key="follow_up", not_needed=True, reason="No number left.", at=moment
    )
    return tickets.close_ticket(ticket, actor=actor, at=moment + timedelta(minutes=1))


def at_once(*acts):
    """Run the acts at the same moment in threads of their own; what each returned or raised, in order."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(n, act):
        try:
            barrier.wait()
            answers[n] = act()
        except Exception as error:
            answers[n] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
