"""Reminders 催缴: found once per bill and rung, told once per household and day, never in rest hours (docs/domain.md §9).

Finding is one statement per rung over all bills, so a hundred thousand cost no more than a few; telling is one transaction
per household. Either may be killed at any point: the unique rows say what was done already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.models import (
    Bill,
    Deferral,
    Dispute,
    PaymentPromise,
    Reminder,
    ReminderNotice,
    ReminderRun,
    ReminderStep,
    ReminderText,
)
from billing.reminder_words import check_words, fill, house_words
from helpdesk.audit.services import record
from helpdesk.estates.business_time import is_open
from helpdesk.estates.calendars import calling_calendar, local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Occupancy, Phone, Resident, Unit
from residents.names_shown import full_name

Way = ReminderStep.Way
# (days after the due date, way): docs/domain.md §9; an estate may change its own.
LADDER = [
    (-3, Way.MESSAGE),
    (0, Way.MESSAGE),
    (7, Way.MESSAGE),
    (15, Way.MESSAGE),
    (30, Way.MESSAGE),
    (45, Way.DOOR),
    (60, Way.LETTER),
    (90, Way.LEGAL),
]
BATCH = 200
UNSETTLED = ("open", "part_paid")


@dataclass(frozen=True)
class Rung:
    """A step of the ladder in force; `gap` is how many days lie between it and the one before."""

    level: int
    days: int
    way: str
    until: int | None
    before: int | None
    gap: int

    @property
    def way_label(self) -> str:
        return str(ReminderStep.Way(self.way).label)


def ladder_of(estate: Estate) -> list[Rung]:
    """The estate's rungs in order of days; the house's own ladder where the estate has none."""
    rows = list(ReminderStep.objects.filter(estate=estate).order_by("days"))
    steps = [(step.level, step.days, step.way) for step in rows if step.is_active]
    if not rows:
        steps = [(level, days, way) for level, (days, way) in enumerate(LADDER, start=1)]
    rungs = []
    for at, (level, days, way) in enumerate(steps):
        before = steps[at - 1] if at and steps[at - 1][1] > 0 else None
        until = steps[at + 1][1] if at + 1 < len(steps) else None
        rungs.append(
            Rung(level, days, way, until, before[0] if before else None, days - before[1] if before else 0)
        )
    return rungs


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
    told = 0
    while units := _waiting(estate, day):
        done = one_by_one(units, lambda unit: tell_household(unit, day, at), what="reminding unit")
        told += done
        if not done:
            break
    return told


@transaction.atomic
def find_reminders(estate: Estate, day: date) -> int:
    """Write down which bills reach which rung on `day`; once a day. Returns how many are new."""
    _run, is_new = ReminderRun.objects.get_or_create(estate=estate, day=day)
    if not is_new:
        return 0
    return sum(_climb(estate, rung, day) for rung in ladder_of(estate))


def _climb(estate: Estate, rung: Rung, day: date) -> int:
    """One statement for one rung. Before and at due a rung holds until the next; after it bills climb one at a time."""
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
    sql = f"""
        INSERT INTO billing_reminder (estate_id, unit_id, bill_id, level, day, outstanding, is_dropped, created_at)
        SELECT b.estate_id, b.unit_id, b.id, %s, %s, b.total - b.paid - b.written_off, %s, %s
        FROM billing_bill b
        WHERE b.estate_id = %s AND b.status IN ('open', 'part_paid') AND {" AND ".join(conditions)}
          AND NOT EXISTS (SELECT 1 FROM billing_reminder r WHERE r.bill_id = b.id AND r.level = %s)
          AND NOT EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = b.id AND d.settled_on IS NULL)
          AND NOT EXISTS (
            SELECT 1 FROM billing_deferral f WHERE f.unit_id = b.unit_id AND f.since <= %s AND f.until >= %s)
          AND NOT EXISTS (
            SELECT 1 FROM billing_paymentpromise q
            WHERE q.unit_id = b.unit_id AND q.settled_on IS NULL AND q.promised_for >= %s)
        ON CONFLICT DO NOTHING
    """  # noqa: S608  (the conditions are the fixed texts above)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, [rung.level, day, False, now, estate.pk, *values, rung.level, day, day, day])
        return cursor.rowcount


def _waiting(estate: Estate, day: date) -> list[int]:
    """Units with a reminder nobody was told of, whom nothing has been said today."""
    told = ReminderNotice.objects.filter(unit=OuterRef("unit"), day=day)
    rows = Reminder.objects.filter(estate=estate, notice__isnull=True, is_dropped=False)
    promised = PaymentPromise.objects.filter(unit=OuterRef("unit")).holding(day)  # type: ignore[attr-defined]
    # Whoever is not told today must not stand in the batch, or enough of them would hold back everybody else.
    rows = rows.exclude(Exists(told)).exclude(Exists(_pauses(day))).exclude(Exists(promised))
    return list(rows.order_by("unit_id").values_list("unit_id", flat=True).distinct()[:BATCH])


def _pauses(day: date) -> QuerySet[Any, Any]:
    return Deferral.objects.filter(unit=OuterRef("unit"), since__lte=day, until__gte=day).values("pk")


@transaction.atomic
def tell_household(unit_id: int, day: date, at: datetime) -> bool:
    """One notice about all that a unit is to be reminded of; False when there is nothing left to say, or it was said."""
    found = Reminder.objects.select_for_update().filter(unit=unit_id, notice__isnull=True, is_dropped=False)
    reminders = list(found.order_by("bill__due_on", "bill_id", "level"))
    drop_settled(reminders)
    reminders = [reminder for reminder in reminders if not reminder.is_dropped]
    if not reminders or ReminderNotice.objects.filter(unit=unit_id, day=day).exists():
        return False
    if PaymentPromise.objects.filter(unit=unit_id).holding(day).exists():  # type: ignore[attr-defined]
        return False
    try:
        with transaction.atomic():
            notice = _write_notice(unit_id, reminders, day, at)
    except IntegrityError:  # another worker was quicker
        return False
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in reminders]).update(notice=notice)
    return True


def drop_settled(reminders: list[Reminder]) -> None:
    """Of bills that were paid, reversed or disputed meanwhile nobody is reminded."""
    bills = {reminder.bill_id for reminder in reminders}
    open_disputes = Dispute.objects.filter(bill=OuterRef("pk"), settled_on__isnull=True)
    wanted = set(
        Bill.objects.filter(pk__in=bills, status__in=UNSETTLED)
        .exclude(Exists(open_disputes))
        .values_list("pk", flat=True)
    )
    gone = [reminder for reminder in reminders if reminder.bill_id not in wanted]
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in gone]).update(is_dropped=True)
    for reminder in gone:
        reminder.is_dropped = True


def _write_notice(unit_id: int, reminders: list[Reminder], day: date, at: datetime) -> ReminderNotice:
    unit = Unit.objects.select_related("estate").get(pk=unit_id)
    rungs = {rung.level: rung for rung in ladder_of(unit.estate)}
    # The highest rung sets the tone and the way.
    highest = max(
        reminders, key=lambda reminder: rungs[reminder.level].days if reminder.level in rungs else 0
    )
    rung = rungs.get(highest.level)
    way = rung.way if rung else Way.MESSAGE
    payer = payer_of(unit, day)
    channel, address = reach(payer) if way == Way.MESSAGE else ("print", "")
    language = (payer.language if payer else "") or unit.estate.language
    bills = list(Bill.objects.filter(pk__in={r.bill_id for r in reminders}).order_by("due_on", "id"))
    total = sum((bill.outstanding for bill in bills), Decimal(0))
    subject, body = words_for(
        unit, payer, bills, level=highest.level, days=rung.days if rung else 1, language=language
    )
    notice = ReminderNotice.objects.create(
        estate=unit.estate,
        unit=unit,
        day=day,
        resident=payer,
        level=highest.level,
        way=way,
        channel=channel,
        total=total,
        subject=subject,
        body=body,
        language=language,
        created_at=at,
    )
    if address:
        notice.message = _send(notice, unit, payer, address)
        notice.save(update_fields=["message"])
    record("reminder.sent", notice, filed_under=unit, actor=None, at=at, level=notice.level, way=way)
    return notice


def _send(notice: ReminderNotice, unit: Unit, payer: Resident | None, address: str) -> Message | None:
    return notify(
        full_name(payer) if payer else unit.code,
        "reminder",
        estate=unit.estate,
        dedupe_key=f"reminder:{notice.unit_id}:{notice.day:%Y%m%d}",
        context={"subject": notice.subject, "body": notice.body},
        about=unit,
        channel=notice.channel,
        address=address,
        language=notice.language,
        not_before=notice.created_at,
        once_only=True,
        spares_rest_hours=True,
    )


def words_for(
    unit: Unit, payer: Resident | None, bills: list[Bill], *, level: int, days: int, language: str
) -> tuple[str, str]:
    """Subject and text of a reminder in the payer's language: the estate's own words, or the house's."""
    own = ReminderText.objects.filter(estate=unit.estate, level=level, language=language).first()
    with translation.override(language):
        subject, body = (own.subject, own.body) if own else house_words(days)
        currency = unit.estate.currency
        lines = [
            _("%(period)s (%(number)s), due %(due)s: %(amount)s")
            % {
                "period": bill.period,
                "number": bill.number,
                "due": f"{bill.due_on:%Y-%m-%d}",
                "amount": show_money(bill.outstanding, currency),
            }
            for bill in bills
        ]
        known = {
            "name": full_name(payer) if payer else _("resident"),
            "unit": unit.code,
            "bills": "\n".join(lines),
            "total": show_money(sum((bill.outstanding for bill in bills), Decimal(0)), currency),
            "estate": unit.estate.local_name,
            "telephone": unit.estate.telephone,
        }
        return fill(subject, known), fill(body, known)


def payer_of(unit: Unit, day: date) -> Resident | None:
    """Who is asked to pay: the payer on file, else an owner; nobody else is told what a unit owes."""
    rows = Occupancy.objects.current(day).filter(unit=unit, resident__is_archived=False)  # type: ignore[attr-defined]
    rows = rows.filter(Q(is_payer=True) | Q(relation__in=("owner", "co_owner")))
    found = sorted(
        rows.select_related("resident"),
        key=lambda row: (not row.is_payer, row.relation != "owner", row.pk),
    )
    return found[0].resident if found else None


def reach(resident: Resident | None) -> tuple[str, str]:
    """Channel and address by consent and what is on file; paper for everybody else."""
    if resident is None or not resident.accepts_messages:
        return "print", ""
    if resident.email:
        return "email", resident.email
    phone = Phone.objects.filter(resident=resident, is_working=True).first()
    return ("sms", phone.number) if phone else ("print", "")


@transaction.atomic
def hand_over_notice(
    notice: ReminderNotice, *, actor: User, note: str = "", at: datetime | None = None
) -> ReminderNotice:
    """A notice on paper, a letter or a legal case was done. Refused: invalid_transition when it was done before."""
    done_at = at or timezone.now()
    rows = ReminderNotice.objects.filter(pk=notice.pk, done_at__isnull=True)
    if not rows.exclude(channel__in=("email", "sms")).update(
        done_at=done_at, done_by=actor, done_note=note[:200]
    ):
        raise Refused("invalid_transition", _("This notice was handed over already."))
    notice.refresh_from_db()
    record("reminder.handed_over", notice, filed_under=notice.unit, actor=actor, at=at, note=note[:200])
    return notice


@transaction.atomic
def write_reminder_text(
    estate: Estate, *, actor: User, level: int, language: str, subject: str, body: str
) -> ReminderText:
    """The estate's own words for a rung. Refused: threat_refused, placeholder_unknown, placeholder_broken, text_missing."""
    if not subject.strip() or not body.strip():
        raise Refused("text_missing", _("Subject and text are needed."), field="body")
    check_words(subject)
    check_words(body)
    text, _is_new = ReminderText.objects.update_or_create(
        estate=estate,
        level=level,
        language=language,
        defaults={
            "subject": subject.strip(),
            "body": body.strip(),
            "changed_by": actor,
            "changed_at": timezone.now(),
        },
    )
    record("reminder.text_changed", text, actor=actor, level=level, language=language)
    return text


@transaction.atomic
def set_ladder(estate: Estate, *, actor: User, steps: Iterable[tuple[int, int, str]]) -> list[ReminderStep]:
    """The estate's rungs as (level, days, way). Refused: ladder_twice when two share a day or a level, ladder_order."""
    wanted = sorted(steps, key=lambda step: step[1])
    if len({level for level, _d, _w in wanted}) < len(wanted) or len({d for _l, d, _w in wanted}) < len(
        wanted
    ):
        raise Refused("ladder_twice", _("Two rungs share a day or a level."))
    if [level for level, _d, _w in wanted] != sorted(level for level, _d, _w in wanted):
        raise Refused("ladder_order", _("A later rung has a higher level."))
    ReminderStep.objects.filter(estate=estate).delete()
    rows = ReminderStep.objects.bulk_create(
        ReminderStep(estate=estate, level=level, days=days, way=way) for level, days, way in wanted
    )
    record("reminder.ladder_changed", estate, actor=actor, steps=[list(step) for step in wanted])
    return rows


def withdraw_settled() -> int:
    """Take back what waits in the outbox although all of its bills are settled by now; returns how many."""
    still = Reminder.objects.filter(notice=OuterRef("pk"), bill__status__in=UNSETTLED)
    notices = ReminderNotice.objects.filter(message__status=Message.Status.WAITING).exclude(Exists(still))
    ids = list(notices.values_list("message_id", flat=True))
    waiting = Message.objects.filter(pk__in=ids, status=Message.Status.WAITING)
    return waiting.update(status=Message.Status.CANCELLED)


def pauses_of(unit: Unit, day: date) -> list[str]:
    """Why a unit is not reminded just now, in words; empty when nothing pauses it."""
    reasons = []
    for row in Deferral.objects.filter(unit=unit, since__lte=day, until__gte=day):
        reasons.append(f"{row.get_kind_display()} ({row.until:%Y-%m-%d})")
    for promise in PaymentPromise.objects.filter(unit=unit).holding(day):  # type: ignore[attr-defined]
        reasons.append(_("Promised to pay by %(day)s") % {"day": f"{promise.promised_for:%Y-%m-%d}"})
    disputed = Dispute.objects.filter(bill__unit=unit, settled_on__isnull=True).select_related("bill")
    reasons += [_("Disputed: %(number)s") % {"number": row.bill.number} for row in disputed]
    return reasons


def next_reminder(bill: Bill, day: date) -> tuple[date, Rung] | None:
    """When the next rung of a bill is due and which it is; None when the ladder has ended or the bill is settled."""
    if bill.status not in UNSETTLED:
        return None
    done = dict(Reminder.objects.filter(bill=bill).values_list("level", "day"))
    for rung in ladder_of(bill.estate):
        passed = rung.days <= 0 and rung.until is not None and bill.due_on <= day - timedelta(days=rung.until)
        if rung.level in done or passed:
            continue
        due = bill.due_on + timedelta(days=rung.days)
        if rung.before in done:
            due = max(due, done[rung.before] + timedelta(days=rung.gap))
        return max(due, day), rung
    return None
