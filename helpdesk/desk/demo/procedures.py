"""A tenant about to leave, a family who has just come, a flat sold, and builders at work: moves, changes, decorations."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from billing.models import ChargeItem
from billing.services.charges import add_charge_item
from billing.services.deposits import take_deposit
from helpdesk.desk.demo.fee_events import counter_time
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Decoration, DecorationInspection, Occupancy, Unit
from residents.services import decoration_site as site
from residents.services import fixtures, moves, unit_changes
from residents.services.decorations import apply_for_decoration, move_decoration
from residents.services.persons_on_file import put_on_file

DAY = timedelta(days=1)
BUILDERS = ["鸿泰装饰工程", "佳居装修", "大成建筑装饰", "美筑空间设计"]
WORKS = [
    "全屋翻新：拆旧地砖、水电改造、厨卫防水、刷墙。不动承重墙。",
    "卫生间重做防水，换洁具和瓷砖。",
    "厨房改开放式（非承重墙），换橱柜，加两路插座。",
    "客厅和卧室铺木地板，刷乳胶漆。",
]
# The deposit of each of the WORKS; a shop leaves twice as much.
DEPOSITS = [3000, 1500, 2000, 1000]
PAID_BY = ["wechat", "card", "transfer", "wechat", "alipay", "cash"]
WORKERS = [("蔡木生", "木工"), ("童建新", "水电工"), ("覃有福", "泥瓦工")]


def tell_procedures(estate: Estate, users: dict[str, User], *, now: datetime) -> None:
    """Told through the services, after everything else: it changes who lives where."""
    clerk = users["clerk"]
    today = local(estate, now).date()
    _decorations(estate, users, today, now)
    lets = list(
        Occupancy.objects.filter(
            unit__estate=estate, relation="tenant", until__isnull=True, unit__status=Unit.Status.OCCUPIED
        )
        .exclude(unit__code="3-2-501")
        .select_related("unit__estate")
        .order_by("-pk")[:3]
    )
    for n, tenancy in enumerate(lets[:2]):
        move = moves.open_move(
            tenancy.unit, actor=clerk, kind="move_out", planned_on=today + n * 4 * DAY, note="租约到期",
            at=now - timedelta(days=3 - n),
        )  # fmt: skip
        if n == 0:
            moves.tick_move_step(move, "parking", actor=clerk, not_needed=True, reason="没有车位", at=now)
            fixtures.begin_fixtures(move, actor=clerk, at=now)
    _moved_in(estate, clerk, today, now)
    _sold(estate, clerk, today, now)


def _decorations(estate: Estate, users: dict[str, User], today: date, now: datetime) -> None:
    """The first of them began last; they are told in the order of their numbers, the oldest first."""
    clerk, manager, cashier = users["clerk"], users["manager"], users["cashier"]
    item = ChargeItem.objects.filter(estate=estate, kind="deposit").first() or add_charge_item(
        estate=estate, actor=None, code="deposit", name="装修押金", kind="deposit"
    )
    units = Unit.objects.filter(estate=estate, status=Unit.Status.DECORATING).order_by("code")
    for n, unit in reversed(list(enumerate(units.select_related("estate")))):
        start = today - (20 + 3 * n) * DAY
        job = _applied(unit, clerk, n, start, start + (60 if n != 1 else 15) * DAY, now - (25 + 3 * n) * DAY)
        job = move_decoration(
            job,
            "approve",
            actor=manager,
            conditions="噪音施工限工作日 8:30–12:00、14:30–18:00。",
            at=now - (22 + 3 * n) * DAY,
        )
        amount = DEPOSITS[n % len(WORKS)] * (2 if unit.use == Unit.Use.SHOP else 1)
        take_deposit(
            unit, actor=cashier, charge_item=item, amount=Decimal(amount), method=PAID_BY[n % len(PAID_BY)],
            decoration=job, payer=job.resident, subject=job.number,
            at=counter_time(estate, now, back=21 + 3 * n, n=n),
        )  # fmt: skip
        job = move_decoration(job, "start", actor=clerk, at=now - (20 + 3 * n) * DAY)
        for name, trade in WORKERS[: 1 + n % 3]:
            site.issue_worker_permit(job, actor=clerk, name=name, trade=trade, at=now - (20 + 3 * n) * DAY)
        _looked_at(job, clerk, n, today, now)
    waiting = Unit.objects.filter(estate=estate, status=Unit.Status.OCCUPIED).exclude(code="3-2-501")
    for n, unit in enumerate(waiting.select_related("estate").order_by("code")[40:42]):
        _applied(unit, clerk, n + 2, today + 5 * DAY, today + 35 * DAY, now - timedelta(hours=4 + n))


def _applied(unit: Unit, clerk: User, n: int, starts: date, ends: date, at: datetime) -> Decoration:
    owner = Occupancy.objects.filter(unit=unit, relation="owner", until__isnull=True).first()
    return apply_for_decoration(
        unit, actor=clerk, contractor=BUILDERS[n % len(BUILDERS)], scope=WORKS[n % len(WORKS)], starts_on=starts,
        ends_on=ends, resident=owner.resident if owner else None, foreman="蔡师傅", foreman_phone="13800138000",
        at=at,
    )  # fmt: skip


def _looked_at(job: Decoration, clerk: User, n: int, today: date, now: datetime) -> None:
    first = DecorationInspection.objects.create(decoration=job, estate=job.estate, due_on=today - 3 * DAY)
    if n == 0:
        site.record_inspection(
            first, actor=clerk, is_sound=False, findings="楼道堆放沙石，未装袋",
            violation="楼道堆放建筑垃圾", rectify_by=today, at=now - timedelta(hours=6),
        )  # fmt: skip
    elif n != 1:
        site.record_inspection(first, actor=clerk, is_sound=True, at=now - timedelta(hours=7))
    if n < 3:
        site.plan_inspection(job, actor=clerk, due_on=today + n * DAY, at=now - timedelta(hours=3))


def _moved_in(estate: Estate, clerk: User, today: date, now: datetime) -> None:
    """A family that came two days ago: their sheet of fixtures is signed, somebody will ring them this week."""
    unit = (
        Unit.objects.filter(estate=estate, status=Unit.Status.VACANT)
        .select_related("estate")
        .order_by("-code")
        .first()
    )
    if unit is None:
        return
    at = now - 3 * DAY
    move = moves.open_move(unit, actor=clerk, kind="move_in", planned_on=today - 2 * DAY, at=at)
    moves.add_move_person(move, actor=clerk, name="霍启明", phone="13600010061", relation="tenant", at=at)
    moves.add_move_person(move, actor=clerk, name="霍小雨", relation="family", at=at)
    sheet = fixtures.begin_fixtures(move, actor=clerk, at=at)
    rows = [
        {"id": item.pk, "state": "worn" if n == 3 else "good", "note": "客厅有一道划痕" if n == 3 else ""}
        for n, item in enumerate(sheet.items.all())
    ]
    sheet = fixtures.look_at_fixtures(sheet, rows, actor=clerk, at=at)
    stroke = "M40 120L90 40L120 130L160 60L230 110M260 50L260 140M230 80L330 80L300 140"
    fixtures.sign_fixtures(sheet, actor=clerk, side="resident", name="霍启明", strokes=stroke, at=at)
    fixtures.sign_fixtures(sheet, actor=clerk, side="staff", name=str(clerk), at=at)
    for step in move.steps.exclude(key="fixtures"):
        if step.key in {"fees", "meters"}:
            moves.tick_move_step(move, step.key, actor=clerk, not_needed=True, reason="与业主结清", at=at)
        else:
            moves.tick_move_step(move, step.key, actor=clerk, at=at)
    moves.complete_move(move, actor=clerk, on=today - 2 * DAY, at=now - 2 * DAY)


def _sold(estate: Estate, clerk: User, today: date, now: datetime) -> None:
    unit = Unit.objects.filter(estate=estate, code="2-1-802").select_related("estate").first()
    if unit is None:
        return
    owner = put_on_file(estate, actor=clerk, name="宋怀瑾", phone="13600010062", at=now)
    unit_changes.request_change(
        unit, actor=clerk, kind="transfer", reason="二手房过户，已出示新房产证", wanted_on=today + 2 * DAY,
        new_owner=owner, at=now - timedelta(hours=3),
    )  # fmt: skip
