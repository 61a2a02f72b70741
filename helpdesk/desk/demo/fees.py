"""Two years of fees: rates, water meters, monthly bills, payments of every habit, arrears, reminders and visits at the door."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.drafting import period_of
from billing.models import Bill, ChargeItem, Meter, MeterReading, ReminderNotice
from billing.services.bills import hand_over_bill
from billing.services.charges import add_charge_item, enter_shared_cost, set_rate
from billing.services.collection import Promised, grant_deferral, record_visit
from billing.services.disputes import open_dispute
from billing.services.meters import add_meter
from billing.services.payments import reverse_payment, take_payment
from billing.services.reminders import find_reminders, tell_household
from billing.services.runs import confirm_run, continue_run, preview_run
from helpdesk.estates.models import Estate
from helpdesk.notifications.models import Message
from helpdesk.staff.models import User
from residents.models import Unit

MONTHS = 24
REMINDED = (45, 38, 30, 23, 15, 8, 1)  # days ago on which reminders went out
METHODS = ("wechat", "wechat", "alipay", "transfer", "cash", "card")
# How a household pays: every so many months, and how many months it stays behind (None: it pays what is due).
HABITS = [(1, 0, 2), (3, 0, 8), (6, 0, 38), (12, 0, 36), (3, 2, 8), (6, 6, 6), (6, 14, 2)]


def tell_fees(estate: Estate, users: dict[str, User], *, now: datetime, rng: random.Random) -> None:
    """The ledger of one estate, from two years ago until this month."""
    manager, cashier = users["manager"], users["cashier"]
    today = now.astimezone(ZoneInfo(estate.time_zone)).date()
    periods = [period_of(today, -back) for back in range(MONTHS - 1, -1, -1)]
    first = date.fromisoformat(f"{periods[0]}-01")
    _charges(estate, manager, first, periods)
    _read_meters(estate, periods[:-1], rng)
    habits = _habits(estate, rng)
    for at, period in enumerate(periods):
        _bill(estate, manager, period)
        _pay(estate, cashier, habits, at, date.fromisoformat(f"{period}-01"), today, rng)
    _remind(estate, today)
    _doors(estate, users, now)


def _moment(estate: Estate, day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour, 30), ZoneInfo(estate.time_zone))


def _charges(estate: Estate, manager: User, first: date, periods: list[str]) -> None:
    names = {
        "management": ("Management fee", "物业管理费", "物業管理費", ChargeItem.Kind.AREA, "m²"),
        "water": ("Water", "水费", "水費", ChargeItem.Kind.METERED, "m³"),
        "public-power": ("Public electricity", "公摊电费", "公攤電費", ChargeItem.Kind.SHARED, ""),
        "copies": ("Copying", "复印", "複印", ChargeItem.Kind.PIECE, ""),
    }
    items = {
        code: add_charge_item(
            estate=estate,
            actor=manager,
            code=code,
            name=name,
            name_zh_hans=hans,
            name_zh_hant=hant,
            kind=kind,
            measure=measure,
        )
        for code, (name, hans, hant, kind, measure) in names.items()
    }
    raised = first.replace(year=first.year + 1)
    set_rate(items["management"], actor=manager, amount=Decimal("3.00"), since=first)
    set_rate(items["management"], actor=manager, amount=Decimal("3.20"), since=raised)
    tiers = [
        {"up_to": "20", "rate": "2.90"},
        {"up_to": "35", "rate": "4.10"},
        {"up_to": None, "rate": "5.60"},
    ]
    set_rate(items["water"], actor=manager, amount=Decimal("2.90"), since=first, tiers=tiers)
    set_rate(items["copies"], actor=manager, amount=Decimal("0.50"), since=first)
    for n, period in enumerate(periods):
        cost = Decimal(1800 + 37 * (n % 12) * (n % 5))
        enter_shared_cost(items["public-power"], actor=manager, period=period, amount=cost)
    start = first - timedelta(days=1)
    for n, unit in enumerate(Unit.objects.filter(estate=estate, use="residential").order_by("id")):
        add_meter(unit, actor=None, charge_item=items["water"], number=f"W{n + 1:05d}", installed_on=start)


def _read_meters(estate: Estate, periods: list[str], rng: random.Random) -> None:
    """Readings up to the last whole month; this month's are still to come, a few among them with a fault."""
    rows = []
    for meter in Meter.objects.filter(estate=estate):
        usual, value = rng.uniform(6, 22), Decimal(0)
        for period in periods:
            value += Decimal(round(usual * rng.uniform(0.7, 1.35), 1))
            day = date.fromisoformat(f"{period_of(date.fromisoformat(period + '-01'), 1)}-01") - timedelta(
                days=1
            )
            rows.append(MeterReading(estate=estate, meter=meter, period=period, read_on=day, value=value))
    MeterReading.objects.bulk_create(rows, batch_size=1000)


def _habits(estate: Estate, rng: random.Random) -> dict[int, tuple[int, int, int]]:
    """Unit -> (pays every so many months, in which of them, months it stays behind)."""
    kinds = [(every, behind) for every, behind, weight in HABITS for _n in range(weight)]
    found = {}
    for pk in Unit.objects.filter(estate=estate).order_by("id").values_list("pk", flat=True):
        every, behind = rng.choice(kinds)
        found[pk] = (every, rng.randrange(every), behind)
    return found


def _bill(estate: Estate, manager: User, period: str) -> None:
    at = _moment(estate, date.fromisoformat(f"{period}-01"), 8)
    run = preview_run(estate, actor=manager, period=period, at=at)
    if run.bills:
        continue_run(confirm_run(run, actor=manager, at=at), at=at)


def _pay(
    estate: Estate,
    cashier: User,
    habits: dict[int, tuple[int, int, int]],
    month: int,
    first: date,
    today: date,
    rng: random.Random,
) -> None:
    due = _due_now(estate, habits, month, first)
    units = Unit.objects.select_related("estate").in_bulk(list(due))
    for pk, amount in due.items():
        day = first + timedelta(days=rng.choice((3, 6, 9, 12, 13, 14, 18, 25)))
        if day < today:
            take_payment(
                units[pk],
                actor=cashier,
                amount=amount,
                method=rng.choice(METHODS),
                received_on=day,
                at=_moment(estate, day, rng.randrange(9, 17)),
            )


def _due_now(
    estate: Estate, habits: dict[int, tuple[int, int, int]], month: int, first: date
) -> dict[int, Decimal]:
    """What each household that pays this month settles: whatever is older than the months it stays behind."""
    found: dict[int, Decimal] = {}
    for bill in Bill.objects.filter(estate=estate, status__in=["open", "part_paid"]):
        every, turn, behind = habits[bill.unit_id]
        if month % every == turn and bill.due_on < first.replace(day=28) - timedelta(days=31 * behind):
            found[bill.unit_id] = found.get(bill.unit_id, Decimal(0)) + bill.outstanding
    return found


def _remind(estate: Estate, today: date) -> None:
    for back in REMINDED:
        day = today - timedelta(days=back)
        find_reminders(estate, day)
        for unit_id in _to_tell(estate):
            tell_household(unit_id, day, _moment(estate, day, 10))
    # These went out long ago: nobody is written to because a demo is loaded.
    sent = Message.objects.filter(estate=estate, template="reminder")
    sent.update(status=Message.Status.SENT, sent_at=_moment(estate, today - timedelta(days=1), 10))
    old = ReminderNotice.objects.filter(estate=estate, channel="print", day__lt=today - timedelta(days=5))
    old.exclude(way="door").update(done_at=_moment(estate, today - timedelta(days=3), 15))


def _to_tell(estate: Estate) -> Iterator[int]:
    rows = Bill.objects.filter(estate=estate, reminders__notice__isnull=True, reminders__is_dropped=False)
    yield from rows.order_by("unit_id").values_list("unit_id", flat=True).distinct()


def _doors(estate: Estate, users: dict[str, User], now: datetime) -> None:
    """Visits at the door with what was said, a promise, a deferral, a dispute, and a payment that was taken back."""
    clerk, manager, cashier = users["clerk"], users["manager"], users["cashier"]
    late = Bill.objects.filter(estate=estate).overdue(now.date()).order_by("due_on", "id")
    units = list(
        Unit.objects.filter(pk__in=late.values("unit")).select_related("estate").order_by("code")[:7]
    )
    if len(units) < 7:
        return
    today = now.date()
    record_visit(
        units[0],
        actor=clerk,
        met="owner",
        reason="forgot",
        said="出差两个月，忘了缴，答应周五来前台。",
        promise=Promised("业主本人", today + timedelta(days=3)),
        at=now - timedelta(days=2),
    )
    record_visit(
        units[1],
        actor=clerk,
        met="family",
        reason="bill",
        said="说水费比平时多一倍，要看读数。",
        passed_to="收费处",
        left_notice=True,
        at=now - timedelta(days=2, hours=-1),
    )
    record_visit(units[2], actor=clerk, met="nobody", left_notice=True, at=now - timedelta(days=1))
    grant_deferral(
        units[3],
        actor=manager,
        until=today + timedelta(days=45),
        reason="户主住院，家属申请缓缴两个月",
        at=now,
    )
    contested = late.filter(unit=units[4]).first()
    if contested is not None:
        open_dispute(contested, actor=clerk, reason="业主称建筑面积登记有误", at=now - timedelta(days=4))
        hand_over_bill(contested, actor=clerk, way="hand", received_by="业主本人")
    payment = take_payment(
        units[5], actor=cashier, amount=Decimal("300.00"), method="cash", at=now - timedelta(hours=20)
    )
    reverse_payment(payment, actor=cashier, reason="应为隔壁房号，误收", at=now - timedelta(hours=19))
    take_payment(
        units[6], actor=cashier, amount=Decimal("200.00"), method="cash", at=now - timedelta(minutes=50)
    )
