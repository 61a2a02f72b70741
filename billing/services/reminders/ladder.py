"""An estate's ladder, and where a bill stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from billing.models import Bill, Deferral, Dispute, PaymentPromise, Reminder, ReminderStep, ReminderText
from billing.paid_ahead import covered_bills
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Unit

Way = ReminderStep.Way
UNSETTLED = ("open", "part_paid")
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


@dataclass(frozen=True)
class Rung:
    """A step of the ladder in force; `gap` is how many days lie between it and the one before.

    `level` is its name for ever, whatever stands before it: reminders and words hang on it. `later` are those above it.
    """

    level: int
    days: int
    way: str
    until: int | None
    before: int | None
    gap: int
    later: tuple[int, ...] = ()

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
        gap = days - before[1] if before else 0
        later = tuple(step[0] for step in steps[at + 1 :])
        rungs.append(Rung(level, days, way, until, before[0] if before else None, gap, later))
    return rungs


@transaction.atomic
def set_ladder(
    estate: Estate, *, actor: User, steps: Iterable[tuple[int | None, int, str]]
) -> list[ReminderStep]:
    """The estate's rungs as (level, days, way); a new one, without a level, takes one that was never used.

    A rung that stays keeps its level, so nobody is reminded of it twice and its words stay with it. Refused:
    ladder_twice when two share a day or a level.
    """
    fresh = count(1 + _highest_level(estate))
    wanted = sorted(
        ((next(fresh) if level is None else level, days, way) for level, days, way in steps),
        key=lambda step: step[1],
    )
    for at in (0, 1):
        if len({step[at] for step in wanted}) < len(wanted):
            raise Refused("ladder_twice", _("Two rungs share a day or a level."))
    ReminderStep.objects.filter(estate=estate).delete()
    rows = ReminderStep.objects.bulk_create(
        ReminderStep(estate=estate, level=level, days=days, way=way) for level, days, way in wanted
    )
    record("reminder.ladder_changed", estate, actor=actor, steps=[list(step) for step in wanted])
    return rows


def _highest_level(estate: Estate) -> int:
    """The highest that any rung of the estate has, or had when somebody was reminded or words were written."""
    used = [
        rows.filter(estate=estate).aggregate(top=Max("level"))["top"] or 0
        for rows in (ReminderStep.objects, Reminder.objects, ReminderText.objects)
    ]
    return max(*used, len(LADDER))


def pauses_of(unit: Unit, day: date) -> list[str]:
    """Why a unit is not reminded just now, in words; empty when nothing pauses it."""
    reasons = []
    for row in Deferral.objects.filter(unit=unit, since__lte=day, until__gte=day):
        reasons.append(f"{row.get_kind_display()} ({row.until:%Y-%m-%d})")
    for promise in PaymentPromise.objects.filter(unit=unit).holding(day):  # type: ignore[attr-defined]
        reasons.append(_("Promised to pay by %(day)s") % {"day": f"{promise.promised_for:%Y-%m-%d}"})
    disputed = Dispute.objects.filter(bill__unit=unit, settled_on__isnull=True).select_related("bill")
    reasons += [_("Disputed: %(number)s") % {"number": row.bill.number} for row in disputed]
    for number in covered_bills([unit.pk]).values():
        reasons.append(_("Covered by the credit: %(number)s") % {"number": number})
    return reasons


def next_reminder(bill: Bill, day: date) -> tuple[date, Rung] | None:
    """When the next rung of a bill is due and which it is; None when the ladder has ended or the bill is settled."""
    if bill.status not in UNSETTLED:
        return None
    done = dict(Reminder.objects.filter(bill=bill).values_list("level", "day"))
    for rung in ladder_of(bill.estate):
        passed = rung.days <= 0 and rung.until is not None and bill.due_on <= day - timedelta(days=rung.until)
        if passed or not done.keys().isdisjoint({rung.level, *rung.later}):
            continue
        due = bill.due_on + timedelta(days=rung.days)
        if rung.before in done:
            due = max(due, done[rung.before] + timedelta(days=rung.gap))
        return max(due, day), rung
    return None
