"""Units and the people in them."""

from residents.models.decorations import (
    Decoration,
    DecorationInspection,
    DecorationViolation,
    WorkerPermit,
)
from residents.models.fixtures import FixtureItem, FixturesHandover
from residents.models.imports import ImportJob
from residents.models.moves import Move, MoveKind, MovePerson, MoveRule, MoveStep
from residents.models.personal_data import Erasure, GivenConsent, LegalHold, RetentionRun
from residents.models.residents import NameKey, Occupancy, Phone, Resident
from residents.models.unit_changes import UnitChange
from residents.models.units import Building, Unit

__all__ = [
    "Building",
    "Decoration",
    "DecorationInspection",
    "DecorationViolation",
    "Erasure",
    "FixtureItem",
    "FixturesHandover",
    "GivenConsent",
    "ImportJob",
    "LegalHold",
    "Move",
    "MoveKind",
    "MovePerson",
    "MoveRule",
    "MoveStep",
    "NameKey",
    "Occupancy",
    "Phone",
    "Resident",
    "RetentionRun",
    "Unit",
    "UnitChange",
    "WorkerPermit",
]
