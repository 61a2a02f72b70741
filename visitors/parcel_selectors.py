"""What waits at the desk for a unit."""

from helpdesk.staff.models import User
from residents.models import Unit
from visitors.models import Parcel


def waiting_parcels_of(user: User, unit: Unit) -> list[Parcel]:
    """Not yet collected, the oldest first; none for who hands out no parcels."""
    if not user.may("parcels.work", unit.estate_id):
        return []
    rows = Parcel.objects.filter(unit=unit, status=Parcel.Status.RECEIVED)
    return list(rows.order_by("received_at", "pk")[:5])
