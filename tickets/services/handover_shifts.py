"""The shifts that hand over to one another, and telling people of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Duty, Shift
from helpdesk.staff.models import User
from tickets.models import Handover
from tickets.services.telling import tell_staff


def span_of(shift: Shift, day: date) -> tuple[datetime, datetime]:
    """From when to when `shift` of `day` runs, on the estate's clock; overnight it ends on the next day."""
    zone = local(shift.estate, timezone.now()).tzinfo
    ends_on = day + timedelta(days=1) if shift.ends <= shift.starts else day
    return datetime.combine(day, shift.starts, zone), datetime.combine(ends_on, shift.ends, zone)


def is_last_of_the_day(shift: Shift) -> bool:
    """Whether no other shift of the department begins later: that one carries the closing list."""
    return not Shift.objects.filter(department=shift.department, starts__gt=shift.starts).exists()


def next_shift(handover: Handover, giver: User) -> list[User]:
    """Those whom the duty list names for the department's next shift."""
    department = handover.shift.department
    duties = Duty.objects.filter(
        shift__department=department, day__in=[handover.day, handover.day + timedelta(days=1)]
    ).select_related("shift__estate", "person")
    coming = sorted(
        (
            (span_of(duty.shift, duty.day)[0], duty.person)
            for duty in duties
            if duty.shift_id != handover.shift_id
        ),
        key=lambda row: row[0],
    )
    later = [row for row in coming if row[0] >= handover.ends_at - timedelta(hours=1)]
    return [p for starts, p in later if starts == later[0][0] and p.is_active and p.pk != giver.pk]


def tell_about(
    handover: Handover, people: Iterable[User | None], template: str, key: str, **context: Any
) -> None:
    """One message to each of them about the handover, once under `key`."""
    tell_staff(
        [p for p in people if p is not None],
        template,
        about=handover,
        key=f"handover:{handover.pk}:{key}",
        link=reverse("handover_detail", args=[handover.pk]),
        shift=f"{handover.shift_name}, {handover.day:%Y-%m-%d}",
        **context,
    )
