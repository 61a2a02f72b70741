"""How often somebody has called in thirty days, and what the clerk does about it (docs/domain.md §3).

One rule for the caller card, the banner above a form, and the question whether it is the same matter.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.estates.models import Estate
from helpdesk.lib.phones import parse_phone, phone_hashes
from helpdesk.staff.models import User
from residents.models import Phone, Resident, Unit
from residents.selectors import homes_of, residents_by_number
from tickets.models import Channel, Contact, Ticket

WINDOW = timedelta(days=30)
SPOKEN = (Contact.Kind.CALL, Contact.Kind.COUNTER)


@dataclass(frozen=True)
class Call:
    """One time that somebody rang or came, whether a register or a ticket tells of it."""

    at: datetime
    about: str


def hashes_of(estate: Estate, resident: Resident | None, number: str = "") -> list[str]:
    """What the numbers of whoever is speaking are found by: those on file, and the one they ring from as it was written."""
    on_file = Phone.objects.filter(resident=resident).values_list("whole_hash", flat=True) if resident else []
    e164 = parse_phone(number, estate.phone_region) if number else None
    return [*on_file, *(phone_hashes(e164) if e164 else [])]


def known_by_number(estate: Estate, number: str, at: datetime) -> tuple[Resident | None, Unit | None]:
    """Whoever alone has the number on file, and their door where they have one only; nobody where two share it."""
    e164 = parse_phone(number, estate.phone_region) if number else None
    known = residents_by_number([estate.pk], e164 or "")
    resident = known[0] if len(known) == 1 else None
    homes = homes_of(resident, timezone.localdate(at)) if resident else []
    return resident, homes[0].unit if len(homes) == 1 else None


def entries_of(units: Sequence[Unit], resident: Resident | None, hashes: Collection[str]) -> Q:
    """A unit's own entries are all of its own; a resident's are theirs, and those of their door where nobody was named.

    Who is not on file is known by the number alone: it counts whoever speaks.
    """
    doors, rang = Q(unit__in=[unit.pk for unit in units]), Q(phone_hash__in=hashes)
    if resident is None:
        return doors | rang
    return Q(resident=resident) | rang | doors & Q(resident__isnull=True)


def matters_of(units: Sequence[Unit], resident: Resident | None, hashes: Collection[str]) -> Q:
    """Tickets of the doors, of the resident, and of the number; a resident's not where somebody else is named."""
    doors, rang = Q(unit__in=[unit.pk for unit in units]), Q(reporter_phone_hash__in=hashes)
    if resident is None:
        return doors | rang
    return doors | Q(resident=resident) | rang & Q(resident__isnull=True)


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
    estate: Estate,
    unit: Unit | None,
    resident: Resident | None,
    hashes: Collection[str],
    at: datetime,
    but_for: int | None = None,
    form_token: str = "",
) -> list[Call]:
    """The calls of whoever is speaking, from the registers and from the tickets of the estate that `user` may see.

    `hashes` are those of the caller's numbers; for nobody at all nothing is asked of the database. The entry that the
    form of `form_token` made is this very call, sent a second time.
    """
    units = [unit] if unit else []
    here: dict[str, Any] = {"estate": estate, "created_at__gte": at - WINDOW}
    contacts = Contact.objects.visible_to(user).filter(entries_of(units, resident, hashes), **here)  # type: ignore[attr-defined]
    if form_token:
        contacts = contacts.exclude(form_token=form_token)
    tickets = Ticket.objects.visible_to(user).filter(matters_of(units, resident, hashes), **here)  # type: ignore[attr-defined]
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
