"""Colleagues named in an internal note: @lin or @Lin Yue. They are told, if the ticket is theirs to see."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.lib.errors import Refused
from helpdesk.staff.models import Membership, User
from tickets.models import Reply, Ticket
from tickets.services.telling import headline_of, tell_staff


def named_in(text: str, ticket: Ticket) -> list[User]:
    """Staff of the estate who are named with an @; a name that is nobody's is only text.

    Refused cannot_see where a named colleague may not see the ticket: they would be told of what they can't open.
    """
    if "@" not in text:
        return []
    rows = Membership.objects.filter(estate=ticket.estate_id, is_active=True, user__is_active=True)
    people = [m.user for m in rows.select_related("user").order_by("user_id") if is_named(m.user, text)]
    for person in people:
        if not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists():
            says = _("%(name)s can't see this ticket; leave the name out, or assign it first.")
            raise Refused("cannot_see", says % {"name": person}, field="body")
    return people


def is_named(person: User, text: str) -> bool:
    """Whether @username or @name stands in the text, and goes no further: @lin is not @linda."""
    names = {person.username, person.name} - {""}
    return any(
        re.search(rf"(?<![A-Za-z0-9_.]){re.escape('@' + name)}(?![A-Za-z0-9_])", text, re.I) for name in names
    )


def tell_named(reply: Reply, people: list[User]) -> None:
    """Put it under the bell of each but the writer."""
    ticket = reply.ticket
    tell_staff(
        [person for person in people if person.pk != reply.author_id],
        "note_mentions",
        about=ticket,
        key=f"reply:{reply.pk}:names",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        by=str(reply.author),
        words=reply.body[:200],
    )
