"""Two years of fees: rates, meters with their seasons, monthly bills, payments of every habit, reminders on the way.

What happens to single households stands in fee_events.
"""

import random
from datetime import date, datetime, time, timedelta
from decimal import ROUND_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F

from billing.drafting import period_of
from billing.models import Bill, ChargeItem, Meter, MeterReading, ReminderNotice, UnitAccount
from billing.services.charges import add_charge_item, add_lease, enter_shared_cost, set_rate
from billing.services.payments import take_payment
from billing.services.reminders import find_reminders, tell_each
from billing.services.runs import confirm_run, continue_run, preview_run
from helpdesk.desk.demo.fee_events import tell_fee_events
from helpdesk.estates.models import Estate
from helpdesk.notifications.models import Message
from helpdesk.staff.models import User
from residents.models import Unit

MONTHS = 24
RECENT = 2  # months in which every rung of the ladder went out; before that one demand in half a year
AHEAD_SINCE = (
    19  # the month from which households pay ahead; before that they settle half a year or a quarter at once
)
DUE_DAY = 15
AT_ONCE = 200  # households told together
RUNGS = (-3, 0, 7, 15, 30)
METHODS = ("wechat", "wechat", "wechat", "alipay", "alipay", "transfer", "cash", "cash", "card")
# January to December: how much of the usual is used. Showers and lawns in summer; lifts, pumps and cooling as well.
WATER = (0.85, 0.75, 0.85, 0.95, 1.05, 1.20, 1.35, 1.35, 1.20, 1.00, 0.90, 0.85)
POWER = (1.05, 0.90, 0.80, 0.80, 1.00, 1.30, 1.55, 1.60, 1.35, 0.95, 0.80, 0.95)


class Habit(NamedTuple):
    """How a household pays: every so many months, for how many months ahead, how many months behind; its weight."""

    every: int
    ahead: int
    behind: int
    weight: int


HABITS = (
    Habit(12, 12, 0, 47),
    Habit(3, 3, 0, 28),
    Habit(1, 0, 0, 16),
    Habit(2, 0, 1, 4),
    Habit(3, 0, 2, 2),
    Habit(6, 0, 4, 1),
    Habit(6, 0, 9, 1),
    Habit(12, 0, 13, 1),
)
# The doors that the papers and the tour speak of: one is a month behind, its neighbour pays every month.
EXAMPLES = {"3-2-501": (Habit(2, 0, 1, 0), MONTHS % 2), "3-2-502": (Habit(1, 0, 0, 0), 0)}


def tell_fees(estate: Estate, users: dict[str, User], *, now: datetime, rng: random.Random) -> None:
    """The ledger of one estate, from two years ago until this month."""
    manager, cashier = users["manager"], users["cashier"]
    today = now.astimezone(ZoneInfo(estate.time_zone)).date()
    periods = [period_of(today, -back) for back in range(MONTHS - 1, -1, -1)]
    _charges(estate, manager, _first_of(periods[0]), periods, rng)
    _read_meters(estate, periods, rng)
    habits = _habits(estate, rng)
    for at, period in enumerate(periods):
        first = _first_of(period)
        _bill(estate, manager, period)
        paying = _paying_days(habits, at, first, rng)
        reminding = _reminding_days(at, first, today)
        for day in sorted({*paying, *reminding}):
            if day >= today:
                break
            if day in paying:
                _pay(estate, cashier, habits, at, paying[day], day, rng)
            if day in reminding:
                _remind(estate, day)
    _all_sent(estate, today)
    tell_fee_events(estate, users, now=now)


def _first_of(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def moment(estate: Estate, day: date, hour: int = 9, minute: int = 30) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(estate.time_zone))


# --- what is charged --------------------------------------------------------------------------------------------------


def _charges(estate: Estate, manager: User, first: date, periods: list[str], rng: random.Random) -> None:
    kind = ChargeItem.Kind
    names = {
        "management": ("Management fee", "物业管理费", "物業管理費", kind.AREA, "m²"),
        "water": ("Water", "水费", "水費", kind.METERED, "m³"),
        "electricity": ("Electricity", "电费", "電費", kind.METERED, "kWh"),
        "public-power": ("Public electricity", "公摊电费", "公攤電費", kind.SHARED, ""),
        "parking": ("Parking place", "固定车位", "固定車位", kind.CONTRACT, ""),
        "advertising": ("Advertising place", "广告位租金", "廣告位租金", kind.CONTRACT, ""),
        "copies": ("Copying", "复印", "複印", kind.PIECE, ""),
        "decoration-deposit": ("Decoration deposit", "装修押金", "裝修押金", kind.DEPOSIT, ""),
    }
    items = {
        code: add_charge_item(
            estate=estate, actor=manager, code=code, name=name, name_zh_hans=hans, name_zh_hant=hant, kind=of,
            measure=measure,
        )
        for code, (name, hans, hant, of, measure) in names.items()
    }  # fmt: skip
    raised = first.replace(year=first.year + 1)
    set_rate(items["management"], actor=manager, amount=Decimal("3.00"), since=first)
    set_rate(items["management"], actor=manager, amount=Decimal("3.20"), since=raised)
    set_rate(items["management"], actor=manager, amount=Decimal("8.50"), since=first, use=Unit.Use.SHOP)
    tiers = [
        {"up_to": "20", "rate": "2.90"},
        {"up_to": "35", "rate": "4.10"},
        {"up_to": None, "rate": "5.60"},
    ]
    set_rate(items["water"], actor=manager, amount=Decimal("2.90"), since=first, tiers=tiers)
    set_rate(items["electricity"], actor=manager, amount=Decimal("0.8283"), since=first)
    set_rate(items["copies"], actor=manager, amount=Decimal("0.50"), since=first)
    for period in periods:
        cost = Decimal(round(2400 * POWER[int(period[5:]) - 1] * rng.uniform(0.95, 1.05)))
        enter_shared_cost(items["public-power"], actor=manager, period=period, amount=cost)
    _leases(estate, manager, items, first, rng)
    start = first - timedelta(days=1)
    Meter.objects.bulk_create(
        Meter(
            estate=estate, unit=unit, installed_on=start,
            charge_item=items["electricity" if unit.use == Unit.Use.SHOP else "water"],
            number=f"{'E' if unit.use == Unit.Use.SHOP else 'W'}{n + 1:05d}",
        )
        for n, unit in enumerate(Unit.objects.filter(estate=estate).order_by("id"))
    )  # fmt: skip


def _leases(
    estate: Estate, manager: User, items: dict[str, ChargeItem], first: date, rng: random.Random
) -> None:
    """A place in the garage for every third flat, and a board on the wall for a few shops."""
    for n, unit in enumerate(Unit.objects.filter(estate=estate).order_by("id")):
        is_shop = unit.use == Unit.Use.SHOP
        if rng.random() < (0.15 if is_shop else 0.33):
            add_lease(
                unit,
                actor=manager,
                charge_item=items["advertising" if is_shop else "parking"],
                subject=f"A{n:03d}" if is_shop else f"B1-{n:03d}",
                monthly_rent=Decimal(260 if is_shop else 400),
                since=first,
            )


def _read_meters(estate: Estate, periods: list[str], rng: random.Random) -> None:
    """A round of the meters before every month; a few doors were shut last time, so those are billed by estimate."""
    rows = []
    for meter in Meter.objects.filter(estate=estate).select_related("charge_item"):
        is_water = meter.charge_item.code == "water"
        usual, value = rng.uniform(6, 22) if is_water else rng.uniform(180, 900), Decimal(0)
        for period in periods:
            season = (WATER if is_water else POWER)[int(period[5:]) - 2]
            value += Decimal(round(usual * season * rng.uniform(0.85, 1.15), 1))
            if period == periods[-1] and rng.random() < 0.02:
                continue
            day = _first_of(period) - timedelta(days=3)
            rows.append(MeterReading(estate=estate, meter=meter, period=period, read_on=day, value=value))
    MeterReading.objects.bulk_create(rows, batch_size=1000)


def _bill(estate: Estate, manager: User, period: str) -> None:
    at = moment(estate, _first_of(period), 8)
    run = preview_run(estate, actor=manager, period=period, at=at)
    if run.bills:
        continue_run(confirm_run(run, actor=manager, at=at), at=at)


# --- who pays when ----------------------------------------------------------------------------------------------------


def _habits(estate: Estate, rng: random.Random) -> dict[int, tuple[Habit, int]]:
    """Unit -> its habit, and in which of its months it pays."""
    kinds = [habit for habit in HABITS for _n in range(habit.weight)]
    found = {}
    for pk, code in Unit.objects.filter(estate=estate).order_by("id").values_list("pk", "code"):
        habit = rng.choice(kinds)
        found[pk] = EXAMPLES.get(code) or (habit, rng.randrange(habit.every))
    return found


def _paying_days(
    habits: dict[int, tuple[Habit, int]], month: int, first: date, rng: random.Random
) -> dict[date, list[int]]:
    """Day -> the units that pay on it this month; whoever pays ahead does so early."""
    found: dict[date, list[int]] = {}
    for pk, (habit, turn) in habits.items():
        if month < AHEAD_SINCE and not habit.behind:
            if month % (6 if habit.ahead else 3) == 2:
                found.setdefault(first + timedelta(days=rng.choice((4, 8, 11, 13))), []).append(pk)
            continue
        begins = month == AHEAD_SINCE and habit.ahead
        forgets = habit.every <= 3 and rng.random() < 0.03
        if (month % habit.every == turn or begins) and not forgets:
            days = (1, 2, 3, 4, 6, 8) if habit.ahead else (2, 4, 6, 8, 9, 11, 12, 13, 14, 17, 21)
            found.setdefault(first + timedelta(days=rng.choice(days)), []).append(pk)
    return found


def _pay(
    estate: Estate,
    cashier: User,
    habits: dict[int, tuple[Habit, int]],
    month: int,
    payers: list[int],
    day: date,
    rng: random.Random,
) -> None:
    units = Unit.objects.select_related("estate").in_bulk(payers)
    bills: dict[int, list[Bill]] = {}
    for bill in Bill.objects.filter(unit__in=payers).unsettled().order_by("due_on"):
        bills.setdefault(bill.unit_id, []).append(bill)
    latest = dict(Bill.objects.filter(unit__in=payers).order_by("id").values_list("unit", "total"))
    credit = dict(UnitAccount.objects.filter(unit__in=payers).values_list("unit", "credit"))
    for pk in payers:
        habit, _turn = habits[pk]
        amount = _wanted(
            habit, month, bills.get(pk, []), latest.get(pk, Decimal(0)), credit.get(pk, Decimal(0)), day
        )
        if amount > 0:
            at = moment(estate, day, rng.randrange(9, 17), rng.randrange(60))
            method = rng.choice(METHODS) if amount < 3000 else rng.choice(("transfer", "card", "wechat"))
            take_payment(units[pk], actor=cashier, amount=amount, method=method, received_on=day, at=at)


def _wanted(
    habit: Habit, month: int, bills: list[Bill], latest: Decimal, credit: Decimal, day: date
) -> Decimal:
    """What a household pays: all that is older than it stays behind, and the months ahead in round hundreds."""
    oldest = day - timedelta(days=31 * habit.behind - 20) if habit.behind else day + timedelta(days=31)
    owed = sum((bill.outstanding for bill in bills if bill.due_on < oldest), Decimal(0))
    if not habit.ahead or month < AHEAD_SINCE:
        return owed
    # A little more than the last bill says: summers and new rates cost more.
    ahead = latest * habit.ahead * Decimal("1.1") - credit
    if ahead <= 0:
        return owed
    return ((owed + ahead) / 100).quantize(Decimal(1), ROUND_UP) * 100


# --- reminders --------------------------------------------------------------------------------------------------------


def _reminding_days(month: int, first: date, today: date) -> set[date]:
    """The days of the month on which reminders went out."""
    due = first.replace(day=DUE_DAY)
    if month < MONTHS - RECENT:
        return {due + timedelta(days=7)} if month % 6 == 2 else set()
    before = (first - timedelta(days=1)).replace(day=DUE_DAY)
    days = {due + timedelta(days=rung) for rung in RUNGS} | {before + timedelta(days=rung) for rung in RUNGS}
    return {day for day in days if (day.year, day.month) == (first.year, first.month)}


def _remind(estate: Estate, day: date) -> None:
    find_reminders(estate, day)
    rows = Bill.objects.filter(estate=estate, reminders__notice__isnull=True, reminders__is_dropped=False)
    units = list(rows.order_by("unit_id").values_list("unit_id", flat=True).distinct())
    for at in range(0, len(units), AT_ONCE):
        tell_each(units[at : at + AT_ONCE], day, moment(estate, day, 10))


def _all_sent(estate: Estate, today: date) -> None:
    """These went out long ago: nobody is written to because a demo is loaded. The last paper ones are still to go."""
    Message.objects.filter(estate=estate, template="reminder").update(
        status=Message.Status.SENT, sent_at=F("not_before")
    )
    old = ReminderNotice.objects.filter(estate=estate, channel="print", day__lt=today - timedelta(days=10))
    old.exclude(way="door").update(done_at=F("created_at") + timedelta(hours=5))
