"""Handovers and day's logs of the last days, told through the services."""

from datetime import datetime, timedelta

from django.utils import timezone

from helpdesk.estates.models import Duty, Estate
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import staff_with_role
from tickets.services import day_logs, handovers
from tickets.services.handover_shifts import span_of

DAYS = 6
ENTRIES = [
    "电梯维保单位到场做月度检查。",
    "消防通道堆放杂物已清理，物业巡查拍照留存。",
    "街道办来人检查垃圾分类，无问题。",
]


def tell_shifts(estate: Estate, *, now: datetime) -> None:
    """Each manned shift of the last days handed over; yesterday's log is left for the manager to sign."""
    today = timezone.localdate(now)
    duties = Duty.objects.filter(
        shift__estate=estate, day__gte=today - timedelta(days=DAYS), day__lte=today, person__is_active=True
    ).select_related("shift__estate", "shift__department", "person")
    rows = {(duty.shift_id, duty.day): duty for duty in duties}
    spans = sorted((span_of(duty.shift, duty.day)[1], duty.pk, duty) for duty in rows.values())
    over = [(ends, duty) for ends, _pk, duty in spans if ends < now]
    clerks = staff_with_role(estate.pk, Role.CLERK)
    for n, (ends, duty) in enumerate(over):
        taker = next((clerk for clerk in clerks if clerk.pk != duty.person_id), None)
        _hand_over(duty, taker, ends, is_latest=n == len(over) - 1)
    manager = next(iter(staff_with_role(estate.pk, Role.MANAGER)), None)
    for back in range(DAYS, 1, -1):
        at = now - timedelta(days=back)
        day_logs.add_entry(estate=estate, actor=clerks[0], text=ENTRIES[back % len(ENTRIES)], at=at)
        if manager is not None and back > 2:
            at_next = at + timedelta(days=1)
            day_logs.sign_log(estate=estate, day=timezone.localdate(at), actor=manager, at=at_next)


def _hand_over(duty: Duty, taker: User | None, ends: datetime, *, is_latest: bool) -> None:
    """Some leave a line, some say none; the latest still waits for whoever comes."""
    giver = duty.person
    handover = handovers.draft_handover(shift=duty.shift, day=duty.day, actor=giver, at=ends)
    if duty.day.toordinal() % 3:
        line = {"what": "地库 B2 照明等电工复查", "who": "工程部", "next_step": "接班后电话跟进"}
        handovers.add_line(handover, actor=giver, due_at=ends + timedelta(hours=2), at=ends, **line)
    handover = handovers.give_handover(
        handover,
        actor=giver,
        none_said=not handover.lines.exists(),
        closing=[{"label": label, "done": True} for label in handovers.closing_labels(duty.shift.estate)],
        at=ends,
    )
    if taker is not None and not is_latest:
        handovers.take_handover(handover, actor=taker, at=ends + timedelta(minutes=10))
