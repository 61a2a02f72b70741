"""Which department a topic usually goes to: a first guess for the form, never a rule."""

from collections.abc import Iterable

from helpdesk.estates.models import Department
from tickets.models import Topic

KINDS = Department.Kind
USUAL: dict[str, str] = {
    Topic.WATER: KINDS.ENGINEERING,
    Topic.ELECTRICITY: KINDS.ENGINEERING,
    Topic.LIFT: KINDS.ENGINEERING,
    Topic.FACILITIES: KINDS.ENGINEERING,
    Topic.DECORATION: KINDS.ENGINEERING,
    Topic.CLEANING: KINDS.CLEANING,
    Topic.LANDSCAPING: KINDS.LANDSCAPING,
    Topic.SECURITY: KINDS.SECURITY,
    Topic.PARKING: KINDS.SECURITY,
    Topic.NOISE: KINDS.SECURITY,
    Topic.FEES: KINDS.FINANCE,
    Topic.STAFF: KINDS.FRONT_DESK,
    Topic.OTHER: KINDS.FRONT_DESK,
}


def usual_department(topic: str, departments: Iterable[Department]) -> Department | None:
    """The first of `departments` whose kind usually handles `topic`; None where the estate has none of that kind."""
    kind = USUAL.get(topic)
    return next((d for d in departments if d.kind == kind), None)
