"""Bills made one by one, reversed, made anew."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.calculation import line_amount
from billing.drafting import Draft, Line, period_of
from billing.models import (
    Bill,
    BillingRun,
    BillLine,
    BillReversal,
    ChargeItem,
    Dispute,
    Meter,
    Rate,
)
from billing.services.credit import apply_credit
from billing.services.disputes import settle_dispute
from billing.services.late_fees import take_back_late_fees
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
from billing.services.run_dates import due_anew, usual_dates
from billing.services.runs import left_out
from billing.services.settlement import take_back
from helpdesk.audit.services import record
from helpdesk.estates.services import next_serials
from helpdesk.lib.codes import format_number
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Unit


@transaction.atomic
def make_bill(
    unit: Unit,
    *,
    actor: User | None,
    pieces: Sequence[tuple[ChargeItem, Decimal]],
    kind: str = Bill.Kind.COUNTER,
    due_on: date | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Bill:
    """A bill of pieces, at today's rate of each item; the unit's credit settles it, what is due before first.

    The same form again is the same bill. Refused nothing_to_bill, no_rate, other_estate, form_already_sent.
    """
    at = at or timezone.now()
    lock_ledger(unit.estate)
    day = local_day(unit.estate, at)
    counts, items = _counted(unit, pieces), {item.pk: item for item, _count in pieces}
    if before := made_before(Bill, unit.estate, form_token, unit_id=unit.pk):
        _require_sold(before, unit, items, counts)
        return before
    wanted = [_line_of_pieces(unit, items[pk], count, day) for pk, count in counts.items()]
    bill = issue(
        unit, wanted, actor=actor, kind=kind, period=period_of(day), issued_on=day, due_on=due_on or day,
        form_token=form_token, at=at,
    )  # fmt: skip
    record("bill.issued", bill, actor=actor, at=at, total=str(bill.total))
    apply_credit(unit, actor=actor, at=at)
    return Bill.objects.get(pk=bill.pk)


def _require_sold(bill: Bill, unit: Unit, items: dict[int, ChargeItem], counts: dict[int, Decimal]) -> None:
    """Refused form_already_sent unless the bill sold just these; what comes to nothing has no line."""
    sold = dict(bill.lines.values_list("charge_item", "quantity"))
    changed = any(counts.get(pk) != quantity for pk, quantity in sold.items())
    more = (_line_of_pieces(unit, items[pk], counts[pk], bill.issued_on) for pk in counts if pk not in sold)
    if changed or any(line.amount for line in more):
        raise sent_before()


def _counted(unit: Unit, pieces: Sequence[tuple[ChargeItem, Decimal]]) -> dict[int, Decimal]:
    """How many of each item. Refused other_estate."""
    counts: dict[int, Decimal] = {}
    for item, count in pieces:
        if item.estate_id != unit.estate_id:
            raise Refused("other_estate", _("This belongs to another estate."), field="pieces")
        counts[item.pk] = counts.get(item.pk, Decimal(0)) + count
    return counts


def _line_of_pieces(unit: Unit, item: ChargeItem, count: Decimal, day: date) -> Line:
    rates = Rate.objects.filter(charge_item=item).on(day)
    for scope in ({"unit": unit}, {"building": unit.building_id}, {"use": unit.use, "unit": None, "building": None},
                  {"use": "", "unit": None, "building": None}):  # fmt: skip
        rate = rates.filter(**scope).first()
        if rate is not None:
            return Line(unit.pk, item.pk, count, rate.amount, _bounded(line_amount(count, rate.amount)))
    raise Refused("no_rate", _("No rate is in force for this item."), field="pieces")


def _bounded(amount: Decimal) -> Decimal:
    """The amount. Refused invalid_amount where it is more than the books hold."""
    return check_amount(amount) if amount else amount


def issue(
    unit: Unit,
    lines: Sequence[Line],
    *,
    actor: User | None,
    kind: str,
    period: str,
    issued_on: date,
    due_on: date,
    at: datetime,
    replaces: Bill | None = None,
    form_token: str | None = None,
    run: BillingRun | None = None,
) -> Bill:
    """Writes a bill, its lines and its entry.

    Refused nothing_to_bill when they come to nothing, invalid_amount when to more than the books hold.
    """
    lines = [line for line in lines if line.amount > 0]
    if not lines:
        raise Refused("nothing_to_bill", _("This comes to nothing."))
    total = check_amount(sum((line.amount for line in lines), Decimal(0)))
    estate, year = unit.estate, issued_on.year
    serial = next_serials(estate, "B", year)
    bill = Bill.objects.create(
        estate=estate, unit=unit, kind=kind, number=format_number("B", year, serial), year=year, serial=serial,
        period=period, issued_on=issued_on, due_on=due_on, currency=estate.currency,
        total=total, replaces=replaces, run=run, issued_by=actor,
        form_token=form_token or None, created_at=at, updated_at=at,
    )  # fmt: skip
    items = ChargeItem.objects.in_bulk([line.charge_item_id for line in lines])
    for line in lines:
        BillLine.objects.create(
            estate=estate, bill=bill, charge_item_id=line.charge_item_id, meter_id=line.meter_id,
            reading_id=line.reading_id, meter_from=line.meter_from, meter_to=line.meter_to, quantity=line.quantity,
            rate=line.rate, amount=line.amount, explanation=line.explanation,
            bears_late_fee=items[line.charge_item_id].bears_late_fee,
        )  # fmt: skip
        if line.meter_id and line.meter_from is not None:
            Meter.objects.filter(pk=line.meter_id, billed_value=line.meter_from).update(
                billed_value=line.meter_to
            )
    post("bill", bill, unit=unit, amount=bill.total, on=posting_day(estate, at), number=bill.number)
    return bill


@transaction.atomic
def bill_left_out(run: BillingRun, unit: Unit, *, actor: User | None, at: datetime | None = None) -> Bill:
    """The bill that a unit did not get when its period was billed, worked out as it stands today.

    It had no area then, no rate, or was not on file; or its bill was reversed and none made since, which is made anew
    then. Dated today, with as many days to pay as usual.
    Refused invalid_transition (the run is not done), other_estate, period_already_billed (the unit has its bill),
    nothing_to_bill.
    """
    at = at or timezone.now()
    lock_ledger(run.estate)
    run = BillingRun.objects.select_related("estate").get(pk=run.pk)
    if run.status != BillingRun.Status.DONE:
        raise Refused("invalid_transition", _("The bills of this period are not made yet."))
    if unit.estate_id != run.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="unit")
    if not left_out(run).filter(pk=unit.pk).exists():
        raise Refused("period_already_billed", _("This unit has its bill of this period, or gets none."))
    old = Bill.objects.filter(unit=unit, kind=Bill.Kind.RUN, period=run.period).order_by("-id").first()
    if old is not None:
        if anew := make_bill_anew(old, actor=actor, at=at):
            return anew
        raise Refused("nothing_to_bill", _("This comes to nothing."))
    day = local_day(run.estate, at)
    _issued_on, due_on = usual_dates(run.estate, run.period, at, day)
    lines = list(Draft(run.estate, run.period, [unit.pk]).lines())
    bill = issue(
        unit, lines, actor=actor, kind=Bill.Kind.RUN, period=run.period, issued_on=day, due_on=max(due_on, run.due_on),
        at=at, run=run,
    )  # fmt: skip
    record("bill.issued", bill, actor=actor, filed_under=run, at=at, total=str(bill.total), period=run.period)
    apply_credit(unit, actor=actor, at=at)
    return Bill.objects.get(pk=bill.pk)


@transaction.atomic
def reverse_bill(
    bill: Bill,
    *,
    actor: User | None,
    reason: str,
    make_anew: bool = False,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Bill:
    """Takes a wrong bill back: what was paid of it is credit again, its late fees go, a dispute of it is settled.

    With `make_anew` a new one is worked out at once, due on `due_on` or as make_bill_anew says. The credit settles what
    else is open.

    Returns the reversed bill. Refused reason_required, not_made_anew, bill_reversed, bill_written_off, and what
    make_bill_anew refuses.
    """
    at = at or timezone.now()
    reason = require_reason(reason)
    if due_on and not make_anew:
        raise Refused("not_made_anew", _("No new bill is made: leave the day empty."), field="due_on")
    lock_ledger(bill.estate)
    bill = Bill.objects.select_related("estate", "unit").get(pk=bill.pk)
    if bill.status == Bill.Status.REVERSED:
        raise Refused("bill_reversed", _("This bill was reversed."))
    if bill.write_offs.exists():
        raise Refused(
            "bill_written_off", _("A part of this bill was written off; it can't be reversed any more.")
        )
    if bill.disputes.filter(settled_on__isnull=True).exists():
        settle_dispute(bill, actor=actor, outcome=Dispute.Outcome.UPHELD, note=reason, at=at)
    day = posting_day(bill.estate, at)
    take_back(
        bill.allocations.filter(payment__isnull=False, reverses__isnull=True, reversal__isnull=True),
        on=day,
        at=at,
    )
    take_back_late_fees(bill, actor=actor, reason=reason, at=at)
    reversal = BillReversal.objects.create(
        estate=bill.estate,
        bill=bill,
        amount=bill.total,
        reason=reason,
        on=day,
        reversed_by=actor,
        created_at=at,
    )
    post("bill_reversal", reversal, unit=bill.unit, amount=bill.total, on=day, number=bill.number)
    _turn_meters_back(bill)
    record("bill.reversed", bill, actor=actor, at=at, reason=reason, total=str(bill.total))
    if make_anew:
        make_bill_anew(bill, actor=actor, due_on=due_on, at=at)
    apply_credit(bill.unit, actor=actor, at=at)
    return Bill.objects.get(pk=bill.pk)


def _turn_meters_back(bill: Bill) -> None:
    """What a reversed bill charged last is still to be charged."""
    for line in bill.lines.filter(meter__isnull=False, meter_to__isnull=False):
        turned = Meter.objects.filter(bill_lines=line, billed_value=line.meter_to)
        turned.update(billed_value=line.meter_from)


@transaction.atomic
def make_bill_anew(
    bill: Bill, *, actor: User | None, due_on: date | None = None, at: datetime | None = None
) -> Bill | None:
    """The bill of a reversed one's period as it is worked out today, at that period's rates; None when that is nothing.

    Due when the old one was, and no earlier than the usual days from today on unless `due_on` says so.
    Refused invalid_transition, not_in_order, day_is_past, date_out_of_bounds.
    """
    at = at or timezone.now()
    lock_ledger(bill.estate)
    if bill.kind != Bill.Kind.RUN or Bill.objects.filter(replaces=bill).exists():
        raise Refused("invalid_transition", _("This bill can't be made anew."))
    lines = list(Draft(bill.estate, bill.period, [bill.unit_id], again=_charged_since(bill)).lines())
    if not lines:
        return None
    issued_on, due_on = due_anew(bill.estate, bill.period, at, bill.due_on, due_on)
    new = issue(
        bill.unit, lines, actor=actor, kind=bill.kind, period=bill.period, issued_on=issued_on, due_on=due_on, at=at,
        replaces=bill,
    )  # fmt: skip
    apply_credit(bill.unit, actor=actor, on=posting_day(bill.estate, at), at=at)
    record(
        "bill.issued", new, actor=actor, filed_under=bill, at=at, total=str(new.total), replaces=bill.number
    )
    return new


def _charged_since(bill: Bill) -> dict[int, BillLine]:
    """Meter -> the line of this reversed bill whose meter was charged on, so that it could not be turned back."""
    lines = bill.lines.filter(meter__isnull=False).select_related("meter", "reading")
    return {line.meter_id: line for line in lines if line.meter.billed_value != line.meter_from}  # type: ignore[misc,union-attr]
