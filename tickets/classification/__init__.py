"""Suggests a complaint's class with reasons; the clerk decides."""

from tickets.classification.classifier import classify, warm_up
from tickets.classification.patterns import CLASSES
from tickets.classification.suggestion import History, Reason, Suggestion
from tickets.classification.topics import ALL_TOPICS, suggest_topic

__all__ = [
    "ALL_TOPICS",
    "CLASSES",
    "History",
    "Reason",
    "Suggestion",
    "classify",
    "suggest_topic",
    "warm_up",
]
