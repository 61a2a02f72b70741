"""People and units as a page shows them: names in the reader's script, numbers whole or masked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.models import User
from residents.models import Occupancy, Resident
from residents.names_shown import full_name
from residents.services.phone_views import address_of, log_phones_shown


@dataclass(frozen=True)
class ShownPerson:
    """One line of a list of people."""

    row: Occupancy
    name: str
    url: str
    phones: list[dict[str, str]]


def shown_people(request: HttpRequest, rows: Iterable[Occupancy], estate_id: int) -> list[ShownPerson]:
    """People of a unit with their numbers; whole ones are kept in the access log."""
    in_clear = sees_phones(request, estate_id)
    people = [
        ShownPerson(
            row,
            full_name(row.resident),
            reverse("resident_detail", args=[row.resident_id]),
            phones_of(row.resident, in_clear),
        )
        for row in rows
    ]
    if in_clear:
        log_shown(request, [person.row.resident for person in people if person.phones], "unit")
    return people


def phones_of(resident: Resident, in_clear: bool) -> list[dict[str, str]]:
    """The resident's numbers as they may be shown."""
    show = display_phone if in_clear else mask_phone
    return [{"number": show(phone.number), "label": phone.label} for phone in resident.phones.all()]


def sees_phones(request: HttpRequest, estate_id: int) -> bool:
    user: User = request.user  # type: ignore[assignment]
    return user.may("residents.see_phones", estate_id)


def log_shown(request: HttpRequest, residents: Iterable[Resident], reason: str) -> None:
    """Keep that this person was shown the numbers of `residents`."""
    user: User = request.user  # type: ignore[assignment]
    unique = {resident.pk: resident for resident in residents}.values()
    log_phones_shown(unique, actor=user, reason=reason, address=address_of(request))
