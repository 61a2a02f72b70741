"""Whom to ring next: one person at a time, for a clerk with a telephone in the hand (docs/domain.md §5)."""

from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from helpdesk.estates.business_time import is_open
from helpdesk.estates.calendars import calling_calendar
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import FollowUp


def waiting_for(user: User, estate: Estate, at: datetime) -> QuerySet[FollowUp]:
    """Everybody whom this clerk may ring now, in order."""
    rows = FollowUp.objects.visible_to(user).filter(estate=estate)  # type: ignore[attr-defined]
    rows = rows.filter(status=FollowUp.Status.SCHEDULED, scheduled_at__lte=at)
    if not is_open(calling_calendar(estate), at):
        rows = rows.filter(wished_at__isnull=False)
    # NULL is nobody, and nobody is not this clerk.
    for did_it in ("ticket__handler", "slip__signed_by", "slip__done_by", "contact__called_back_by"):
        rows = rows.filter(Q(**{f"{did_it}__isnull": True}) | ~Q(**{did_it: user}) | Q(assignee=user))
    own = Case(When(assignee=user, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(own=own).order_by("own", "due_at", "id")
