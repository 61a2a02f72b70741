"""Whom a visit is told to: the host by a link to answer with, the department, the desk; never the visitor's whole name."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.masking import mask_name
from helpdesk.lib.sealed import clear
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Resident
from residents.selectors import people_of
from tickets.services.telling import clerks, people_of_department, reach_of, shift_at_the_desk, tell_staff
from visitors.models import Visit


def tell_host_of(visit: Visit, *, at: datetime, actor: User | None = None) -> bool:
    """Send whoever is visited a link to answer by; False where nobody can be reached. An older link opens nothing any more.

    A visitor stands at the door: this spares no rest hours.
    """
    reached = whom_to_reach(visit, at)
    if reached is None:
        return False
    host, channel, address = reached
    secret = new_secret()
    visit.host_digest, visit.host_told_at = digest_secret(secret), at
    visit.save(update_fields=["host_digest", "host_told_at"])
    notify(
        host.name,
        "visit_host",
        estate=visit.estate,
        dedupe_key=f"visit:{visit.pk}:host:{at.timestamp():.0f}",
        context=words_of(visit),
        about=visit,
        link=reverse("visit_host_link", args=[secret]),
        channel=channel,
        address=address,
        language=host.language,
    )
    record("visit.host_told", visit, actor=actor, at=at, by=channel)
    return True


def whom_to_reach(visit: Visit, at: datetime) -> tuple[Resident, str, str] | None:
    """The host who was named, else the unit's people in their order: the first with a number or address on file."""
    people = [visit.host] if visit.host else []
    if visit.unit:
        people += [row.resident for row in people_of(visit.unit, local(visit.estate, at).date())]
    for person in people:
        channel, address = reach_of(person, "")
        if address:
            return person, channel, address
    return None


def tell_department(visit: Visit, *, at: datetime) -> None:
    """A caller on the office is told to the people of the department; they may not open the visit's page."""
    if visit.department is None:
        return
    people = people_of_department(visit.department)
    tell_staff(
        people, "visit_for_department", about=visit, key=f"visit:{visit.pk}:here", link="", **words_of(visit)
    )
    if people:
        visit.host_told_at = at
        visit.save(update_fields=["host_told_at"])


def tell_desk(visit: Visit, template: str, *, key: str, at: datetime, **words: Any) -> None:
    """The front desk's shift; where the duty list names nobody, every clerk."""
    people = shift_at_the_desk(visit.estate, at) or clerks(visit.estate)
    link = reverse("visit_detail", args=[visit.pk])
    tell_staff(
        people, template, about=visit, key=f"visit:{visit.pk}:{key}", link=link, **words_of(visit), **words
    )


def words_of(visit: Visit) -> dict[str, Any]:
    """What a message may say of a visit: its number stands there by itself, the name never whole."""
    return {
        "number": visit.number,
        "visitor": mask_name(clear(visit.visitor_name)),
        "where": visit.unit.code if visit.unit else str(visit.department or ""),
        "party": visit.party_size,
        "estate": str(visit.estate),
    }
