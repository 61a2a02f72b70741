"""The last two of the five steps with a caller on the office: the waiting area, and tea (docs/domain.md §6)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from visitors.models import Visit
from visitors.services.visits import VISIT_STATES, lock_visit, save_visit


@transaction.atomic
def seat_caller(visit: Visit, *, actor: User, at: datetime | None = None) -> Visit:
    """Shown to the waiting area and offered tea; saying so again changes nothing.

    Refused invalid_transition (not inside), not_a_caller (a guest goes up to the unit).
    """
    at = at or timezone.now()
    locked = lock_visit(visit)
    VISIT_STATES.guard(locked.status, "seat")
    if locked.kind != Visit.Kind.CALLER:
        raise Refused("not_a_caller", _("Only a caller on the office waits here."))
    if locked.seated_at is not None:
        return locked
    locked.seated_at = at
    save_visit(locked)
    record("visit.seated", locked, actor=actor, at=at)
    return locked
