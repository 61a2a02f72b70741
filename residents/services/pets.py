"""Animals of a household (docs/domain.md §8)."""

from typing import Any

from helpdesk.staff.models import User
from residents.models import Pet, Resident, Unit
from residents.services.kept import change, keep


def add_pet(
    *, actor: User | None, unit: Unit | None = None, resident: Resident | None = None, **details: Any
) -> Pet:
    """A dog or a cat comes into the household. Refused: other_estate, archived."""
    return keep(Pet(unit=unit, resident=resident, **details), actor=actor)


def edit_pet(pet: Pet, *, actor: User | None, version: int | None = None, **changes: Any) -> Pet:
    """A new vaccination, a licence. Refused: stale, other_estate, archived."""
    return change(pet, actor=actor, version=version, **changes)
