"""Late fees by the day, against a second counting that knows nothing of the first."""

import os
import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from billing import tasks
from billing.calculation import LateTerms, late_fee, late_stretches
from billing.models import BillLine, LateFee, LateFeeWaiver, LedgerSettings
from billing.proof import differences
from billing.selectors import arrears_of, statement_of
from billing.services import charges, credit, disputes, late_fees, payments, runs
from billing.services.bills import make_bill, reverse_bill
from billing.services.ledger import post
from billing.statement_lines import late_days, title_of
from helpdesk.audit.models import Entry
from tests.conftest import at
from tests.tickets.acts import refused

CASES = int(os.environ.get("LATE_FEE_CASES", "2000"))
DAY = timedelta(days=1)
since_january = date(2026, 1, 1)


def counted_day_by_day(due_on, as_of, principal, settled, disputed, rate, grace, cap, minimum):
    """The oracle: walks the calendar with a purse of tenths of a millionth of a cent, in whole numbers."""
    unit = 10**8
    owed, purse = int(principal * 100), 0
    tariff = int(rate * 1_000_000)
    today = min([due_on, *(day for day, _amount in settled)]) - DAY
    pauses = list(disputed)
    while today < as_of:
        today += DAY
        for day, amount in settled:
            if day == today:
                owed -= int(amount * 100)
        if (today - due_on).days <= grace:
            continue
        if any(opened <= today and (closed is None or today < closed) for opened, closed in pauses):
            continue
        if owed <= 0 or owed < minimum * 100:
            continue
        purse += owed * tariff * (unit // 1_000_000)
    cents, rest = divmod(purse, unit)
    cents += 1 if rest * 2 >= unit else 0
    return D(min(cents, int(cap * 100))) / 100


def a_case(chance):
    """Terms, a bill and what happened to it, drawn at random."""
    due_on = date(2024, 1, 1) + DAY * chance.randrange(900)
    principal = D(chance.randrange(1, 500_000)) / 100
    settled, left = [], principal
    for _ in range(chance.randrange(5)):
        if left > 0:
            part = min(left, D(chance.randrange(1, int(principal * 100) + 1)) / 100)
            settled.append((due_on + DAY * chance.randrange(-20, 300), part))
            left -= part
            if chance.random() < 0.2:
                settled.append((settled[-1][0] + DAY * chance.randrange(1, 60), -part))
                left += part
    disputed = []
    if chance.random() < 0.4:
        opened = due_on + DAY * chance.randrange(-10, 200)
        closed = None if chance.random() < 0.2 else opened + DAY * chance.randrange(0, 90)
        disputed.append((opened, closed))
    rate = D(chance.choice([1, 50, 123, 300, 500, 3000, 100_000])) / 1_000_000
    cap = (principal * chance.randrange(1, 101) / 100).quantize(D("0.01"), ROUND_HALF_UP)
    minimum = D(chance.choice([0, 0, 10, 100, 1000]))
    return (
        due_on,
        due_on + DAY * chance.randrange(0, 400),
        principal,
        settled,
        disputed,
        rate,
        chance.randrange(0, 31),
        cap,
        minimum,
    )


def computed(due_on, as_of, principal, settled, disputed, rate, grace, cap, minimum):
    gathered = {}
    for day, amount in settled:
        gathered[day] = gathered.get(day, D(0)) + amount
    terms = LateTerms(rate, grace, cap, minimum)
    return late_fee(late_stretches(due_on, as_of, principal, gathered, disputed, terms), cap)


def test_the_two_countings_agree_to_the_cent():
    chance = random.Random(20261122)
    charged = 0
    for _ in range(CASES):
        case = a_case(chance)
        expected = counted_day_by_day(*case)
        assert computed(*case) == expected, case
        charged += expected > 0
    assert charged > CASES / 3  # the cases are not mostly nothing


def test_a_wrong_counting_would_be_seen():
    """The negative control: a day more of grace is found within a few cases."""
    chance = random.Random(1)
    cases = [a_case(chance) for _ in range(200)]
    assert any(computed(*case[:6], case[6] + 1, *case[7:]) != counted_day_by_day(*case) for case in cases)


# --- posted -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def contract(estate, admin):
    """Half a thousandth a day from the fourth day on, at most ten percent."""
    return late_fees.set_late_fee(
        estate, actor=admin, rate_per_day=D("0.0005"), grace_days=3, cap_percent=D(10), since=since_january
    )


def charge(estate, day):
    return late_fees.charge_late_fees(estate, day, at=at(f"{day + DAY} 01:00"))


def total(bill):
    return sum(LateFee.objects.filter(bill=bill).values_list("amount", flat=True), D(0))


@pytest.mark.django_db
def test_without_a_contract_there_is_none(bill, estate):
    assert charge(estate, date(2027, 6, 1)) == 0


@pytest.mark.django_db
def test_a_stop_of_three_days_changes_no_cent(contract, bill, neighbour, estate, unit):
    other = unit.bills.get()
    for n in range(30):
        charge(estate, date(2026, 11, 16) + DAY * n)
    daily = total(other)
    assert daily == D("3.44")  # 27 days of 0.127395
    charge(estate, date(2026, 12, 25))  # the scheduler was away for ten days
    assert total(other) == D("4.71")  # 37 days
    assert charge(estate, date(2026, 12, 25)) == 0


def told(fee):
    """What an entry's explanation adds up to, and the days that it names."""
    rows = fee.explanation["days"]
    return sum((D(row["fee"]) for row in rows), D(fee.explanation.get("rest", 0))), [
        (row["from"], row["to"], row["days"]) for row in rows
    ]


@pytest.mark.django_db
def test_each_day_is_explained_once_and_adds_up(contract, bill, neighbour, estate, unit):
    for n in range(4):
        charge(estate, date(2026, 11, 19) + DAY * n)
    charge(estate, date(2026, 11, 25))  # the scheduler was away for two days
    fees = list(LateFee.objects.filter(bill=bill))
    assert [told(fee) for fee in fees[:4]] == [
        (fee.amount, [(f"2026-11-{day}", f"2026-11-{day}", 1)])
        for fee, day in zip(fees, range(19, 23), strict=False)
    ]
    assert told(fees[4]) == (fees[4].amount, [("2026-11-23", "2026-11-25", 3)])
    assert late_days(fees[1].explanation) == [
        "2026-11-20 to 2026-11-20: 1 days × 254.79 × 0.05% = 0.127395",
        "−0.007395 by rounding the sum of all days to the cent",
    ]
    assert fees[1].amount == D("0.12")


@pytest.mark.django_db
def test_an_entry_says_what_the_cap_left_of_its_days(contract, bill, neighbour, estate, cashier, unit):
    charge(estate, date(2026, 11, 28))
    charge(estate, date(2028, 1, 1))
    fee = LateFee.objects.filter(bill=bill).latest("as_of")
    assert told(fee) == (fee.amount, [("2026-11-29", "2028-01-01", 399)])
    assert fee.amount == D("24.21") and "by the cap" in late_days(fee.explanation)[-1]


@pytest.mark.django_db
def test_the_days_before_a_full_payment_still_count(contract, bill, unit, estate, cashier):
    charge(estate, date(2026, 11, 18))
    payments.take_payment(unit, actor=cashier, amount=D("254.79"), method="cash", at=at("2026-11-25 10:00"))
    charge(estate, date(2026, 12, 20))
    assert total(bill) == D("0.76")  # 19 to 24 November, six days


@pytest.mark.django_db
def test_it_stops_with_what_was_paid_during_a_dispute_and_at_the_cap(contract, bill, unit, estate, cashier):
    payments.take_payment(unit, actor=cashier, amount=D("54.79"), method="cash", at=at("2026-11-20 10:00"))
    disputes.open_dispute(bill, actor=cashier, reason="Area", at=at("2026-11-22 10:00"))
    disputes.settle_dispute(bill, actor=cashier, outcome="rejected", at=at("2026-12-02 10:00"))
    charge(estate, date(2026, 12, 5))
    # One day of 254.79 (19 November), two of 200 (20, 21), four after the dispute (2 to 5 December).
    assert total(bill) == D("0.73")
    charge(estate, date(2028, 1, 1))
    assert total(bill) == D("25.48")
    assert LateFee.objects.filter(bill=bill).latest("as_of").cumulative == D("25.48")


@pytest.mark.django_db
def test_a_waiver_needs_a_reason_and_something_to_waive(contract, bill, estate, manager, unit):
    with refused("nothing_to_waive"):
        late_fees.waive_late_fee(bill, actor=manager, reason="Ill")
    charge(estate, date(2026, 12, 5))
    with refused("reason_required"):
        late_fees.waive_late_fee(bill, actor=manager, reason=" ")
    with refused("amount_too_big"):
        late_fees.waive_late_fee(bill, actor=manager, reason="Ill", amount=D(100))
    late_fees.waive_late_fee(bill, actor=manager, reason="Ill", at=at("2026-12-06 10:00"))
    assert statement_of(unit, at=at("2026-12-06 10:00")).balance == D("254.79")
    charge(estate, date(2026, 12, 7))
    assert total(bill) == D("2.42")  # 19 days; what was let off is not charged again


@pytest.mark.django_db
def test_a_unit_s_own_contract_goes_before_the_estate_s(contract, bill, unit, estate, admin):
    late_fees.set_late_fee(estate, actor=admin, rate_per_day=D("0.001"), unit=unit, since=since_january)
    charge(estate, date(2026, 11, 16))
    assert total(bill) == D("0.25")


@pytest.mark.django_db
def test_money_entered_late_takes_back_what_was_counted_after_it_came_in(
    contract, bill, neighbour, unit, estate, cashier
):
    """A bank's list arrives days after the money did: nobody pays for the days between."""
    charge(estate, date(2026, 11, 28))
    assert total(bill) == D("1.27")  # 19 to 28 November, ten days
    payment = payments.take_payment(
        unit, actor=cashier, amount=D("254.79"), method="transfer", received_on=date(2026, 11, 24),
        at=at("2026-11-29 10:00"),
    )  # fmt: skip
    waiver = bill.waivers.get()
    assert (waiver.amount, waiver.is_correction) == (D("0.63"), True)  # 24 to 28; 0.64 for 19 to 23 stands
    # Nobody let it off.
    assert waiver.approved_by is None and title_of(waiver.entry) == "Late fee taken back"
    verbs = Entry.objects.filter(target_id=bill.pk, verb__startswith="late_fee.")
    assert list(verbs.values_list("verb", flat=True)) == ["late_fee.corrected"]
    assert payment.credit == 0 and statement_of(unit).balance == D("0.64")
    charge(estate, date(2026, 12, 20))
    assert statement_of(unit).balance == D("0.64") and differences() == {}


@pytest.mark.django_db
def test_what_was_taken_back_is_counted_again_when_the_payment_was_a_mistake(
    contract, bill, neighbour, unit, estate, cashier
):
    charge(estate, date(2026, 11, 28))
    payment = payments.take_payment(
        unit, actor=cashier, amount=D(200), method="transfer", received_on=date(2026, 11, 24),
        at=at("2026-11-29 10:00"),
    )  # fmt: skip
    payments.reverse_payment(payment, actor=cashier, reason="Another unit's", at=at("2026-11-29 11:00"))
    charge(estate, date(2026, 12, 8))
    # Five days of 254.79, five of 54.79 until it was taken back, ten of 254.79.
    assert all(told(fee)[0] == fee.amount for fee in LateFee.objects.filter(bill=bill))
    owed = [(date(2026, 11, 24), D(200)), (date(2026, 11, 29), D(-200))]
    expected = counted_day_by_day(
        bill.due_on, date(2026, 12, 8), bill.total, owed, (), D("0.0005"), 3, D("25.48"), D(0)
    )
    assert statement_of(unit).balance == bill.total + expected and differences() == {}


@pytest.fixture
def taken_back_at_the_cap(contract, bill, neighbour, unit, estate, manager):
    """The fee had reached its cap when the money turned up: all but the first days were taken back."""
    charge(estate, date(2028, 1, 1))
    assert total(bill) == D("25.48")
    payment = payments.take_payment(
        unit, actor=manager, amount=D("254.79"), method="transfer", received_on=date(2026, 11, 24),
        at=at("2028-01-02 10:00"),
    )  # fmt: skip
    assert bill.waivers.get().amount == D("24.84") and statement_of(unit).balance == D("0.64")
    return payment


@pytest.mark.django_db
def test_at_its_cap_what_was_taken_back_is_charged_again_and_no_more(
    taken_back_at_the_cap, bill, unit, estate, cashier
):
    payments.reverse_payment(
        taken_back_at_the_cap, actor=cashier, reason="Another unit's", at=at("2028-01-02 11:00")
    )
    charge(estate, date(2028, 1, 12))
    # Five days of November, eleven since the money was taken back.
    assert statement_of(unit).balance == bill.total + D("2.04")
    charge(estate, date(2029, 1, 1))
    assert statement_of(unit).balance == bill.total + D("25.48") and differences() == {}
    assert charge(estate, date(2029, 1, 2)) == 0
    assert LateFee.objects.filter(bill=bill).latest("as_of").cumulative == D("25.48")


@pytest.mark.django_db
def test_what_a_manager_let_off_at_the_cap_stays_let_off(contract, bill, neighbour, unit, estate, manager):
    charge(estate, date(2028, 1, 1))
    late_fees.waive_late_fee(bill, actor=manager, reason="Ill", amount=D(5), at=at("2028-01-02 10:00"))
    assert charge(estate, date(2029, 1, 1)) == 0
    assert statement_of(unit).balance == bill.total + D("20.48")


@pytest.mark.django_db
def test_the_database_holds_the_cap_to_what_stands(taken_back_at_the_cap, bill, unit, estate, cashier):
    """Neither above the cap of what stands, nor reckoned from what was taken back."""
    payments.reverse_payment(taken_back_at_the_cap, actor=cashier, reason="Wrong", at=at("2028-01-02 11:00"))
    last = LateFee.objects.filter(bill=bill).latest("as_of")
    for amount, cumulative in [("24.85", "25.49"), ("24.85", "25.48"), ("24.84", "24.84"), ("1", "25.48")]:
        with pytest.raises(DatabaseError), transaction.atomic():
            LateFee.objects.create(
                estate=estate, unit=unit, bill=bill, as_of=date(2028, 2, 1), amount=D(amount), cap=last.cap,
                cumulative=D(cumulative), on=date(2028, 2, 2),
            )  # fmt: skip


@pytest.mark.django_db
def test_a_reversed_bill_takes_its_late_fee_with_it_and_nobody_waives_it(
    contract, bill, neighbour, unit, estate, cashier
):
    charge(estate, date(2026, 11, 28))
    reverse_bill(bill, actor=cashier, reason="The area was wrong", at=at("2026-11-29 10:00"))
    waiver = bill.waivers.get()
    assert (waiver.amount, waiver.is_correction, waiver.approved_by) == (D("1.27"), True, None)
    assert statement_of(unit).balance == 0 and differences() == {}
    assert not Entry.objects.filter(verb="late_fee.waived").exists()


@pytest.mark.django_db
def test_a_waiver_names_who_approved_it_and_a_correction_nobody(
    taken_back_at_the_cap, bill, unit, estate, cashier
):
    for approver, is_correction in [(None, False), (cashier, True)]:
        with pytest.raises(DatabaseError), transaction.atomic():
            LateFeeWaiver.objects.create(
                estate=estate, unit=unit, bill=bill, amount=1, reason="So", on=date(2028, 1, 3),
                approved_by=approver, is_correction=is_correction,
            )  # fmt: skip


@pytest.mark.django_db
def test_what_is_left_of_money_entered_late_pays_the_late_fee_that_stands(
    contract, bill, neighbour, unit, estate, cashier
):
    charge(estate, date(2026, 11, 28))
    payment = payments.take_payment(
        unit, actor=cashier, amount=D(260), method="transfer", received_on=date(2026, 11, 24),
        at=at("2026-11-29 10:00"),
    )  # fmt: skip
    assert payment.credit == D("4.57") and statement_of(unit).balance == D("-4.57")


@pytest.mark.django_db
def test_one_estate_that_fails_holds_back_no_other(contract, bill, estate, other_estate, admin, monkeypatch):
    late_fees.set_late_fee(other_estate, actor=admin, rate_per_day=D("0.0005"), since=since_january)
    genuine = late_fees.charge_late_fees

    def failing(which, day, **kwargs):
        if which == other_estate:
            raise RuntimeError("broken")
        return genuine(which, day, **kwargs)

    monkeypatch.setattr(late_fees, "charge_late_fees", failing)
    assert late_fees.charge_due_late_fees(at("2026-12-01 01:00")) == 1


# --- money that was there ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_credit_pays_no_late_fee_for_days_on_which_nobody_looked(
    contract, neighbour, bill, unit, estate, cashier, run_period, time_machine
):
    """The scheduler slept for a week: the money was there, and every day counts by its date (I8, F9)."""
    december = run_period("2026-12")[0]
    payments.take_payment(
        unit, actor=cashier, amount=D("509.58"), method="cash", bills=[december], at=at("2026-11-05 10:00")
    )
    time_machine.move_to(at("2026-11-27 01:00"))
    tasks.charge_late_fees()
    assert not LateFee.objects.filter(bill=bill).exists() and statement_of(unit).balance == 0
    assert LateFee.objects.filter(unit=neighbour).exists() and differences() == {}


@pytest.mark.django_db
def test_money_that_lay_on_a_wrong_bill_takes_back_the_late_fee_of_another(
    contract, bill, neighbour, unit, estate, cashier, run_period
):
    """What a reversed bill held was here all along; the late fee of those days is taken back, not paid with it."""
    december = run_period("2026-12")[0]
    payments.take_payment(
        unit, actor=cashier, amount=december.total, method="cash", bills=[december], at=at("2026-11-05 10:00")
    )
    charge(estate, date(2026, 11, 28))
    assert total(bill) == D("1.27")
    reverse_bill(december, actor=cashier, reason="Never lived in", at=at("2026-11-29 10:00"))
    assert bill.waivers.get().amount == D("1.27") and statement_of(unit).balance == 0
    assert arrears_of(unit).outstanding == 0 and differences() == {}


@pytest.mark.django_db
def test_where_late_fees_come_first_money_entered_late_pays_none_that_it_stopped(
    contract, bill, neighbour, unit, estate, cashier
):
    LedgerSettings.objects.update_or_create(estate=estate, defaults={"principal_first": False})
    charge(estate, date(2026, 11, 28))
    payments.take_payment(
        unit, actor=cashier, amount=D("254.79"), method="transfer", received_on=date(2026, 11, 24),
        at=at("2026-11-29 10:00"),
    )  # fmt: skip
    # 0.64 for 19 to 23 November was owed when it came in; what it left of the bill bears nothing to speak of since.
    assert sum(fee.paid for fee in LateFee.objects.filter(bill=bill)) == D("0.64")
    assert statement_of(unit).balance == D("0.64") and differences() == {}


@pytest.mark.django_db
def test_credit_settles_a_late_fee_that_is_left_of_a_paid_bill(
    contract, bill, neighbour, unit, estate, cashier, run_period
):
    charge(estate, date(2026, 11, 28))
    payments.take_payment(
        unit, actor=cashier, amount=bill.total, method="cash", bills=[bill], at=at("2026-11-29 10:00")
    )
    december = run_period("2026-12")[0]
    payments.take_payment(
        unit, actor=cashier, amount=december.total + 10, method="cash", bills=[december], at=at("2026-12-02 10:00")
    )  # fmt: skip
    assert credit.settle_due_with_credit(at("2026-12-03 01:00")) == 1
    assert arrears_of(unit).outstanding == 0 and arrears_of(unit).credit == D("8.73")


@pytest.mark.django_db
def test_what_an_item_says_later_reckons_no_past_day_anew(
    contract, neighbour, bill, management_fee, unit, estate, admin, copying
):
    """An item that bears a late fee from now on charges none for the months before, and one that bears none takes none back."""
    charges.change_charge_item(copying, actor=admin, bears_late_fee=False)
    sold = make_bill(unit, actor=admin, pieces=[(copying, D(2000))], at=at("2026-11-01 10:00"))
    charge(estate, date(2026, 11, 28))
    counted = total(bill)
    assert counted > 0 and total(sold) == 0
    charges.change_charge_item(copying, actor=admin, bears_late_fee=True)
    charges.change_charge_item(management_fee, actor=admin, bears_late_fee=False)
    charge(estate, date(2026, 12, 28))
    assert total(sold) == 0 and total(bill) > counted
    run = runs.preview_run(estate, actor=admin, period="2026-12", at=at("2026-12-01 12:00"))
    runs.confirm_run(run, actor=admin, at=at("2026-12-01 12:00"))
    runs.continue_run(run)
    assert {line.bears_late_fee for line in BillLine.objects.filter(bill__run=run)} == {False}


def test_of_a_late_fee_paid_but_for_a_cent_that_was_let_off_nothing_is_unpaid(
    bill, unit, estate, cashier, manager
):
    """To a floating number 32.30 and 0.01 are less than 32.31."""
    day, noon = date(2026, 12, 5), at("2026-12-05 12:00")
    fee = LateFee.objects.create(
        estate=estate, unit=unit, bill=bill, as_of=day, on=day, cap=D("100"), amount=D("32.31"), cumulative=D("32.31")
    )  # fmt: skip
    post("late_fee", fee, unit=unit, amount=fee.amount, on=day, number=bill.number)
    payments.take_payment(unit, actor=cashier, amount=bill.total + D("32.30"), method="cash", at=noon)
    assert list(LateFee.objects.unpaid()) == [fee], "a cent is left"
    late_fees.waive_late_fee(bill, actor=manager, reason="A cent", amount=D("0.01"), at=noon)
    fee.refresh_from_db()
    assert fee.outstanding == 0 and not LateFee.objects.unpaid().exists()
