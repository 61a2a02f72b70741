"""Four months at the door: guests and callers, who stayed too long, who was refused; parcels, and three notes of the watch list."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.estates.models import Department, Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.phones import phone_hash
from helpdesk.notifications.models import Message
from helpdesk.staff.models import User
from residents.models import Unit
from visitors.models import Parcel, Visit
from visitors.services.parcels import collect_parcel, receive_parcel
from visitors.services.retention import VISIT_DAYS
from visitors.services.visit_requests import ask_for_visit
from visitors.services.visits import announce_visit, check_in, check_out, receive_walk_in
from visitors.services.watching import add_watch_entry, name_hash

DAYS = 75
FAMILY, GIVEN = (
    "陈林黄张李王吴刘蔡杨许郑谢郭洪",
    ["志明", "美玲", "国强", "小燕", "文华", "建平", "雅婷", "海波", "丽娟", "俊杰"],
)
OF_GUESTS = ["走亲访友", "走亲访友", "走亲访友", "家政保洁", "空调维修", "送货上门", "看房", "家教"]
OF_CALLERS = ["咨询物业费", "办理装修手续", "送公函", "应聘", "联系场地租用"]
Rows = list[Visit]


def tell_visitors(estate: Estate, users: dict[str, User], *, now: datetime, rng: random.Random) -> None:
    """The months behind, then today: expected, inside, asked for; parcels on the shelf; the watch list."""
    clerk, guard, manager = users["clerk"], users["guard"], users["manager"]
    units = list(Unit.objects.filter(estate=estate, use="residential").order_by("pk")[:200])
    departments = list(Department.objects.filter(estate=estate, is_active=True).order_by("pk"))
    _months(estate, units, departments, [clerk, guard], now, rng)
    _today(estate, units, departments, clerk, now, rng)
    _parcels(units, clerk, now, rng)
    _watched(estate, manager, now)
    # These went out long ago: nobody is written to because a demo is loaded.
    about = ("visitors.visit", "visitors.parcel")
    Message.objects.filter(estate=estate, about_type__in=about).update(
        status=Message.Status.SENT, sent_at=now
    )


def _name(rng: random.Random) -> str:
    return rng.choice(FAMILY) + rng.choice(GIVEN)


def _months(
    estate: Estate,
    units: list[Unit],
    departments: list[Department],
    people: list[User],
    now: datetime,
    rng: random.Random,
) -> None:
    zone = ZoneInfo(estate.time_zone)
    rows: Rows = []
    for back in range(DAYS, -1, -1):
        day = (now - timedelta(days=back)).astimezone(zone).date()
        came = 6 if day.weekday() >= 5 else 4
        hours = sorted(rng.uniform(8, 20) for _n in range(came + rng.randrange(-1, 2)))
        for hour in hours:
            at = datetime.combine(day, time(0), zone) + timedelta(hours=hour)
            if at < now - timedelta(hours=4):
                rows.append(_past(estate, units, departments, rng.choice(people), at, now, rng))
    Visit.objects.bulk_create(rows, batch_size=500)


def _past(
    estate: Estate,
    units: list[Unit],
    departments: list[Department],
    by: User,
    at: datetime,
    now: datetime,
    rng: random.Random,
) -> Visit:
    """One visit that is over; of those past their keeping nothing is left but that they were."""
    is_guest, is_announced = rng.random() < 0.75, rng.random() < 0.4
    visit = Visit(
        estate=estate,
        number=next_number(estate, "V", at),
        kind=Visit.Kind.GUEST if is_guest else Visit.Kind.CALLER,
        unit=rng.choice(units) if is_guest else None,
        department=None if is_guest else rng.choice(departments),
        purpose=rng.choice(OF_GUESTS if is_guest else OF_CALLERS),
        party_size=rng.choice((1, 1, 1, 2, 2, 3)),
        expected_at=at if is_announced else None,
        created_at=at - timedelta(hours=3 if is_announced else 0),
        confirmed_at=at,
        created_by=by,
    )
    _end(visit, by, at, rng)
    if at < now - timedelta(days=VISIT_DAYS):
        visit.purpose, visit.purged_at = "", now
        return visit
    name, number = _name(rng), f"+86139{rng.randrange(10**8):08d}"
    visit.visitor_name, visit.name_hash = name, name_hash(name)
    visit.visitor_phone, visit.phone_hash = number, phone_hash(number)
    visit.plate = f"粤B{rng.randrange(10**5):05d}" if rng.random() < 0.2 else ""
    return visit


def _end(visit: Visit, by: User, at: datetime, rng: random.Random) -> None:
    luck = rng.random()
    if luck < 0.03:
        visit.status, visit.refused_at = Visit.Status.REFUSED, at
        visit.refuse_reason = rng.choice(("联系不上住户", "未带证件", "住户说没有约"))
    elif luck < 0.08 and visit.expected_at:
        visit.status = Visit.Status.NO_SHOW
    else:
        stay = timedelta(minutes=rng.choice((20, 35, 50, 75, 100, 140, 200)))
        visit.status, visit.arrived_at, visit.arrived_by = Visit.Status.LEFT, at, by
        visit.id_document_type, visit.stay_until = "identity_card", at + timedelta(hours=2)
        visit.left_at, visit.left_by = at + stay, by
        visit.host_told_at = at if visit.unit else None


def _today(
    estate: Estate,
    units: list[Unit],
    departments: list[Department],
    clerk: User,
    now: datetime,
    rng: random.Random,
) -> None:
    """Three inside, one of them for too long; two gone; three expected; one asked for on the public form."""
    inside = (("周晓东", 12, "空调维修", 200), ("许文华", 40, "走亲访友", 60), ("林美玲", 77, "家政保洁", 15))
    for n, (name, unit, purpose, minutes) in enumerate(inside):
        receive_walk_in(
            estate=estate,
            actor=clerk,
            visitor_name=name,
            visitor_phone=f"1390013{4000 + n}",
            purpose=purpose,
            unit=units[unit % len(units)],
            id_document_type="identity_card",
            badge=f"{n + 11}",
            at=now - timedelta(minutes=minutes),
        )
    for n, (name, purpose, minutes) in enumerate((("刘丽娟", "送货上门", 95), ("杨志明", "看房", 70))):
        gone = receive_walk_in(
            estate=estate,
            actor=clerk,
            visitor_name=name,
            purpose=purpose,
            unit=units[n + 3],
            id_document_type="identity_card",
            at=now - timedelta(minutes=minutes),
        )
        check_out(gone, actor=clerk, at=now - timedelta(minutes=minutes - 45))
    caller = announce_visit(
        estate=estate, actor=clerk, visitor_name="郑国强", purpose="送公函", department=departments[0], at=now
    )
    check_in(caller, actor=clerk, id_document_type="work_card", badge="7", at=now)
    for hours, name, unit in ((0.5, "蔡建平", 21), (1, "洪雅婷", 33), (2, "谢海波", 90)):
        announce_visit(
            estate=estate,
            actor=clerk,
            visitor_name=name,
            visitor_phone=f"139{rng.randrange(10**8):08d}",
            unit=units[unit % len(units)],
            expected_at=now + timedelta(hours=hours),
            purpose="走亲访友",
            at=now - timedelta(hours=1),
        )
    ask_for_visit(
        estate,
        name="业主",
        phone="13800138000",
        unit_code=units[55 % len(units)].code,
        visitor_name="吴俊杰",
        expected_at=now + timedelta(hours=3),
        at=now - timedelta(minutes=9),
    )


def _parcels(units: list[Unit], clerk: User, now: datetime, rng: random.Random) -> None:
    """A fortnight of deliveries: most are collected the next day, a few wait."""
    for n in range(24):
        at = now - timedelta(hours=14 * (24 - n) - rng.randrange(6))
        kind = Parcel.Kind.LETTER if n % 6 == 5 else Parcel.Kind.PARCEL
        parcel = receive_parcel(
            unit=units[(n * 17) % len(units)],
            actor=clerk,
            kind=kind,
            carrier=rng.choice(("顺丰", "京东", "中通", "邮政")),
            shelf=f"{'ABC'[n % 3]}{n % 5 + 1}",
            at=at,
        )
        if n not in (9, 15) and n < 18:
            collect_parcel(parcel, actor=clerk, collected_by=_name(rng), at=at + timedelta(hours=11))


def _watched(estate: Estate, manager: User, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(estate.time_zone)).date()
    for name, plate, reason, source, days in (
        ("胡大勇", "", "上月冒充燃气检修进户，保安已记录。", "秩序维护部 10 月记录", 60),
        ("", "粤B·6F219", "此车多次占用消防通道并与保安争执。", "秩序维护部巡查", 30),
        ("罗永强", "", "法院送达的人身安全保护令，不得接近 5 栋住户。", "业主提供的保护令", 150),
    ):
        add_watch_entry(
            estate=estate,
            actor=manager,
            name=name,
            plate=plate,
            reason=reason,
            source=source,
            ends_on=today + timedelta(days=days),
            at=now - timedelta(days=5),
        )
