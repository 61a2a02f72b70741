"""The one box: whatever a caller says, without choosing a kind first (docs/domain.md §3)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.desk.matters import title_of
from helpdesk.estates.models import Estate
from helpdesk.lib.codes import format_number, parse_number
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import Occupancy, Phone, Resident, Unit
from residents.names_shown import full_name
from residents.selectors import find_by_name, find_by_phone, find_units, first_contacts_of, homes_of_each
from tickets.models import Slip, Ticket

LONGEST_QUERY = 120
MOST_PEOPLE, MOST_UNITS, MOST_NUMBERS = 8, 5, 5
# A number told without its year is looked for in this many years.
YEARS = 8
DIALLED = re.compile(r"[+\d\s().\-‐-―−—]+")

M = TypeVar("M", Ticket, Slip)
Kind = Literal["resident", "unit", "ticket", "slip"]


@dataclass(frozen=True)
class Hit:
    """One thing found. `card_url` is the caller card to show beside it, empty where there is none."""

    kind: Kind
    id: int
    title: str
    subtitle: str
    url: str
    card_url: str = ""
    plate: str = ""
    matched: str = ""


def look_up(user: User, query: str, *, at: datetime | None = None) -> list[Hit]:
    """What fits `query` in the estates of `user`, in the order a clerk would expect: at most 8 people, 5 units, 5 numbers."""
    text = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).replace("\0", "").strip()
    if not text:
        return []
    at = at or timezone.now()
    people = _people(user, text, at)
    units = _units(user, text, at)
    numbers = _numbers(user, text, at)
    if parse_number(text):
        return [*numbers, *people, *units]
    if normalise_plate(text) and not looks_like_a_phone(text):
        return [*units, *people, *numbers]
    return [*people, *units, *numbers]


def looks_like_a_phone(text: str) -> bool:
    """Seven digits or more and nothing else but what stands between digits."""
    return bool(DIALLED.fullmatch(text.strip())) and len(digits_of(text)) >= 7


def digits_of(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _estates(user: User) -> dict[int, Estate]:
    """The estates whose residents this person may look up."""
    return {m.estate_id: m.estate for m in user.memberships_now if user.may("residents.view", m.estate_id)}


def _people(user: User, text: str, at: datetime) -> list[Hit]:
    estates = _estates(user)
    if not estates:
        return []
    phones: dict[int, Phone] = {}
    if DIALLED.fullmatch(text):
        for phone in find_by_phone(list(estates.values()), text, limit=MOST_PEOPLE):
            phones.setdefault(phone.resident_id, phone)
        found = [phone.resident for phone in phones.values()]
    else:
        found = find_by_name(list(estates), text, limit=MOST_PEOPLE)
    today = timezone.localdate(at)
    homes = homes_of_each([resident.pk for resident in found], today) if found else {}
    return [
        _person(r, homes.get(r.pk), phones.get(r.pk), text, _elsewhere(estates, r.estate_id), at)
        for r in found
    ]


def _person(
    resident: Resident, home: Occupancy | None, phone: Phone | None, text: str, estate: str, at: datetime
) -> Hit:
    words = [mask_phone(phone.number)] if phone else []
    if home:
        left = home.until is not None and home.until < timezone.localdate(at)
        words.insert(0, _left(home) if left else home.get_relation_display())
    return Hit(
        kind="resident",
        id=resident.pk,
        title=full_name(resident),
        subtitle=_joined([*words, estate]),
        url=reverse("resident_card", args=[resident.pk]),
        card_url=reverse("resident_card", args=[resident.pk]),
        plate=home.unit.code if home else "",
        matched=digits_of(text)[-4:] if phone else text,
    )


def _left(home: Occupancy) -> str:
    return _("left %(month)s") % {"month": date_format(home.until, "YEAR_MONTH_FORMAT")}


def _units(user: User, text: str, at: datetime) -> list[Hit]:
    estates = _estates(user)
    if not estates or len(digits_of(text)) > 9:
        return []
    found = find_units(list(estates), text, limit=MOST_UNITS)
    contacts = first_contacts_of([unit.pk for unit in found], timezone.localdate(at)) if found else {}
    return [_unit(unit, contacts.get(unit.pk), text, _elsewhere(estates, unit.estate_id)) for unit in found]


def _unit(unit: Unit, contact: Resident | None, text: str, estate: str) -> Hit:
    who = full_name(contact) if contact else unit.get_status_display()
    url = reverse("unit_card", args=[unit.pk])
    return Hit(
        "unit", unit.pk, unit.code, _joined([who, estate]), url, card_url=url, plate=unit.code, matched=text
    )


def _numbers(user: User, text: str, at: datetime) -> list[Hit]:
    wanted = _numbers_meant(text, at)
    if not wanted:
        return []
    tickets = _numbered(Ticket.objects.visible_to(user), [n for n in wanted if n.startswith("T-")])
    slips = _numbered(Slip.objects.visible_to(user), [n for n in wanted if n.startswith("S-")])
    hits = [_ticket(ticket) for ticket in tickets] + [_slip(slip) for slip in slips]
    return hits[:MOST_NUMBERS]


def _numbers_meant(text: str, at: datetime) -> list[str]:
    """The ticket and slip numbers that `text` may be: with its year or without, its series or bare digits."""
    parsed = parse_number(text)
    if parsed:
        series, year, count = parsed
        serieses = [series]
    elif text.isdecimal() and len(text) <= 6 and int(text):
        serieses, year, count = ["T", "S"], None, int(text)
    else:
        return []
    this_year = timezone.localtime(at).year
    years: Sequence[int] = [year] if year else range(this_year, this_year - YEARS, -1)
    return [format_number(s, y, count) for s in serieses if s in {"T", "S"} for y in years]


def _numbered(rows: QuerySet[M], numbers: list[str]) -> list[M]:
    if not numbers:
        return []
    return list(rows.filter(number__in=numbers).select_related("unit").order_by("-id")[:MOST_NUMBERS])


def _ticket(ticket: Ticket) -> Hit:
    card = reverse("unit_card", args=[ticket.unit_id]) if ticket.unit_id else ""
    subtitle = _joined([title_of(ticket), ticket.get_status_display()])
    url = reverse("ticket_detail", args=[ticket.pk])
    plate = ticket.unit.code if ticket.unit else ""
    return Hit(
        "ticket", ticket.pk, ticket.number, subtitle, url, card_url=card, plate=plate, matched=ticket.number
    )


def _slip(slip: Slip) -> Hit:
    card = reverse("unit_card", args=[slip.unit_id]) if slip.unit_id else ""
    subtitle = _joined([" ".join(slip.instructions.split())[:60], slip.get_status_display()])
    url = reverse("slip_detail", args=[slip.pk])
    plate = slip.unit.code if slip.unit else ""
    return Hit("slip", slip.pk, slip.number, subtitle, url, card_url=card, plate=plate, matched=slip.number)


def _elsewhere(estates: dict[int, Estate], estate_id: int) -> str:
    """The estate's name, where there are several to mistake it for."""
    return str(estates[estate_id]) if len(estates) > 1 else ""


def _joined(words: Sequence[str]) -> str:
    return pgettext("between facts", ", ").join(word for word in words if word)
