"""People and units as a page shows them: names in the reader's script, numbers masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from helpdesk.lib.phones import mask_phone
from residents.models import Occupancy, Resident
from residents.names_shown import full_name


@dataclass(frozen=True)
class ShownPerson:
    """One line of a list of people."""

    row: Occupancy
    name: str
    url: str
    phones: list[dict[str, Any]]


def shown_people(rows: Iterable[Occupancy]) -> list[ShownPerson]:
    """People of a unit with their numbers masked: whole they stand on the caller card, which keeps who looked."""
    return [
        ShownPerson(
            row,
            full_name(row.resident),
            reverse("resident_detail", args=[row.resident_id]),
            phones_of(row.resident),
        )
        for row in rows
    ]


def phones_of(resident: Resident) -> list[dict[str, Any]]:
    """The resident's numbers, masked."""
    return [
        {
            "number": mask_phone(phone.number),
            "label": phone.label,
            "field": f"phone-{phone.pk}",
            "pk": phone.pk,
            "first": phone.is_primary,
            "works": phone.is_working,
        }
        for phone in resident.phones.all()
    ]
