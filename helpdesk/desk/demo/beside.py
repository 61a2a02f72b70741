"""An incident with three callers, a forwarded matter, one that waits for parts, one under warranty."""

from datetime import datetime, timedelta
from typing import Any

from helpdesk.desk.demo.history import Cast
from helpdesk.staff.models import User
from tickets.models import Ticket
from tickets.services import incident_notices, incidents, tickets

MINUTE = timedelta(minutes=1)
# How many minutes ago, what they said
CALLS = [(38, "家里突然停水了"), (35, "水龙头没水，什么时候来？"), (31, "No water on the ninth floor either")]
NOTICE = {
    "zh-hans": "一栋水泵故障，工程人员正在抢修，恢复后再通知您。地下一层备有桶装水可取用。",
    "en": "The pump of building 1 has failed and engineers are working on it. Bottled water is at basement level 1.",
}


def tell_of_more(cast: Cast, users: dict[str, User], *, now: datetime) -> None:
    """What stands beside the day's tickets."""
    _incident(cast, users["clerk"], now)
    _forwarded(cast, users["clerk"], now - timedelta(hours=26))
    _waiting(cast, users["clerk"], now - timedelta(hours=20))
    _under_warranty(cast, users["clerk"], now - timedelta(hours=5))


def _incident(cast: Cast, clerk: User, now: datetime) -> None:
    homes = [home for home in cast.homes if home[0].code.startswith("1-")]
    incident = incidents.open_incident(
        estate=cast.estate,
        kind="water",
        title="一栋停水，水泵故障",
        actor=clerk,
        building=homes[0][0].building,
        place="地下一层水泵房",
        at=now - 40 * MINUTE,
    )
    for (minutes, words), (unit, resident, phone) in zip(CALLS, homes[3::7], strict=False):
        incidents.add_caller(
            incident,
            actor=clerk,
            unit=unit,
            resident=resident,
            phone=phone,
            summary=words,
            with_ticket=minutes == CALLS[0][0],
            at=now - minutes * MINUTE,
        )
    incidents.note_incident(
        incident, actor=clerk, whom="供水公司抢修热线", body="预计一小时内到场。", at=now - 28 * MINUTE
    )
    incidents.note_incident(
        incident, actor=clerk, body="工程值班已到水泵房，切换备用泵。", at=now - 22 * MINUTE
    )
    incident_notices.notify_reporters(incident, actor=clerk, texts=NOTICE, at=now - 20 * MINUTE)


def _forwarded(cast: Cast, clerk: User, at: datetime) -> None:
    ticket = _taken(
        cast,
        clerk,
        5,
        "12345 转来：三栋楼下快餐店油烟扰民，要求物业协调并书面回复。",
        at,
        forwarding={
            "sender": "hotline",
            "number": "SZ-2611-40873",
            "answer_due_at": at + timedelta(hours=48),
        },
    )
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="valid", at=at + 5 * MINUTE)
    tickets.assign_ticket(ticket, actor=clerk, department=cast.departments["security"], at=at + 8 * MINUTE)


def _waiting(cast: Cast, clerk: User, at: datetime) -> None:
    ticket = _taken(cast, clerk, 9, "可视门铃没有画面，师傅看过说要换主板。", at)
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="help_seeking", at=at + 3 * MINUTE)
    tickets.assign_ticket(ticket, actor=clerk, department=cast.departments["engineering"], at=at + 5 * MINUTE)
    tickets.pause_ticket(
        ticket,
        actor=clerk,
        reason="parts",
        note="主板已向厂家订货",
        until=at + timedelta(days=3),
        at=at + 60 * MINUTE,
    )


def _under_warranty(cast: Cast, clerk: User, at: datetime) -> None:
    ticket = _taken(
        cast,
        clerk,
        13,
        "外墙渗水，主卧墙面发霉，交房才一年多。",
        at,
        builder="南山建工集团",
        warranty_until=(at + timedelta(days=900)).date(),
    )
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="help_seeking", at=at + 4 * MINUTE)


def _taken(cast: Cast, clerk: User, nth: int, words: str, at: datetime, **more: Any) -> Ticket:
    unit, resident, phone = cast.homes[nth]
    return tickets.take_ticket(
        estate=cast.estate,
        channel="phone",
        description=words,
        actor=clerk,
        unit=unit,
        resident=resident,
        reporter_name=resident.name,
        reporter_phone=phone,
        language=resident.language,
        at=at,
        **more,
    )
