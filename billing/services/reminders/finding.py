"""Finding which bills reach which rung, and telling their households a batch at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from billing.models import Deferral, PaymentPromise, Reminder, ReminderNotice, ReminderRun
from billing.paid_ahead import COVERED
from billing.services.reminders import ladder
from billing.services.reminders.ladder import Rung, ladder_of
from billing.services.reminders.telling import tell_each
from helpdesk.audit.services import record
from helpdesk.estates.business_time import is_open
from helpdesk.estates.calendars import calling_calendar, local
from helpdesk.estates.models import Estate
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.notifications.models import Message

BATCH = 200


def send_reminders(at: datetime) -> int:
    """Everything that is due at `at` in every estate; returns how many households were told. May be called at any time."""
    estates = Estate.objects.filter(is_active=True).prefetch_related("holidays")
    return one_by_one(estates, lambda estate: send_estate_reminders(estate, at), what="reminders of")


def send_estate_reminders(estate: Estate, at: datetime) -> int:
    """One estate's: only while residents may be disturbed."""
    if not is_open(calling_calendar(estate), at):
        return 0
    day = local(estate, at).date()
    find_reminders(estate, day)
    told = last = 0
    while units := _waiting(estate, day, after=last):
        told += tell_each(units, day, at)
        last = units[-1]
    return told


@transaction.atomic
def find_reminders(estate: Estate, day: date) -> int:
    """Write down which bills reach which rung on `day`; once a day. Returns how many are new."""
    _run, is_new = ReminderRun.objects.get_or_create(estate=estate, day=day)
    if not is_new:
        return 0
    with _hashed_joins():
        return sum(_climb(estate, rung, day) for rung in ladder_of(estate))


@contextmanager
def _hashed_joins() -> Iterator[None]:
    """For statements over a whole estate: each table is read once, whatever PostgreSQL takes for its size.

    By figures from before the last rung it expects one reminder where there are 100,000, and goes through them for each bill.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        # After a statement that failed nothing is left to set back: its transaction goes.
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _climb(estate: Estate, rung: Rung, day: date) -> int:
    """One statement for one rung. Before and at due a rung holds until the next; after it bills climb one at a time.

    Nobody climbs down: a rung that was put in below what a bill has reached is none of its business.
    """
    conditions = ["b.due_on <= %s"]
    values: list[Any] = [day - timedelta(days=rung.days)]
    if rung.days <= 0:
        conditions.append("b.due_on > %s")
        values.append(day - timedelta(days=rung.until if rung.until is not None else 1))
    if rung.before is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM billing_reminder p WHERE p.bill_id = b.id AND p.level = %s AND p.day <= %s)"
        )
        values += [rung.before, day - timedelta(days=rung.gap)]
    reached = ", ".join(str(level) for level in (rung.level, *rung.later))
    sql = f"""
        INSERT INTO billing_reminder (estate_id, unit_id, bill_id, level, day, outstanding, is_dropped, created_at)
        SELECT b.estate_id, b.unit_id, b.id, %s, %s, b.total - b.paid - b.written_off, %s, %s
        FROM billing_bill b
        WHERE b.estate_id = %s AND b.status IN ('open', 'part_paid') AND {" AND ".join(conditions)}
          AND NOT EXISTS (SELECT 1 FROM billing_reminder r WHERE r.bill_id = b.id AND r.level IN ({reached}))
          AND NOT EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = b.id AND d.settled_on IS NULL)
          AND NOT EXISTS (
            SELECT 1 FROM billing_deferral f WHERE f.unit_id = b.unit_id AND f.since <= %s AND f.until >= %s)
          AND NOT EXISTS (
            SELECT 1 FROM billing_paymentpromise q
            WHERE q.unit_id = b.unit_id AND q.settled_on IS NULL AND q.promised_for >= %s)
          AND NOT {COVERED}
        ORDER BY -b.id
        ON CONFLICT DO NOTHING
    """  # noqa: S608  (the conditions are the fixed texts above, the levels whole numbers)
    # No index gives that order, so all are found before the first is written. Where PostgreSQL takes the table for empty
    # it reads it whole for every bill, and one at a time that would be over what this very statement has put in.
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, [rung.level, day, False, now, estate.pk, *values, day, day, day])
        return cursor.rowcount


def _waiting(estate: Estate, day: date, *, after: int) -> list[int]:
    """The next units with a reminder nobody was told of, whom nothing has been said today."""
    told = ReminderNotice.objects.filter(unit=OuterRef("unit"), day=day)
    rows = Reminder.objects.filter(estate=estate, unit__gt=after, notice__isnull=True, is_dropped=False)
    promised = PaymentPromise.objects.filter(unit=OuterRef("unit")).holding(day)  # type: ignore[attr-defined]
    rows = rows.exclude(Exists(told)).exclude(Exists(_pauses(day))).exclude(Exists(promised))
    return list(rows.order_by("unit_id").values_list("unit_id", flat=True).distinct()[:BATCH])


def _pauses(day: date) -> QuerySet[Any, Any]:
    return Deferral.objects.filter(unit=OuterRef("unit"), since__lte=day, until__gte=day).values("pk")


def withdraw_settled(at: datetime) -> int:
    """Take back what nobody was told yet although all of its bills are settled by now; returns how many.

    Messages in the outbox, paper that waits to be handed over, doors, letters and legal cases.
    """
    still = Reminder.objects.filter(notice=OuterRef("pk"), bill__status__in=ladder.UNSETTLED)
    unsaid = ReminderNotice.objects.filter(done_at__isnull=True, withdrawn_at__isnull=True)
    unsaid = unsaid.exclude(Exists(still)).select_related("unit")
    # Apart: each finds its rows by an index of its own.
    notices = [*unsaid.filter(message__status=Message.Status.WAITING), *unsaid.filter(channel="print")]
    return one_by_one(notices, lambda notice: _withdraw(notice, at), what="taking back notice")


@transaction.atomic
def _withdraw(notice: ReminderNotice, at: datetime) -> bool:
    """False where somebody sent it or handed it over meanwhile."""
    if notice.message_id:
        waiting = Message.objects.filter(pk=notice.message_id, status=Message.Status.WAITING)
        if not waiting.update(status=Message.Status.CANCELLED):
            return False
    open_still = ReminderNotice.objects.filter(pk=notice.pk, done_at__isnull=True, withdrawn_at__isnull=True)
    if not open_still.update(withdrawn_at=at):
        return False
    record("reminder.withdrawn", notice, filed_under=notice.unit, actor=None, at=at)
    return True


def put_back_held(at: datetime) -> int:
    """What waits in the outbox for a household that is left alone by now is said when that ends; returns how many."""
    waiting = ReminderNotice.objects.filter(message__status=Message.Status.WAITING)
    estates = Estate.objects.filter(pk__in=waiting.values("estate"))
    held = (waiting.filter(estate=estate).held(local(estate, at).date()) for estate in estates)  # type: ignore[attr-defined]
    notices = [notice for rows in held for notice in rows.select_related("unit")]
    return one_by_one(notices, lambda notice: _put_back(notice, at), what="putting back notice")


@transaction.atomic
def _put_back(notice: ReminderNotice, at: datetime) -> bool:
    if not _withdraw(notice, at):
        return False
    Reminder.objects.filter(notice=notice).update(notice=None)
    return True
