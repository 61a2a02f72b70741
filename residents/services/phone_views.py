"""Keeping who was shown whose telephone numbers (docs/domain.md §8)."""

from collections.abc import Iterable

from helpdesk.audit.services import log_access
from helpdesk.staff.models import User
from residents.models import Resident


def log_phones_shown(residents: Iterable[Resident], *, actor: User, reason: str, address: str | None) -> None:
    """One line for each resident whose numbers stood whole on a page; never a number."""
    for resident in residents:
        log_access(
            resident, "phones", actor=actor, estate_id=resident.estate_id, reason=reason, address=address
        )
