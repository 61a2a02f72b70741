"""What happens to handovers without anybody: they write themselves, and go up when nobody signs (docs/domain.md §10)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from helpdesk.audit.services import record
from helpdesk.estates.models import Duty, Shift
from helpdesk.lib.one_by_one import one_by_one
from tickets.models import Handover
from tickets.services.handover_shifts import span_of, tell_about
from tickets.services.handovers import draft_handover
from tickets.services.telling import desk_supervisors, managers, on_the_clock

BEFORE_THE_END = timedelta(minutes=30)
UNSIGNED_AFTER = timedelta(minutes=30)
SUPERVISOR, MANAGER = 1, 2


def draft_due_handovers(at: datetime | None = None) -> int:
    """Write the handovers of shifts that end within half an hour and for which the duty list names somebody."""
    at = at or timezone.now()
    days = [timezone.localdate(at) + timedelta(days=n) for n in (-1, 0, 1)]
    manned = Duty.objects.filter(
        day__in=days, shift__department__kind="front_desk", shift__estate__is_active=True
    )
    found = {(duty.shift, duty.day) for duty in manned.select_related("shift__estate", "shift__department")}
    written = set(Handover.objects.filter(day__in=days).values_list("shift_id", "day"))
    due = [
        (shift, day) for shift, day in found if (shift.pk, day) not in written and _is_ending(shift, day, at)
    ]
    return one_by_one(due, lambda row: _draft_by_itself(*row, at), what="drafting a handover")


def _is_ending(shift: Shift, day: date, at: datetime) -> bool:
    ends = span_of(shift, day)[1]
    return ends - BEFORE_THE_END <= at <= ends + timedelta(days=1)


def _draft_by_itself(shift: Shift, day: date, at: datetime) -> bool:
    if Handover.objects.filter(shift=shift, day=day).exists():
        return False
    with translation.override(shift.estate.language):
        draft_handover(shift=shift, day=day, actor=None, at=at)
    return True


def escalate_unsigned(at: datetime | None = None) -> int:
    """Tell the desk's supervisor of a handover not signed half an hour after the shift, the manager of one an hour after."""
    at = at or timezone.now()
    rows = Handover.objects.unsigned(at - UNSIGNED_AFTER).filter(escalation__lt=MANAGER)  # type: ignore[attr-defined]
    return one_by_one(
        list(rows.select_related("estate")), lambda h: _escalate(h, at), what="escalating a handover"
    )


@transaction.atomic
def _escalate(handover: Handover, at: datetime) -> bool:
    level = MANAGER if at >= handover.ends_at + 2 * UNSIGNED_AFTER else SUPERVISOR
    before = handover.escalation
    still = Handover.objects.filter(pk=handover.pk, escalation=before, escalation__lt=level)
    if not still.exclude(status=Handover.Status.TAKEN).update(escalation=level):
        return False
    first = desk_supervisors(handover.estate) or managers(handover.estate)
    people = (first if before < SUPERVISOR else []) + (managers(handover.estate) if level == MANAGER else [])
    record("handover.unsigned", handover, actor=None, at=at, level=level)
    tell_about(
        handover,
        people,
        "handover_unsigned",
        f"unsigned:{level}",
        ended=on_the_clock(handover.estate, handover.ends_at),
        given=bool(handover.given_at),
    )
    return True
