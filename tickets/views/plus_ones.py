"""+1 caller: the open incidents that whoever is speaking may be ringing about."""

import uuid
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.request import QueryDict
from django.urls import reverse
from django.utils import timezone

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.selectors import homes_of
from tickets.models import Contact, Incident
from tickets.services.incidents import place_of
from tickets.views.callers import Caller

SHOWN = 3


def plus_ones(caller: Caller, request: HttpRequest) -> list[dict[str, Any]]:
    """One button an open incident, for the caller of this form: of their building and of the whole estate."""
    user: User = request.user  # type: ignore[assignment]
    return buttons(user, caller.estate, unit=caller.unit, resident=caller.resident, contact=caller.contact)


def buttons(
    user: User,
    estate: Estate,
    *,
    unit: Unit | None = None,
    resident: Resident | None = None,
    contact: Contact | None = None,
) -> list[dict[str, Any]]:
    """The same for a caller card; nothing for who may not add callers, or where nobody is known to be speaking."""
    who = {"unit": unit, "resident": resident, "contact": contact}
    query = QueryDict(mutable=True)
    query.update({name: str(thing.pk) for name, thing in who.items() if thing is not None})
    if not query or not user.may("incidents.work", estate.pk):
        return []
    rows = Incident.objects.filter(estate=estate).open()  # type: ignore[attr-defined]
    here = rows.felt_in(_buildings_of(unit, resident)).select_related("building")
    found = here.annotate(callers=Count("reports")).order_by("-opened_at", "-id")[:SHOWN]
    return [_button(incident, query.urlencode()) for incident in found]


def _buildings_of(unit: Unit | None, resident: Resident | None) -> set[int]:
    """Where whoever is speaking lives: by the door that was named, else by their homes of today."""
    if unit is not None:
        return {unit.building_id}
    homes = homes_of(resident, timezone.localdate()) if resident is not None else []
    return {home.unit.building_id for home in homes}


def _button(incident: Incident, query: str) -> dict[str, Any]:
    return {
        "number": incident.number,
        "title": incident.title,
        "where": place_of(incident),
        "callers": incident.callers,  # type: ignore[attr-defined]
        "url": reverse("incident_detail", args=[incident.pk]),
        "add_url": f"{reverse('incident_caller', args=[incident.pk])}?{query}",
        "token": uuid.uuid4().hex,
    }


def open_like(user: User, estate: Estate, topic: str, unit: Unit | None) -> list[Incident]:
    """Open incidents that a matter of this topic at this door may belong to."""
    if not user.may("incidents.view", estate.pk):
        return []
    building = unit.building_id if unit else None
    rows = Incident.objects.filter(estate=estate).like(topic=topic, building_id=building)  # type: ignore[attr-defined]
    return list(rows.order_by("-opened_at")[:SHOWN])
