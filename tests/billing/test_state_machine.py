"""The ledger under everything that happens to it, in any order: the invariants hold after each step.

`LEDGER_EXAMPLES` × `LEDGER_STEPS` (50 × 30 unless told otherwise; `make test-money` says 2,000 × 50).
"""

import os
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing.models import Bill, LateFee, Payment, UnitAccount
from billing.proof import differences
from billing.selectors import arrears_of, credit_of, statement_of
from billing.services import bills, charges, closings, disputes, late_fees, payments, runs
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from residents.models import Building, Unit

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "50"))
STEPS = int(os.environ.get("LEDGER_STEPS", "30"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
cents = st.integers(1, 60_000).map(lambda n: D(n) / 100)
which = st.integers(0, 1000)
EXPECTED = {
    "amount_too_big", "bill_paid", "bill_reversed", "bill_written_off", "already_disputed", "already_reversed",
    "credit_refunded", "credit_too_small", "day_closed", "not_disputed", "nothing_to_waive", "nothing_to_bill",
    "period_already_billed", "count_missing", "invalid_transition",
}  # fmt: skip


class Ledger(RuleBasedStateMachine):
    """An estate of two units beside a notebook in which every act is written down a second time, in plain sums."""

    clerk = None

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def open_the_estate(self):
        self.now = datetime(2026, 1, 5, 10, tzinfo=SHANGHAI)
        self.estate = Estate.objects.create(code="ledger", name="Ledger")
        building = Building.objects.create(estate=self.estate, code="1")
        self.units = [
            Unit.objects.create(estate=self.estate, building=building, code=f"1-{n}", area_m2=area)
            for n, area in ((1, "89.40"), (2, "120.07"))
        ]
        fee = charges.add_charge_item(estate=self.estate, actor=None, code="fee", name="Fee", kind="area")
        charges.set_rate(fee, actor=None, amount=D("2.85"), since=date(2026, 1, 1))
        self.copies = charges.add_charge_item(
            estate=self.estate, actor=None, code="copy", name="Copy", kind="piece"
        )
        charges.set_rate(self.copies, actor=None, amount=D("0.35"), since=date(2026, 1, 1))
        late_fees.set_late_fee(
            self.estate,
            actor=None,
            rate_per_day=D("0.003"),
            grace_days=2,
            cap_percent=D(20),
            since=date(2026, 1, 1),
        )
        # What each unit owes less its credit, by the notebook.
        self.balance = {unit.pk: D(0) for unit in self.units}
        self.posted = {}
        self.closed = set()

    def attempt(self, act):
        """What an act gives; None when a rule refuses it, which must have changed nothing."""
        try:
            with transaction.atomic():
                return act()
        except Refused as refusal:
            assert refusal.code in EXPECTED, refusal.code
            return None

    def unit(self, n):
        return self.units[n % len(self.units)]

    def some(self, rows, n):
        rows = list(rows.order_by("pk"))
        return rows[n % len(rows)] if rows else None

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(months=st.integers(0, 2))
    def bill_a_period(self, months):
        period = f"{2026 + (self.now.month - 1 + months) // 12}-{(self.now.month - 1 + months) % 12 + 1:02d}"

        def act():
            run = runs.preview_run(self.estate, actor=None, period=period, at=self.now)
            runs.confirm_run(run, actor=None, at=self.now)
            with _clock(self.now):
                runs.continue_run(run, chunk=1)
            return run

        run = self.attempt(act)
        for bill in Bill.objects.filter(run=run) if run else ():
            self.balance[bill.unit_id] += bill.total

    @rule(n=which, count=st.integers(1, 300))
    def sell_copies(self, n, count):
        unit = self.unit(n)
        bill = self.attempt(
            lambda: bills.make_bill(unit, actor=None, pieces=[(self.copies, D(count))], at=self.now)
        )
        if bill:
            self.balance[unit.pk] += bill.total

    @rule(n=which, amount=cents, method=st.sampled_from(["cash", "card", "wechat"]), chosen=st.booleans())
    def pay(self, n, amount, method, chosen):
        unit = self.unit(n)
        bill = self.some(Bill.objects.filter(unit=unit), n) if chosen else None
        payment = self.attempt(
            lambda: payments.take_payment(
                unit, actor=None, amount=amount, method=method, bills=[bill] if bill else None, at=self.now
            )
        )
        if payment:
            self.balance[unit.pk] -= amount

    @rule(n=which)
    def pay_all(self, n):
        unit = self.unit(n)
        owed = arrears_of(unit, at=self.now).outstanding
        if owed and self.attempt(
            lambda: payments.take_payment(unit, actor=None, amount=owed, method="cash", at=self.now)
        ):
            self.balance[unit.pk] -= owed
            assert arrears_of(unit, at=self.now).outstanding == 0

    @rule(n=which)
    def reverse_a_payment(self, n):
        payment = self.some(Payment.objects.filter(reverses__isnull=True), n)
        others = Bill.objects.exclude(allocations__payment=payment) if payment else Bill.objects.none()
        before = {bill.pk: bill.paid for bill in others}
        if payment and self.attempt(
            lambda: payments.reverse_payment(payment, actor=None, reason="Mistake", at=self.now)
        ):
            self.balance[payment.unit_id] += payment.amount
            assert before == dict(Bill.objects.filter(pk__in=before).values_list("pk", "paid"))

    @rule(n=which, anew=st.booleans())
    def reverse_a_bill(self, n, anew):
        bill = self.some(Bill.objects.all(), n)
        fees = sum((f.amount - f.waived for f in LateFee.objects.filter(bill=bill)), D(0)) if bill else D(0)
        if bill and self.attempt(
            lambda: bills.reverse_bill(
                bill, actor=None, reason="Wrong", make_anew=anew and bill.kind == "run", at=self.now
            )
        ):
            self.balance[bill.unit_id] -= bill.total + fees
            for new in Bill.objects.filter(replaces=bill):
                self.balance[bill.unit_id] += new.total

    @rule(n=which, amount=cents)
    def refund(self, n, amount):
        unit = self.unit(n)
        if self.attempt(
            lambda: payments.refund_credit(
                unit, actor=None, amount=amount, method="cash", reason="Asked", at=self.now
            )
        ):
            self.balance[unit.pk] += amount

    @rule(n=which)
    def apply_credit(self, n):
        self.attempt(lambda: payments.apply_credit(self.unit(n), at=self.now))

    @rule(n=which)
    def write_off(self, n):
        bill = self.some(Bill.objects.unsettled(), n)
        gone = bill and self.attempt(
            lambda: payments.write_off(bill, actor=self.clerk, reason="Gone", at=self.now)
        )
        if gone:
            self.balance[bill.unit_id] -= gone.amount

    @rule(n=which, part=st.sampled_from([None, D("0.01"), D("5.00")]))
    def waive(self, n, part):
        bill = self.some(Bill.objects.filter(late_fees__isnull=False).distinct(), n)
        waiver = bill and self.attempt(
            lambda: late_fees.waive_late_fee(bill, actor=None, reason="Ill", amount=part, at=self.now)
        )
        if waiver:
            self.balance[bill.unit_id] -= waiver.amount

    @rule()
    def charge_late_fees(self):
        before = set(LateFee.objects.values_list("pk", flat=True))
        late_fees.charge_late_fees(self.estate, self.now.date() - timedelta(days=1), at=self.now)
        for fee in LateFee.objects.exclude(pk__in=before):
            self.balance[fee.unit_id] += fee.amount
            assert fee.cumulative <= fee.cap

    @rule(n=which)
    def dispute(self, n):
        bill = self.some(Bill.objects.all(), n)
        if bill:
            self.attempt(lambda: disputes.open_dispute(bill, actor=None, reason="Why", at=self.now))

    @rule(n=which)
    def settle(self, n):
        bill = self.some(Bill.objects.filter(disputes__settled_on__isnull=True, disputes__isnull=False), n)
        if bill:
            self.attempt(lambda: disputes.settle_dispute(bill, actor=None, outcome="rejected", at=self.now))

    @rule()
    def close_the_day(self):
        day = self.now.date()
        expected = closings.expected_of(self.estate, day)
        if self.attempt(
            lambda: closings.close_day(self.estate, actor=None, day=day, counted=expected, at=self.now)
        ):
            self.closed.add(day)
            self.posted[day] = expected

    @rule(days=st.integers(1, 40))
    def time_goes_on(self, days):
        self.now += timedelta(days=days)

    @precondition(lambda self: self.closed)
    @rule(n=which)
    def nothing_goes_into_a_closed_day(self, n):
        day = sorted(self.closed)[n % len(self.closed)]
        with pytest.raises(Refused) as caught, transaction.atomic():
            payments.take_payment(
                self.unit(n), actor=None, amount=D(1), method="cash", received_on=day, at=self.now
            )
        assert caught.value.code == "day_closed"

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees_with_itself(self):
        if hasattr(self, "estate"):
            assert differences() == {}

    @invariant()
    def the_account_is_what_the_notebook_says(self):
        for unit in getattr(self, "units", ()):
            owed = arrears_of(unit, at=self.now).outstanding
            assert owed - credit_of(unit) == self.balance[unit.pk]
            assert statement_of(unit, at=self.now).balance == self.balance[unit.pk]

    @invariant()
    def nothing_is_settled_beyond_itself(self):
        for bill in Bill.objects.all() if hasattr(self, "estate") else ():
            assert 0 <= bill.paid + bill.written_off <= bill.total
            assert bill.status != "reversed" or (bill.paid, bill.written_off) == (0, 0)
            charged = sum(LateFee.objects.filter(bill=bill).values_list("amount", flat=True), D(0))
            assert charged <= (bill.total * D("0.20")).quantize(D("0.01"), "ROUND_HALF_UP")
        for account in UnitAccount.objects.all():
            assert account.credit >= 0

    @invariant()
    def a_closed_day_stays_as_it_was_counted(self):
        for day, expected in getattr(self, "posted", {}).items():
            assert closings.expected_of(self.estate, day) == expected


class _clock:
    """The run's own clock, which a background worker reads from the wall."""

    def __init__(self, now):
        self.now = now

    def __enter__(self):
        self.genuine, runs.timezone.now = runs.timezone.now, lambda: self.now

    def __exit__(self, *_args):
        runs.timezone.now = self.genuine


@pytest.mark.django_db
def test_the_ledger_holds_whatever_happens(manager):
    class Played(Ledger):
        clerk = manager

    run_state_machine_as_test(
        Played,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
