"""The monthly run: previewed, confirmed, then billed in the background, in pieces that each commit whole.

A killed worker leaves whole pieces behind it; the next one goes on where the drafts go on.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.bulk import copy_rows
from billing.calculation import PERIOD
from billing.drafting import Draft, Line, Trouble, billed_units
from billing.models import Bill, BillingRun, DraftLine, MeterReading, RunProblem, UnitAccount
from billing.services.credit import apply_credit
from billing.services.ledger import local_day, lock_ledger, posting_day
from billing.services.run_dates import BILLED_STATES, dates_of_run, months_skipped, refuse_too_far
from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.estates.services import next_serials
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import round_money
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit

STATUS = BillingRun.Status
CHUNK = 5_000
MOST_NAMED = 12  # months that were left out, one by one
HALF_A_MILLI = Decimal("0.0005")  # readings have three places
LEASE = timedelta(seconds=60)
DRAFT_COLUMNS = (
    "run_id", "unit_id", "charge_item_id", "meter_id", "reading_id", "meter_from", "meter_to", "quantity", "rate",
    "amount", "explanation",
)  # fmt: skip


@transaction.atomic
def preview_run(
    estate: Estate,
    *,
    actor: User | None,
    period: str,
    issued_on: date | None = None,
    due_on: date | None = None,
    at: datetime | None = None,
) -> BillingRun:
    """Works a period's bills out and writes down what they would be; an earlier preview is discarded.

    Refused period_invalid, period_too_far, period_already_billed, date_out_of_bounds, not_in_order, day_is_past.
    """
    at = at or timezone.now()
    if not PERIOD.fullmatch(period):
        raise Refused("period_invalid", _("Write the period as 2026-11."), field="period")
    lock_ledger(estate)
    refuse_too_far(estate, period, at)
    refuse_billed(estate, period)
    issued_on, due_on = dates_of_run(estate, period, at, issued_on, due_on)
    for old in BillingRun.objects.filter(estate=estate, period=period, status=STATUS.PREVIEWED):
        discard_preview(old)
    run = BillingRun.objects.create(
        estate=estate, period=period, issued_on=issued_on, due_on=due_on, previewed_by=actor, previewed_at=at
    )
    draft = Draft(estate, period)
    copy_rows(DraftLine._meta.db_table, DRAFT_COLUMNS, _rows(run, draft.lines()))
    _note_problems(run, draft.troubles)
    figures = DraftLine.objects.filter(run=run).aggregate(
        bills=Count("unit", distinct=True), total=Sum("amount")
    )
    run.bills, run.total = figures["bills"], round_money(figures["total"] or Decimal(0))
    run.save(update_fields=["bills", "total"])
    record("billing.previewed", run, actor=actor, at=at, bills=run.bills, total=str(run.total))
    return run


def _note_problems(run: BillingRun, troubles: list[Trouble]) -> None:
    skipped = months_skipped(run.estate, run.period)
    if skipped:
        told = ", ".join(skipped) if len(skipped) <= MOST_NAMED else f"{skipped[0]} – {skipped[-1]}"
        troubles = [Trouble(RunProblem.Code.MONTHS_SKIPPED, detail=told), *troubles]
    rows = [
        RunProblem(
            estate=run.estate,
            run=run,
            unit_id=t.unit_id,
            charge_item_id=t.charge_item_id,
            code=t.code,
            detail=t.detail,
        )
        for t in troubles
    ]
    RunProblem.objects.bulk_create(rows, batch_size=1000)


def is_billed(estate: Estate, period: str) -> bool:
    """Whether the bills of this period are made, or being made."""
    return BillingRun.objects.filter(estate=estate, period=period, status__in=BILLED_STATES).exists()


def billed_between(estate: Estate, since: date, until: date | None) -> list[str]:
    """The periods with a day from `since` to `until` whose bills are made, and stay as they are."""
    rows = BillingRun.objects.filter(estate=estate, status__in=BILLED_STATES, period__gte=f"{since:%Y-%m}")
    rows = rows.filter(period__lte=f"{until:%Y-%m}") if until else rows
    return list(rows.order_by("period").values_list("period", flat=True))


def refuse_billed(estate: Estate, period: str) -> None:
    if is_billed(estate, period):
        raise Refused("period_already_billed", _("This period has been billed already."))


def left_out(run: BillingRun) -> QuerySet[Unit]:
    """Units that are billed, of which no bill of the run's period stands."""
    standing = Bill.objects.filter(unit=OuterRef("pk"), kind=Bill.Kind.RUN, period=run.period)
    standing = standing.exclude(status=Bill.Status.REVERSED)
    return billed_units(run.estate).filter(~Exists(standing))


def discard_preview(run: BillingRun) -> None:
    """The drafts go; that there was a preview stays."""
    _execute("DELETE FROM billing_draftline WHERE run_id = %s", [run.pk])
    BillingRun.objects.filter(pk=run.pk, status=STATUS.PREVIEWED).update(status=STATUS.DISCARDED)


def outdate_previews(estate: Estate, *, since: str, until: str | None = None) -> None:
    """Previews of these periods don't know what just changed: they are not confirmed, but made anew."""
    told = BillingRun.objects.filter(estate=estate, status=STATUS.PREVIEWED, period__gte=since)
    told = told.filter(period__lte=until) if until else told
    told.filter(outdated_at__isnull=True).update(outdated_at=timezone.now())


def _rows(run: BillingRun, lines: Iterator[Line]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        yield (
            run.pk, line.unit_id, line.charge_item_id, line.meter_id, line.reading_id, _text(line.meter_from),
            _text(line.meter_to), str(line.quantity), str(line.rate), str(line.amount),
            json.dumps(line.explanation) if line.explanation else "{}",
        )  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


@transaction.atomic
def confirm_run(run: BillingRun, *, actor: User | None, at: datetime | None = None) -> BillingRun:
    """The bills are made from now on, in the background.

    Refused period_already_billed, invalid_transition (a discarded preview), preview_outdated (a rate, an exemption, a
    contract, a unit or a meter changed since), day_is_past (it waited until its bills would be overdue).
    """
    at = at or timezone.now()
    lock_ledger(run.estate)
    refuse_billed(run.estate, run.period)
    run.refresh_from_db()
    if run.status == STATUS.PREVIEWED and is_past_due(run, at):
        raise Refused("day_is_past", _("This day is past: the bills would be overdue at once."))
    if run.status == STATUS.PREVIEWED and is_outdated(run):
        message = _(
            "Rates, exemptions, contracts, units or meters changed since this preview; preview it anew."
        )
        raise Refused("preview_outdated", message)
    try:
        with transaction.atomic():
            won = BillingRun.objects.filter(pk=run.pk, status=STATUS.PREVIEWED).update(
                status=STATUS.RUNNING, confirmed_by=actor, confirmed_at=at
            )
    except IntegrityError as error:
        raise Refused("period_already_billed", _("This period has been billed already.")) from error
    if not won:
        raise Refused("invalid_transition", _("This preview was discarded; preview the period anew."))
    run.refresh_from_db()
    record("billing.confirmed", run, actor=actor, at=at, bills=run.bills, total=str(run.total))
    return run


def is_past_due(run: BillingRun, at: datetime) -> bool:
    """Whether bills made now would be overdue at once."""
    return run.due_on < local_day(run.estate, at)


def is_outdated(run: BillingRun) -> bool:
    """What was previewed is what is billed, so rates, units and meters must stand where the preview saw them."""
    if run.outdated_at is not None:
        return True
    drafts = DraftLine.objects.filter(run=run)
    sizes = drafts.filter(charge_item__kind__in=("area", "shared")).annotate(
        apart=Abs(F("unit__area_m2") - F("quantity"))
    )
    gone = Q(unit__is_archived=True) | Q(unit__status=Unit.Status.NOT_HANDED_OVER)
    if drafts.filter(gone).exists() or sizes.filter(apart__gte=HALF_A_MILLI).exists():
        return True
    if _units_changed(run):
        return True
    # SQLite keeps decimals as floating numbers: two writings of one value may differ far behind the last place.
    apart = drafts.filter(meter__isnull=False).annotate(
        began=Abs(F("meter__billed_value") - F("meter_from")), ended=Abs(F("reading__value") - F("meter_to"))
    )
    read_since = MeterReading.objects.filter(meter=OuterRef("meter"), period=run.period)
    moved = Q(began__gte=HALF_A_MILLI) | Q(ended__gte=HALF_A_MILLI)
    return apart.filter(moved | Q(Exists(read_since), reading__isnull=True)).exists()


def _units_changed(run: BillingRun) -> bool:
    """Whether a unit has another use or area since: a use may have a price of its own, and a first area bills a unit at all."""
    told = Entry.objects.filter(estate=run.estate_id, at__gt=run.previewed_at, verb="unit.changed")
    changes = told.order_by().values_list("data", flat=True)
    return any({"use", "area_m2"} & set(data.get("fields", ())) for data in changes)


def continue_runs(at: datetime) -> int:
    """Goes on with every confirmed run that nobody is at; returns how many bills were made."""
    waiting = BillingRun.objects.filter(status=STATUS.RUNNING)
    free = waiting.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=at))
    return one_by_one(free.order_by("id"), continue_run, what="billing run")


def continue_run(run: BillingRun, *, chunk: int = CHUNK, at: datetime | None = None) -> int:
    """Makes the bills that are still to be made, piece by piece; returns how many.

    Two at once share nothing: one waits.
    """
    made = 0
    while True:
        with transaction.atomic():
            lock_ledger(run.estate)
            locked = BillingRun.objects.select_for_update().get(pk=run.pk)
            if locked.status != STATUS.RUNNING:
                return made
            count = bill_next(locked, chunk, at or timezone.now())
            if count is None:
                finish(locked)
                return made
        made += count


def bill_next(run: BillingRun, chunk: int, now: datetime) -> int | None:
    """One piece: bills, lines and entries of the next units, and whatever credit they have.

    None when there is nothing left.
    """
    units = DraftLine.objects.filter(run=run).order_by("unit").values_list("unit", flat=True).distinct()
    ids = list(units[:chunk])
    if not ids:
        return None
    span: dict[str, Any] = {"run": run.pk, "first": ids[0], "last": ids[-1]}
    _leave_out_the_billed(run, span)
    count = DraftLine.objects.filter(run=run, unit__gte=ids[0], unit__lte=ids[-1]).aggregate(
        n=Count("unit", distinct=True)
    )["n"]
    if count:
        year = run.issued_on.year
        serial = next_serials(run.estate, "B", year, count)
        moment = connection.ops.adapt_datetimefield_value(now)
        span |= {
            "estate": run.estate_id,
            "period": run.period,
            "base": serial - 1,
            "year": year,
            "prefix": f"B-{year}-",
            "now": moment,
            "on": posting_day(run.estate, now),
        }
        span["currency"] = run.estate.currency
        for statement in (BILLS, LINES, ENTRIES, METERS):
            _execute(statement, span)
    _execute(
        "DELETE FROM billing_draftline WHERE run_id = %(run)s AND unit_id BETWEEN %(first)s AND %(last)s",
        span,
    )
    _use_credit(run, span, now)
    BillingRun.objects.filter(pk=run.pk).update(done=F("done") + count, claimed_until=now + LEASE)
    return count


def _leave_out_the_billed(run: BillingRun, span: dict[str, Any]) -> None:
    """A unit that has a bill of this period keeps it, and the run says so."""
    there = DraftLine.objects.filter(
        run=run,
        unit__gte=span["first"],
        unit__lte=span["last"],
        unit__bills__period=run.period,
        unit__bills__kind="run",
    ).exclude(unit__bills__status="reversed")
    billed = DraftLine.objects.raw(BILLED, span)
    units = sorted({row.unit_id for row in billed}) if there.exists() else []
    for unit_id in units:
        RunProblem.objects.create(
            estate=run.estate, run=run, unit_id=unit_id, code=RunProblem.Code.ALREADY_BILLED
        )
        _execute("DELETE FROM billing_draftline WHERE run_id = %s AND unit_id = %s", [run.pk, unit_id])


def _use_credit(run: BillingRun, span: dict[str, Any], now: datetime) -> None:
    rich = UnitAccount.objects.filter(
        unit__gte=span["first"], unit__lte=span["last"], estate=run.estate, credit__gt=0
    )
    for account in rich.select_related("unit__estate"):
        apply_credit(account.unit, on=posting_day(run.estate, now), at=now)


def finish(run: BillingRun) -> None:
    run.status, run.finished_at, run.claimed_until = STATUS.DONE, timezone.now(), None
    run.save(update_fields=["status", "finished_at", "claimed_until"])
    record("billing.done", run, actor=None, bills=run.done)


def _execute(statement: str, params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


BILLED = """
SELECT DISTINCT d.unit_id AS id, d.unit_id FROM billing_draftline d
JOIN billing_bill b ON b.unit_id = d.unit_id AND b.kind = 'run' AND b.status <> 'reversed'
JOIN billing_billingrun r ON r.id = d.run_id AND r.period = b.period
WHERE d.run_id = %(run)s AND d.unit_id BETWEEN %(first)s AND %(last)s
"""
BILLS = """
INSERT INTO billing_bill (estate_id, unit_id, run_id, kind, number, year, serial, period, issued_on, due_on, currency,
 total, paid, written_off, status, issued_by_id, created_at, updated_at)
SELECT r.estate_id, t.unit_id, r.id, 'run',
 %(prefix)s || CASE WHEN t.n > 999999 THEN '' ELSE SUBSTR('000000', 1, 6 - LENGTH(CAST(t.n AS VARCHAR(9)))) END
 || CAST(t.n AS VARCHAR(9)), %(year)s, t.n, r.period, r.issued_on, r.due_on, %(currency)s, t.total, 0, 0, 'open',
 r.confirmed_by_id, %(now)s, %(now)s
FROM (SELECT run_id, unit_id, ROUND(SUM(amount), 2) AS total, %(base)s + ROW_NUMBER() OVER (ORDER BY unit_id) AS n
 FROM billing_draftline WHERE run_id = %(run)s AND unit_id BETWEEN %(first)s AND %(last)s GROUP BY run_id, unit_id) t
JOIN billing_billingrun r ON r.id = t.run_id ORDER BY t.n
"""
# Each draft asks for its bill by unit and period, of which one stands. Joined, a database that does not know yet how many
# bills there are would look through all of them for each draft.
LINES = """
INSERT INTO billing_billline (estate_id, bill_id, charge_item_id, meter_id, reading_id, meter_from, meter_to, quantity,
 rate, amount, explanation, bears_late_fee, paid, written_off)
SELECT %(estate)s, (SELECT b.id FROM billing_bill b WHERE b.unit_id = d.unit_id AND b.period = %(period)s
  AND b.kind = 'run' AND b.status <> 'reversed'),
 d.charge_item_id, d.meter_id, d.reading_id, d.meter_from, d.meter_to, d.quantity, d.rate, d.amount, d.explanation,
 (SELECT c.bears_late_fee FROM billing_chargeitem c WHERE c.id = d.charge_item_id), 0, 0
FROM billing_draftline d
WHERE d.run_id = %(run)s AND d.unit_id BETWEEN %(first)s AND %(last)s ORDER BY d.id
"""
ENTRIES = """
INSERT INTO billing_accountentry (estate_id, unit_id, kind, "on", debit, credit, amount, number, bill_id, created_at)
SELECT b.estate_id, b.unit_id, 'bill', %(on)s, 'unit', 'income', b.total, b.number, b.id, %(now)s
FROM billing_bill b WHERE b.run_id = %(run)s AND b.unit_id BETWEEN %(first)s AND %(last)s AND b.status <> 'reversed'
"""
# Joined once to what was summed first: asked for meter by meter, a database that has no figures of this run's drafts yet
# looks through all of them for each (ten minutes a piece where it should be a moment).
METERS = """
UPDATE billing_meter SET billed_value = t.turned
FROM (SELECT d.meter_id, MAX(d.meter_to) AS turned FROM billing_draftline d
 WHERE d.run_id = %(run)s AND d.unit_id BETWEEN %(first)s AND %(last)s AND d.meter_id IS NOT NULL
 GROUP BY d.meter_id) AS t
WHERE billing_meter.id = t.meter_id
"""
