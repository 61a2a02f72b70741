"""Door-to-door collection, promises to pay and deferrals: nobody promises for the company (docs/domain.md §9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import (
    Bill,
    CollectionVisit,
    Deferral,
    Dispute,
    Payment,
    PaymentPromise,
)
from billing.selectors import arrears_of
from billing.services.disputes import open_dispute
from billing.services.ledger import made_before, sent_before
from billing.services.route import doors_to_knock_at
from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Unit

LONGEST_PROMISE = timedelta(days=60)
LONGEST_DEFERRAL = timedelta(days=366)
COMPLAINT_PAUSE = timedelta(days=30)
Outcome = PaymentPromise.Outcome
Met = CollectionVisit.Met
Reason = CollectionVisit.Reason
Way = CollectionVisit.Way


@dataclass(frozen=True)
class Promised:
    """What somebody at the door promised: who, by when, how much (None: all of it)."""

    who: str
    day: date
    amount: Decimal | None = None


@transaction.atomic
def record_visit(
    unit: Unit,
    *,
    actor: User,
    met: str,
    said: str = "",
    reason: str = "",
    passed_to: str = "",
    left_notice: bool = False,
    promise: Promised | None = None,
    doubted: Sequence[Bill] = (),
    files: Iterable[Inspected] = (),
    form_token: str | None = None,
    way: str = Way.DOOR,
    at: datetime | None = None,
) -> CollectionVisit:
    """What happened at the door, or on the telephone; a repeat of `form_token` gives the same visit.

    An open complaint pauses the reminders, whatever was promised besides; a doubt those of the bills that are named, of
    all where none is. Refused: reason_missing, nobody_said_why, nobody_promises, promise_in_past, promise_too_late,
    amount_not_positive, not_at_the_door, not_doubted, other_unit, bill_reversed, form_already_sent.
    """
    at = at or timezone.now()
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # the same form twice at once is one visit
    passed_to = passed_to.strip()[:80]
    same = {
        "unit_id": unit.pk, "way": way, "met": met, "reason": reason, "said": said.strip(), "passed_to": passed_to,
        "left_notice": left_notice,
    }  # fmt: skip
    if known := made_before(CollectionVisit, unit.estate, form_token, **same):
        _require_same(known, promise, doubted)
        return known
    day = local(unit.estate, at).date()
    _guard_visit(met, reason, promise, day)
    _guard_doubt(unit, reason, doubted)
    if way == Way.PHONE and left_notice:
        raise Refused("not_at_the_door", _("No notice is left by telephone."), field="left_notice")
    owed = arrears_of(unit, at=at)
    visit = CollectionVisit.objects.create(
        estate=unit.estate,
        unit=unit,
        at=at,
        by=actor,
        way=way,
        met=met,
        said=said.strip(),
        reason=reason,
        passed_to=passed_to,
        left_notice=left_notice,
        owed=owed.amount,
        owed_since=owed.since,
        form_token=form_token or None,
    )
    attach(visit, files, actor=actor, estate=unit.estate, purpose="notice", at=at)
    if met != Met.NOBODY and way == Way.DOOR:
        doors_to_knock_at().filter(unit=unit).update(done_at=at, done_by=actor)
    record("collection.visited", visit, filed_under=unit, actor=actor, at=at, met=met, reason=reason, way=way)
    if promise is not None:
        promise_payment(unit, actor=actor, promised=promise, visit=visit, at=at)
    if reason in (Reason.COMPLAINT, Reason.BILL):
        why = said.strip()[:300] or str(Reason(reason).label)
        _pause(unit, doubted, actor=actor, why=why, at=at)
    return visit


def _require_same(visit: CollectionVisit, promise: Promised | None, doubted: Sequence[Bill]) -> None:
    """Refused form_already_sent unless this was promised there, and these bills doubted."""
    kept = visit.promises.values_list("promised_for", "amount").first()
    wanted = (promise.day, promise.amount) if promise else None
    known = set(Dispute.objects.filter(bill__in=doubted).values_list("bill", flat=True))
    if kept != wanted or len(known) < len(set(doubted)):
        raise sent_before()


def _pause(unit: Unit, doubted: Sequence[Bill], *, actor: User, why: str, at: datetime) -> None:
    """The bills that are doubted are disputed, which holds back nothing else; without any the household waits."""
    if not doubted:
        pause_for_complaint(unit, actor=actor, reason=why, at=at)
    open_ones = Dispute.objects.filter(bill__in=doubted, settled_on__isnull=True).values_list(
        "bill", flat=True
    )
    known = set(open_ones)
    for bill in doubted:
        if bill.pk not in known:
            open_dispute(bill, actor=actor, reason=why, at=at)


def _guard_doubt(unit: Unit, reason: str, doubted: Sequence[Bill]) -> None:
    if doubted and reason != Reason.BILL:
        message = _("Bills are named only where somebody doubts them.")
        raise Refused("not_doubted", message, field="doubted")
    if any(bill.unit_id != unit.pk for bill in doubted):
        raise Refused("other_unit", _("This bill belongs to another unit."), field="doubted")


@transaction.atomic
def add_notice_photos(
    visit: CollectionVisit, files: Iterable[Inspected], *, actor: User, at: datetime | None = None
) -> list[Attachment]:
    """Photos of the notice that was left, sent after the visit was written down."""
    kept = attach(visit, files, actor=actor, estate=visit.estate, purpose="notice", at=at)
    record("collection.photos_added", visit, filed_under=visit.unit, actor=actor, at=at, photos=len(kept))
    return kept


def _guard_visit(met: str, reason: str, promise: Promised | None, day: date) -> None:
    if met != Met.NOBODY and not reason:
        raise Refused("reason_missing", _("Why do they not pay? Choose what comes nearest."), field="reason")
    if met == Met.NOBODY and reason:
        raise Refused("nobody_said_why", _("Nobody was met, so nobody said why."), field="reason")
    if promise is None:
        return
    if met == Met.NOBODY:
        raise Refused("nobody_promises", _("Nobody was met, so nobody promised."), field="promised_for")
    if promise.day < day:
        raise Refused("promise_in_past", _("That day has passed."), field="promised_for")
    if promise.day > day + LONGEST_PROMISE:
        raise Refused(
            "promise_too_late",
            _("A promise reaches 60 days at most; beyond that a manager decides on a deferral."),
            field="promised_for",
        )
    if promise.amount is not None and promise.amount <= 0:
        raise Refused("amount_not_positive", _("The amount must be above nothing."), field="promised_amount")


@transaction.atomic
def promise_payment(
    unit: Unit,
    *,
    actor: User,
    promised: Promised,
    visit: CollectionVisit | None = None,
    at: datetime | None = None,
) -> PaymentPromise:
    """Keep a promise to pay: reminders wait for its day. A newer one takes the place of an open one."""
    at = at or timezone.now()
    day = local(unit.estate, at).date()
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    earlier = PaymentPromise.objects.filter(unit=unit, settled_on__isnull=True).first()
    if earlier is not None:
        PaymentPromise.objects.filter(pk=earlier.pk).update(settled_on=day, outcome=Outcome.REPLACED)
        record("promise.replaced", earlier, filed_under=unit, actor=actor, at=at, day=promised.day)
    promise = PaymentPromise.objects.create(
        estate=unit.estate,
        unit=unit,
        visit=visit,
        promised_by=promised.who.strip()[:80] or _("not named"),
        promised_for=promised.day,
        amount=promised.amount,
        made_on=day,
        taken_by=actor,
        created_at=at,
    )
    record("promise.made", promise, filed_under=unit, actor=actor, at=at, day=promised.day)
    return promise


def settle_promises(at: datetime) -> int:
    """Promises whose day has passed, or whose debt is paid: kept, or back on the list with whoever took them told."""
    estates = Estate.objects.filter(is_active=True)
    return one_by_one(estates, lambda estate: _settle_estate(estate, at), what="promises of")


def _settle_estate(estate: Estate, at: datetime) -> int:
    day = local(estate, at).date()
    rows = PaymentPromise.objects.filter(estate=estate, settled_on__isnull=True)
    rows = rows.select_related("unit__estate", "taken_by")
    return sum(_settle(promise, day, at) for promise in rows)


@transaction.atomic
def _settle(promise: PaymentPromise, day: date, at: datetime) -> bool:
    kept = _is_kept(promise, day)
    if not kept and promise.promised_for >= day:
        return False
    outcome = Outcome.KEPT if kept else Outcome.BROKEN
    open_still = PaymentPromise.objects.filter(pk=promise.pk, settled_on__isnull=True)
    if not open_still.update(settled_on=day, outcome=outcome):
        return False
    record(f"promise.{outcome}", promise, filed_under=promise.unit, actor=None, at=at)
    if not kept and promise.taken_by is not None:
        notify(
            promise.taken_by,
            "promise_broken",
            estate=promise.unit.estate,
            dedupe_key=f"promise:{promise.pk}:broken",
            context={"unit": promise.unit.code, "day": f"{promise.promised_for:%Y-%m-%d}"},
            about=promise.unit,
        )
    return True


def _is_kept(promise: PaymentPromise, day: date) -> bool:
    """No bill is late any more (a late fee breaks no promise), or the promised sum came in since.

    What was paid on the same day before the promise was made is not what was promised.
    """
    if not Bill.objects.overdue(day).filter(unit=promise.unit).exists():
        return True
    if promise.amount is None:
        return False
    came = Payment.objects.filter(
        unit=promise.unit,
        received_on__gte=promise.made_on,
        created_at__gte=promise.created_at,
        reverses__isnull=True,
        reversal__isnull=True,
    ).aggregate(total=Sum("amount"))["total"]
    return (came or Decimal(0)) >= promise.amount


@transaction.atomic
def grant_deferral(
    unit: Unit,
    *,
    actor: User,
    until: date,
    reason: str,
    since: date | None = None,
    at: datetime | None = None,
) -> Deferral:
    """A hardship deferral: no reminders until a day. The same once more is the same one: ended once, it has ended.

    Refused: reason_required, deferral_in_past, deferral_too_long.
    """
    at = at or timezone.now()
    today = local(unit.estate, at).date()
    since = since or today
    if not reason.strip():
        raise Refused("reason_required", _("A reason is needed."), field="reason")
    if until < max(since, today):
        raise Refused("deferral_in_past", _("That day has passed."), field="until")
    if until > since + LONGEST_DEFERRAL:
        raise Refused("deferral_too_long", _("A deferral reaches a year at most."), field="until")
    reason = reason.strip()
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # the same form twice at once is one deferral
    same = {"unit": unit, "kind": Deferral.Kind.HARDSHIP, "since": since, "until": until, "reason": reason}
    known = Deferral.objects.filter(**same).first()
    return known or _defer(unit, Deferral.Kind.HARDSHIP, since, until, reason, actor, at)


@transaction.atomic
def pause_for_complaint(
    unit: Unit, *, actor: User | None, reason: str, at: datetime | None = None
) -> Deferral:
    """Reminders wait 30 days, or until the complaint is closed (`end_complaint_pause`); a pause as long stays the only one."""
    at = at or timezone.now()
    day = local(unit.estate, at).date()
    until = day + COMPLAINT_PAUSE
    running = Deferral.objects.filter(
        unit=unit, kind=Deferral.Kind.COMPLAINT, since__lte=day, until__gte=until
    )
    return running.first() or _defer(unit, Deferral.Kind.COMPLAINT, day, until, reason[:300], actor, at)


@transaction.atomic
def end_complaint_pause(unit: Unit, *, actor: User | None, at: datetime | None = None) -> int:
    """The complaint is closed: reminders go on from tomorrow. Returns how many pauses ended."""
    at = at or timezone.now()
    day = local(unit.estate, at).date()
    rows = Deferral.objects.filter(unit=unit, kind=Deferral.Kind.COMPLAINT, until__gt=day, since__lte=day)
    ended = rows.update(until=day)
    if ended:
        record("deferral.ended", unit, actor=actor, at=at)
    return ended


@transaction.atomic
def end_deferral(deferral: Deferral, *, actor: User, at: datetime | None = None) -> Deferral:
    """A pause ends before its day: reminders go on from tomorrow. Refused: invalid_transition when it is over."""
    at = at or timezone.now()
    day = local(deferral.estate, at).date()
    last = max(day, deferral.since)  # one that has not begun pauses its first day alone
    if not Deferral.objects.filter(pk=deferral.pk, until__gt=last).update(until=last):
        raise Refused("invalid_transition", _("This pause is over already."))
    deferral.refresh_from_db()
    record("deferral.ended", deferral, filed_under=deferral.unit, actor=actor, at=at, until=last)
    return deferral


def _defer(
    unit: Unit, kind: str, since: date, until: date, reason: str, actor: User | None, at: datetime
) -> Deferral:
    deferral = Deferral.objects.create(
        estate=unit.estate, unit=unit, kind=kind, since=since, until=until, reason=reason, approved_by=actor
    )
    record("deferral.granted", deferral, filed_under=unit, actor=actor, at=at, kind=kind, until=until)
    return deferral
