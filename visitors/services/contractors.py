"""A contractor's pass 临时出入证: in and out each day until a day; after it, it opens nothing (docs/domain.md §6)."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.sealed import clear
from helpdesk.staff.models import User
from visitors.models import Visit

LONGEST = timedelta(days=92)
# What the next time has in common with this one.
SAME = (
    *("estate", "kind", "name_hash", "phone_hash", "purpose", "unit", "host", "department", "party_size"),
    *("plate", "comes_until"),
)


def check_last_day(estate: Estate, last_day: date | None, expected_at: datetime | None, at: datetime) -> None:
    """Refused ends_in_the_past (before the first day), ends_too_late (three months at most)."""
    if last_day is None:
        return
    first = local(estate, expected_at or at).date()
    if last_day < first:
        raise Refused("ends_in_the_past", _("It ends before it begins."), field="comes_until")
    if last_day > first + LONGEST:
        says = _("Three months at most; then look at it anew.")
        raise Refused("ends_too_late", says, field="comes_until")


def has_run_out(visit: Visit, at: datetime) -> bool:
    """Whether it was a contractor's pass whose last day is over."""
    return visit.comes_until is not None and visit.comes_until < local(visit.estate, at).date()


def end_of_day(estate: Estate, at: datetime) -> datetime:
    """A contractor may stay until the day is over; whoever is inside then stays too long."""
    return local(estate, at).replace(hour=23, minute=59, second=59, microsecond=0)


def come_again(visit: Visit, *, actor: User, at: datetime) -> Visit | None:
    """The next time of a contractor who went out, under the same code; None for other visitors and after the last day."""
    if visit.comes_until is None or has_run_out(visit, at):
        return None
    code = visit.code
    # A code opens one visit: the paper in the contractor's hand now means the next one.
    Visit.objects.filter(pk=visit.pk).update(code=None)
    again = Visit(
        **{name: getattr(visit, name) for name in SAME},
        number=next_number(visit.estate, "V", at),
        visitor_name=clear(visit.visitor_name),
        visitor_phone=clear(visit.visitor_phone),
        code=code,
        confirmed_at=at,
        created_at=at,
        created_by=actor,
    )
    again.save(force_insert=True)
    record("visit.comes_again", again, actor=actor, at=at, before=visit.number)
    return again
