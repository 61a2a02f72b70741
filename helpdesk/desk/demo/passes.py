"""A moving van, a piano and a forgotten pass: release passes in every state that a desk sees, told through the services."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Occupancy, Phone, Resident, Unit
from visitors.models import ReleasePass, VisitorPolicy
from visitors.services.consents import record_consent
from visitors.services.gate import release_goods
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import expire_passes, issue_pass

GATES = ["北门", "东门"]
FURNITURE = [
    Goods("三人沙发", 1, "灰色布面"),
    Goods("双门冰箱", 1, "西门子，银色"),
    Goods("纸箱", 12, "封口，编号 1–12"),
    Goods("组装书柜", 2, "白色，拆件"),
]
Let = tuple[Unit, Resident, Resident, Phone]  # unit, tenant, owner, the owner's number


def tell_passes(estate: Estate, users: dict[str, User], *, now: datetime) -> None:
    """One being loaded, one that waits for the owner, one for nobody, one gone, one forgotten."""
    VisitorPolicy.objects.create(estate=estate, gates=GATES)
    lets = let_units(estate)
    if len(lets) < 4:
        return
    clerk, guard = users["clerk"], users["guard"]
    gone = _moved(lets[0], clerk, FURNITURE[:2], "粤B·5K208", now - timedelta(days=1, hours=2))
    release_goods(gone, actor=guard, gate=GATES[0], at=now - timedelta(days=1, hours=1))
    _moved(
        lets[1], clerk, [Goods("洗衣机", 1, "海尔，白色"), Goods("行李箱", 3)], "", now - timedelta(days=9)
    )
    expire_passes(now)
    today = _moved(
        lets[2], clerk, FURNITURE, "粤B·73K19", now - timedelta(minutes=25), until=_evening(estate, now)
    )
    first = today.items.order_by("position").first()
    if first is not None:
        release_goods(today, actor=guard, gate=GATES[0], items={first.pk: 1}, at=now - timedelta(minutes=10))
    _drafted(lets[3], clerk, [Goods("钢琴", 1, "立式，黑色"), Goods("琴凳", 1)], "粤B·9A771", now)
    _drafted(lets[0], clerk, [Goods("电脑主机", 2), Goods("显示器", 3)], "", now, relation="owner")


def let_units(estate: Estate) -> list[Let]:
    """Units with a tenant and an owner who can be rung."""
    found: list[Let] = []
    tenants = Occupancy.objects.filter(unit__estate=estate, relation="tenant", until__isnull=True)
    for tenancy in tenants.select_related("unit__estate", "resident").order_by("pk")[:60]:
        owns = Occupancy.objects.filter(unit=tenancy.unit, relation="owner", until__isnull=True)
        owner = owns.select_related("resident").first()
        phone = Phone.objects.filter(resident=owner.resident, is_working=True).first() if owner else None
        if owner and phone:
            found.append((tenancy.unit, tenancy.resident, owner.resident, phone))
    return found[:4]


def _drafted(
    home: Let,
    clerk: User,
    goods: list[Goods],
    plate: str,
    at: datetime,
    *,
    relation: str = "tenant",
    until: datetime | None = None,
) -> ReleasePass:
    unit, tenant, owner, _phone = home
    who = owner if relation == "owner" else tenant
    return draft_pass(
        unit=unit,
        actor=clerk,
        resident=who,
        applicant_name=who.name,
        applicant_relation=relation,
        id_document_type="identity_card",
        items=goods,
        vehicle_plate=plate,
        reason="搬家" if plate else "",
        valid_until=until or _evening(unit.estate, at),
        at=at,
    )


def _moved(
    home: Let,
    clerk: User,
    goods: list[Goods],
    plate: str,
    at: datetime,
    *,
    until: datetime | None = None,
) -> ReleasePass:
    """Consented to by telephone, and issued."""
    _unit, _tenant, owner, phone = home
    draft = _drafted(home, clerk, goods, plate, at, until=until)
    said = "知道，同意租客搬走这些东西。"
    draft = record_consent(draft, actor=clerk, telephoned=owner, phone=phone, note=said, at=at)
    return issue_pass(draft, actor=clerk, acknowledge_arrears=True, at=at)


def _evening(estate: Estate, at: datetime) -> datetime:
    """The end of the day, on the estate's clock; near midnight that of the next one."""
    zone = ZoneInfo(estate.time_zone)
    day = (at + timedelta(hours=1)).astimezone(zone).date()
    return datetime.combine(day, time(23, 59, 59), zone)
