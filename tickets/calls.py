"""How often somebody has called in thirty days, and what the clerk does about it (docs/domain.md §3).

One rule for the caller card, the banner above a form, and the question whether it is the same matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.staff.models import User
from residents.models import Phone, Resident, Unit
from tickets.models import Channel, Contact, Ticket

WINDOW = timedelta(days=30)
SPOKEN = (Contact.Kind.CALL, Contact.Kind.COUNTER)


@dataclass(frozen=True)
class Call:
    """One time that somebody rang or came, whether a register or a ticket tells of it."""

    at: datetime
    about: str


def entries_of(units: Sequence[Unit], resident: Resident | None, hashes: Iterable[str]) -> Q:
    """A unit's own entries are all of its own; a resident's are theirs, and those of their door where nobody was named."""
    doors = Q(unit__in=[unit.pk for unit in units])
    if resident is None:
        return doors
    return Q(resident=resident) | Q(phone_hash__in=list(hashes)) | doors & Q(resident__isnull=True)


def matters_of(units: Sequence[Unit], resident: Resident | None) -> Q:
    """Tickets of the doors, and of the resident."""
    doors = Q(unit__in=[unit.pk for unit in units])
    return doors | Q(resident=resident) if resident else doors


def calls_among(
    contacts: Iterable[Contact],
    tickets: Iterable[Ticket],
    *,
    resident: Resident | None,
    at: datetime,
    but_for: int | None = None,
) -> list[Call]:
    """The calls and visits at the counter of thirty days before `at`, the newest first.

    A ticket told at once is a call of its own where no register tells of it. `but_for` is the entry of this very call.
    """
    contacts = list(contacts)
    registered = {contact.ticket_id for contact in contacts}
    incoming = [
        c for c in contacts if c.kind in SPOKEN and c.direction == Contact.Direction.IN and c.pk != but_for
    ]
    theirs = {None, resident.pk} if resident else None
    told = [
        t
        for t in tickets
        if t.channel in (Channel.PHONE, Channel.COUNTER)
        and t.pk not in registered
        and (theirs is None or t.resident_id in theirs)
    ]
    found = [Call(c.created_at, c.summary) for c in incoming]
    found += [Call(t.created_at, t.subject or " ".join(t.description.split())) for t in told]
    recent = [call for call in found if at - WINDOW <= call.at <= at]
    return sorted(recent, key=lambda call: call.at, reverse=True)


def calls_before(
    user: User,
    *,
    unit: Unit | None,
    resident: Resident | None,
    at: datetime,
    but_for: int | None = None,
) -> list[Call]:
    """The calls of whoever is speaking, from the registers and from the tickets that `user` may see."""
    units = [unit] if unit else []
    hashes = Phone.objects.filter(resident=resident).values_list("whole_hash", flat=True) if resident else []
    since = at - WINDOW
    contacts = Contact.objects.visible_to(user).filter(  # type: ignore[attr-defined]
        entries_of(units, resident, hashes), created_at__gte=since
    )
    tickets = Ticket.objects.visible_to(user).filter(matters_of(units, resident), created_at__gte=since)  # type: ignore[attr-defined]
    return calls_among(contacts.defer("phone"), tickets, resident=resident, at=at, but_for=but_for)


def greeting(count: int, name: str, last_matter: str = "") -> str:
    """What the clerk does first at the `count`th call in thirty days; `name` as it is spoken, or empty."""
    if count == 1:
        return _("First call in 30 days")
    if count == 2:
        words = _("Second call in 30 days: greet %(name)s by name") if name else _("Second call in 30 days")
        last = _(", the last matter was “%(matter)s”") % {"matter": last_matter} if last_matter else ""
        return words % {"name": name} + last
    if count == 3 and name:
        return _("Third call in 30 days: greet %(name)s by name, the history comes first") % {"name": name}
    if count == 3:
        return _("Third call in 30 days: the history comes first")
    if name:
        return _("Call %(count)d in 30 days: greet %(name)s by name, the history comes first") % {
            "count": count,
            "name": name,
        }
    return _("Call %(count)d in 30 days: the history comes first") % {"count": count}
