"""The ledger under everything that happens to it, in any order: the invariants hold after each step.

`LEDGER_EXAMPLES` × `LEDGER_STEPS` (50 × 30 unless told otherwise; `make test-money` says 2,000 × 50).

After each step the database is asked in plain SQL; the account as people read it is built at random moments and at the
end of every history, because building it costs as much as ten steps.
"""

import os
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
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

from billing.calculation import late_fee
from billing.drafting import period_of
from billing.models import (
    Bill,
    DayCount,
    Dispute,
    LateFee,
    LateFeePolicy,
    LateFeeWaiver,
    LedgerSettings,
    Payment,
)
from billing.proof import differences
from billing.selectors import arrears_of, credit_of, statement_of
from billing.services import (
    bills,
    charges,
    closings,
    credit,
    disputes,
    late_fee_days,
    late_fees,
    payments,
    runs,
    write_offs,
)
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import round_money
from residents.models import Building, Unit

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "50"))
STEPS = int(os.environ.get("LEDGER_STEPS", "30"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
cents = st.integers(1, 60_000).map(lambda n: D(n) / 100)
which = st.integers(0, 1000)
EXPECTED = {
    "amount_too_big", "bill_paid", "bill_reversed", "bill_written_off", "already_disputed", "already_reversed",
    "credit_refunded", "credit_too_small", "day_closed", "not_disputed", "nothing_to_waive", "nothing_to_bill",
    "period_already_billed", "count_missing", "invalid_transition", "form_already_sent", "nothing_to_settle",
}  # fmt: skip
# Everything that histories are made of; each must have come about, not only been tried.
ACTS = {
    "billed", "sold", "paid in part", "paid over", "paid to the cent", "paid a chosen bill", "payment reversed",
    "bill reversed", "bill made anew", "refunded", "written off", "waived", "waived in part", "late fee", "disputed",
    "dispute settled", "late fee corrected", "day closed", "clock forward", "closed day refused", "credit applied",
    "credit used", "credit swept", "paid with a value date", "sent again", "written off in part",
}  # fmt: skip
BALANCES = """SELECT unit_id, SUM(CASE WHEN debit = 'unit' THEN amount ELSE -amount END) FROM billing_accountentry
WHERE debit = 'unit' OR credit = 'unit' GROUP BY unit_id"""
BEYOND = """SELECT b.id FROM billing_bill b WHERE b.paid < 0 OR b.written_off < 0
 OR ROUND(b.paid + b.written_off, 2) > b.total OR (b.status = 'reversed' AND (b.paid <> 0 OR b.written_off <> 0))
 OR ROUND((SELECT COALESCE(SUM(f.amount), 0) FROM billing_latefee f WHERE f.bill_id = b.id)
 - (SELECT COALESCE(SUM(w.amount), 0) FROM billing_latefeewaiver w WHERE w.bill_id = b.id AND w.is_correction), 2)
 > ROUND(b.total * 0.2, 2)
UNION ALL SELECT u.id FROM billing_unitaccount u WHERE u.credit < 0
UNION ALL SELECT d.id FROM billing_dispute d JOIN billing_bill b ON b.id = d.bill_id
 WHERE d.settled_on IS NULL AND b.status = 'reversed'"""


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def sweep_away_the_undone():
    """Rows of histories that were rolled back stay in PostgreSQL's tables until somebody clears them out: thousands of
    histories in, each question would read through those of all before it."""
    if connection.vendor == "postgresql":
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute("VACUUM")
        beside.close()


class Ledger(RuleBasedStateMachine):
    """An estate of two units beside a notebook in which every act is written down a second time, in plain sums."""

    clerk = None
    happened: Counter[str] = Counter()
    played: Counter[str] = Counter()

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        try:
            for unit in getattr(self, "units", ()):
                self.read_account(unit)
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
        self.played["histories"] += 1
        if self.played["histories"] % 50 == 0:
            sweep_away_the_undone()

    @initialize(
        begun=st.sampled_from(["new", "late", "paid ahead"]),
        principal_first=st.sampled_from([True, True, False]),
    )
    def open_the_estate(self, begun, principal_first):
        """Histories begin with nothing, a month late, or with money in hand: what comes after all of that is met early."""
        self.now = datetime(2026, 1, 5, 10, tzinfo=SHANGHAI)
        self.estate = Estate.objects.create(code="ledger", name="Ledger")
        LedgerSettings.objects.create(estate=self.estate, principal_first=principal_first)
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
        self.sent, self.corrected, self.tokens = [], [], count(1)
        if begun == "late":
            self.bill_a_period(months=0)
            self.time_goes_on(days=40)
            self.charge_late_fees()
        if begun == "paid ahead":
            self.overpay(n=0, extra=D(400))

    def read_account(self, unit):
        """The account as people read it says what the notebook says."""
        statement = statement_of(unit, at=self.now)
        assert statement.balance == self.balance[unit.pk]
        assert statement.arrears.outstanding - statement.arrears.credit == self.balance[unit.pk]
        self.no_late_fee_is_owed_that_money_had_stopped(unit)

    def no_late_fee_is_owed_that_money_had_stopped(self, unit):
        """What stands beyond the days that bear a fee by now was paid or let off before the money was known of."""
        standing = list(Bill.objects.filter(unit=unit).exclude(status="reversed"))
        policies = list(LateFeePolicy.objects.filter(estate=self.estate))
        for pk, charged in late_fee_days.charged_of(standing).items():
            bill = next(bill for bill in standing if bill.pk == pk)
            terms, stretches = late_fee_days.days_of([bill], policies, charged.until)[pk]
            over = charged.net - late_fee(stretches, terms.cap)
            unpaid = sum((fee.outstanding for fee in bill.late_fees.all()), D(0))
            assert over <= 0 or not unpaid, (bill, over, unpaid)

    def attempt(self, act):
        """What an act gives; None when a rule refuses it, which must have changed nothing.

        Money that was there before takes late fees back, whatever act brings it to a bill: the notebook takes that over.
        No two acts happen at one moment: by it a payment's form knows which bills were settled at once.
        """
        self.now += timedelta(seconds=1)
        last = self.last_correction()
        try:
            with transaction.atomic():
                given = act()
        except Refused as refusal:
            assert refusal.code in EXPECTED, refusal.code
            return None
        self.corrected = list(LateFeeWaiver.objects.filter(is_correction=True, pk__gt=last))
        for waiver in self.corrected:
            self.balance[waiver.unit_id] -= waiver.amount
            self.happened["late fee corrected"] += 1
        return given

    def last_correction(self):
        rows = LateFeeWaiver.objects.filter(is_correction=True).order_by("-pk")
        return rows.values_list("pk", flat=True).first() or 0

    def unit(self, n):
        return self.units[n % len(self.units)]

    def some(self, rows, n):
        rows = list(rows.order_by("pk"))
        return rows[n % len(rows)] if rows else None

    # Histories are short and each knows only some of the acts: what an act needs is brought about first.

    def rich(self, n):
        unit = self.unit(n)
        if not credit_of(unit):
            self.overpay(n, D("88.80"))
        return unit

    def indebted(self, n):
        unit = self.unit(n)
        if not arrears_of(unit, at=self.now).outstanding:
            self.sell_copies(n, 60)
        return unit

    def late(self, n):
        """A bill with an unpaid late fee."""
        unpaid = LateFee.objects.unpaid()
        if not unpaid.exists():
            self.indebted(n)
            self.time_goes_on(days=40)
            self.charge_late_fees()
        return self.some(Bill.objects.filter(pk__in=unpaid.values("bill")), n)

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(months=st.integers(0, 1))
    def bill_a_period(self, months):
        period = period_of(self.now.date(), months)

        def act():
            run = runs.preview_run(self.estate, actor=None, period=period, at=self.now)
            runs.confirm_run(run, actor=None, at=self.now)
            with _clock(self.now):
                runs.continue_run(run, chunk=1)
            return run

        run = self.attempt(act)
        for bill in Bill.objects.filter(run=run) if run else ():
            self.balance[bill.unit_id] += bill.total
            self.happened["billed"] += 1

    @rule(n=which, pages=st.integers(1, 300))
    def sell_copies(self, n, pages):
        unit = self.unit(n)
        bill = self.attempt(
            lambda: bills.make_bill(unit, actor=None, pieces=[(self.copies, D(pages))], at=self.now)
        )
        if bill:
            self.balance[unit.pk] += bill.total
            self.happened["sold"] += 1

    @rule(
        n=which,
        amount=cents,
        method=st.sampled_from(["cash", "card", "wechat"]),
        chosen=st.booleans(),
        days_ago=st.sampled_from([0, 0, 1, 9]),
        value_days=st.sampled_from([None, None, 1, 30]),
    )
    def pay(self, n, amount, method, chosen, days_ago, value_days):
        unit = self.indebted(n)
        bills_of_it = Bill.objects.filter(unit=unit)
        bill = self.some(bills_of_it if n % 4 == 0 else bills_of_it.unsettled(), n) if chosen else None
        posted_on = self.now.date() - timedelta(days=days_ago)
        sent = {
            "unit": unit, "actor": None, "amount": amount, "method": method, "bills": [bill] if bill else None,
            "received_on": posted_on, "form_token": f"pay-{next(self.tokens)}",
            "value_on": posted_on - timedelta(days=value_days) if value_days else None,
        }  # fmt: skip
        payment = self.attempt(lambda: payments.take_payment(**sent, at=self.now))
        if payment:
            self.sent.append((payment, sent))
            self.balance[unit.pk] -= amount
            self.happened["paid with a value date"] += payment.value_on is not None
            self.happened["paid a chosen bill"] += bill is not None
            self.happened["paid in part"] += Bill.objects.filter(unit=unit, status="part_paid").exists()

    @rule(n=which)
    def send_a_payment_again(self, n):
        """The same form is the same payment, however long ago; with another sum, or once taken back, it is refused."""
        if not self.sent:
            return
        payment, sent = self.sent[n % len(self.sent)]
        gone = Payment.objects.filter(reverses=payment).exists()
        count = Payment.objects.count()
        again = self.attempt(lambda: payments.take_payment(**sent, at=self.now))
        assert again is None if gone else again == payment
        assert (
            self.attempt(
                lambda: payments.take_payment(**(sent | {"amount": sent["amount"] + 1}), at=self.now)
            )
            is None
        )
        assert Payment.objects.count() == count
        self.happened["sent again"] += 1

    @rule(n=which)
    def pay_all(self, n):
        unit = self.indebted(n)
        owed = arrears_of(unit, at=self.now).outstanding
        if owed and self.attempt(
            lambda: payments.take_payment(unit, actor=None, amount=owed, method="cash", at=self.now)
        ):
            self.balance[unit.pk] -= owed
            self.happened["paid to the cent"] += 1
            assert arrears_of(unit, at=self.now).outstanding == 0

    @rule(n=which, extra=cents)
    def overpay(self, n, extra):
        unit = self.unit(n)
        amount = arrears_of(unit, at=self.now).outstanding + extra
        payment = self.attempt(
            lambda: payments.take_payment(unit, actor=None, amount=amount, method="cash", at=self.now)
        )
        if payment:
            self.balance[unit.pk] -= amount
            assert payment.credit == extra
            self.happened["paid over"] += 1

    @rule(n=which)
    def reverse_a_payment(self, n):
        if not Payment.objects.filter(reverses__isnull=True, reversal__isnull=True).exists():
            self.pay_all(n)
        payment = self.some(Payment.objects.filter(reverses__isnull=True), n)
        others = Bill.objects.exclude(allocations__payment=payment) if payment else Bill.objects.none()
        before = {bill.pk: bill.paid for bill in others}
        if payment and self.attempt(
            lambda: payments.reverse_payment(payment, actor=None, reason="Mistake", at=self.now)
        ):
            self.balance[payment.unit_id] += payment.amount
            self.happened["payment reversed"] += 1
            assert before == dict(Bill.objects.filter(pk__in=before).values_list("pk", "paid"))

    @rule(n=which, anew=st.booleans())
    def reverse_a_bill(self, n, anew):
        bill = self.some(Bill.objects.all(), n)
        fees = sum((f.amount - f.waived for f in LateFee.objects.filter(bill=bill)), D(0)) if bill else D(0)
        if bill and self.attempt(
            lambda: bills.reverse_bill(
                bill, actor=self.clerk, reason="Wrong", make_anew=anew and bill.kind == "run", at=self.now
            )
        ):
            self.balance[bill.unit_id] -= bill.total
            assert sum((w.amount for w in self.corrected if w.bill_id == bill.pk), D(0)) == fees
            self.happened["bill reversed"] += 1
            for new in Bill.objects.filter(replaces=bill):
                self.balance[bill.unit_id] += new.total
                self.happened["bill made anew"] += 1

    @rule(n=which, part=st.sampled_from([D("0.01"), D("0.5"), D(1), D("1.5")]))
    def refund(self, n, part):
        unit = self.rich(n)
        held = credit_of(unit)
        amount = max(round_money(held * part), D("0.01"))
        if self.attempt(
            lambda: credit.refund_credit(
                unit, actor=None, amount=amount, method="cash", reason="Asked", at=self.now
            )
        ):
            assert amount <= held
            self.balance[unit.pk] += amount
            self.happened["refunded"] += 1

    @rule(n=which)
    def apply_credit(self, n):
        self.rich(n)
        self.indebted(n)
        used = self.attempt(lambda: credit.apply_credit(self.unit(n), at=self.now))
        self.happened["credit applied"] += bool(used)

    @rule()
    def what_is_due_is_settled_with_credit(self):
        """Afterwards no unit has both: money of the days before, and something due that nobody disputes."""
        day = self.now.date()
        used = self.attempt(lambda: credit.settle_due_with_credit(self.now))
        self.happened["credit swept"] += bool(used)
        for unit in self.units:
            rich = [payment for payment in credit.payments_with_credit(unit) if payment.received_on < day]
            due = Bill.objects.filter(unit=unit, due_on__lte=day).unsettled()
            fees = LateFee.objects.filter(unit=unit).unpaid()
            disputed = Dispute.objects.filter(settled_on__isnull=True).values("bill")
            fees = fees.exclude(bill__in=disputed)
            assert not rich or not (due.exclude(pk__in=disputed).exists() or fees.exists())

    @rule(n=which)
    def use_credit(self, n):
        """Refused where nothing is to be used; nothing is left beside what is open."""
        unit = self.unit(n)
        used = self.attempt(lambda: credit.use_credit(unit, actor=None, at=self.now))
        assert not credit_of(unit) or not arrears_of(unit, at=self.now).outstanding
        self.happened["credit used"] += bool(used)

    @rule(n=which, part=st.sampled_from([None, None, D("0.01"), D("5.00")]))
    def write_off(self, n, part):
        bill = self.some(Bill.objects.unsettled(), n)
        token = f"off-{next(self.tokens)}"
        sent = {"actor": self.clerk, "reason": "Gone", "amount": part, "form_token": token, "at": self.now}
        gone = bill and self.attempt(lambda: write_offs.write_off(bill, **sent))
        assert not gone or self.attempt(lambda: write_offs.write_off(bill, **sent)) == gone
        if gone:
            self.balance[bill.unit_id] -= gone.amount
            self.happened["written off in part" if part else "written off"] += 1

    @rule(n=which, part=st.sampled_from([None, D("0.01"), D("5.00")]))
    def waive(self, n, part):
        bill = self.late(n)
        waiver = bill and self.attempt(
            lambda: late_fees.waive_late_fee(bill, actor=self.clerk, reason="Ill", amount=part, at=self.now)
        )
        if waiver:
            self.balance[bill.unit_id] -= waiver.amount
            self.happened["waived in part" if part else "waived"] += 1

    @rule()
    def charge_late_fees(self):
        before = set(LateFee.objects.values_list("pk", flat=True))
        late_fees.charge_late_fees(self.estate, self.now.date() - timedelta(days=1), at=self.now)
        for fee in LateFee.objects.exclude(pk__in=before):
            self.balance[fee.unit_id] += fee.amount
            self.happened["late fee"] += 1
            assert fee.cumulative <= fee.cap

    @rule(n=which)
    def dispute(self, n):
        bill = self.some(Bill.objects.all(), n)
        if bill and self.attempt(lambda: disputes.open_dispute(bill, actor=None, reason="Why", at=self.now)):
            self.happened["disputed"] += 1

    @rule(n=which)
    def settle(self, n):
        open_ones = Bill.objects.filter(disputes__settled_on__isnull=True, disputes__isnull=False)
        if not open_ones.exists():
            self.indebted(n)
            self.dispute(n)
        bill = self.some(open_ones, n)
        if bill and self.attempt(
            lambda: disputes.settle_dispute(bill, actor=None, outcome="rejected", at=self.now)
        ):
            self.happened["dispute settled"] += 1

    @rule()
    def close_the_day(self):
        day = self.now.date()
        expected = closings.expected_of(self.estate, day)
        if self.attempt(
            lambda: closings.close_day(self.estate, actor=None, day=day, counted=expected, at=self.now)
        ):
            self.closed.add(day)
            self.posted[day] = expected
            self.happened["day closed"] += 1

    @rule(days=st.integers(1, 40))
    def time_goes_on(self, days):
        self.now += timedelta(days=days)
        self.happened["clock forward"] += 1

    @rule(n=which)
    def read_an_account(self, n):
        self.read_account(self.unit(n))

    @precondition(lambda self: self.closed)
    @rule(n=which)
    def nothing_goes_into_a_closed_day(self, n):
        day = sorted(self.closed)[n % len(self.closed)]
        with pytest.raises(Refused) as caught, transaction.atomic():
            payments.take_payment(
                self.unit(n), actor=None, amount=D(1), method="cash", received_on=day, at=self.now
            )
        assert caught.value.code == "day_closed"
        self.happened["closed day refused"] += 1

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees_with_itself(self):
        if hasattr(self, "estate"):
            assert differences() == {}

    @invariant()
    def the_account_is_what_the_notebook_says(self):
        if hasattr(self, "estate"):
            found = {unit: round_money(D(str(total))) for unit, total in ask(BALANCES)}
            assert {unit: found.get(unit, D(0)) for unit in self.balance} == self.balance

    @invariant()
    def nothing_is_settled_beyond_itself(self):
        if hasattr(self, "estate"):
            assert ask(BEYOND) == []

    @invariant()
    def a_closed_day_stays_as_it_was_counted(self):
        """What moved on it is compared with the count by the proof; the count itself with the notebook."""
        counts = (
            DayCount.objects.values_list("closing__day", "method", "expected") if self.posted_any() else ()
        )
        found: dict = {}
        for day, method, expected in counts:
            found.setdefault(day, {})[method] = expected
        for day, expected in getattr(self, "posted", {}).items():
            assert found.get(day, {}) == expected

    def posted_any(self):
        return bool(getattr(self, "posted", {}))


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
        happened: Counter[str] = Counter()
        played: Counter[str] = Counter()

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
    # Which acts a history is made of is drawn too; what is rare comes about for certain only in many of them.
    if EXAMPLES * STEPS >= 10_000:
        assert {act for act in ACTS if not Played.happened[act]} == set()
