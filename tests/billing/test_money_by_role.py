"""Bills, payments, runs, closings, deposits, waivers, reminders: every state × act × role, on the pages and by the API."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from billing.models import (
    BillingRun,
    DayClosing,
    Deposit,
    Payment,
    ReminderNotice,
    UnitAccount,
)
from billing.proof import differences
from billing.services import (
    bills,
    charges,
    closings,
    credit,
    deposits,
    disputes,
    late_fees,
    payments,
    runs,
    write_offs,
)
from helpdesk.staff.permissions import PERMISSIONS, Role
from helpdesk.staff.services import create_token
from residents.models import Building, Unit
from tests.api.conftest import bearer
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db
NOW = at("2026-11-17 10:42")
TODAY, LATE, COMING = date(2026, 11, 17), date(2026, 10, 15), date(2026, 11, 30)
EVERYBODY = [*Role.values, "outsider"]
DOORS = ["page", "api"]
OK = ""


class Act(NamedTuple):
    """Who may, by which page with what, by which path of the API with what, and what comes of it in each state."""

    permission: str
    page: str
    sent: dict[str, Any]
    path: str
    body: dict[str, Any]
    outcomes: dict[str, str]


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def doors(
    login, clerk, supervisor, technician, guard, cashier, manager, admin, make_staff, other_estate
) -> dict[str, dict[str, Callable[..., Any]]]:
    """Door → role → what posts there. The outsider may do everything, in another estate."""
    people = {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin, "outsider": make_staff("outsider", "manager", other_estate),
    }  # fmt: skip
    assert set(people) == set(EVERYBODY)
    keys = count(1)

    def by_page(person: Any) -> Callable[..., Any]:
        browser = login(person)
        return lambda act, pk: browser.post(reverse(act.page, args=[pk] if pk else []), act.sent)

    def by_api(person: Any) -> Callable[..., Any]:
        client = bearer(create_token(person, name="t", actor=None)[1])

        def send(act: Act, pk: int) -> Any:
            key = {"Idempotency-Key": str(next(keys))}
            return client.post(f"/api/v1/{act.path.format(pk=pk)}", act.body, format="json", headers=key)

        return send

    return {
        "page": {role: by_page(person) for role, person in people.items()},
        "api": {role: by_api(person) for role, person in people.items()},
    }


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def walk(
    act: Act,
    door: str,
    doors: Any,
    things: dict[str, Any],
    look: Callable[[Any], Any],
    *,
    of_estate: bool = False,
) -> None:
    """Every role does the act to a thing in every state. `look` says how a thing stands."""
    assert set(things) == set(act.outcomes)
    for state, thing in things.items():
        before, pk = look(thing), 0 if of_estate and door == "page" else getattr(thing, "pk", 0)
        for role, post in doors[door].items():
            if role == "outsider" and of_estate:
                continue  # a page without a key is about the own estate; the API is asked by name in its own tests
            cache.clear()
            with transaction.atomic():
                answer = post(act, pk)
                said = (act.page, state, role, answer.status_code, answer.content[-300:])
                if role == "outsider":
                    assert answer.status_code == 404, said
                elif role not in PERMISSIONS[act.permission]:
                    assert answer.status_code == 403, said
                elif refusal := act.outcomes[state]:
                    assert answer.status_code == 409, said
                    assert door == "page" or code_of(answer) == refusal, said
                else:
                    assert answer.status_code in ((303,) if door == "page" else (200, 201, 202)), said
                    assert look(thing) != before, said
                    assert differences() == {}, said
                    transaction.set_rollback(True)
                    continue
            assert look(thing) == before, said


# --- bills and waivers ------------------------------------------------------------------------------------------------

BILLS = ["open", "part_paid", "paid", "overdue", "late_fee", "disputed", "written_off", "reversed"]


def outcomes(**told: str) -> dict[str, str]:
    """What is told of single states; the act is done in all others."""
    return {state: told.get(state, OK) for state in BILLS}


BILL_ACTS = {
    "reverse": Act(
        "billing.reverse", "bill_reverse", {"reason": "Wrong"}, "bills/{pk}/reverse/", {"reason": "Wrong"},
        outcomes(written_off="bill_written_off", reversed="bill_reversed"),
    ),
    "dispute": Act(
        "billing.dispute", "bill_dispute", {"reason": "Area"}, "bills/{pk}/dispute/", {"reason": "Area"},
        outcomes(disputed="already_disputed", reversed="bill_reversed"),
    ),
    "settle": Act(
        "billing.dispute", "bill_settle", {"outcome": "rejected"}, "bills/{pk}/settle-dispute/", {},
        {state: OK if state == "disputed" else "not_disputed" for state in BILLS},
    ),
    "write_off": Act(
        "billing.waive", "bill_write_off", {"reason": "Gone"}, "bills/{pk}/write-off/", {"reason": "Gone"},
        outcomes(paid="bill_paid", written_off="bill_paid", reversed="bill_reversed"),
    ),
    "waive": Act(
        "billing.waive", "bill_waive", {"reason": "Ill"}, "bills/{pk}/waive-late-fee/", {"reason": "Ill"},
        {state: OK if state == "late_fee" else "nothing_to_waive" for state in BILLS},
    ),
}  # fmt: skip


@pytest.fixture
def a_bill(building, cashier, manager, admin) -> dict[str, Any]:
    """A bill in every state, each of a unit of its own."""

    def home(n: int) -> Unit:
        return Unit.objects.create(estate=building.estate, building=building, code=f"3-9-{n}")

    made = {state: post_bill(home(n), COMING if state == "open" else LATE) for n, state in enumerate(BILLS)}
    for state, amount in (("part_paid", D(40)), ("paid", D(100))):
        payments.take_payment(made[state].unit, actor=cashier, amount=amount, method="cash")
    disputes.open_dispute(made["disputed"], actor=cashier, reason="Area")
    write_offs.write_off(made["written_off"], actor=manager, reason="Gone")
    bills.reverse_bill(made["reversed"], actor=cashier, reason="Wrong")
    late_fees.set_late_fee(
        building.estate,
        actor=admin,
        rate_per_day=D("0.01"),
        since=date(2026, 1, 1),
        unit=made["late_fee"].unit,
    )
    late_fees.charge_late_fees(building.estate, date(2026, 11, 1))
    return made


def bill_look(bill: Any) -> Any:
    bill.refresh_from_db()
    fees = [(fee.paid, fee.waived) for fee in bill.late_fees.order_by("id")]
    return bill.status, bill.paid, bill.written_off, bill.disputes.filter(settled_on=None).count(), fees


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("act", BILL_ACTS)
def test_a_bill_does_what_the_table_says(act, door, a_bill, doors):
    walk(BILL_ACTS[act], door, doors, a_bill, bill_look)


# --- payments ---------------------------------------------------------------------------------------------------------

PAYMENT_ACTS = {
    "reverse": Act(
        "billing.reverse", "payment_reverse", {"reason": "Wrong"}, "payments/{pk}/reverse/", {"reason": "Wrong"},
        {"taken": OK, "kept": OK, "of_a_closed_day": OK, "reversed": "already_reversed", "refunded": "credit_refunded"},
    ),
}  # fmt: skip


@pytest.fixture
def a_payment(building, unit, cashier) -> dict[str, Any]:
    def take(n: int, amount: str = "60", **kwargs: Any) -> Payment:
        home = Unit.objects.create(estate=building.estate, building=building, code=f"3-8-{n}")
        post_bill(home, COMING)
        return payments.take_payment(home, actor=cashier, amount=D(amount), method="cash", **kwargs)

    made = {"taken": take(1), "kept": take(2, "150"), "reversed": take(3), "refunded": take(4, "150")}
    made["of_a_closed_day"] = take(5, received_on=TODAY - timedelta(days=1))
    payments.reverse_payment(made["reversed"], actor=cashier, reason="Wrong")
    refunded = made["refunded"].unit
    credit.refund_credit(refunded, actor=cashier, amount=D(20), method="cash", reason="Asked")
    closings.close_day(
        building.estate, actor=cashier, day=TODAY - timedelta(days=1), counted={"cash": D(60)}, note="Odd"
    )
    return made


def payment_look(payment: Any) -> Any:
    payment.refresh_from_db()
    return payment.allocated, Payment.objects.filter(reverses=payment).count()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("act", PAYMENT_ACTS)
def test_a_payment_does_what_the_table_says(act, door, a_payment, doors):
    walk(PAYMENT_ACTS[act], door, doors, a_payment, payment_look)


@pytest.mark.parametrize("door", DOORS)
def test_with_today_closed_nothing_is_taken_reversed_or_given_back(
    door, a_payment, unit, estate, cashier, doors, deposit_item
):
    rich = a_payment["kept"].unit
    deposit = deposits.take_deposit(
        unit, actor=cashier, charge_item=deposit_item, amount=D(50), method="cash"
    )
    closings.close_day(estate, actor=cashier, day=TODAY, counted={"cash": D(0)}, note="Odd")
    money = {"amount": "5.00", "method": "cash"}
    acts = [
        (Act("billing.take", "payment_take", money | {"form_token": "k1"}, "payments/", money | {"unit": unit.pk}, {"closed": "day_closed"}), unit),
        (Act("billing.reverse", "credit_refund", money | {"reason": "Asked", "form_token": "k2"}, "refunds/", money | {"reason": "Asked", "unit": rich.pk}, {"closed": "day_closed"}), rich),
        (Act("billing.reverse", "deposit_give_back", {"method": "cash"}, "deposits/{pk}/give-back/", {"method": "cash"}, {"closed": "day_closed"}), deposit),
        (PAYMENT_ACTS["reverse"]._replace(outcomes={"closed": "day_closed"}), a_payment["taken"]),
    ]  # fmt: skip
    for act, thing in acts:
        roles = {role: post for role, post in doors[door].items() if role != "outsider"}
        walk(
            act,
            door,
            {door: roles},
            {"closed": thing},
            lambda _thing: (Payment.objects.count(), deposit.moves.count()),
        )


@pytest.mark.parametrize("door", DOORS)
def test_money_is_taken_by_whoever_may_whatever_the_unit_owes(door, building, cashier, doors):
    """Nothing, something to come, something late, or credit: every unit pays."""
    homes = {
        state: Unit.objects.create(estate=building.estate, building=building, code=f"3-7-{n}")
        for n, state in enumerate(("nothing", "to_come", "late", "credit"))
    }
    post_bill(homes["to_come"], COMING)
    post_bill(homes["late"], LATE)
    payments.take_payment(homes["credit"], actor=cashier, amount=D(9), method="cash")
    for state, home in homes.items():
        money = {"amount": "30.00", "method": "wechat"}
        act = Act(
            "billing.take", "payment_take", money | {"form_token": "k"}, "payments/", money | {"unit": home.pk}, {state: OK}
        )  # fmt: skip
        some = {role: post for role, post in doors[door].items() if role != "outsider"}
        walk(act, door, {door: some}, {state: home}, lambda home: Payment.objects.filter(unit=home).count())


@pytest.mark.parametrize("door", DOORS)
def test_credit_is_used_by_whoever_may_where_there_is_both(door, building, cashier, doors):
    """Paid ahead on a chosen bill, while another stands open; without either there is nothing to do."""
    told = {"both": OK, "credit": "nothing_to_settle", "arrears": "nothing_to_settle"}
    homes = {
        state: Unit.objects.create(estate=building.estate, building=building, code=f"3-5-{n}")
        for n, state in enumerate(told)
    }
    for state in ("both", "credit"):
        chosen = post_bill(homes[state], COMING)
        payments.take_payment(homes[state], actor=cashier, amount=D(150), method="cash", bills=[chosen])
    for state in ("both", "arrears"):
        post_bill(homes[state], LATE)
    act = Act("billing.take", "credit_use", {}, "units/{pk}/use-credit/", {}, told)
    walk(
        act,
        door,
        doors,
        homes,
        lambda home: UnitAccount.objects.filter(unit=home).values_list("credit").first(),
    )


def test_the_api_says_what_of_the_credit_was_used_and_once_a_key(unit, cashier, doors):
    chosen = post_bill(unit, COMING)
    payments.take_payment(unit, actor=cashier, amount=D(150), method="cash", bills=[chosen])
    post_bill(unit, LATE)
    api = bearer(create_token(cashier, name="t", actor=None)[1])
    asked = [api.post(f"/api/v1/units/{unit.pk}/use-credit/", headers={"Idempotency-Key": "k"}) for _ in "12"]
    assert asked[0].json() == {"used": "50.00", "outstanding": "50.00", "credit": "0.00"}
    assert asked[1].json() == asked[0].json() and asked[1]["Idempotent-Replay"] == "true"
    told = api.post(f"/api/v1/units/{unit.pk}/use-credit/", {"amount": "5.00"}, format="json")
    assert (told.status_code, code_of(told)) == (400, "unknown_field")
    assert api.post(f"/api/v1/units/{unit.pk}/use-credit/").status_code == 409


# --- runs -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def a_run(unit, estate, admin, manager) -> dict[str, BillingRun]:
    item = charges.add_charge_item(estate=estate, actor=admin, code="m", name="Fee", kind="area")
    charges.set_rate(item, actor=admin, amount=D(3), since=date(2026, 1, 1))
    made = {}
    for state, period in (
        ("previewed", "2026-08"),
        ("running", "2026-09"),
        ("done", "2026-10"),
        ("discarded", "2026-11"),
    ):
        made[state] = runs.preview_run(estate, actor=manager, period=period)
        if state in ("running", "done"):
            runs.confirm_run(made[state], actor=manager)
    runs.continue_run(made["done"])
    runs.preview_run(estate, actor=manager, period="2026-11")
    return made


def run_look(run: Any) -> Any:
    run.refresh_from_db()
    return run.status


@pytest.mark.parametrize("door", DOORS)
def test_a_run_is_confirmed_once_by_whoever_may(door, a_run, doors):
    told = {"previewed": OK, "running": "period_already_billed", "done": "period_already_billed"}
    act = Act(
        "billing.run",
        "run_confirm",
        {},
        "billing-runs/{pk}/confirm/",
        {},
        told | {"discarded": "invalid_transition"},
    )
    walk(act, door, doors, a_run, run_look)


@pytest.mark.parametrize("door", DOORS)
def test_a_period_is_previewed_until_it_is_billed_by_whoever_may(door, a_run, estate, doors):
    told = {
        "previewed": OK,
        "running": "period_already_billed",
        "done": "period_already_billed",
        "discarded": OK,
    }
    for state, run in a_run.items():
        sent = {"period": run.period}
        act = Act(
            "billing.run",
            "run_list",
            sent,
            "billing-runs/",
            sent | {"estate": estate.pk},
            {state: told[state]},
        )
        walk(act, door, doors, {state: run}, lambda run: BillingRun.objects.count(), of_estate=True)


# --- closings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_a_day_is_closed_once_by_whoever_may(door, estate, unit, cashier, doors):
    payments.take_payment(unit, actor=cashier, amount=D(30), method="cash", received_on=TODAY)
    closings.close_day(estate, actor=cashier, day=TODAY - timedelta(days=2), counted={"cash": D(0)})
    days = {
        "today": (0, OK),
        "before": (-1, OK),
        "closed": (-2, "day_closed"),
        "to_come": (1, "day_not_begun"),
    }
    for state, (back, told) in days.items():
        day = (TODAY + timedelta(days=back)).isoformat()
        count = "30.00" if state == "today" else "0.00"
        body = {"estate": estate.pk, "day": day, "counted": {"cash": count}}
        act = Act(
            "billing.close_day",
            "closing",
            {"day": day, "counted_cash": count},
            "day-closings/",
            body,
            {state: told},
        )
        walk(act, door, doors, {state: estate}, lambda estate: DayClosing.objects.count(), of_estate=True)


@pytest.mark.parametrize(
    ("day", "counted", "code"),
    [
        (TODAY, {"cash": "-0.01"}, "count_negative"),
        (TODAY, {"cash": "0", "card": "-5"}, "count_negative"),
        (TODAY + timedelta(days=1), {"cash": "0"}, "day_not_begun"),
        (TODAY, {"cash": "5"}, "note_required"),
    ],
)
def test_no_day_is_closed_below_nothing_out_of_time_or_off_without_a_word(estate, doors, day, counted, code):
    body = {"estate": estate.pk, "day": day.isoformat(), "counted": counted}
    answer = doors["api"]["cashier"](Act("", "", {}, "day-closings/", body, {}), 0)
    assert (answer.status_code, code_of(answer)) == (409, code) and not DayClosing.objects.exists()


def test_a_day_before_all_books_is_not_closed(estate, cashier, doors):
    body = {"estate": estate.pk, "day": "1989-12-31", "counted": {"cash": "0"}}
    answer = doors["api"]["cashier"](Act("", "", {}, "day-closings/", body, {}), 0)
    assert (answer.status_code, code_of(answer)) == (400, "range")
    with refused("day_too_early"):
        closings.close_day(estate, actor=cashier, day=date(1989, 12, 31), counted={"cash": D(0)})
    assert not DayClosing.objects.exists()


def test_a_drawer_that_nobody_counted_is_not_closed(estate, unit, cashier, doors):
    payments.take_payment(unit, actor=cashier, amount=D(30), method="cash")
    body = {"estate": estate.pk, "day": TODAY.isoformat(), "counted": {}}
    act = Act(
        "billing.close_day",
        "closing",
        {"day": TODAY.isoformat()},
        "day-closings/",
        body,
        {"uncounted": "count_missing"},
    )
    for door in DOORS:
        walk(
            act,
            door,
            doors,
            {"uncounted": estate},
            lambda _estate: DayClosing.objects.count(),
            of_estate=True,
        )


# --- deposits ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def deposit_item(estate, admin):
    return charges.add_charge_item(estate=estate, actor=admin, code="keys", name="Keys", kind="deposit")


@pytest.fixture
def a_deposit(unit, cashier, deposit_item) -> dict[str, Deposit]:
    states = ("held", "partly", "given_back", "kept")
    made = {
        state: deposits.take_deposit(
            unit, actor=cashier, charge_item=deposit_item, amount=D(50), method="cash"
        )
        for state in states
    }
    deposits.give_back(made["partly"], actor=cashier, method="cash", amount=D(20))
    deposits.give_back(made["given_back"], actor=cashier, method="cash")
    deposits.give_back(made["kept"], actor=cashier, method="cash", deduct=D(50), reason="Lost")
    return made


def deposit_look(deposit: Any) -> Any:
    deposit.refresh_from_db()
    return deposit.given_back, deposit.deducted


@pytest.mark.parametrize("door", DOORS)
def test_a_deposit_goes_back_once_by_whoever_may(door, a_deposit, doors):
    told = {"held": OK, "partly": OK, "given_back": "deposit_settled", "kept": "deposit_settled"}
    sent = {"method": "cash"}
    act = Act("billing.reverse", "deposit_give_back", sent, "deposits/{pk}/give-back/", sent, told)
    walk(act, door, doors, a_deposit, deposit_look)


@pytest.mark.parametrize("door", DOORS)
def test_a_deposit_is_taken_by_whoever_may(door, unit, deposit_item, doors):
    sent = {"charge_item": deposit_item.pk, "amount": "50.00", "method": "cash"}
    act = Act(
        "billing.take", "deposit_list", sent | {"form_token": "k"}, "deposits/", sent | {"unit": unit.pk}, {"open": OK}
    )  # fmt: skip
    some = {role: post for role, post in doors[door].items() if role != "outsider"}
    walk(act, door, {door: some}, {"open": unit}, lambda _unit: Deposit.objects.count())


# --- reminders --------------------------------------------------------------------------------------------------------


@pytest.fixture
def a_notice(estate, building, clerk) -> dict[str, ReminderNotice]:
    """By message and on paper, a letter and a case, and one that was handed over."""
    made = {}
    kinds = {"to_do": ("message", "print"), "by_email": ("message", "email"), "by_text": ("message", "sms")}
    kinds |= {"letter": ("letter", "print"), "case": ("legal", "print"), "done": ("message", "print")}
    for n, (state, (way, channel)) in enumerate(kinds.items()):
        home = Unit.objects.create(estate=estate, building=building, code=f"3-6-{n}")
        made[state] = ReminderNotice.objects.create(
            estate=estate, unit=home, day=TODAY, level=1, way=way, channel=channel, total=1, subject="s", body="b",
            language="en",
        )  # fmt: skip
    ReminderNotice.objects.filter(pk=made["done"].pk).update(done_at=timezone.now(), done_by=clerk)
    return made


def notice_look(notice: Any) -> Any:
    notice.refresh_from_db()
    return notice.done_at, notice.done_by_id


def test_a_notice_on_paper_is_handed_over_once_by_whoever_may(a_notice, doors):
    told = dict.fromkeys(("by_email", "by_text", "done"), "invalid_transition")
    act = Act(
        "reminders.view", "reminder_done", {}, "", {}, {state: told.get(state, OK) for state in a_notice}
    )
    walk(act, "page", doors, a_notice, notice_look)


def test_by_the_api_reminders_are_read_and_nothing_else(a_notice, doors):
    act = Act("", "", {}, "reminders/", {"level": 1}, {})
    for role, post in doors["api"].items():
        cache.clear()
        assert post(act, 0).status_code in (403, 405), role
    assert ReminderNotice.objects.count() == len(a_notice)


def test_nobody_posts_into_another_estate_by_name(estate, unit, doors, deposit_item):
    """The API is told whose it is; what is another estate's is not there."""
    Building.objects.create(estate=estate, code="9")
    for path, body in [
        ("billing-runs/", {"estate": estate.pk, "period": "2026-11"}),
        ("day-closings/", {"estate": estate.pk, "day": TODAY.isoformat(), "counted": {}}),
        ("payments/", {"unit": unit.pk, "amount": "1.00", "method": "cash"}),
        ("deposits/", {"unit": unit.pk, "charge_item": deposit_item.pk, "amount": "1.00", "method": "cash"}),
        ("refunds/", {"unit": unit.pk, "amount": "1.00", "method": "cash", "reason": "So"}),
    ]:
        cache.clear()
        answer = doors["api"]["outsider"](Act("", "", {}, path, body, {}), 0)
        assert (answer.status_code, code_of(answer)) == (400, "does_not_exist"), (path, answer.content)
    for page, pk in (("payment_take", unit.pk), ("deposit_list", unit.pk), ("credit_refund", unit.pk)):
        sent = {
            "amount": "1.00",
            "method": "cash",
            "reason": "So",
            "charge_item": deposit_item.pk,
            "form_token": "k",
        }
        assert doors["page"]["outsider"](Act("", page, sent, "", {}, {}), pk).status_code == 404
    assert not Payment.objects.exists() and not Deposit.objects.exists() and not BillingRun.objects.exists()
