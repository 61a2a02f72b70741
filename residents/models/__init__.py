"""Units and the people in them."""

from residents.models.cards import AccessCard
from residents.models.emergency_contacts import EmergencyContact
from residents.models.imports import ImportJob
from residents.models.keys import DeskKey, KeyLoan
from residents.models.notes import Note
from residents.models.papers import Paper
from residents.models.personal_data import Erasure, GivenConsent, LegalHold, RetentionRun
from residents.models.pets import Pet
from residents.models.residents import NameKey, Occupancy, Phone, Resident
from residents.models.units import Building, Unit
from residents.models.vehicles import ParkingSpace, Vehicle

__all__ = [
    "AccessCard",
    "Building",
    "DeskKey",
    "EmergencyContact",
    "Erasure",
    "GivenConsent",
    "ImportJob",
    "KeyLoan",
    "LegalHold",
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
    "Vehicle",
]
