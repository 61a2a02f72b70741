"""Who hears of a slip: its department, a contractor by link, the desk. Never the class of the ticket behind it."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from tickets.models import Slip
from tickets.services.telling import managers, on_the_clock, people_of_department, tell_staff
from tickets.services.tickets.moving import on_duty_if_critical


def tell_department(slip: Slip, template: str, *, key: str, at: datetime, **said: Any) -> None:
    """Everybody of the department, its e-mail address, after hours whoever is on duty; the managers if there is nobody."""
    people = people_of_department(slip.department)
    if slip.ticket is not None:
        people += on_duty_if_critical(slip.ticket, slip.department, at)
    if slip.department.email:
        notify(
            slip.department.name,
            template,
            estate=slip.estate,
            dedupe_key=f"{key}:department",
            context=words_of(slip) | said,
            about=slip,
            channel="email",
            address=slip.department.email,
        )
    elif not people:
        people = managers(slip.estate)
    tell_people(people, slip, template, key=key, **said)


def tell_people(people: list[User], slip: Slip, template: str, *, key: str, **said: Any) -> None:
    """One message about the slip to each of these members of staff."""
    link = reverse("slip_detail", args=[slip.pk])
    tell_staff(people, template, about=slip, key=key, link=link, **{**words_of(slip), **said})


def words_of(slip: Slip) -> dict[str, Any]:
    """What a department reads about a slip."""
    return {
        "number": slip.number,
        "kind": slip.kind,
        "where": slip.unit.code if slip.unit else "",
        "instructions": slip.instructions,
        "department": slip.department.name,
        "due": on_the_clock(slip.estate, slip.due_at),
        "sign_due": on_the_clock(slip.estate, slip.sign_due_at),
    }
