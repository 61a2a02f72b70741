"""The one box: whatever a caller says, without choosing a kind first (docs/domain.md §3)."""

import re
import unicodedata
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.desk.hits import Apart, Hit, joined
from helpdesk.desk.numbers import find_numbers
from helpdesk.estates.models import Estate
from helpdesk.lib.codes import parse_number
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.finding import find_by_name, find_by_phone, find_units, find_vehicles, homes_and_contacts
from residents.models import Occupancy, Phone, Resident, Unit, Vehicle
from residents.names_shown import full_name
from residents.plates import plate_key
from tickets.last_contacts import last_contacts

LONGEST_QUERY = 120
MOST_PEOPLE, MOST_UNITS, MOST_VEHICLES = 8, 5, 5
LONGEST_PLATE = 9  # digits of a door plate
DIALLED = re.compile(r"[+\d\s().\-‐-―−—]+")


def look_up(user: User, query: str, *, at: datetime | None = None) -> list[Hit]:
    """What fits `query` in the estates of `user`, in the order a clerk would expect: at most 8 people, 5 units, 5
    vehicles, 6 numbers; six queries at most, however much there is."""
    text = unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).replace("\0", "").strip()
    if not text:
        return []
    at = at or timezone.now()
    people, units, vehicles = _on_file(user, text, at)
    numbers = find_numbers(user, text, at)
    if parse_number(text) and numbers:
        return [*numbers, *people, *vehicles, *units]
    if normalise_plate(text) and not looks_like_a_phone(text):
        return [*units, *people, *vehicles, *numbers]
    if DIALLED.fullmatch(text):
        return [*people, *units, *vehicles, *numbers]
    return [*people, *vehicles, *units, *numbers]


def looks_like_a_phone(text: str) -> bool:
    """Seven digits or more and nothing else but what stands between digits."""
    return bool(DIALLED.fullmatch(text.strip())) and len(digits_of(text)) >= 7


def digits_of(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _estates(user: User) -> dict[int, Estate]:
    """The estates whose residents this person may look up."""
    return {m.estate_id: m.estate for m in user.memberships_now if user.may("residents.view", m.estate_id)}


def _on_file(user: User, text: str, at: datetime) -> tuple[list[Hit], list[Hit], list[Hit]]:
    """People, units and vehicles, with the homes and first contacts to show beside them."""
    estates = _estates(user)
    if not estates:
        return [], [], []
    people, phones = _people(estates, text)
    units = find_units(list(estates), text, limit=MOST_UNITS) if len(digits_of(text)) <= LONGEST_PLATE else []
    vehicles = find_vehicles(list(estates), text, limit=MOST_VEHICLES)
    drivers = [v.resident_id for v in vehicles if v.resident_id and not v.unit_id]
    today = timezone.localdate(at)
    homes, contacts = homes_and_contacts([*(r.pk for r in people), *drivers], [u.pk for u in units], today)
    spoke, rang = _last_contacts(user, people, units)
    # Who lives here stands before who left, the nearest name first in each.
    people.sort(key=lambda r: r.pk in homes and (homes[r.pk].until or today) < today)
    return (
        [
            _person(
                r,
                homes.get(r.pk),
                phones.get(r.pk),
                text,
                _elsewhere(estates, r.estate_id),
                at,
                spoke.get(r.pk),
            )
            for r in people
        ],
        [_unit(u, contacts.get(u.pk), text, _elsewhere(estates, u.estate_id), rang.get(u.pk)) for u in units],
        [
            _vehicle(v, homes.get(v.resident_id or 0), text, _elsewhere(estates, v.estate_id))
            for v in vehicles
        ],
    )


def _last_contacts(
    user: User, people: list[Resident], units: list[Unit]
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When those among whom one has to choose were last heard of, for who may read the registers."""
    among = [r.pk for r in people if user.may("contacts.view", r.estate_id)] if len(people) > 1 else []
    doors = [u.pk for u in units if user.may("contacts.view", u.estate_id)] if len(units) > 1 else []
    return last_contacts(among, doors)


def _people(estates: dict[int, Estate], text: str) -> tuple[list[Resident], dict[int, Phone]]:
    if not DIALLED.fullmatch(text):
        return find_by_name(list(estates), text, limit=MOST_PEOPLE), {}
    phones: dict[int, Phone] = {}
    for phone in find_by_phone(list(estates.values()), text, limit=MOST_PEOPLE):
        phones.setdefault(phone.resident_id, phone)
    return [phone.resident for phone in phones.values()], phones


def _vehicle(vehicle: Vehicle, home: Occupancy | None, text: str, estate: str) -> Hit:
    unit = vehicle.unit or (home.unit if home else None)
    owner = full_name(vehicle.resident) if vehicle.resident else ""
    space = _("place %(code)s") % {"code": vehicle.space.code} if vehicle.space else ""
    if vehicle.resident_id:
        card = reverse("resident_card", args=[vehicle.resident_id])
    else:
        card = reverse("unit_card", args=[vehicle.unit_id])
    return Hit(
        "vehicle",
        vehicle.pk,
        vehicle.plate,
        joined([owner, vehicle.description, space, estate]),
        card,
        card_url=card,
        plate=unit.code if unit else "",
        matched=plate_key(text),
    )


def _person(
    resident: Resident,
    home: Occupancy | None,
    phone: Phone | None,
    text: str,
    estate: str,
    at: datetime,
    spoke: datetime | None,
) -> Hit:
    words = [mask_phone(phone.number)] if phone else []
    relation = str(Occupancy.Relation(home.relation).label) if home else ""
    if home:
        left = home.until is not None and home.until < timezone.localdate(at)
        words.insert(0, _left(home) if left else relation)
    card = reverse("resident_card", args=[resident.pk])
    return Hit(
        kind="resident",
        id=resident.pk,
        title=full_name(resident),
        subtitle=joined([*words, estate]),
        url=card,
        card_url=card,
        plate=home.unit.code if home else "",
        matched=digits_of(text)[-4:] if phone else text,
        apart=Apart(
            relation=relation,
            since=home.since if home else None,
            until=home.until if home else None,
            ending=words[-1] if phone else "",
            heard=spoke,
        ),
    )


def _left(home: Occupancy) -> str:
    return _("left %(month)s") % {"month": date_format(home.until, "YEAR_MONTH_FORMAT")}


def _unit(unit: Unit, contact: Resident | None, text: str, estate: str, rang: datetime | None) -> Hit:
    who = full_name(contact) if contact else str(Unit.Status(unit.status).label)
    url = reverse("unit_card", args=[unit.pk])
    return Hit(
        "unit",
        unit.pk,
        unit.code,
        joined([who, estate]),
        url,
        card_url=url,
        plate=unit.code,
        matched=text,
        apart=Apart(first=who, heard=rang),
    )


def _elsewhere(estates: dict[int, Estate], estate_id: int) -> str:
    """The estate's name, where there are several to mistake it for."""
    return str(estates[estate_id]) if len(estates) > 1 else ""
