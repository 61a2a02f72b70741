"""What happened to single households' accounts: doors, promises, disputes, mistakes taken back, deposits, closings."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.models import Bill, ChargeItem, DayClosing, Method, Payment, UnitAccount
from billing.selectors import arrears_of_units
from billing.services.bank_files import send_bank_file
from billing.services.bills import make_bill, reverse_bill
from billing.services.charges import grant_exemption
from billing.services.closings import close_day, expected_of
from billing.services.collection import Promised, grant_deferral, record_visit
from billing.services.credit import refund_credit
from billing.services.deposits import give_back, take_deposit
from billing.services.disputes import open_dispute, settle_dispute
from billing.services.invoices import request_invoice, settle_invoice
from billing.services.late_fees import charge_late_fees, set_late_fee, waive_late_fee
from billing.services.notices import hand_over_bill
from billing.services.payments import reverse_payment, take_payment
from billing.services.reminders import payer_of
from billing.services.write_offs import write_off
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import Unit

CLOSED_DAYS = 65  # as far back as days that nobody closed are asked for
SHORT = {
    3: Decimal("-1.00"),
    11: Decimal("5.00"),
    26: Decimal("-0.50"),
}  # days ago → what the drawer was off by
SAID = [
    ("owner", "forgot", "出差两个月，忘了缴，说这周来前台。"),
    ("family", "away", "业主在外地，家属会转告。"),
    ("tenant", "vacant", "租客说物业费由业主缴，给了业主电话。"),
    ("owner", "bill", "说水费比平时多一倍，要看读数。"),
    ("nobody", "", ""),
    ("owner", "hardship", "近期资金紧，问能否分期，已说明要由经理决定。"),
    ("payer", "forgot", "没收到短信，手机号已换，当场更新。"),
    ("nobody", "", ""),
]
INVOICES = [
    ("深圳市鲜果时光餐饮有限公司", "91440300MA5EXAMP1X", "issued"),
    ("深圳市恒通贸易有限公司", "91440300MA5EXAMP2K", "issued"),
    ("个人", "", "refused"),
    ("深圳市柳岸文化传播有限公司", "91440300MA5EXAMP3T", ""),
]


def tell_fee_events(estate: Estate, users: dict[str, User], *, now: datetime) -> None:
    """Everything that is no habit, oldest first where it matters."""
    today = now.astimezone(ZoneInfo(estate.time_zone)).date()
    owing = _owing(estate, today)
    _mistakes(estate, users, owing, now)
    _doors(users, owing, now)
    _contract_with_late_fee(estate, users, today, now)
    _credit_and_invoices(estate, users, now)
    _deposits(estate, users, now)
    _at_the_counter(estate, users, owing, now)
    _bank_file(estate, users["cashier"], owing, today, now)


def counter_time(estate: Estate, now: datetime, *, back: int, n: int) -> datetime:
    """A time at which the counter was open, so many days back; for each `n` another one."""
    zone = ZoneInfo(estate.time_zone)
    opened = datetime.combine(now.astimezone(zone).date() - timedelta(days=back), time(9, 5), zone)
    return opened + timedelta(minutes=n * 37 % 479)


def _owing(estate: Estate, today: date) -> list[Unit]:
    """Units past their due date, those that owe longest first; the examples of the papers stay as they are."""
    late = Bill.objects.filter(estate=estate).overdue(today)
    units = Unit.objects.filter(pk__in=late.values("unit")).exclude(code__in=("3-2-501", "3-2-502"))
    found = {unit.pk: unit for unit in units.select_related("estate")}
    owed = arrears_of_units(found, on=today)
    order = sorted(owed, key=lambda pk: (owed[pk].since or today, pk))
    return [found[pk] for pk in order]


def _mistakes(estate: Estate, users: dict[str, User], owing: list[Unit], now: datetime) -> None:
    """A bill for a wrong area, made anew; a dispute that stays; a debt nobody will pay; help for a hard year."""
    clerk, manager = users["clerk"], users["manager"]
    for unit, outcome, back in zip(owing[4:7], ("upheld", "rejected", ""), (21, 34, 4), strict=False):
        bill = Bill.objects.filter(unit=unit).unsettled().order_by("due_on").last()
        if bill is None:
            continue
        at = now - timedelta(days=back)
        open_dispute(bill, actor=clerk, reason="业主称建筑面积登记有误", at=at)
        hand_over_bill(bill, actor=clerk, way="hand", received_by="业主本人", at=at)
        if outcome:
            note = "现场复测后更正" if outcome == "upheld" else "产权证面积与登记一致"
            settle_dispute(bill, actor=manager, outcome=outcome, note=note, at=at + timedelta(days=3))
        if outcome == "upheld":
            reverse_bill(bill, actor=manager, reason="面积登记有误，更正后重出", make_anew=True)
    oldest = Bill.objects.filter(estate=estate).unsettled().order_by("due_on", "id").first()
    if oldest is not None and oldest.paid == 0:
        write_off(
            oldest, actor=manager, reason="原业主已迁出，住址不明，经批准核销", at=now - timedelta(days=9)
        )
    item = ChargeItem.objects.get(estate=estate, code="management")
    first, until = now.date().replace(day=1), now.date() + timedelta(days=300)
    for unit, percent, reason in zip(
        owing[8:10], (50, 100), ("低保家庭减半", "房屋渗水维修期间免收"), strict=False
    ):
        grant_exemption(
            unit, actor=manager, percent=Decimal(percent), since=first, until=until, reason=reason, charge_item=item
        )  # fmt: skip


def _doors(users: dict[str, User], owing: list[Unit], now: datetime) -> None:
    """Visits at the door with what was said; a promise kept open, one that was not kept, and a deferral."""
    clerk, manager = users["clerk"], users["manager"]
    today = now.date()
    for n, (met, reason, said) in enumerate(SAID * 2):
        if n >= len(owing):
            return
        promise = None
        if reason == "forgot":
            promise = Promised("业主本人", today + timedelta(days=3 if n == 0 else 9))
        record_visit(
            owing[n], actor=clerk, met=met, reason=reason, said=said, promise=promise,
            passed_to="收费处" if reason == "bill" else "", left_notice=met in ("nobody", "tenant"),
            at=now - timedelta(days=2 + n * 2, hours=n % 3),
        )  # fmt: skip
    if len(owing) > len(SAID) * 2:
        grant_deferral(
            owing[3],
            actor=manager,
            until=today + timedelta(days=45),
            reason="户主住院，家属申请缓缴两个月",
            at=now,
        )


def _contract_with_late_fee(estate: Estate, users: dict[str, User], today: date, now: datetime) -> None:
    """One shop's contract has a late fee; a part of it is let off."""
    shops = Bill.objects.filter(estate=estate, unit__use=Unit.Use.SHOP).overdue(today)
    bill = shops.select_related("unit").order_by("due_on", "id").first()
    if bill is None:
        return
    set_late_fee(
        estate, actor=users["admin"], unit=bill.unit, rate_per_day=Decimal("0.0005"), grace_days=10,
        cap_percent=Decimal(30), since=bill.due_on,
    )  # fmt: skip
    charge_late_fees(estate, today - timedelta(days=1), at=now - timedelta(hours=8))
    fee = bill.late_fees.order_by("as_of").first()
    if fee is not None and fee.outstanding > 2:
        waive_late_fee(
            bill, actor=users["manager"], reason="首次逾期，经批准减免一半", amount=fee.outstanding // 2
        )


def _credit_and_invoices(estate: Estate, users: dict[str, User], now: datetime) -> None:
    """Somebody who moves away gets what was paid ahead back; companies ask for invoices."""
    cashier = users["cashier"]
    ahead = (
        UnitAccount.objects.filter(estate=estate, credit__gt=1000)
        .order_by("id")
        .select_related("unit__estate")
    )
    for account in ahead[5:6]:
        amount, reason = Decimal("800.00"), "房屋出售，退部分预存"
        at = now - timedelta(days=6)
        refund_credit(account.unit, actor=cashier, amount=amount, method="transfer", reason=reason, at=at)
    shops = Payment.objects.filter(estate=estate, unit__use=Unit.Use.SHOP, reverses__isnull=True)
    rows = shops.filter(reversal__isnull=True).order_by("-received_on", "-id")
    for payment, (title, number, state) in zip(rows, INVOICES, strict=False):
        at = now - timedelta(days=5)
        asked = request_invoice(payment, actor=users["clerk"], title=title, tax_number=number, at=at)
        if state == "issued":
            settle_invoice(asked, actor=cashier, state=state, number=f"2644200000{payment.pk:08d}", at=now)
        elif state:
            settle_invoice(asked, actor=cashier, state=state, note="抬头与缴费人不符", at=now)


def _deposits(estate: Estate, users: dict[str, User], now: datetime) -> None:
    """Who decorated left a deposit; it went back after the inspection, less what was damaged."""
    cashier = users["cashier"]
    item = ChargeItem.objects.get(estate=estate, code="decoration-deposit")
    homes = (
        Unit.objects.filter(estate=estate, status=Unit.Status.OCCUPIED)
        .exclude(code__in=("3-2-501", "3-2-502"))
        .select_related("estate")
        .order_by("id")[9:90:40]
    )
    given = ((3000, "card", 0, ""), (2000, "transfer", 300, "电梯轿厢护板损坏"), (1500, "cash", 0, ""))
    for n, (unit, (amount, method, off, why)) in enumerate(zip(homes, given, strict=True)):
        taken = counter_time(estate, now, back=152 - 13 * n, n=n)
        deposit = take_deposit(
            unit, actor=cashier, charge_item=item, amount=Decimal(amount), method=method,
            payer=payer_of(unit, taken.date()), subject="装修许可证", at=taken,
        )  # fmt: skip
        back = counter_time(estate, now, back=92 - 11 * n, n=n + 4)
        give_back(deposit, actor=cashier, method="transfer", deduct=Decimal(off), reason=why, at=back)


def _at_the_counter(estate: Estate, users: dict[str, User], owing: list[Unit], now: datetime) -> None:
    """Yesterday and this morning: a payment taken for the wrong door and taken back, a part payment, some copies."""
    clerk, cashier = users["clerk"], users["cashier"]
    if len(owing) < 2:
        return
    wrong = now - timedelta(hours=20)
    payment = take_payment(owing[-1], actor=cashier, amount=Decimal("300.00"), method="cash", at=wrong)
    reverse_payment(payment, actor=cashier, reason="应为隔壁房号，误收", at=wrong + timedelta(hours=1))
    take_payment(
        owing[-2], actor=cashier, amount=Decimal("200.00"), method="cash", reference="本人到前台，余款下周",
        at=now - timedelta(minutes=50),
    )  # fmt: skip
    copies = ChargeItem.objects.get(estate=estate, code="copies")
    at = now - timedelta(minutes=40)
    bill = make_bill(owing[-3], actor=clerk, pieces=[(copies, Decimal(6))], at=at)
    take_payment(owing[-3], actor=clerk, amount=bill.total, method="cash", bills=[bill], at=at)


def _bank_file(estate: Estate, cashier: User, owing: list[Unit], today: date, now: datetime) -> None:
    """This morning's list from the bank, still to be looked through: some lines say whose they are, some don't."""
    homes = [unit for unit in owing[10:-3] if payer_of(unit, today)][:6]
    if len(homes) < 6:
        return
    by_number, by_words, by_name, other_sum, either, or_that = homes
    bills = {
        unit.pk: Bill.objects.filter(unit=unit).unsettled().order_by("due_on", "id")[0] for unit in homes
    }
    day, before = today.isoformat(), (today - timedelta(days=1)).isoformat()

    def owes(unit: Unit) -> Decimal:
        return bills[unit.pk].outstanding

    def payer(unit: Unit) -> str:
        return payer_of(unit, today).name  # type: ignore[union-attr]

    rows = [
        (before, owes(by_number), payer(by_number), f"物业费 {bills[by_number.pk].number}"),
        (before, owes(by_words), "李静", f"{by_words.code} 物业管理费"),
        (before, owes(by_name), payer(by_name), "网银转账"),
        (day, owes(other_sum) + 100, payer(other_sum), "物业费"),
        (day, "500.00", "张伟", f"{either.code} {or_that.code} 两户物业费"),
        (day, "1260.00", "深圳市恒信物流有限公司", "往来款"),
        (day, "88.00", "陈丽", "99-9-999 停车费"),
    ]
    lines = [
        f"{on},{amount},{today:%Y%m%d}{n:06d},{who},{why}"
        for n, (on, amount, who, why) in enumerate(rows, start=1)
    ]
    text = "\n".join(["日期,金额,流水号,付款人,附言", *lines, f"{day},,{today:%Y%m%d}000099,,利息"])
    send_bank_file(
        estate,
        actor=cashier,
        name=f"招商银行流水{today:%Y%m%d}.csv",
        data=text.encode(),
        at=now - timedelta(minutes=25),
    )


def close_days(estate: Estate, cashier: User, *, now: datetime) -> None:
    """Every day on which money moved was closed that evening; now and then the drawer was off by a coin.

    Nothing is posted into a closed day: this comes after all that moves money.
    """
    zone = ZoneInfo(estate.time_zone)
    today = now.astimezone(zone).date()
    noted = {
        Decimal("-1.00"): "少一元，已复点",
        Decimal("5.00"): "多五元，待查",
        Decimal("-0.50"): "少五角，已复点",
    }
    for back in range(CLOSED_DAYS, 0, -1):
        day = today - timedelta(days=back)
        expected = expected_of(estate, day)
        if not expected or DayClosing.objects.filter(estate=estate, day=day).exists():
            continue
        cash = expected.get(Method.CASH, Decimal(0))
        off = SHORT.get(back, Decimal(0)) if cash > 0 else Decimal(0)
        counted = {Method.CASH: max(cash + off, Decimal(0)) if cash > 0 else cash}
        evening = datetime.combine(day, time(18, 15), zone)
        note = noted.get(off, "")
        close_day(estate, actor=cashier, day=day, counted=counted, note=note, at=evening)
