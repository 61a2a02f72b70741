"""Everything that is done to a ticket; every door calls these (docs/domain.md §2)."""

from tickets.services.links import track_path, track_url
from tickets.services.tickets.ending import (
    close_ticket,
    decline_ticket,
    merge_tickets,
    reopen_ticket,
    resolve_ticket,
)
from tickets.services.tickets.judging import classify_ticket, edit_ticket, set_priority
from tickets.services.tickets.moving import assign_ticket, hand_over_responsibility, start_ticket, tick_step
from tickets.services.tickets.state import TICKET_STATES
from tickets.services.tickets.taking import take_ticket

__all__ = [
    "TICKET_STATES",
    "assign_ticket",
    "classify_ticket",
    "close_ticket",
    "decline_ticket",
    "edit_ticket",
    "hand_over_responsibility",
    "merge_tickets",
    "reopen_ticket",
    "resolve_ticket",
    "set_priority",
    "start_ticket",
    "take_ticket",
    "tick_step",
    "track_path",
    "track_url",
]
