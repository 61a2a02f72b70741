"""What the desk does: registers, tickets, slips and follow-up visits."""

from tickets.models.contacts import Contact
from tickets.models.follow_ups import Attempt, FollowUp
from tickets.models.slips import Slip
from tickets.models.tickets import (
    COMMUNICATION,
    OPEN,
    UNRESOLVED,
    Channel,
    ClassDecision,
    ComplaintClass,
    Finding,
    Priority,
    Reply,
    Step,
    Ticket,
    Topic,
)

__all__ = [
    "COMMUNICATION",
    "OPEN",
    "UNRESOLVED",
    "Attempt",
    "Channel",
    "ClassDecision",
    "ComplaintClass",
    "Contact",
    "Finding",
    "FollowUp",
    "Priority",
    "Reply",
    "Slip",
    "Step",
    "Ticket",
    "Topic",
]
