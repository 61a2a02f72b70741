"""The day's log: entries by hand, tasks that come of them, and the one signature of a day (docs/domain.md §10)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import role_in
from tickets.day_log import day_figures, day_lines
from tickets.models import Contact, LogEntry, SignedLog, Slip
from tickets.services.contacts import take_contact
from tickets.services.slips import issue_slip
from tickets.services.tickets import take_ticket


@transaction.atomic
def add_entry(
    *, estate: Estate, actor: User, text: str, form_token: str | None = None, at: datetime | None = None
) -> LogEntry:
    """An entry in today's log, or in the next day's that is not signed yet; the same form again gives the first.

    Refused text_missing.
    """
    at = at or timezone.now()
    if not text.strip():
        raise Refused("text_missing", _("Write what happened."), field="text")
    if form_token and (found := LogEntry.objects.filter(form_token=form_token, estate=estate).first()):
        return found
    entry = LogEntry.objects.create(
        estate=estate,
        day=_open_day(estate, at),
        text=text.strip(),
        written_by=actor,
        written_at=at,
        form_token=form_token or None,
    )
    record("day_log.written", entry, actor=actor, at=at, day=entry.day)
    return entry


def _open_day(estate: Estate, at: datetime) -> date:
    """Today on the estate's clock, or the first day after it whose log nobody has signed."""
    # Whoever signs holds the same row: no entry slips into a day while it is being signed.
    Estate.objects.select_for_update().get(pk=estate.pk)
    day = local(estate, at).date()
    signed = set(SignedLog.objects.filter(estate=estate, day__gte=day).values_list("day", flat=True))
    while day in signed:
        day += timedelta(days=1)
    return day


@transaction.atomic
def sign_log(
    *, estate: Estate, day: date, actor: User, remark: str = "", at: datetime | None = None
) -> SignedLog:
    """A day's log as it is now, read and signed; what comes later stands in the next day's.

    Refused not_yours (neither a manager nor the front desk's supervisor), day_not_begun, already_signed.
    """
    at = at or timezone.now()
    if not may_sign(actor, estate):
        raise Refused("not_yours", _("A manager or the front desk's supervisor signs the day's log."))
    if day > local(estate, at).date():
        raise Refused("day_not_begun", _("That day has not begun."))
    Estate.objects.select_for_update().get(pk=estate.pk)
    lines = [line.kept() for line in day_lines(estate, day)]
    try:
        with transaction.atomic():
            log = SignedLog.objects.create(
                estate=estate,
                day=day,
                lines=lines,
                figures=day_figures(estate, day),
                remark=remark.strip(),
                signed_by=actor,
                signed_at=at,
            )
    except IntegrityError as error:
        raise Refused("already_signed", _("This day's log has been signed.")) from error
    record("day_log.signed", log, actor=actor, at=at, day=day, lines=len(lines))
    return log


def may_sign(user: User, estate: Estate) -> bool:
    """A manager of the estate, or the supervisor of its front desk."""
    membership = role_in(user, estate.pk)
    if membership is None:
        return False
    if membership.role == Role.MANAGER:
        return True
    department = membership.department
    at_the_desk = department is not None and department.kind == Department.Kind.FRONT_DESK
    return membership.role == Role.SUPERVISOR and at_the_desk


@transaction.atomic
def make_task(
    entry: LogEntry,
    *,
    actor: User,
    kind: str,
    department: Department | None = None,
    slip_kind: str = "",
    addressee: User | None = None,
    at: datetime | None = None,
) -> LogEntry:
    """A ticket, a slip or a message comes of an entry, and the link stays. Refused already_a_task."""
    at = at or timezone.now()
    entry = LogEntry.objects.select_for_update(of=("self",)).select_related("estate").get(pk=entry.pk)
    if entry.is_task:
        raise Refused("already_a_task", _("A task has come of this entry already."))
    said: dict[str, Any] = {"estate": entry.estate, "actor": actor, "at": at}
    if kind == "ticket":
        entry.ticket = take_ticket(channel="counter", description=entry.text, **said)
    elif kind == "slip" and department is not None:
        wanted = slip_kind or Slip.Kind.COORDINATION
        entry.slip = issue_slip(department=department, instructions=entry.text, kind=wanted, **said)
    else:
        entry.message = take_contact(
            kind=Contact.Kind.MESSAGE, summary=entry.text, addressee=addressee, name=str(actor), **said
        )
    entry.save(update_fields=["ticket", "slip", "message"])
    record("day_log.task", entry, actor=actor, at=at, kind=kind)
    return entry


def unsigned_days(estate: Estate, today: date, *, back: int = 31) -> list[date]:
    """Days before `today` with something in their log that nobody has signed, the oldest first; `back` days at most."""
    first = today - timedelta(days=back)
    signed = set(SignedLog.objects.filter(estate=estate, day__gte=first).values_list("day", flat=True))
    return [day for day in _days_with_work(estate, first, today) if day not in signed]


def _days_with_work(estate: Estate, first: date, today: date) -> Iterable[date]:
    zone = local(estate, timezone.now()).tzinfo
    rows = Contact.objects.filter(
        estate=estate,
        created_at__gte=datetime.combine(first, datetime.min.time(), zone),
        created_at__lt=datetime.combine(today, datetime.min.time(), zone),
    )
    days = set(rows.order_by().values_list("created_at__date", flat=True).distinct())
    entries = LogEntry.objects.filter(estate=estate, day__gte=first, day__lt=today)
    return sorted(days | set(entries.order_by().values_list("day", flat=True).distinct()))
