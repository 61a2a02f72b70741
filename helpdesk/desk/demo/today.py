"""The last two days, told through the services themselves, so that the Desk has true work to show."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from helpdesk.attachments.inspection import Inspected, inspect
from helpdesk.desk.demo.beside import tell_of_more
from helpdesk.desk.demo.history import Cast
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.models import Ticket
from tickets.services import contacts, contractors, follow_ups, replies, routine_visits, slips, tickets
from tickets.services.slip_links import open_link_of
from tickets.services.slips import Part

# door plate, channel, words, minutes ago, what has happened since
OPEN_NOW = [
    ("2-1-1104", "phone", "厨房水管爆裂，水已流到走廊，阀门关不上。", 6, "new"),
    ("1-2-301", "counter", "保安态度差，让他帮忙抬一下婴儿车，说不关他的事，上周说过没人管。", 22, "new"),
    (
        "3-1-905",
        "web",
        "What is the weekend rate for visitor parking? I could not find it on the notice board.",
        40,
        "new",
    ),
    ("3-1-1602", "web", "垃圾房三天没清，异味进了楼道，孩子都不敢出门。", 19, "new"),
    ("1-1-803", "phone", "晚上一开空调就跳闸，推上去又跳，家里有小孩。", 95, "signed"),
    ("2-2-604", "phone", "楼上半夜一点还在拖椅子，孩子第二天要考试，能不能帮忙沟通？", 150, "issued"),
    ("3-2-501", "phone", "地库 B2-114 车位上面的灯不亮，晚上看不清，上次换过又坏了。", 200, "issued"),
    (
        "1-2-1203",
        "counter",
        "You charged me the parking fee twice in October, 400 each, and nobody called back as promised.",
        260,
        "held",
    ),
    ("2-1-702", "letter", "建议在二栋旁边加一组分类垃圾桶，现在走得太远。", 1500, "assigned"),
    ("1-1-1402", "phone", "主卫下水很慢，洗澡水漫到门口，家里有老人。", 1600, "done"),
    ("3-2-1001", "phone", "门禁卡刷不开单元门，跟着别人才进来的。", 1700, "resolved"),
]
CLASS_OF = {"new": "", "held": "valid", "assigned": "inquiry"}
# door plate, what it was about, minutes until the promised call (negative: late)
CALL_BACKS = [
    ("3-2-501", "车位灯不亮，第三次来电，说好回电", -12),
    ("1-2-1203", "Asked why the October parking fee was taken twice", 13),
    ("1-1-802", "装修押金退回的时间", 48),
]
EARLIER_CALLS = [("3-2-501", "问地库灯什么时候换", 15), ("1-1-802", "问装修押金", 9)]


def tell_today(cast: Cast, users: dict[str, User], *, now: datetime, rng: random.Random) -> None:
    """Open matters in every lane, as if the clerks had worked until a minute ago."""
    homes = {unit.code: (unit, resident, phone) for unit, resident, phone in reversed(cast.homes)}
    for plate, words, days_ago in EARLIER_CALLS:
        _call(cast, users, homes[plate], words, now - timedelta(days=days_ago), None)
    taken: dict[str, Ticket] = {}
    for plate, channel, words, minutes, stage in OPEN_NOW:
        home = homes.get(plate) or rng.choice(cast.homes)
        taken[plate] = _matter(cast, users, home, channel, words, now - timedelta(minutes=minutes), stage)
    _contractors(cast, users, now)
    tell_of_more(cast, users, now=now)
    routine_visits.plan_routine_visits(now - timedelta(hours=6))
    for plate, words, minutes in CALL_BACKS:
        back = now + timedelta(minutes=minutes)
        _call(cast, users, homes[plate], words, now - timedelta(hours=1), back, taken.get(plate))


def _call(
    cast: Cast,
    users: dict[str, User],
    home: tuple[Unit, Resident, str],
    words: str,
    at: datetime,
    back: datetime | None,
    ticket: Ticket | None = None,
) -> None:
    unit, resident, phone = home
    contacts.take_contact(
        estate=cast.estate,
        kind="call",
        actor=users["clerk"],
        unit=unit,
        resident=resident,
        name=resident.name,
        phone=phone,
        summary=words,
        call_back_at=back,
        ticket=ticket,
        at=at,
    )


def _matter(
    cast: Cast,
    users: dict[str, User],
    home: tuple[Unit, Resident, str],
    channel: str,
    words: str,
    at: datetime,
    stage: str,
) -> Ticket:
    unit, resident, phone = home
    clerk = users["clerk"]
    ticket = tickets.take_ticket(
        estate=cast.estate,
        channel=channel,
        description=words,
        actor=None if channel == "web" else clerk,
        unit=unit,
        resident=resident,
        reporter_name=resident.name,
        reporter_phone=phone,
        language=resident.language,
        at=at,
    )
    if stage == "new":
        return ticket
    tickets.classify_ticket(
        ticket, actor=clerk, complaint_class=CLASS_OF.get(stage, "help_seeking"), at=at + timedelta(minutes=3)
    )
    if stage in {"issued", "signed", "done", "resolved"}:
        _slip(cast, users, ticket, at, stage)
    else:
        department = cast.departments["finance" if stage == "held" else "cleaning"]
        tickets.assign_ticket(ticket, actor=clerk, department=department, at=at + timedelta(minutes=4))
    if stage == "held":
        body = "Dear Ms, we found both payments and will refund 400 yuan. I will ring you at 11:30."
        replies.add_reply(ticket, actor=clerk, body=body, visibility="public", at=at + timedelta(minutes=30))
    return ticket


def _slip(cast: Cast, users: dict[str, User], ticket: Ticket, at: datetime, stage: str) -> None:
    technician, clerk = users["technician"], users["clerk"]
    slip: Any = slips.issue_slip(
        actor=clerk,
        department=cast.departments["engineering"],
        instructions=ticket.description,
        ticket=ticket,
        at=at + timedelta(minutes=6),
    )
    if stage == "issued":
        return
    slip = slips.sign_slip(slip, actor=technician, at=at + timedelta(minutes=12))
    if stage == "signed":
        return
    slips.start_slip(slip, actor=technician, at=at + timedelta(minutes=30))
    slips.complete_slip(
        slip, actor=technician, report="已到现场处理，恢复正常。", at=at + timedelta(minutes=80)
    )
    if stage == "resolved":
        for key in ("identity", "arrears"):
            tickets.tick_step(ticket, actor=clerk, key=key, at=at + timedelta(minutes=90))
        tickets.resolve_ticket(
            ticket, actor=clerk, resolution="已更换读卡器，试用正常。", at=at + timedelta(minutes=100)
        )
        follow_ups.bring_up_due(at + timedelta(days=2))


def _contractors(cast: Cast, users: dict[str, User], now: datetime) -> None:
    """Two jobs of the lift company: one waits for its signature, one was reported by link with parts and photos."""
    lifts = cast.departments["contractor"]
    words = ("2 号楼客梯关门有异响，请到现场检查。", "1 号楼货梯平层有落差，请调整。")
    _waiting, finished = [
        slips.issue_slip(
            actor=users["clerk"],
            department=lifts,
            instructions=text,
            at=now - timedelta(minutes=20 + 300 * n),
        )
        for n, text in enumerate(words)
    ]
    link = open_link_of(finished)
    if link is None:
        return
    contractors.sign_by_link(link, name="林国强", phone="13800138000", at=now - timedelta(minutes=300))
    contractors.start_by_link(link, before=[_photo("before", "#5b6566")], at=now - timedelta(minutes=280))
    contractors.complete_by_link(
        link,
        report="平层感应器偏移，已校正并试运行三十次。",
        files=[_photo("after", "#0b5e57")],
        parts=[Part("平层感应器", Decimal(1), "只"), Part("固定螺栓", Decimal(4), "颗")],
        minutes_spent=75,
        at=now - timedelta(minutes=200),
    )


def _photo(name: str, colour: str) -> Inspected:
    """A picture that is clearly made up."""
    out = BytesIO()
    picture = Image.new("RGB", (640, 480), colour)
    ImageDraw.Draw(picture).rectangle((220, 60, 420, 440), outline="white", width=6)
    picture.save(out, "JPEG", quality=80)
    return inspect(out, name=f"{name}.jpg", max_bytes=1_000_000)
