"""What the desk does: registers, tickets, slips and follow-up visits."""

from tickets.models.answers import Answer
from tickets.models.canned_replies import CannedReply
from tickets.models.class_reviews import ClassReview
from tickets.models.contacts import Contact, LetterClass
from tickets.models.day_logs import LogEntry, SignedLog
from tickets.models.door_complaints import DoorComplaint
from tickets.models.follow_ups import Attempt, FollowUp
from tickets.models.forwardings import Forwarding
from tickets.models.handovers import ClosingItem, Handover, HandoverLine
from tickets.models.incidents import Incident, IncidentNote, IncidentNotice, IncidentReport
from tickets.models.learning import LearnedModel, Refit
from tickets.models.pauses import Pause
from tickets.models.praise import Praise
from tickets.models.procedures import ProcedureStep
from tickets.models.script_texts import ScriptText
from tickets.models.slips import Slip, SlipLink, SlipPart
from tickets.models.tickets import (
    COMMUNICATION,
    OPEN,
    SETTABLE_PRIORITIES,
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
    "SETTABLE_PRIORITIES",
    "UNRESOLVED",
    "Answer",
    "Attempt",
    "CannedReply",
    "Channel",
    "ClassDecision",
    "ClassReview",
    "ClosingItem",
    "ComplaintClass",
    "Contact",
    "DoorComplaint",
    "Finding",
    "FollowUp",
    "Forwarding",
    "Handover",
    "HandoverLine",
    "Incident",
    "IncidentNote",
    "IncidentNotice",
    "IncidentReport",
    "LearnedModel",
    "LetterClass",
    "LogEntry",
    "Pause",
    "Praise",
    "Priority",
    "ProcedureStep",
    "Refit",
    "Reply",
    "ScriptText",
    "SignedLog",
    "Slip",
    "SlipLink",
    "SlipPart",
    "Step",
    "Ticket",
    "Topic",
]
