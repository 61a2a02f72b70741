"""Reminders come once per bill and rung, once per household and day, never in rest hours (docs/domain.md §9)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.models import Bill, Deferral, Dispute, PaymentPromise, Reminder, ReminderNotice, ReminderStep
from billing.reminder_words import HOUSE_WORDS, check_words
from billing.rungs import standings
from billing.services import reminders
from billing.services.credit import refund_credit
from billing.services.payments import take_payment
from billing.services.reminders import (
    find_reminders,
    hand_over_notice,
    ladder_of,
    next_reminder,
    pauses_of,
    put_back_held,
    send_reminders,
    set_ladder,
    tell_each,
    tell_household,
    withdraw_settled,
    words_now,
    write_reminder_text,
)
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.delivery import deliver_due
from helpdesk.notifications.models import Message
from residents.models import Occupancy, Resident, Unit
from residents.services.residents import add_phone
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 16)


def on(days: int, hour: str = "10:00"):
    return at(f"{DUE + timedelta(days=days)} {hour}")


def levels(bill: Bill) -> list[tuple[int, int]]:
    return [(r.level, (r.day - DUE).days) for r in Reminder.objects.filter(bill=bill).order_by("level")]


@pytest.fixture
def bill(unit, resident):
    return post_bill(unit, DUE, "1284.60")


def test_the_ladder_of_the_house_is_climbed_a_rung_at_a_time(bill):
    for day in (
        -20,
        -4,
        *range(-3, 10),
        *range(14, 17),
        *range(29, 32),
        *range(44, 47),
        59,
        60,
        61,
        89,
        90,
        91,
        119,
    ):
        send_reminders(on(day))
    assert levels(bill) == [(1, -3), (2, 0), (3, 7), (4, 15), (5, 30), (6, 45), (7, 60), (8, 90)]
    assert ReminderNotice.objects.count() == 8


def test_whatever_is_called_how_often_comes_once(bill):
    for _again in range(3):
        send_reminders(on(7))
        find_reminders(bill.estate, on(7).date())
    assert ReminderNotice.objects.count() == Message.objects.filter(template="reminder").count() == 1


def test_the_database_refuses_a_second_one(bill):
    send_reminders(on(7))
    once = Reminder.objects.get()
    for again in (
        Reminder(estate=bill.estate, unit=bill.unit, bill=bill, level=once.level, day=DUE, outstanding=1),
        ReminderNotice(
            estate=bill.estate, unit=bill.unit, day=once.day, level=1, way="message", channel="print", total=1
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()


def test_a_scheduler_that_slept_loses_no_rung_and_sends_none_twice(bill):
    send_reminders(on(-3))
    send_reminders(on(20))
    send_reminders(on(21))
    assert levels(bill) == [(1, -3), (3, 20)]
    # The rung after it keeps its distance: eight days lie between the seventh and the fifteenth.
    send_reminders(on(27))
    assert len(levels(bill)) == 2
    send_reminders(on(28))
    assert levels(bill)[-1] == (4, 28)


@pytest.mark.parametrize("hour", ["03:00", "08:59", "12:30", "20:00", "23:59"])
def test_nobody_is_reminded_in_rest_hours(bill, hour):
    assert send_reminders(on(7, hour)) == 0
    assert not ReminderNotice.objects.exists()
    assert send_reminders(on(8)) == 1


def test_a_household_hears_of_all_its_bills_in_one_message(bill, unit):
    post_bill(unit, DUE, "50.00")
    send_reminders(on(7))
    notice = ReminderNotice.objects.get()
    assert notice.reminders.count() == 2 and str(notice.total) == "1334.60"
    assert "¥1,284.60" in notice.body and "¥50.00" in notice.body and "¥1,334.60" in notice.body


def test_it_is_written_in_the_payers_language_and_goes_by_consent(bill, resident):
    resident.email = "wang@example.com"
    resident.save()
    send_reminders(on(7))
    message = Message.objects.get(template="reminder")
    assert (message.channel, message.language, message.once_only) == ("email", "zh-hans", True)


def test_who_wants_no_messages_gets_paper(bill, resident, clerk):
    resident.accepts_messages = False
    resident.save()
    send_reminders(on(7))
    notice = ReminderNotice.objects.get()
    assert notice.channel == "print" and not Message.objects.filter(template="reminder").exists()
    done = hand_over_notice(notice, actor=clerk, note="letterbox")
    assert done.done_by == clerk
    with pytest.raises(Refused) as refused:
        hand_over_notice(notice, actor=clerk)
    assert refused.value.code == "invalid_transition"


def test_a_company_is_told_by_a_contact_person_who_agrees(bill, resident, unit):
    """A shop has no telephone of its own: paper would lie there until somebody found the time."""
    resident.kind, resident.email = Resident.Kind.ORGANISATION, ""
    resident.save()
    resident.phones.all().delete()
    for name, agrees in (("No", False), ("First", True), ("Second", True)):
        Resident.objects.create(
            estate=unit.estate,
            name=name,
            email=f"{name.lower()}@x.example",
            contact_of=resident,
            accepts_messages=agrees,
        )
    send_reminders(on(7))
    assert Message.objects.get(template="reminder").address == "first@x.example"


def test_an_open_dispute_pauses_its_bill_alone(bill, unit):
    other = post_bill(unit, DUE, "50.00")
    Dispute.objects.create(estate=unit.estate, bill=bill, reason="Area", opened_on=DUE)
    send_reminders(on(7))
    assert levels(bill) == [] and levels(other) == [(3, 7)]
    assert "B-2026-000001" in pauses_of(unit, on(7).date())[0]


def test_a_deferral_and_a_promise_pause_the_household(bill, unit):
    Deferral.objects.create(
        estate=unit.estate, unit=unit, since=DUE, until=DUE + timedelta(days=9), reason="Lost the job"
    )
    send_reminders(on(7))
    assert levels(bill) == [] and len(pauses_of(unit, on(7).date())) == 1
    PaymentPromise.objects.create(
        estate=unit.estate, unit=unit, promised_by="Wang", promised_for=DUE + timedelta(days=12), made_on=DUE
    )
    send_reminders(on(12))
    assert levels(bill) == []
    send_reminders(on(13))
    assert levels(bill) == [(3, 13)]


def paid_ahead(unit, cashier, amount):
    """Credit beside open bills: another bill was chosen and paid over."""
    chosen = post_bill(unit, DUE + timedelta(days=60), "10.00")
    paid = Decimal(amount) + 10
    take_payment(unit, actor=cashier, amount=paid, method="cash", bills=[chosen], at=on(-10))


def test_what_the_credit_covers_is_reminded_of_at_no_rung_and_said_so(bill, unit, neighbour, cashier):
    other = post_bill(neighbour, DUE, "50.00")
    paid_ahead(unit, cashier, "1284.60")
    send_reminders(on(-3))
    assert levels(bill) == [] and levels(other) == [(1, -3)]
    assert pauses_of(unit, on(-3).date()) == [f"Covered by the credit: {bill.number}"]
    assert standings(unit.estate, on(-3).date())[0].waiting == 1


def test_credit_goes_to_the_older_bill_first_and_covers_no_part_of_one(bill, unit, cashier):
    paid_ahead(unit, cashier, "1284.60")
    older = post_bill(unit, DUE - timedelta(days=1), "0.01")
    send_reminders(on(-3))
    assert levels(older) == [] and levels(bill) == [(1, -3)]


def test_a_disputed_bill_takes_nothing_of_the_credit_that_covers_the_next(bill, unit, cashier):
    paid_ahead(unit, cashier, "1284.60")
    older = post_bill(unit, DUE - timedelta(days=1), "500.00")
    Dispute.objects.create(estate=unit.estate, bill=older, reason="Area", opened_on=DUE)
    send_reminders(on(-3))
    assert levels(bill) == []


def test_credit_that_comes_between_finding_and_telling_holds_the_reminder_back(bill, unit, cashier):
    find_reminders(unit.estate, on(-3).date())
    paid_ahead(unit, cashier, "1284.60")
    assert send_reminders(on(-3)) == 0 and not ReminderNotice.objects.exists()
    refund_credit(unit, actor=cashier, amount=Decimal("1284.60"), method="cash", reason="Asked", at=on(-2))
    assert send_reminders(on(-2)) == 1, "given back: what was held back is said"


def test_those_who_promised_hold_back_nobody_else(bill, unit, neighbour, monkeypatch):
    """They wait without a place in the batch: one batch full of them would be the end of the day's work."""
    monkeypatch.setattr("billing.services.reminders.finding.BATCH", 1)
    other = post_bill(neighbour, DUE, "50.00")
    find_reminders(unit.estate, on(7).date())
    PaymentPromise.objects.create(
        estate=unit.estate, unit=unit, promised_by="Wang", promised_for=DUE + timedelta(days=12), made_on=DUE
    )
    assert unit.pk < neighbour.pk
    send_reminders(on(7))
    assert levels(other) == [(3, 7)] and not ReminderNotice.objects.filter(unit=unit).exists()


def test_a_bill_that_is_disputed_between_finding_and_telling_is_dropped(bill, unit):
    find_reminders(unit.estate, on(7).date())
    Dispute.objects.create(estate=unit.estate, bill=bill, reason="Area", opened_on=DUE)
    assert tell_household(unit.pk, on(7).date(), on(7)) is False
    assert Reminder.objects.get().is_dropped and not ReminderNotice.objects.exists()


def test_a_worker_killed_after_finding_leaves_the_telling_to_the_next(bill, monkeypatch):
    def die(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reminders.telling, "record_many", die)
        with pytest.raises(KeyboardInterrupt):
            send_reminders(on(7))
    assert not ReminderNotice.objects.exists() and not Message.objects.filter(template="reminder").exists()
    assert send_reminders(on(7)) == 1


def test_what_was_not_sent_yet_is_taken_back_when_all_is_settled(bill, monkeypatch):
    send_reminders(on(7))
    assert withdraw_settled(on(7)) == 0
    monkeypatch.setattr(reminders.ladder, "UNSETTLED", ("nothing",))
    assert withdraw_settled(on(7)) == 1
    assert deliver_due(on(7)) == 0


def on_paper(resident) -> ReminderNotice:
    resident.accepts_messages = False
    resident.save()
    send_reminders(on(7))
    return ReminderNotice.objects.get()


def test_paper_that_nobody_handed_over_is_taken_back_when_all_is_paid(bill, unit, resident, clerk):
    """A demand for what was paid would be put into somebody's hand."""
    notice = on_paper(resident)
    take_payment(unit, actor=clerk, amount=bill.total, method="cash", at=on(8))
    assert withdraw_settled(on(8)) == 1 and withdraw_settled(on(8)) == 0
    assert not ReminderNotice.objects.to_hand_over().exists()
    assert Entry.objects.about(unit).filter(verb="reminder.withdrawn").count() == 1
    with pytest.raises(Refused) as refused:
        hand_over_notice(notice, actor=clerk)
    assert refused.value.code == "invalid_transition"


def test_paper_asks_for_no_more_than_is_left_on_the_day_it_is_handed_over(bill, unit, resident, clerk):
    second = post_bill(unit, DUE, "50.00")
    notice = on_paper(resident)
    assert notice.total == bill.total + second.total
    take_payment(unit, actor=clerk, amount=bill.total, method="cash", bills=[bill], at=on(8))
    subject, body, total = words_now(notice)
    assert total == second.total and second.number in body and bill.number not in body
    done = hand_over_notice(notice, actor=clerk)
    assert (done.total, done.body) == (total, body), "kept as it was read"
    take_payment(unit, actor=clerk, amount=Decimal(20), method="cash", at=on(9))
    assert words_now(done) == (subject, body, total), "what was handed over stays as it was"


def test_paper_waits_while_a_promise_a_deferral_or_a_doubt_holds(bill, unit, resident):
    on_paper(resident)
    day = on(8).date()
    held = lambda: ReminderNotice.objects.to_hand_over().held(day).exists()  # noqa: E731
    assert not held()
    for pause in (
        lambda: Deferral.objects.create(estate=unit.estate, unit=unit, since=day, until=day, reason="Ill"),
        lambda: PaymentPromise.objects.create(
            estate=unit.estate, unit=unit, promised_by="Wang", promised_for=day, made_on=day
        ),
        lambda: Dispute.objects.create(estate=unit.estate, bill=bill, reason="Area", opened_on=day),
    ):
        with transaction.atomic():
            pause()
            assert held()
            transaction.set_rollback(True)
    assert not held() and withdraw_settled(on(8)) == 0


def test_what_waits_in_the_outbox_waits_for_the_end_of_a_promise_too(bill, unit):
    """The mail server was down; meanwhile they promised to pay."""
    send_reminders(on(7))
    assert put_back_held(on(7)) == 0
    PaymentPromise.objects.create(
        estate=unit.estate, unit=unit, promised_by="Wang", promised_for=on(9).date(), made_on=on(7).date()
    )
    assert put_back_held(on(7)) == 1 and deliver_due(on(7)) == 0
    assert send_reminders(on(9)) == 0
    assert send_reminders(on(10)) == 1 and levels(bill) == [(3, 7)]
    assert deliver_due(on(10)) == 1


def test_a_message_that_could_not_be_sent_is_handed_over_on_paper(bill, clerk):
    send_reminders(on(7))
    notice = ReminderNotice.objects.get()
    with pytest.raises(Refused):
        hand_over_notice(notice, actor=clerk)
    Message.objects.filter(template="reminder").update(status="failed")
    assert list(ReminderNotice.objects.to_hand_over()) == [notice]
    assert hand_over_notice(notice, actor=clerk).done_by == clerk


def test_only_the_estates_own_bills_are_reminded_of(bill, other_estate):
    other_estate.is_active = False
    other_estate.save()
    assert send_reminders(on(7)) == 1


def test_an_estate_sets_its_own_ladder(bill, admin):
    set_ladder(bill.estate, actor=admin, steps=[(1, 10, "message"), (2, 20, "door")])
    for day in range(-5, 40):
        send_reminders(on(day))
    assert levels(bill) == [(1, 10), (2, 20)]
    assert ReminderNotice.objects.get(level=2).way == ReminderStep.Way.DOOR
    assert ReminderNotice.objects.get(level=2).message is None


@pytest.mark.parametrize(
    "steps",
    [
        [(1, 3, "message"), (2, 3, "door")],
        [(1, 3, "message"), (1, 9, "door")],
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(estate, admin, steps):
    with pytest.raises(Refused) as refused:
        set_ladder(estate, actor=admin, steps=steps)
    assert refused.value.code == "ladder_twice"
    assert len(ladder_of(estate)) == 8


def reminded(bill: Bill) -> list[int]:
    return list(Reminder.objects.filter(bill=bill).order_by("id").values_list("level", flat=True))


def test_a_rung_put_in_reminds_nobody_again_and_nobody_climbs_down(bill, admin):
    """Numbered anew, the rungs above would have been new to everybody who had climbed them already."""
    for day in (7, 15):
        send_reminders(on(day))
    steps = [(rung.level, rung.days, rung.way) for rung in ladder_of(bill.estate)]
    set_ladder(bill.estate, actor=admin, steps=[*steps, (None, 3, "message")])
    assert [rung.level for rung in ladder_of(bill.estate)] == [1, 2, 9, 3, 4, 5, 6, 7, 8]
    assert next_reminder(bill, on(16).date())[1].days == 30
    for day in range(16, 31):
        send_reminders(on(day))
    assert reminded(bill) == [3, 4, 5]


def test_a_rung_that_was_taken_off_gives_its_number_to_no_other(bill, admin):
    send_reminders(on(7))
    set_ladder(bill.estate, actor=admin, steps=[(1, -3, "message")])
    set_ladder(bill.estate, actor=admin, steps=[(1, -3, "message"), (None, 8, "message")])
    assert [rung.level for rung in ladder_of(bill.estate)] == [1, 9]


def test_words_stay_with_their_rung_when_another_is_put_in(bill, admin):
    write_reminder_text(
        bill.estate, actor=admin, level=3, language="zh-hans", subject="Own", body="%(total)s"
    )
    steps = [(rung.level, rung.days, rung.way) for rung in ladder_of(bill.estate)]
    set_ladder(bill.estate, actor=admin, steps=[*steps, (None, 3, "message")])
    send_reminders(on(3))
    assert ReminderNotice.objects.get(day=on(3).date()).subject != "Own"
    send_reminders(on(7))
    assert ReminderNotice.objects.get(day=on(7).date()).subject == "Own"


@pytest.mark.parametrize(
    "words",
    [
        "再不缴费将停水停电。",
        "逾期將斷電",
        "我們會停 水",
        "We will cut off your water.",
        "Electricity will be disconnected",
        "Your power may be shut off on Friday",
        "欠费名单将张贴公示",
        "否则限制门禁",
        "列入黑名单",
    ],
)
def test_words_that_threaten_a_household_are_refused(estate, admin, words):
    with pytest.raises(Refused) as refused:
        write_reminder_text(estate, actor=admin, level=1, language="zh-hans", subject="x", body=words)
    assert refused.value.code == "threat_refused"


THREATENING = """
停止向您供水|停用水电|停掉您家的水|停您的水|关水关电|中止供电|中断您的用水|掐断您家电源|不再供电|水阀将关闭|暫停用電|斷絕水源|停水|斷電|停氣
终止供气|停用您的门禁卡|门禁卡将被停用|电梯将停止为您服务|不再为您提供水电|限制用水|拉闸|切断水源|水電將會停止|停，水电都停|拒不缴费的，关闭水阀
We will stop your water supply|your electricity supply will be stopped|We will suspend the water|water service will be interrupted
we will cut you off from the water|cut-off of water supply|disable your access card|we shall turn the water off|switch off your power
the gas will be shut off|terminate the electricity contract|withhold water|your lift card: the lift will be disabled for you|disconnection
"""
HARMLESS = """
停车费|停车位管理|水电费|请于本月底前缴纳水电费|断续|关于水费的通知|关于停车与水电费|關於用水的通知|关怀|关心|我们关心您家的用水|有关水电的问题|相关水电费
停车费、水电费、燃气费合计|水电停车费|信号断续，请致电前台|一切水电费用|切实缴纳水费|流水号|不断改进，水质良好|阶梯水价|暂停前台收费，水电请在线缴纳
停电话号码|温暖的关怀|请致电。停车场管理
water charges|parking stops at|parking stops at 10 pm; water is charged by the meter|water and electricity charges stop in May
Please stop by the front desk to pay for water|the standing order was stopped. Water charges are open|power of attorney for the lift
The shared lift and water charges are due|Your access card, please bring it|a bus stop, water, gas
"""


@pytest.mark.parametrize("words", [text for text in THREATENING.replace("\n", "|").split("|") if text])
def test_whatever_stops_what_a_home_lives_on_is_a_threat(words):
    for said in (words, words.upper(), f"Dear %(name)s, {words}.", f"%(name)s，如再不缴费，{words}。"):
        with pytest.raises(Refused) as refused:
            check_words(said)
        assert refused.value.code == "threat_refused"


@pytest.mark.parametrize("words", [text for text in HARMLESS.replace("\n", "|").split("|") if text])
def test_words_that_only_look_like_a_threat_may_be_said(words):
    for said in (words, words.upper(), f"Dear %(name)s, {words}."):
        check_words(said)


@pytest.mark.parametrize(
    ("body", "code"),
    [("%(sum)s", "placeholder_unknown"), ("%(total", "placeholder_broken"), ("", "text_missing")],
)
def test_placeholders_are_checked(estate, admin, body, code):
    with pytest.raises(Refused) as refused:
        write_reminder_text(estate, actor=admin, level=1, language="en", subject="Fees", body=body)
    assert refused.value.code == code


def test_the_estates_own_words_take_the_place_of_the_houses(bill, admin, resident):
    write_reminder_text(
        bill.estate,
        actor=admin,
        level=3,
        language="zh-hans",
        subject="缴费提醒 %(unit)s",
        body="%(name)s：%(total)s",
    )
    send_reminders(on(7))
    notice = ReminderNotice.objects.get()
    assert notice.subject == "缴费提醒 3-2-501" and notice.body.endswith("：¥1,284.60")


def test_the_houses_own_words_pass_the_check():
    for subject, body in HOUSE_WORDS.values():
        check_words(str(subject))
        check_words(str(body))


def test_what_comes_next_is_told(bill):
    assert next_reminder(bill, DUE - timedelta(days=10))[0] == DUE - timedelta(days=3)
    send_reminders(on(7))
    due, rung = next_reminder(bill, on(8).date())
    assert (due, rung.days) == (DUE + timedelta(days=15), 15)


def test_the_number_of_questions_does_not_grow_with_the_bills(
    estate, building, django_assert_max_num_queries
):
    for n in range(40):
        door = Unit.objects.create(estate=estate, building=building, code=f"3-1-{n + 1}01")
        post_bill(door, DUE)
    with django_assert_max_num_queries(20):
        assert find_reminders(estate, on(7).date()) == 40


def household(estate, building, n: int, **payer: object) -> Bill:
    """A flat with a payer and one bill."""
    door = Unit.objects.create(estate=estate, building=building, code=f"3-9-{n}")
    who = Resident.objects.create(estate=estate, name=f"Payer {n}", **payer)
    Occupancy.objects.create(unit=door, resident=who, relation="owner", since=date(2020, 1, 1), is_payer=True)
    return post_bill(door, DUE)


def test_telling_many_asks_no_more_than_telling_one(estate, building, django_assert_max_num_queries):
    bills = [household(estate, building, n, email=f"payer{n}@example.com") for n in range(40)]
    find_reminders(estate, on(7).date())
    with django_assert_max_num_queries(25):
        assert tell_each([bill.unit_id for bill in bills], on(7).date(), on(7)) == 40
    assert Message.objects.filter(template="reminder").count() == ReminderNotice.objects.count() == 40
    assert {message.status for message in Message.objects.all()} == {"waiting"}


def test_each_of_many_is_told_in_the_own_language_and_way(estate, building, admin):
    write_reminder_text(
        estate, actor=admin, level=3, language="zh-hant", subject="繳費 %(unit)s", body="%(name)s %(total)s"
    )
    english = household(estate, building, 1, language="en", email="a@example.com")
    chinese = household(estate, building, 2, language="zh-hant", email="b@example.com")
    paper = household(estate, building, 3, language="zh-hans", accepts_messages=False, email="c@example.com")
    by_phone = household(estate, building, 4, language="en")
    add_phone(Resident.objects.get(name="Payer 4"), number="13800000001", actor=None)
    assert send_reminders(on(7)) == 4
    told = {notice.unit_id: notice for notice in ReminderNotice.objects.all()}
    assert [told[bill.unit_id].channel for bill in (english, chinese, paper, by_phone)] == [
        "email",
        "email",
        "print",
        "sms",
    ]
    assert told[english.unit_id].subject == "Management fees not paid yet"
    assert told[chinese.unit_id].subject == "繳費 3-9-2" and told[chinese.unit_id].body == "Payer 2 ¥100.00"
    assert told[paper.unit_id].message is None and told[paper.unit_id].language == "zh-hans"
    message = told[by_phone.unit_id].message
    assert (message.about_id, message.once_only, message.spares_rest_hours) == (by_phone.unit_id, True, True)
    assert message.recipient_label == "Payer 4" and message.not_before == on(7)
    assert {entry.verb for entry in Entry.objects.about(english.unit)} == {"reminder.sent"}


def test_one_household_that_fails_holds_back_no_other(estate, building, monkeypatch):
    bills = [household(estate, building, n) for n in range(3)]
    genuine = reminders.telling.in_words

    def failing(unit, *args, **kwargs):
        if unit.pk == bills[1].unit_id:
            raise RuntimeError("broken")
        return genuine(unit, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(reminders.telling, "in_words", failing)
        assert send_reminders(on(7)) == 2
    assert send_reminders(on(7)) == 1 and ReminderNotice.objects.count() == 3


def test_a_batch_in_which_nothing_is_left_to_say_is_not_the_end(estate, building, monkeypatch):
    """Everybody in it has paid meanwhile; those after it are told all the same."""
    monkeypatch.setattr("billing.services.reminders.finding.BATCH", 1)
    settled, late = household(estate, building, 1), household(estate, building, 2)
    find_reminders(estate, on(7).date())
    Dispute.objects.create(estate=estate, bill=settled, reason="Area", opened_on=DUE)
    assert send_reminders(on(7)) == 1 and levels(late) == [(3, 7)]


def test_a_household_that_another_worker_told_is_told_no_more_and_the_rest_is(estate, building, monkeypatch):
    """The other one was quicker between the question and the answer."""
    bills = [household(estate, building, n) for n in range(2)]
    find_reminders(estate, on(7).date())
    tell_household(bills[0].unit_id, on(7).date(), on(7))
    Reminder.objects.filter(bill=bills[0]).update(notice=None)
    monkeypatch.setattr(reminders.telling, "_silent", lambda unit_ids, day: set())
    assert tell_each([bill.unit_id for bill in bills], on(7).date(), on(7)) == 1
    assert ReminderNotice.objects.count() == 2


@pytest.mark.parametrize(
    "words",
    [
        "将拉电闸",
        "逾期將鎖電表",
        "我们会拆除您家的水表",
        "不缴费就不给水",
        "不缴就没电用",
        "将封门",
        "取消您的门禁权限",
        "您的電梯卡將失效",
        "欠费业主姓名将公布",
        "将曝光欠费名单",
        "We will cut you off.",
        "There is no water until you pay.",
        "We shall remove your meter.",
        "We will lock your door.",
        "You will be denied access to the lift.",
        "Your name will be posted on the board.",
    ],
)
def test_neither_meter_nor_door_nor_name_is_threatened(words):
    with pytest.raises(Refused) as refused:
        check_words(words)
    assert refused.value.code == "threat_refused"


@pytest.mark.parametrize(
    "words",
    [
        "请按公示的账号转账，并注明房号和姓名。",
        "水表读数见账单，电表同。",
        "不给您添麻烦，请致电。",
        "请开门禁联系管家。",
        "Put your name on the transfer, please.",
        "The water meter was read on the 1st.",
        "If you have no access to a computer, ring us.",
        "Notes are on the notice board. Please give your name.",
    ],
)
def test_meters_doors_and_names_may_be_spoken_of(words):
    check_words(words)
