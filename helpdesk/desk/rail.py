"""The left rail: the pages this person may open, with a count where something waits."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.estates.models import Duty, Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from tickets.selectors import counts_for_rail


@dataclass(frozen=True)
class Place:
    """One word of the rail; `count` None shows no figure."""

    key: str
    label: str
    url: str
    icon: str
    count: int | None
    alert: bool
    active: bool


# key, permission, url name, icon, word, further url names under which it stays lit
PLACES = [
    ("desk", "desk.view", "desk", "o-desk", gettext_lazy("Desk"), ()),
    ("tickets", "tickets.view", "ticket_list", "o-ticket", gettext_lazy("Tickets"), ("ticket_",)),
    ("slips", "slips.view", "slip_list", "o-slip", gettext_lazy("Slips"), ("slip_",)),
    (
        "follow_ups",
        "follow_ups.view",
        "follow_up_list",
        "o-follow-up",
        gettext_lazy("Follow-ups"),
        ("follow_up_",),
    ),
    ("contacts", "contacts.view", "contact_list", "o-phone", gettext_lazy("Registers"), ("contact_",)),
    (
        "residents",
        "residents.view",
        "resident_list",
        "o-building",
        gettext_lazy("Residents"),
        ("resident_", "unit_"),
    ),
]


def rail_of(request: HttpRequest) -> list[Place]:
    """The places of the current estate that the user's role opens."""
    user, estate = request.user, request.estate  # type: ignore[attr-defined]
    if estate is None:
        return []
    counts = counts_for_rail(user, estate, timezone.now())
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    places = []
    for key, permission, name, icon, label, lit in PLACES:
        if may(user, permission, estate.pk):
            count, alert = counts.get(key, (None, False))
            active = here == name or here.startswith(lit)
            places.append(Place(key, str(label), reverse(name), icon, count, alert, active))
    return places


def shift_line(user: User, estate: Estate) -> str:
    """Until when this person's shift lasts today, where the duty list names one."""
    now: datetime = timezone.now().astimezone(ZoneInfo(estate.time_zone))
    duty = (
        Duty.objects.filter(person=user, day=now.date(), shift__estate=estate)
        .select_related("shift")
        .order_by("id")
        .first()
    )
    if duty is None:
        return ""
    return _("%(shift)s to %(end)s") % {"shift": duty.shift.name, "end": f"{duty.shift.ends:%H:%M}"}
