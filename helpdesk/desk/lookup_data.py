"""Many made-up units and people in little time, for measuring the one box: straight into the tables, past the services."""

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from helpdesk.desk.demo.people import GIVEN_ONE, GIVEN_TWO, SURNAMES
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.names import search_keys
from helpdesk.lib.phones import ending_hash, phone_hash
from helpdesk.lib.sealed import clear
from helpdesk.staff.models import Membership, User
from residents.models import Building, NameKey, Occupancy, Phone, Resident, Unit, Vehicle
from residents.plates import turned
from tickets.services.tickets import take_ticket

DIFFERENT_NAMES = 12_000
TICKETS = 200
ROOMS_A_FLOOR, FLOORS, ENTRANCES = 4, 20, 3
BATCH = 5_000
ASKER = "clerk-who-asks"
# About every thirteenth is called 王, as in the country.
WEIGHTS = [9, 8, 8, 6, 5, 4] + [1] * (len(SURNAMES) - 6)


@dataclass
class Built:
    """Who asks, and samples of what is there."""

    user: User
    rng: random.Random
    unit_ids: list[int]
    codes: list[str]
    names: list[str]
    spoken: list[str]
    initials: list[str]
    phones: list[str]
    plates: list[str]


def is_built() -> bool:
    """Whether the database holds what `build` makes."""
    return User.objects.filter(username=ASKER).exists()


def build(units: int, people: int, estates: int) -> None:
    """`units` and `people` spread over `estates`, the asker being a clerk of all of them."""
    rng = random.Random(7)  # noqa: S311 - made up, not a secret
    with transaction.atomic():
        user = User.objects.create_user(ASKER, name="Clerk")
        places = [_estate(n, user) for n in range(estates)]
        doors = list(_units(places, units))
        _write(Unit, doors)
        keys = _names(rng)
        names = list(keys)
        persons = [
            Resident(pk=n + 1, estate_id=door.estate_id, name=rng.choice(names), language="zh-hans")
            for n, door in zip(range(people), _again(doors), strict=False)
        ]
        _write(Resident, persons)
        _write(
            NameKey,
            (NameKey(resident_id=p.pk, estate_id=p.estate_id, key=k) for p in persons for k in keys[p.name]),
        )
        _write(Occupancy, _occupancies(persons, doors, rng))
        _write(Phone, _phones(persons, rng))
        _write(Vehicle, _vehicles(doors, rng))
    _tickets(places[0], user, doors)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def samples(many: int = 300) -> Built:
    """What there is to ask for, spread over all that was built."""
    rng = random.Random(11)  # noqa: S311

    def some(model: Any, column: str) -> list[Any]:
        last = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
        ids = rng.sample(range(1, last + 1), min(many, last))
        return [
            clear(v) if isinstance(v, str) else v
            for v in model.objects.filter(pk__in=ids).values_list(column, flat=True)
        ]

    names = some(Resident, "name")
    latin = [[key for key in search_keys(name) if key.isascii()] for name in names]
    return Built(
        user=User.objects.get(username=ASKER),
        rng=rng,
        unit_ids=some(Unit, "pk"),
        codes=some(Unit, "code"),
        names=names,
        spoken=[max(keys, key=len) for keys in latin],
        initials=[min(keys, key=len) for keys in latin],
        phones=some(Phone, "number"),
        plates=some(Vehicle, "plate_key"),
    )


def _estate(n: int, user: User) -> Estate:
    estate = Estate.objects.create(code=f"many-{n}", name=f"Estate {n}")
    desk = Department.objects.create(estate=estate, code="front-desk", kind="front_desk", name="Front desk")
    Membership.objects.create(user=user, estate=estate, role="clerk", department=desk)
    return estate


def _units(estates: list[Estate], many: int) -> Iterator[Unit]:
    """Door plates as they are: thousands of 501 among them."""
    pk = 0
    per_estate = -(-many // len(estates))
    per_building = ROOMS_A_FLOOR * FLOORS * ENTRANCES
    for estate in estates:
        for n in range(min(per_estate, many - pk)):
            at = n % per_building
            if at == 0:
                code = str(n // per_building + 1)
                building = Building.objects.create(estate=estate, code=code, floors=FLOORS)
            entrance, rest = divmod(at, ROOMS_A_FLOOR * FLOORS)
            floor, room = divmod(rest, ROOMS_A_FLOOR)
            pk += 1
            yield Unit(
                pk=pk,
                estate=estate,
                building=building,
                code=f"{code}-{entrance + 1}-{floor + 1}{room + 1:02d}",
                entrance=str(entrance + 1),
                floor=floor + 1,
                area_m2="89.40",
            )


def _names(rng: random.Random) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    given = [*GIVEN_ONE, *GIVEN_TWO, *(a + b for a in GIVEN_ONE for b in GIVEN_ONE)]
    while len(found) < DIFFERENT_NAMES:
        name = rng.choices(SURNAMES, WEIGHTS)[0] + rng.choice(given)
        found.setdefault(name, search_keys(name))
    return found


def _occupancies(persons: list[Resident], doors: list[Unit], rng: random.Random) -> Iterator[Occupancy]:
    """The first who comes to a door owns it; one in eight has left again."""
    for n, (person, door) in enumerate(zip(persons, _again(doors), strict=False)):
        first = n < len(doors)
        left = None if first or rng.random() > 0.125 else date(2025, 6, 30)
        yield Occupancy(
            pk=n + 1,
            unit=door,
            resident=person,
            relation="owner" if first else "family",
            since=date(2018, 3, 1),
            until=left,
            is_primary=first,
            is_payer=first,
        )


def _phones(persons: list[Resident], rng: random.Random) -> Iterator[Phone]:
    for person in persons:
        number = f"+861{rng.choice('3578')}{rng.randrange(10**9):09d}"
        yield Phone(
            resident=person,
            estate_id=person.estate_id,
            number=number,
            whole_hash=phone_hash(number),
            ending_hash=ending_hash(number[-4:]),
            is_primary=True,
        )


def _vehicles(doors: list[Unit], rng: random.Random) -> Iterator[Vehicle]:
    """Every second household has a car; no plate twice."""
    taken: set[str] = set()
    for door in doors[::2]:
        key = f"粤B{rng.choice('ABDEFGHK')}{rng.randrange(10**5):05d}"
        if key not in taken:
            taken.add(key)
            yield Vehicle(
                estate_id=door.estate_id, unit=door, plate=key, plate_key=key, plate_turned=turned(key)
            )


def _tickets(estate: Estate, user: User, doors: list[Unit]) -> None:
    for n in range(TICKETS):
        take_ticket(
            estate=estate, channel="phone", actor=user, description=f"厨房水管漏水 {n}", unit=doors[n]
        )


def _again(doors: list[Unit]) -> Iterator[Unit]:
    while True:
        yield from doors


def _write(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Thousands of rows at a time; on PostgreSQL the sequences are set past the ids that were given."""
    fields = [f for f in model._meta.local_concrete_fields if not isinstance(f, models.GeneratedField)]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    table = model._meta.db_table
    values = (
        [f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields]
        for row in _numbered(model, rows)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The rows fit each other: nobody need look each reference up again.
            cursor.execute("SET LOCAL session_replication_role = replica")
            copy = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)"
            while piece := list(islice(values, BATCH)):
                cursor.cursor.copy_expert(copy, _as_csv(piece))
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )
            return
        marks = ", ".join(["%s"] * len(fields))
        while piece := list(islice(values, BATCH)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", piece)  # noqa: S608


def _as_csv(rows: list[list[Any]]) -> io.StringIO:
    """An empty text between quotes, nothing at all for NULL, as COPY reads them."""
    file = io.StringIO()
    for row in rows:
        cells = ("" if cell is None else '"' + str(cell).replace('"', '""') + '"' for cell in row)
        file.write(",".join(cells) + "\n")
    file.seek(0)
    return file


def _numbered(model: type[models.Model], rows: Iterable[Any]) -> Iterator[Any]:
    for n, row in enumerate(rows, 1):
        if row.pk is None:
            row.pk = n
        yield row
