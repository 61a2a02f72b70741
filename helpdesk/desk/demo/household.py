"""What the desk keeps of the demo's households: cars, cards, keys with their loans, papers, a dog."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Unit
from residents.services.cards import issue_card
from residents.services.emergency_contacts import add_emergency_contact
from residents.services.keys import add_key, lend_key, take_key_back
from residents.services.notes import add_note
from residents.services.papers import add_paper
from residents.services.parking_spaces import add_space
from residents.services.pets import add_pet
from residents.services.vehicles import add_vehicle

COLOURS = ["白色大众", "黑色丰田", "灰色比亚迪", "蓝色特斯拉", "红色本田"]
KEYS = [("A01", "一栋天台门"), ("A02", "地下一层水泵房"), ("A03", "配电房"), ("A04", "会所储物间")]


def tell_households(estate: Estate, users: dict[str, User], *, now: datetime, rng: random.Random) -> None:
    """Every fourth household has a car and a place for it; the household of the papers has the rest."""
    clerk = users["clerk"]
    units = list(Unit.objects.filter(estate=estate, use=Unit.Use.RESIDENTIAL).order_by("code")[::4])
    for n, unit in enumerate(units):
        space = add_space(estate=estate, actor=None, code=f"B1-{n + 1:03d}", unit=unit)
        plate = f"粤B {rng.choice('ABDEFGHK')}{rng.randrange(10**4):04d}{n % 10}"
        add_vehicle(actor=None, unit=unit, plate=plate, description=rng.choice(COLOURS), space=space)
    for code, label in KEYS:
        hung_up = now - timedelta(days=400)
        add_key(estate=estate, actor=clerk, code=code, label=label, place="前台钥匙柜", at=hung_up)
    keys = list(estate.desk_keys.order_by("code"))
    week_ago = now - timedelta(days=7)
    for key, borrower, purpose in ((keys[0], "赵强", "检查避雷带"), (keys[2], "林国栋", "抄表")):
        until = week_ago + timedelta(hours=2)
        loan = lend_key(key, actor=clerk, borrower=borrower, purpose=purpose, due_at=until, at=week_ago)
        take_key_back(loan, actor=clerk, at=until)
    lend_key(
        keys[0], actor=clerk, borrower="林国栋", due_at=now - timedelta(hours=2), at=now - timedelta(hours=6)
    )
    lend_key(
        keys[1], actor=clerk, borrower="赵强", due_at=now + timedelta(hours=3), at=now - timedelta(hours=1)
    )
    _of_the_papers(estate, users, now)


def _of_the_papers(estate: Estate, users: dict[str, User], now: datetime) -> None:
    clerk = users["clerk"]
    unit = Unit.objects.get(estate=estate, code="3-2-501")
    owner = unit.occupancies.get(relation="owner").resident
    today = timezone.localdate(now)
    add_vehicle(actor=clerk, unit=unit, resident=owner, plate="粤B D6021", description="灰色丰田")
    key = add_key(
        estate=estate, actor=clerk, code="U01", label="入户门", kind="left", unit=unit, place="前台钥匙柜",
        at=now - timedelta(days=3),
    )  # fmt: skip
    lend_key(key, actor=clerk, borrower="林国栋", purpose="修灯", due_at=now + timedelta(hours=4), at=now)
    issue_card(actor=clerk, unit=unit, resident=owner, kind="door", number="D-30215", issued_on=today)
    add_pet(
        actor=clerk,
        unit=unit,
        kind="dog",
        name="豆豆",
        breed="柯基",
        vaccinated_until=today + timedelta(days=20),
    )
    add_paper(
        actor=clerk, unit=unit, kind="service", title="物业服务协议", expires_on=today + timedelta(days=45)
    )
    add_emergency_contact(actor=clerk, resident=owner, name="王芳", relationship="妹妹", phone="13900137788")
    add_note(actor=clerk, resident=owner, audience="desk", body="电话里说话请慢一些。")
