"""Units and the people in them."""

from residents.models.imports import ImportJob
from residents.models.personal_data import Erasure, GivenConsent, LegalHold, RetentionRun
from residents.models.residents import NameKey, Occupancy, Phone, Resident
from residents.models.units import Building, Unit

__all__ = [
    "Building",
    "Erasure",
    "GivenConsent",
    "ImportJob",
    "LegalHold",
    "NameKey",
    "Occupancy",
    "Phone",
    "Resident",
    "RetentionRun",
    "Unit",
]
