"""Late fees: off unless a contract has them, counted by the day, posted as entries of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.calculation import LateStretch, LateTerms, late_fee, late_stretches, stretches_after
from billing.models import (
    Allocation,
    Bill,
    LateFee,
    LateFeePolicy,
    LateFeeWaiver,
    LedgerSettings,
)
from billing.services.late_fee_days import Charged, charged_of, days_of
from billing.services.ledger import (
    check_amount,
    local_day,
    lock_ledger,
    made_before,
    post,
    posting_day,
    require_reason,
    sent_before,
)
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import round_money
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit

CHUNK = 500
HIGHEST_RATE = Decimal("0.1")
ZERO = Decimal(0)
CENT = Decimal("0.01")


@transaction.atomic
def set_late_fee(
    estate: Estate,
    *,
    actor: User | None,
    rate_per_day: Decimal,
    since: date,
    until: date | None = None,
    unit: Unit | None = None,
    grace_days: int = 0,
    cap_percent: Decimal = Decimal(100),
    minimum_balance: Decimal = ZERO,
) -> LateFeePolicy:
    """The contract's late fee for bills due from a day on; an earlier rule of the same scope ends the day before.

    Refused other_estate, rate_out_of_bounds, cap_out_of_bounds, amount_not_positive, not_in_order, rules_overlap.
    """
    lock_ledger(estate)
    _guard_rule(estate, unit, rate_per_day, cap_percent, minimum_balance, since, until)
    same = LateFeePolicy.objects.filter(estate=estate, unit=unit)
    same.filter(until__isnull=True, since__lt=since).update(until=since - timedelta(days=1))
    clash = same.filter(Q(until__isnull=True) | Q(until__gte=since))
    if (clash.filter(since__lte=until) if until else clash).exists():
        raise Refused("rules_overlap", _("Another rule holds for bills due then."), field="since")
    policy = LateFeePolicy.objects.create(
        estate=estate, unit=unit, rate_per_day=rate_per_day, grace_days=grace_days, cap_percent=cap_percent,
        minimum_balance=minimum_balance, since=since, until=until, set_by=actor,
    )  # fmt: skip
    record("late_fee_rule.set", policy, actor=actor, rate_per_day=str(rate_per_day), since=since)
    return policy


def _guard_rule(
    estate: Estate,
    unit: Unit | None,
    rate: Decimal,
    cap: Decimal,
    minimum: Decimal,
    since: date,
    until: date | None,
) -> None:
    if unit is not None and unit.estate_id != estate.pk:
        raise Refused("other_estate", _("This belongs to another estate."), field="unit")
    if not 0 < rate <= HIGHEST_RATE:
        message = _("A rate a day lies above nothing and reaches a tenth at most.")
        raise Refused("rate_out_of_bounds", message, field="rate_per_day")
    if not 0 < cap <= 100:
        message = _("The cap lies above nothing and reaches the whole bill at most.")
        raise Refused("cap_out_of_bounds", message, field="cap_percent")
    if minimum < 0:
        raise Refused("amount_not_positive", _("Less than nothing is no balance."), field="minimum_balance")
    if until is not None and until < since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")


@transaction.atomic
def end_late_fee(policy: LateFeePolicy, *, actor: User | None, until: date) -> LateFeePolicy:
    """The last due date that the rule holds for; what was posted stays. Refused not_in_order, invalid_transition."""
    lock_ledger(policy.estate)
    policy = LateFeePolicy.objects.select_related("estate").get(pk=policy.pk)
    if until < policy.since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")
    if policy.until is not None and policy.until <= until:
        raise Refused("invalid_transition", _("The rule ends earlier already."), field="until")
    policy.until = until
    policy.save(update_fields=["until"])
    record("late_fee_rule.ended", policy, actor=actor, until=until)
    return policy


def example_of(
    terms: LateTerms, *, principal: Decimal, due_on: date, paid: Decimal, paid_on: date, as_of: date
) -> "Example":
    """What lateness would come to on an account that is thought up: the arithmetic of every real one."""
    stretches = late_stretches(due_on, as_of, principal, {paid_on: paid} if paid else {}, (), terms)
    exact = sum((stretch.fee for stretch in stretches), ZERO)
    return Example(stretches, late_fee(stretches, terms.cap), round_money(exact) > terms.cap)


@dataclass(frozen=True)
class Example:
    """The days of an account that is thought up, what they come to, and whether the cap held it."""

    stretches: list[LateStretch]
    total: Decimal
    is_capped: bool


def charge_due_late_fees(at: datetime) -> int:
    """Every estate with a late fee, up to its own yesterday: a day is counted once it is over.

    Returns the entries made.
    """

    def charge(estate: Estate) -> int:
        day = local_day(estate, at) - timedelta(days=1)
        if LedgerSettings.objects.filter(estate=estate, late_fees_until__gte=day).exists():
            return 0
        return charge_late_fees(estate, day, at=at)

    estates = Estate.objects.filter(is_active=True, pk__in=LateFeePolicy.objects.values("estate"))
    return one_by_one(estates, charge, what="late fees of")


def charge_late_fees(estate: Estate, day: date, *, at: datetime | None = None) -> int:
    """Posts what lateness adds up to by the end of `day`, whenever it was last counted; again posts nothing.

    Returns the entries made.
    """
    at = at or timezone.now()
    policies = list(LateFeePolicy.objects.filter(estate=estate))
    done = LedgerSettings.objects.filter(estate=estate).values_list("late_fees_until", flat=True).first()
    made, last = 0, 0
    while policies:
        with transaction.atomic():
            lock_ledger(estate)
            bills = list(_candidates(estate, day, done).filter(pk__gt=last).order_by("pk")[:CHUNK])
            if not bills:
                break
            last = bills[-1].pk
            made += _charge(estate, bills, policies, day, at)
    LedgerSettings.objects.filter(
        Q(late_fees_until__isnull=True) | Q(late_fees_until__lt=day), estate=estate
    ).update(late_fees_until=day)
    return made


def _candidates(estate: Estate, day: date, done: date | None):  # type: ignore[no-untyped-def]
    """Late bills, and those settled since late fees were last counted: the days before still count."""
    since = Allocation.objects.filter(bill=OuterRef("pk"), line__isnull=False)
    if done is not None:
        since = since.filter(on__gt=done)
    late = Bill.objects.filter(estate=estate, due_on__lt=day).standing()
    return late.filter(Q(status__in=("open", "part_paid")) | Exists(since))


def _charge(
    estate: Estate, bills: Sequence[Bill], policies: Sequence[LateFeePolicy], day: date, at: datetime
) -> int:
    found = days_of(bills, policies, day)
    charged = charged_of(bills)
    made = 0
    for bill in bills:
        before = charged.get(bill.pk, Charged())
        if bill.pk not in found or before.until >= day:
            continue
        terms, stretches = found[bill.pk]
        amount = late_fee(stretches, terms.cap) - before.net
        if amount > 0:
            is_capped = round_money(sum((s.fee for s in stretches), ZERO)) > terms.cap
            new = stretches_after(stretches, before.until, terms)
            _post_fee(bill, amount, before.net + amount, terms, new, day, at, is_capped=is_capped)
            made += 1
    return made


def correct_late_fees(bills: Sequence[Bill], *, actor: User | None, at: datetime) -> bool:
    """Takes back what was counted on days that bore nothing, once money is entered that had come in before them.

    What of it was paid or let off already stays; it counts towards the days to come.
    """
    policies: list[LateFeePolicy] | None = None
    changed = False
    for bill_id, before in charged_of(bills).items():
        bill = next(bill for bill in bills if bill.pk == bill_id)
        policies = policies or list(LateFeePolicy.objects.filter(estate=bill.estate))
        terms_and_days = days_of([bill], policies, before.until).get(bill_id)
        if terms_and_days is None:
            continue
        over = before.net - late_fee(terms_and_days[1], terms_and_days[0].cap)
        fees = _unpaid_fees(bill)
        amount = min(over, sum((fee.outstanding for fee in fees), ZERO))
        if amount > 0:
            why = _("The money had come in before the days that were counted.")
            _let_off(bill, fees, amount, actor=actor, reason=why, at=at, is_correction=True)
            changed = True
    return changed


def unpaid_late_fee_before(bill: Bill, day: date) -> Decimal:
    """What is unpaid of a bill's late fees of the days before `day`."""
    charged = charged_of([bill]).get(bill.pk, Charged())
    policies = list(LateFeePolicy.objects.filter(estate=bill.estate))
    until = min(charged.until, day - timedelta(days=1))
    terms_and_days = days_of([bill], policies, until).get(bill.pk)
    unpaid = sum((fee.outstanding for fee in _unpaid_fees(bill)), ZERO)
    if terms_and_days is None:
        return unpaid
    settled = charged.net - unpaid
    return min(max(late_fee(terms_and_days[1], terms_and_days[0].cap) - settled, ZERO), unpaid)


def take_back_late_fees(bill: Bill, *, actor: User | None, reason: str, at: datetime) -> None:
    """The late fees of a bill that is reversed go with it: they were never owed, and nobody lets them off."""
    fees = _unpaid_fees(bill)
    amount = sum((fee.outstanding for fee in fees), ZERO)
    if amount:
        _let_off(bill, fees, amount, actor=actor, reason=reason, at=at, is_correction=True)


def _unpaid_fees(bill: Bill) -> list[LateFee]:
    """The latest first."""
    return [fee for fee in LateFee.objects.filter(bill=bill).order_by("-as_of") if fee.outstanding > 0]


def _post_fee(
    bill: Bill,
    amount: Decimal,
    cumulative: Decimal,
    terms: LateTerms,
    stretches: Sequence[LateStretch],
    day: date,
    at: datetime,
    *,
    is_capped: bool,
) -> None:
    on = posting_day(bill.estate, at)
    days = [
        {"from": s.first, "to": s.last, "days": s.days, "balance": str(s.balance), "fee": str(s.fee)}
        for s in stretches
    ]
    fee = LateFee.objects.create(
        estate=bill.estate, unit_id=bill.unit_id, bill=bill, as_of=day, amount=amount, cumulative=cumulative,
        cap=terms.cap, on=on, created_at=at,
        explanation={
            "rate": str(terms.rate), "grace_days": terms.grace_days, "days": _plain(days),
            **_rest(amount - sum((s.fee for s in stretches), ZERO), is_capped=is_capped),
        },
    )  # fmt: skip
    post("late_fee", fee, unit=bill.unit, amount=amount, on=on, number=bill.number)


def _rest(rest: Decimal, *, is_capped: bool) -> dict[str, str]:
    """What an entry's days do not come to by themselves, and why, so that the explanation adds up to the amount."""
    if not rest:
        return {}
    why = "cap" if is_capped else "rounding" if abs(rest) <= CENT else "earlier"
    return {"rest": f"{rest:f}", "rest_of": why}


def _plain(days: list[dict]) -> list[dict]:
    return [{**row, "from": row["from"].isoformat(), "to": row["to"].isoformat()} for row in days]


@transaction.atomic
def waive_late_fee(
    bill: Bill,
    *,
    actor: User | None,
    reason: str,
    amount: Decimal | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> LateFeeWaiver:
    """Lets off what is unpaid of a bill's late fees, or a part, the latest first. The same form again lets off no more.

    Refused reason_required, nothing_to_waive, amount_too_big, form_already_sent.
    """
    at = at or timezone.now()
    reason = require_reason(reason)
    lock_ledger(bill.estate)
    same = {"bill_id": bill.pk} | ({} if amount is None else {"amount": amount})
    fees = _unpaid_fees(bill)
    if before := made_before(LateFeeWaiver, bill.estate, form_token, **same):
        if amount is None and fees:
            raise sent_before()
        return before
    owed = sum((fee.outstanding for fee in fees), ZERO)
    if not owed:
        raise Refused("nothing_to_waive", _("No late fee of this bill is unpaid."))
    amount = owed if amount is None else check_amount(amount)
    if amount > owed:
        raise Refused("amount_too_big", _("Less than that is outstanding."), field="amount")
    return _let_off(bill, fees, amount, actor=actor, reason=reason, form_token=form_token, at=at)


def _let_off(
    bill: Bill,
    fees: Sequence[LateFee],
    amount: Decimal,
    *,
    actor: User | None,
    reason: str,
    at: datetime,
    is_correction: bool = False,
    form_token: str | None = None,
) -> LateFeeWaiver:
    day = posting_day(bill.estate, at)
    waiver = LateFeeWaiver.objects.create(
        estate=bill.estate, unit=bill.unit, bill=bill, amount=amount, reason=reason, on=day,
        approved_by=None if is_correction else actor, is_correction=is_correction, form_token=form_token or None,
        created_at=at,
    )  # fmt: skip
    left = amount
    for fee in fees:
        part = min(left, fee.outstanding)
        if part > 0:
            Allocation.objects.create(
                estate=bill.estate, waiver=waiver, late_fee=fee, bill=bill, amount=part, on=day, created_at=at
            )
            left -= part
    post("waiver", waiver, unit=bill.unit, amount=amount, on=day, number=bill.number)
    verb = "late_fee.corrected" if is_correction else "late_fee.waived"
    record(verb, bill, actor=actor, at=at, amount=str(amount), reason=reason)
    return waiver
