"""Whoever may decide about a matter hears that it waits."""

from django.urls import reverse

from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from residents.models import Decoration, UnitChange


def tell_deciders(
    matter: UnitChange | Decoration, template: str, permission: str, *, page: str, but: User | None
) -> None:
    """One line in the bell of everybody in the estate with that permission, except who asks."""
    for person in colleagues(matter.estate_id, permission):
        if person != but:
            notify(
                person,
                template,
                estate=matter.estate,
                dedupe_key=f"{template}:{matter.pk}:{person.pk}",
                context={"number": matter.number, "where": matter.unit.code},
                about=matter,
                link=reverse(page, args=[matter.pk]),
            )
