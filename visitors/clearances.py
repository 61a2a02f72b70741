"""What the gate answers before a household leaves: nobody inside or expected, goods gone with a pass (docs/domain.md §8)."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.clearances import (
    MOVE_OUT,
    Case,
    State,
    register_clearance,
    settled,
    still_open,
)
from visitors.models import ReleasePass, Visit
from visitors.selectors import day_of

Answer = tuple[State, str, str]
# A pass that was used so long before the move was opened belongs to it.
JUST_BEFORE = timedelta(days=14)


def nobody_there(case: Case, at: datetime) -> Answer:
    """Nobody is inside with the unit, and nobody is still expected there."""
    begins, _ends = day_of(case.unit.estate, at)
    rows = Visit.objects.filter(unit=case.unit)
    inside = rows.filter(status=Visit.Status.INSIDE).order_by("pk").first()
    if inside is not None:
        return still_open(_("A visitor is inside."), reverse("visit_detail", args=[inside.pk]))
    # Without a time, or of a day gone by, nobody comes any more: the night's job says so. A contractor does till the last day.
    meant = Q(expected_at__gte=begins) | Q(expected_at__isnull=True, created_at__gte=begins)
    expected = rows.filter(meant | Q(comes_until__gte=begins.date()), status=Visit.Status.EXPECTED)
    coming = expected.order_by("pk").first()
    if coming is not None:
        return still_open(_("A visitor is expected."), reverse("visit_detail", args=[coming.pk]))
    return settled(_("Nobody."))


def goods_gone(case: Case, at: datetime) -> Answer:
    """A pass was issued for the goods and used up at the gate; a pass that waits or is half used is open."""
    rows = ReleasePass.objects.filter(unit=case.unit)
    waits = rows.filter(status__in=ReleasePass.OPEN).order_by("pk").first()
    if waits is not None:
        says = _("%(number)s: %(status)s.") % {"number": waits.number, "status": waits.get_status_display()}
        return still_open(says, reverse("pass_detail", args=[waits.pk]))
    used = rows.filter(status=ReleasePass.Status.RELEASED, created_at__gte=case.since - JUST_BEFORE)
    if used.exists():
        return settled(_("Used at the gate."))
    url = f"{reverse('pass_new')}?unit={case.unit.pk}"
    return still_open(_("No pass for the goods yet."), url)


def register() -> None:
    """Called once, when the apps are ready."""
    register_clearance(
        "visitors", nobody_there, title=gettext_lazy("Nobody inside or expected"), kinds=[MOVE_OUT]
    )
    register_clearance("release_pass", goods_gone, title=gettext_lazy("Release pass used"), kinds=[MOVE_OUT])
