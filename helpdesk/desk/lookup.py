"""The one box: whatever a caller says, without choosing a kind first (docs/domain.md §3)."""

import re
import unicodedata
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.desk.hits import Hit, joined
from helpdesk.desk.numbers import find_numbers
from helpdesk.estates.models import Estate
from helpdesk.lib.codes import parse_number
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import Occupancy, Phone, Resident, Unit
from residents.names_shown import full_name
from residents.selectors import find_by_name, find_by_phone, find_units, first_contacts_of, homes_of_each

LONGEST_QUERY = 120
MOST_PEOPLE, MOST_UNITS = 8, 5
DIALLED = re.compile(r"[+\d\s().\-‐-―−—]+")


def look_up(user: User, query: str, *, at: datetime | None = None) -> list[Hit]:
    """What fits `query` in the estates of `user`, in the order a clerk would expect: at most 8 people, 5 units, 6 numbers."""
    text = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).replace("\0", "").strip()
    if not text:
        return []
    at = at or timezone.now()
    people = _people(user, text, at)
    units = _units(user, text, at)
    numbers = find_numbers(user, text, at)
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
        subtitle=joined([*words, estate]),
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
        "unit", unit.pk, unit.code, joined([who, estate]), url, card_url=url, plate=unit.code, matched=text
    )


def _elsewhere(estates: dict[int, Estate], estate_id: int) -> str:
    """The estate's name, where there are several to mistake it for."""
    return str(estates[estate_id]) if len(estates) > 1 else ""
