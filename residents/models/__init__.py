"""Units and the people in them."""

from residents.models.residents import NameKey, Occupancy, Phone, Resident
from residents.models.units import Building, Unit

__all__ = ["Building", "NameKey", "Occupancy", "Phone", "Resident", "Unit"]
