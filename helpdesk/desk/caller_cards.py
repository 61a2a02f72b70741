"""The caller card: who is speaking, how often they called, and what came of it, before the clerk can type."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from billing.selectors import NOTHING_OWED, Arrears, arrears_of_units, hears_arrears
from helpdesk.desk.call_history import CallHistory, call_history
from helpdesk.desk.clocks import Clock, call_back_clock, visit_clock
from helpdesk.desk.matters import Matter, matter_of, visits_of
from helpdesk.estates.calendars import local
from helpdesk.lib.money import show_money
from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from residents.models import KeyLoan, Occupancy, Phone, Resident, Unit, Vehicle
from residents.names_shown import full_name
from residents.selectors import homes_of, keys_out_of, people_of, vehicles_of
from tickets.calls import WINDOW, calls_among, entries_of, matters_of
from tickets.models import Contact, FollowUp, Ticket
from visitors.models import Parcel, ReleasePass, Visit
from visitors.parcel_selectors import waiting_parcels_of
from visitors.pass_selectors import open_passes_of
from visitors.selectors import visits_of_unit

LAST_MATTERS = 3
MOST_TICKETS = 50
MOST_CALLS = 30


@dataclass(frozen=True)
class CardPhone:
    """A number as it may be shown: whole on the card of those who may see it, else masked."""

    id: int
    number: str
    label: str
    is_primary: bool
    is_working: bool


@dataclass(frozen=True)
class CardPerson:
    """Somebody of the unit and how to reach them; `role` is what they are to the unit, in words."""

    resident: Resident
    name: str
    role: str
    is_caller: bool
    is_primary: bool
    is_payer: bool
    hears_arrears: bool
    phones: list[CardPhone]
    url: str


@dataclass(frozen=True)
class Waiting:
    """Something promised to this caller that is due today or late."""

    kind: str
    line: str
    clock: Clock
    url: str
    due_at: datetime


@dataclass(frozen=True)
class CallerCard:
    """All that the card shows. Numbers are masked unless it was made `in_clear`; `calls` is None for who may not see them."""

    unit: Unit | None
    resident: Resident | None
    at: datetime
    name: str
    facts: list[str]
    other_units: list[Unit]
    people: list[CardPerson]
    calls: CallHistory | None
    matters: list[Matter]
    open_matters: list[Matter]
    waiting: list[Waiting]
    in_clear: bool
    # None for who may not see accounts; what a unit owes changes nothing about how it is served (docs/domain.md §2).
    arrears: Arrears | None = None
    arrears_elsewhere: dict[int, Arrears] = field(default_factory=dict)
    passes: list[ReleasePass] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    visitors: list[Visit] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    keys_out: list[KeyLoan] = field(default_factory=list)

    @property
    def owes(self) -> dict[str, str] | None:
        """What is past due, in words, for components/owes.html."""
        if self.arrears is None or self.unit is None:
            return None
        days = self.arrears.days(timezone.localdate(self.at))
        age = ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else ""
        amount = self.arrears.amount
        return {"owed": show_money(amount, self.unit.estate.currency) if amount else "", "age": age}

    @property
    def also(self) -> list[dict[str, Any]]:
        """The caller's other units, each with what it owes, empty where it owes nothing or they may not hear of it."""
        currency = self.unit.estate.currency if self.unit else ""
        owed = {
            pk: show_money(arrears.amount, currency)
            for pk, arrears in self.arrears_elsewhere.items()
            if arrears.amount
        }
        return [{"unit": unit, "owed": owed.get(unit.pk, "")} for unit in self.other_units]

    @property
    def telling(self) -> dict[str, Any] | None:
        """Whom the sum may be said to, in words: nobody but owner and payer (docs/domain.md §7); None where nothing is owed."""
        if self.arrears is None or not self.arrears.amount:
            return None
        hearing = [person for person in self.people if person.hears_arrears]
        names = pgettext("between facts", ", ").join(person.name for person in hearing)
        if self.resident is None:
            return {"allowed": None, "says": _telling_anybody(names)}
        may_hear = {person.resident.pk for person in hearing}
        if self.resident.pk in may_hear or self.resident.contact_of_id in may_hear:
            return {"allowed": True, "says": _("The sum may be said to %(name)s.") % {"name": self.name}}
        return {"allowed": False, "says": _telling_nobody(self.name, names)}

    @property
    def credit(self) -> str:
        """What was paid ahead, empty where nothing was."""
        if self.arrears is None or self.unit is None or not self.arrears.credit:
            return ""
        return show_money(self.arrears.credit, self.unit.estate.currency)

    @property
    def estate_id(self) -> int:
        return (self.unit or self.resident).estate_id  # type: ignore[union-attr]

    @property
    def older_open(self) -> list[Matter]:
        """What is open still and stands not among the last matters."""
        shown = {matter.ticket.pk for matter in self.matters}
        return [matter for matter in self.open_matters if matter.ticket.pk not in shown]

    @property
    def url(self) -> str:
        """The card's own page."""
        if self.resident:
            return reverse("resident_card", args=[self.resident.pk])
        return reverse("unit_card", args=[self.unit.pk])  # type: ignore[union-attr]

    @property
    def record_url(self) -> str:
        """The whole record behind the card."""
        if self.unit:
            return reverse("unit_detail", args=[self.unit.pk])
        return reverse("resident_detail", args=[self.resident.pk])  # type: ignore[union-attr]


def caller_card(
    user: User,
    *,
    unit: Unit | None = None,
    resident: Resident | None = None,
    at: datetime | None = None,
    in_clear: bool = False,
    calling: bool = True,
    but_for: int | None = None,
) -> CallerCard:
    """The card of a unit, of a resident, or of a resident speaking for a unit; ValueError for neither.

    The tickets on it are those that `user` may see. `calling` counts the call of this moment, whose entry
    `but_for` may be written already. With `in_clear` numbers stand whole: whoever asks must log that.
    """
    if unit is None and resident is None:
        raise ValueError("A card is of a unit or of a resident.")
    at = at or timezone.now()
    today = timezone.localdate(at)
    homes = homes_of(resident, today) if resident else []
    units = [unit] if unit else [home.unit for home in homes]
    unit = units[0] if units else None
    rows = people_of(unit, today) if unit else []
    history = _History(user, units, resident, rows, at, but_for)
    elsewhere = [home for home in homes if unit and home.unit_id != unit.pk]
    owed = _owed(user, unit, [home.unit_id for home in elsewhere if hears_arrears(home)], at)
    return CallerCard(
        unit=unit,
        resident=resident,
        at=at,
        name=full_name(history.speaker) if history.speaker else "",
        facts=_facts(unit, resident, rows),
        other_units=[home.unit for home in elsewhere],
        people=_people(rows, resident, in_clear),
        calls=history.calls(calling),
        matters=history.matters[:LAST_MATTERS],
        open_matters=[matter for matter in history.matters if matter.is_open],
        waiting=history.waiting(),
        in_clear=in_clear,
        arrears=owed.pop(unit.pk) if owed and unit else None,
        arrears_elsewhere=owed,
        passes=open_passes_of(user, unit) if unit else [],
        parcels=waiting_parcels_of(user, unit) if unit else [],
        visitors=visits_of_unit(user, unit, at) if unit else [],
        vehicles=vehicles_of(unit, resident),
        keys_out=keys_out_of(unit) if unit else [],
    )


def _owed(user: User, unit: Unit | None, others: list[int], at: datetime) -> dict[int, Arrears]:
    """What the unit owes and each of the others; nothing at all for who may not see accounts."""
    if unit is None or not may(user, "billing.view", unit.estate_id):
        return {}
    return {unit.pk: NOTHING_OWED} | arrears_of_units([unit.pk, *others], on=local(unit.estate, at).date())


class _History:
    """The tickets, visits, calls and promises that concern one caller, each read once."""

    def __init__(
        self,
        user: User,
        units: list[Unit],
        resident: Resident | None,
        rows: list[Occupancy],
        at: datetime,
        but_for: int | None = None,
    ) -> None:
        self.at, self.but_for = at, but_for
        self.resident = resident
        self.speaker = resident or next((row.resident for row in rows if row.is_primary), None)
        estate_id = units[0].estate_id if units else resident.estate_id  # type: ignore[union-attr]
        hashes = [phone.whole_hash for phone in _phones_of(resident, rows)] if resident else []
        concerns, whose = matters_of(units, resident, hashes), entries_of(units, resident, hashes)
        self.tickets = list(
            Ticket.objects.visible_to(user)
            .filter(concerns, estate_id=estate_id)
            .select_related("department")
            .order_by("-created_at", "-id")[:MOST_TICKETS]
        )
        self.visits = visits_of(self.tickets)
        self.matters: list[Matter] = [matter_of(t, self.visits.get(t.pk, [])) for t in self.tickets]
        self.may_see_calls = may(user, "contacts.view", estate_id)
        contacts = Contact.objects.visible_to(user).filter(whose, estate_id=estate_id)
        self.contacts = _calls_and_call_backs(contacts, at) if self.may_see_calls else []

    @property
    def call_backs(self) -> list[Contact]:
        open_ones = [c for c in self.contacts if c.call_back_at and not c.called_back_at]
        return sorted(open_ones, key=lambda c: c.call_back_at)  # type: ignore[arg-type, return-value]

    def calls(self, calling: bool) -> CallHistory | None:
        if not self.may_see_calls:
            return None
        calls = calls_among(
            self.contacts, self.tickets, resident=self.resident, at=self.at, but_for=self.but_for
        )
        return call_history(calls, self.speaker, self.matters, self.call_backs, self.at, calling=calling)

    def waiting(self) -> list[Waiting]:
        """Call-backs and follow-up visits that are late or due by the end of the day."""
        by = timezone.localtime(self.at).replace(hour=23, minute=59, second=59)
        promised = [_call_back(contact, self.at) for contact in self.call_backs]
        open_visits = [
            v for visits in self.visits.values() for v in visits if v.status == FollowUp.Status.SCHEDULED
        ]
        numbers = {ticket.pk: ticket.number for ticket in self.tickets}
        promised += [_visit(visit, numbers.get(visit.ticket_id or 0, ""), self.at) for visit in open_visits]
        return sorted((w for w in promised if w.due_at <= by), key=lambda w: w.due_at)


def _calls_and_call_backs(contacts, at: datetime) -> list[Contact]:  # type: ignore[no-untyped-def]
    """Entries of thirty days and every promise still open, the newest first, in one query."""
    still_open = Q(call_back_at__isnull=False, called_back_at__isnull=True)
    rows = contacts.filter(Q(created_at__gte=at - WINDOW) | still_open)
    return list(rows.defer("phone").order_by("-created_at", "-id")[:MOST_CALLS])


def _call_back(contact: Contact, at: datetime) -> Waiting:
    due: datetime = contact.call_back_at  # type: ignore[assignment]
    line = (
        _("Call back: %(summary)s") % {"summary": contact.summary[:80]} if contact.summary else _("Call back")
    )
    url = reverse("call_back", args=[contact.pk])
    return Waiting("call_back", line, call_back_clock(due, at), url, due)


def _visit(visit: FollowUp, number: str, at: datetime) -> Waiting:
    starts = visit.wished_at or visit.scheduled_at
    line = _("Follow-up visit of %(number)s") % {"number": number}
    return Waiting(
        "follow_up", line, visit_clock(visit, at), reverse("follow_up_detail", args=[visit.pk]), starts
    )


def _phones_of(resident: Resident, rows: Iterable[Occupancy]) -> list[Phone]:
    """The resident's numbers, from the people of the unit where they were read already."""
    known = next((row.resident for row in rows if row.resident_id == resident.pk), resident)
    return list(known.phones.all())


def _people(rows: Sequence[Occupancy], caller: Resident | None, in_clear: bool) -> list[CardPerson]:
    people = [_person(row.resident, _role(row), row, caller, in_clear) for row in rows]
    if caller and caller.pk not in {row.resident_id for row in rows}:
        people.insert(0, _person(caller, _("no longer here") if rows else "", None, caller, in_clear))
    return people


def _person(
    resident: Resident, role: str, row: Occupancy | None, caller: Resident | None, in_clear: bool
) -> CardPerson:
    return CardPerson(
        resident=resident,
        name=full_name(resident),
        role=role,
        is_caller=caller is not None and caller.pk == resident.pk,
        is_primary=bool(row and row.is_primary),
        is_payer=bool(row and row.is_payer),
        hears_arrears=bool(row and hears_arrears(row)),
        phones=[_phone(phone, in_clear) for phone in resident.phones.all()],
        url=reverse("resident_detail", args=[resident.pk]),
    )


def _phone(phone: Phone, in_clear: bool) -> CardPhone:
    number = display_phone(phone.number) if in_clear else mask_phone(phone.number)
    return CardPhone(phone.pk, number, phone.label, phone.is_primary, phone.is_working)


def _telling_anybody(names: str) -> str:
    if names:
        return _("Say the sum to nobody but %(names)s.") % {"names": names}
    return _("Say the sum to nobody: neither owner nor payer is on file.")


def _telling_nobody(caller: str, names: str) -> str:
    if names:
        return _("Don't say the sum to %(name)s, only to %(names)s.") % {"name": caller, "names": names}
    return _("Don't say the sum to %(name)s: neither owner nor payer is on file.") % {"name": caller}


def _role(row: Occupancy) -> str:
    words = [row.get_relation_display()]
    if row.is_primary:
        words.append(_("first contact"))
    if row.is_payer:
        words.append(_("pays the bills"))
    return pgettext("between facts", ", ").join(words)


def _facts(unit: Unit | None, resident: Resident | None, rows: Sequence[Occupancy]) -> list[str]:
    facts = []
    own = next((row for row in rows if resident and row.resident_id == resident.pk), None)
    if own:
        facts.append(
            _("%(relation)s since %(year)d")
            % {"relation": own.get_relation_display(), "year": own.since.year}
        )
    if resident and resident.language:
        facts.append(
            _("reads %(language)s") % {"language": get_language_info(resident.language)["name_local"]}
        )
    if resident and resident.do_not_disturb:
        facts.append(_("do not disturb"))
    if unit and unit.area_m2:
        facts.append(_("%(area)s m²") % {"area": f"{Decimal(unit.area_m2).normalize():f}"})
    if unit and unit.status != Unit.Status.OCCUPIED:
        facts.append(unit.get_status_display())
    return facts
