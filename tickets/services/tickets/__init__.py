"""Everything that is done to a ticket; every door calls these (docs/domain.md §2)."""

from tickets.services.links import track_path, track_url
from tickets.services.tickets.ending import (
    close_ticket,
    decline_ticket,
    merge_tickets,
    reopen_ticket,
    resolve_ticket,
)
from tickets.services.tickets.forwarding import answer_back, note_forwarding
from tickets.services.tickets.judging import answer_class_review, classify_ticket, edit_ticket, set_priority
from tickets.services.tickets.linking import renew_link
from tickets.services.tickets.moving import assign_ticket, hand_over_responsibility, start_ticket, tick_step
from tickets.services.tickets.pausing import pause_ticket, resume_ticket
from tickets.services.tickets.serious import report_serious, set_warranty
from tickets.services.tickets.splitting import split_ticket
from tickets.services.tickets.state import TICKET_STATES
from tickets.services.tickets.taking import take_ticket

__all__ = [
    "TICKET_STATES",
    "answer_back",
    "answer_class_review",
    "assign_ticket",
    "classify_ticket",
    "close_ticket",
    "decline_ticket",
    "edit_ticket",
    "hand_over_responsibility",
    "merge_tickets",
    "note_forwarding",
    "pause_ticket",
    "renew_link",
    "reopen_ticket",
    "report_serious",
    "resolve_ticket",
    "resume_ticket",
    "set_priority",
    "set_warranty",
    "split_ticket",
    "start_ticket",
    "take_ticket",
    "tick_step",
    "track_path",
    "track_url",
]
