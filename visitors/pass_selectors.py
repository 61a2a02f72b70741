"""What waits about goods, and which passes a unit has."""

from datetime import datetime

from django.db.models import Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Unit
from visitors.models import ReleasePass


def passes_for_rail(user: User, estate: Estate, at: datetime) -> dict[str, tuple[QuerySet[ReleasePass], Q]]:
    """Passes that wait for the desk, for `count_together`; nothing for who may not issue them. None of them is late."""
    if not user.may("passes.work", estate.pk):
        return {}
    rows = ReleasePass.objects.filter(estate=estate, status__in=ReleasePass.WAITING, valid_until__gte=at)
    return {"passes": (rows, Q(pk=None))}


def open_passes_of(user: User, unit: Unit) -> list[ReleasePass]:
    """The unit's passes that wait or still open a gate, the newest first; none for who may not see passes."""
    if not user.may("passes.view", unit.estate_id):
        return []
    rows = ReleasePass.objects.filter(unit=unit, status__in=ReleasePass.OPEN)
    return list(rows.prefetch_related("items").order_by("-created_at", "-pk")[:5])
