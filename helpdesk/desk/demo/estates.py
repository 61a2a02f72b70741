"""The demo estates themselves: departments, staff, calendar, shifts, buildings, units and who lives there."""

import random
from datetime import date, time, timedelta
from typing import NamedTuple

import holidays
from django.contrib.auth.hashers import make_password

from helpdesk.desk.demo.people import ORGANISATIONS, STAFF, mobile_number, person_name
from helpdesk.estates.models import Department, Duty, Estate, Holiday, Shift
from helpdesk.lib.names import search_keys
from helpdesk.lib.phones import ending_hash, phone_hash
from helpdesk.staff.models import Membership, User
from residents.models import Building, NameKey, Occupancy, Phone, Resident, Unit


class Plan(NamedTuple):
    code: str
    name: str
    zh_hans: str
    zh_hant: str
    telephone: str
    # building code → (entrances, floors, doors on a floor of one entrance)
    buildings: dict[str, tuple[int, int, int]]


WILLOW = Plan(
    "willow",
    "Willow Bay",
    "柳湾花园",
    "柳灣花園",
    "0755 8226 3100",
    {"1": (2, 16, 4), "2": (2, 16, 4), "3": (2, 18, 4)},
)
MAPLE = Plan("maple", "Maple Court", "枫林苑", "楓林苑", "0755 8226 3200", {"1": (1, 20, 5), "2": (1, 20, 5)})

DEPARTMENTS = {
    "front_desk": ("Front desk", "客服中心", "客服中心"),
    "engineering": ("Engineering", "工程部", "工程部"),
    "security": ("Security", "秩序维护部", "秩序維護部"),
    "cleaning": ("Cleaning", "保洁部", "保潔部"),
    "landscaping": ("Landscaping", "绿化部", "綠化部"),
    "finance": ("Finance", "财务部", "財務部"),
    "administration": ("Administration", "行政部", "行政部"),
    "contractor": ("Hengtong Lifts", "恒通电梯维保", "恆通電梯維保"),
}


def build_estate(plan: Plan, *, staff_code: str, password: str, today: date, rng: random.Random) -> Estate:
    """One estate with everything that does not happen over time; about 600 units are in the two of the demo."""
    estate = Estate.objects.create(
        code=plan.code,
        name=plan.name,
        name_zh_hans=plan.zh_hans,
        name_zh_hant=plan.zh_hant,
        telephone=plan.telephone,
        address="深圳市南山区",
    )
    departments = _departments(estate)
    _holidays(estate, today)
    people = _staff(estate, departments, staff_code, password)
    _shifts(estate, departments["front_desk"], people["clerk"], today)
    units = _units(estate, plan)
    _households(estate, units, today, rng)
    return estate


def _departments(estate: Estate) -> dict[str, Department]:
    rows = [
        Department(
            estate=estate,
            code=kind.replace("_", "-"),
            kind=kind,
            name=name,
            name_zh_hans=hans,
            name_zh_hant=hant,
        )
        for kind, (name, hans, hant) in DEPARTMENTS.items()
    ]
    return {d.kind: d for d in Department.objects.bulk_create(rows)}


def _holidays(estate: Estate, today: date) -> None:
    years = range(today.year - 1, today.year + 2)
    days = holidays.country_holidays("CN", years=years, language="zh_CN")
    Holiday.objects.bulk_create(
        Holiday(estate=estate, day=day, name=name[:80]) for day, name in sorted(days.items())
    )


def _staff(
    estate: Estate, departments: dict[str, Department], staff_code: str, password: str
) -> dict[str, list[User]]:
    people: dict[str, list[User]] = {}
    # One hash for all: hashing is made to be slow, and these logins exist in the demo only.
    hashed = make_password(password)
    for colleague in STAFF[staff_code]:
        user, _new = User.objects.get_or_create(
            username=colleague.username, defaults={"name": colleague.name, "password": hashed}
        )
        department = departments[colleague.department] if colleague.department else None
        Membership.objects.create(user=user, estate=estate, role=colleague.role, department=department)
        people.setdefault(colleague.role, []).append(user)
    return people


def _shifts(estate: Estate, desk: Department, clerks: list[User], today: date) -> None:
    hours = [
        ("早班", time(7, 30), time(15, 30)),
        ("中班", time(15, 30), time(23, 30)),
        ("夜班", time(23, 30), time(7, 30)),
    ]
    shifts = Shift.objects.bulk_create(
        Shift(estate=estate, department=desk, name=name, starts=start, ends=end) for name, start, end in hours
    )
    days = [today + timedelta(days=n) for n in range(-7, 15)]
    Duty.objects.bulk_create(
        Duty(shift=shift, day=day, person=clerks[(day.toordinal() + n) % len(clerks) if n else 0])
        for day in days
        for n, shift in enumerate(shifts)
    )


def _units(estate: Estate, plan: Plan) -> list[Unit]:
    units = []
    for code, (entrances, floors, doors) in plan.buildings.items():
        building = Building.objects.create(estate=estate, code=code, floors=floors)
        for entrance in range(1, entrances + 1):
            for floor in range(1, floors + 1):
                for door in range(1, doors + 1):
                    shop = floor == 1 and door <= 2
                    units.append(
                        Unit(
                            estate=estate,
                            building=building,
                            code=f"{code}-{entrance}-{floor}{door:02d}",
                            entrance=str(entrance),
                            floor=floor,
                            area_m2=(89.4, 64.5, 89.4, 118.2, 136.8)[door - 1],
                            use=Unit.Use.SHOP if shop else Unit.Use.RESIDENTIAL,
                        )
                    )
    return Unit.objects.bulk_create(units, batch_size=1000)


class Household(NamedTuple):
    unit: Unit
    resident: Resident
    relation: str
    since: date
    primary: bool
    payer: bool
    phone: str


def _households(estate: Estate, units: list[Unit], today: date, rng: random.Random) -> None:
    rows: list[Household] = []
    for unit in units:
        if rng.random() < 0.12 and unit.code != "3-2-501":
            unit.status = Unit.Status.DECORATING if rng.random() < 0.25 else Unit.Status.VACANT
        rows += _household(estate, unit, today, rng)
    Unit.objects.bulk_update(
        [u for u in units if u.status != Unit.Status.OCCUPIED], ["status"], batch_size=500
    )
    Resident.objects.bulk_create([h.resident for h in rows], batch_size=1000)
    Occupancy.objects.bulk_create(
        [
            Occupancy(
                unit=h.unit,
                resident=h.resident,
                relation=h.relation,
                since=h.since,
                is_primary=h.primary,
                is_payer=h.payer,
            )
            for h in rows
        ],
        batch_size=1000,
    )
    Phone.objects.bulk_create(
        [
            Phone(
                resident=h.resident,
                estate=estate,
                number=h.phone,
                whole_hash=phone_hash(h.phone),
                ending_hash=ending_hash(h.phone[-4:]),
                label="",
                is_primary=True,
            )
            for h in rows
            if h.phone
        ],
        batch_size=1000,
    )
    keys = [
        NameKey(resident=h.resident, estate=estate, key=key)
        for h in rows
        for key in sorted({k for n in (h.resident.name, h.resident.other_name) if n for k in search_keys(n)})
    ]
    NameKey.objects.bulk_create(keys, batch_size=2000)


# The household that every example of the papers speaks of.
WANG = [
    ("王建国", "Wang Jianguo", "zh-hans", "owner", "+8613800136021", True),
    ("李芳", "Li Fang", "zh-hans", "family", "+8613800136022", False),
    ("王磊", "Wang Lei", "en", "family", "", False),
    ("张秀兰", "Zhang Xiulan", "zh-hans", "family", "+8675526981140", False),
]


def _household(estate: Estate, unit: Unit, today: date, rng: random.Random) -> list[Household]:
    since = today - timedelta(days=rng.randrange(200, 4000))
    if unit.code == "3-2-501" and estate.code == "willow":
        return [
            Household(
                unit,
                Resident(estate=estate, name=name, other_name=other, language=language),
                relation,
                since,
                first,
                first,
                phone,
            )
            for name, other, language, relation, phone, first in WANG
        ]
    if unit.use == Unit.Use.SHOP and unit.status == Unit.Status.OCCUPIED:
        shop = Resident(
            estate=estate, kind=Resident.Kind.ORGANISATION, name=rng.choice(ORGANISATIONS), language="zh-hans"
        )
        return [Household(unit, shop, "tenant", since, True, True, mobile_number(rng))]
    owner_lives_here = rng.random() < 0.72
    owner = _person(estate, rng)
    lived_in = unit.status == Unit.Status.OCCUPIED
    rows = [
        Household(unit, owner, "owner", since, owner_lives_here or not lived_in, True, mobile_number(rng))
    ]
    if not lived_in:
        return rows
    if not owner_lives_here:
        moved_in = today - timedelta(days=rng.randrange(20, 700))
        rows.append(
            Household(unit, _person(estate, rng), "tenant", moved_in, True, False, mobile_number(rng))
        )
    for _ in range(rng.choice((0, 1, 1, 2))):
        phone = mobile_number(rng) if rng.random() < 0.7 else ""
        rows.append(Household(unit, _person(estate, rng), "family", since, False, False, phone))
    return rows


def _person(estate: Estate, rng: random.Random) -> Resident:
    name, language = person_name(rng)
    return Resident(estate=estate, name=name, language=language, do_not_disturb=rng.random() < 0.02)
