"""Units and the people in them."""

from residents.models.cards import AccessCard
from residents.models.decorations import (
    Decoration,
    DecorationInspection,
    DecorationViolation,
    WorkerPermit,
)
from residents.models.emergency_contacts import EmergencyContact
from residents.models.fixtures import FixtureItem, FixturesHandover
from residents.models.imports import ImportJob
from residents.models.keys import DeskKey, KeyLoan
from residents.models.moves import Move, MoveKind, MovePerson, MoveRule, MoveStep
from residents.models.notes import Note
from residents.models.papers import Paper
from residents.models.personal_data import Erasure, GivenConsent, LegalHold, RetentionRun
from residents.models.pets import Pet
from residents.models.residents import NameKey, Occupancy, Phone, Resident
from residents.models.unit_changes import UnitChange
from residents.models.units import Building, Unit
from residents.models.vehicles import ParkingSpace, Vehicle

__all__ = [
    "AccessCard",
    "Building",
    "Decoration",
    "DecorationInspection",
    "DecorationViolation",
    "DeskKey",
    "EmergencyContact",
    "Erasure",
    "FixtureItem",
    "FixturesHandover",
    "GivenConsent",
    "ImportJob",
    "KeyLoan",
    "LegalHold",
    "Move",
    "MoveKind",
    "MovePerson",
    "MoveRule",
    "MoveStep",
    "NameKey",
    "Note",
    "Occupancy",
    "Paper",
    "ParkingSpace",
    "Pet",
    "Phone",
    "Resident",
    "RetentionRun",
    "Unit",
    "UnitChange",
    "Vehicle",
    "WorkerPermit",
]
