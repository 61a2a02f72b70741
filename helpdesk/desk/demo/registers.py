"""Letters of each kind, messages for absent colleagues, praise and the answers book, told through the services."""

from datetime import datetime, timedelta

from django.utils import timezone

from helpdesk.desk.demo.answers import ANSWERS
from helpdesk.desk.demo.history import Cast
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.services.answers import write_answer
from tickets.services.contacts import take_contact
from tickets.services.praise import register_praise

# door plate, kind of letter, how it came, what it says, hours ago
LETTERS = [
    ("2-1-702", "repair", "letter", "楼道二层照明灯坏了两盏，晚上上下楼看不清，请安排检修。", 50),
    ("1-2-301", "report", "suggestion_box", "北门快递柜旁边经常停满电动车，行人要绕到马路上走。", 30),
    ("3-2-1001", "complaint", "letter", "十月停车费收了两次，前台说会回电，一直没有人联系我。", 20),
    (
        "1-1-803",
        "praise",
        "suggestion_box",
        "半夜跳闸，师傅十五分钟就到，处理得仔细，还教我们怎么看电箱。",
        72,
    ),
    (
        "2-2-604",
        "other",
        "letter",
        "Our reading circle would like to use the meeting room on the first Sunday of each month.",
        26,
    ),
]
# door plate, who is praised (the kind of department), the words, days ago
PRAISE = [
    ("1-2-1203", "security", "雨天帮我把婴儿车抬上台阶，还撑伞送到单元门口，谢谢保安小哥。", 4),
    ("3-1-905", "cleaning", "The lobby has never been as clean as this autumn. Thank you all.", 9),
    ("1-1-1402", "engineering", "水管修得又快又干净，走的时候地都擦好了。", 16),
]
# door plate, what is asked, minutes ago
MESSAGES = [
    ("1-1-802", "想当面谈装修押金的退回，请您得空时回电。", 35),
    ("3-1-905", "Asks for the minutes of the residents' meeting; will ring again tomorrow.", 180),
]
Home = tuple[Unit, Resident, str]


def tell_registers(cast: Cast, users: dict[str, User], *, now: datetime) -> None:
    """What the clerks wrote down besides the calls."""
    homes = {unit.code: (unit, resident, phone) for unit, resident, phone in reversed(cast.homes)}
    clerk = users["clerk"]
    for plate, letter_class, source, words, hours in LETTERS:
        _letter(
            cast,
            clerk,
            homes.get(plate) or cast.homes[0],
            letter_class,
            source,
            words,
            now - timedelta(hours=hours),
        )
    for plate, kind, words, days in PRAISE:
        _praise(cast, clerk, homes.get(plate) or cast.homes[0], kind, words, now - timedelta(days=days))
    for plate, words, minutes in MESSAGES:
        _message(cast, users, homes.get(plate) or cast.homes[0], words, now - timedelta(minutes=minutes))


def _letter(
    cast: Cast, clerk: User, home: Home, letter_class: str, source: str, words: str, at: datetime
) -> None:
    unit, resident, _phone = home
    workers = cast.workers.get("engineering", [])
    take_contact(
        estate=cast.estate,
        kind="letter",
        actor=clerk,
        unit=unit,
        resident=resident,
        name=resident.name,
        summary=words,
        letter_class=letter_class,
        source=source,
        praised=workers[0] if letter_class == "praise" and workers else None,
        at=at,
    )


def _praise(cast: Cast, clerk: User, home: Home, kind: str, words: str, at: datetime) -> None:
    unit, resident, _phone = home
    workers = cast.workers.get(kind, [])
    register_praise(
        estate=cast.estate,
        actor=clerk,
        words=words,
        praised=workers[0] if workers else None,
        department=cast.departments.get(kind),
        from_name=resident.name,
        unit=unit,
        at=at,
    )


def _message(cast: Cast, users: dict[str, User], home: Home, words: str, at: datetime) -> None:
    unit, resident, phone = home
    take_contact(
        estate=cast.estate,
        kind="message",
        actor=users["liuyang"],
        addressee=users["manager"],
        unit=unit,
        resident=resident,
        name=resident.name,
        phone=phone,
        summary=words,
        at=at,
    )


def fill_answers_book(estate: Estate, keeper: User) -> None:
    """A dozen answers with their keeper, each checked some time ago."""
    today = timezone.localdate()
    for questions, answers, days in ANSWERS:
        texts = dict(zip(("question", "question_zh_hans", "question_zh_hant"), questions, strict=True))
        texts |= dict(zip(("answer", "answer_zh_hans", "answer_zh_hant"), answers, strict=True))
        write_answer(
            estate=estate, actor=keeper, keeper=keeper, checked_on=today - timedelta(days=days), **texts
        )
