"""The days of a bill that bear a late fee, by which contract, and what was charged of them so far: reads alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, DateField, F, When
from django.db.models.functions import Coalesce

from billing.calculation import LateStretch, LateTerms, late_stretches
from billing.models import Allocation, Bill, BillLine, Dispute, LateFee, LateFeePolicy, LateFeeWaiver
from helpdesk.lib.money import round_money

# Money stops late fees from the day it came in on, whenever it is booked or used as credit; so a list that comes late, a
# closed day or a night without the scheduler costs nobody anything. What is taken back counts on the day that happens.
CAME_IN_ON = Case(
    When(
        reverses__isnull=True, payment__isnull=False,
        then=Coalesce("payment__value_on", "payment__received_on"),
    ),
    default=F("on"),
    output_field=DateField(),
)  # fmt: skip
ZERO = Decimal(0)


@dataclass
class Charged:
    """What was posted of a bill's late fees up to a day, and what of it was taken back as never owed."""

    posted: Decimal = ZERO
    corrected: Decimal = ZERO
    until: date = date.min

    @property
    def net(self) -> Decimal:
        """What stands of it, which the cap holds; what was let off counts as charged."""
        return self.posted - self.corrected


def charged_of(bills: Sequence[Bill]) -> dict[int, Charged]:
    found: dict[int, Charged] = defaultdict(Charged)
    fees = LateFee.objects.filter(bill__in=bills).values_list("bill", "as_of", "amount")
    for bill_id, as_of, amount in fees:
        of = found[bill_id]
        of.posted, of.until = of.posted + amount, max(as_of, of.until)
    back = LateFeeWaiver.objects.filter(bill__in=bills, is_correction=True)
    for bill_id, amount in back.values_list("bill", "amount"):
        found[bill_id].corrected += amount
    return found


def days_of(
    bills: Sequence[Bill], policies: Sequence[LateFeePolicy], day: date
) -> dict[int, tuple[LateTerms, list[LateStretch]]]:
    """For each bill with a late fee: its terms, and the days that bear one up to `day`."""
    principal: dict[int, Decimal] = defaultdict(Decimal)
    settled: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    disputes: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    bearing = BillLine.objects.filter(bill__in=bills, bears_late_fee=True)
    for bill_id, amount in bearing.values_list("bill", "amount"):
        principal[bill_id] += amount
    parts = Allocation.objects.filter(line__in=bearing).annotate(day=CAME_IN_ON)
    for bill_id, on, amount, reverses in parts.values_list("bill", "day", "amount", "reverses"):
        settled[bill_id][on] += -amount if reverses else amount
    for dispute in Dispute.objects.filter(bill__in=bills):
        disputes[dispute.bill_id].append((dispute.opened_on, dispute.settled_on))
    found = {}
    for bill in bills:
        policy = policy_for(bill, policies)
        if policy is not None:
            terms = terms_of(policy, principal[bill.pk])
            found[bill.pk] = (
                terms,
                late_stretches(
                    bill.due_on, day, principal[bill.pk], settled[bill.pk], disputes[bill.pk], terms
                ),
            )
    return found


def policy_for(bill: Bill, policies: Sequence[LateFeePolicy]) -> LateFeePolicy | None:
    """The unit's own contract before the estate's, as it stood when the bill fell due."""
    fits = [
        p
        for p in policies
        if p.unit_id in (None, bill.unit_id)
        and p.since <= bill.due_on
        and (p.until is None or p.until >= bill.due_on)
    ]
    return max(fits, key=lambda p: (p.unit_id is not None, p.since, p.pk), default=None)


def terms_of(policy: LateFeePolicy, principal: Decimal) -> LateTerms:
    cap = round_money(principal * policy.cap_percent / 100)
    return LateTerms(policy.rate_per_day, policy.grace_days, cap, policy.minimum_balance)
