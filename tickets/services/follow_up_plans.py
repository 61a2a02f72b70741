"""When a follow-up visit is made, and by whom (docs/domain.md §5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.business_time import Calendar, NeverOpens, next_allowed_before, open_windows_on
from helpdesk.estates.calendars import calling_calendar
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.crypto import keyed_hash
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import staff_with_role
from tickets.models import ComplaintClass, Contact, FollowUp, Priority, Slip, Step, Ticket
from tickets.services.steps import open_again

# "The first allowed hour after" is a whole hour.
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """Due by the rule, planned for an allowed hour, and until when it counts as on time."""

    due_at: datetime
    scheduled_at: datetime
    on_time_until: datetime


def plan_visit(calendar: Calendar, resolved_at: datetime, *, due_at: datetime, delay: timedelta) -> Plan:
    """The first allowed hour after the delay; else the last allowed one before it is due; else the first one after.

    A plan before the visit is due goes before the delay. Without any allowed hour in 400 days it is planned for when
    it is due: it then stands on the list, late, rather than nowhere.
    """
    earliest = min(resolved_at + delay, due_at)
    try:
        moment, in_time = next_allowed_before(calendar, earliest, due_at)
        if in_time:
            return Plan(due_at, moment, due_at)
        before = last_opening(calendar, resolved_at, due_at)
    except NeverOpens:
        return Plan(due_at, due_at, due_at)
    if before is not None:
        return Plan(due_at, before, due_at)
    return Plan(due_at, moment, moment + HOUR)


def last_opening(calendar: Calendar, since: datetime, until: datetime) -> datetime | None:
    """When the last window opens that allows anything between two moments; `since` itself if it is open then."""
    day = until.astimezone(calendar.zone).date()
    first = since.astimezone(calendar.zone).date() - timedelta(days=1)
    while day >= first:
        for start, end in reversed(open_windows_on(calendar, day)):
            if start <= until and since < end:
                return max(start, since.astimezone(UTC))
        day -= timedelta(days=1)
    return None


def days_later(estate: Estate, at: datetime, days: int) -> datetime:
    """The same time of day so many calendar days later on the estate's clock."""
    local = at.astimezone(ZoneInfo(estate.time_zone))
    return (local + timedelta(days=days)).astimezone(UTC)


Asked = Ticket | Slip | Contact


def schedule_follow_up(about: Asked, *, at: datetime) -> FollowUp | None:
    """Plan the visit for what was settled at `at`.

    None for a declined ticket, where one is planned already, where somebody marked the step as not needed, and for a
    small repair that the sample leaves out: then a cancelled visit says so.
    """
    ticket = about if isinstance(about, Ticket) else None
    if ticket is not None and (ticket.status == Ticket.Status.DECLINED or is_not_needed(ticket)):
        return None
    hangs_on = _hangs_on(about)
    rounds = FollowUp.objects.filter(**hangs_on)
    if rounds.filter(status=FollowUp.Status.SCHEDULED).exists():
        return None
    estate = about.estate
    plan = plan_visit(
        calling_calendar(estate),
        at,
        due_at=days_later(estate, at, estate.follow_up_days),
        delay=timedelta(hours=estate.follow_up_delay_hours),
    )
    visit = FollowUp(
        estate=estate,
        **hangs_on,
        round=rounds.count() + 1,
        due_at=plan.due_at,
        scheduled_at=plan.scheduled_at,
        on_time_until=plan.on_time_until,
        created_at=at,
    )
    if ticket is not None and not _is_drawn(ticket):
        _leave_out(visit, ticket, at)
        return None
    visit.assignee = pick_assignee(about)
    visit.save()
    if ticket is not None:
        open_again(ticket, "follow_up")
    record("follow_up.scheduled", visit, actor=None, filed_under=about, at=at, planned=plan.scheduled_at)
    return visit


def is_not_needed(ticket: Ticket) -> bool:
    """Whether somebody said, with a reason, that there is nobody to ask."""
    return Step.objects.filter(ticket=ticket, key="follow_up", not_needed=True).exists()


def _hangs_on(about: Asked) -> dict[str, Asked]:
    kinds: dict[type, str] = {Ticket: "ticket", Slip: "slip", Contact: "contact"}
    return {kinds[type(about)]: about}


def _is_drawn(ticket: Ticket) -> bool:
    """Every matter is asked about, but of small repairs only the estate's share; what was reopened always is."""
    is_small = ticket.complaint_class == ComplaintClass.HELP_SEEKING and ticket.priority == Priority.NORMAL
    if not is_small or ticket.reopened or ticket.is_serious:
        return True
    return draw_of(ticket) < ticket.estate.follow_up_share


def draw_of(ticket: Ticket) -> int:
    """The ticket's lot from 0 to 99: the same whenever it is drawn, and nobody can choose it."""
    return int(keyed_hash(f"{ticket.estate_id}:{ticket.number}", "follow-up sample"), 16) % 100


def _leave_out(visit: FollowUp, ticket: Ticket, at: datetime) -> None:
    """Kept on record: nobody asks, because the lot did not fall on it."""
    visit.status, visit.cancel_reason = FollowUp.Status.CANCELLED, FollowUp.CancelReason.NOT_SAMPLED
    visit.save()
    share, draw = ticket.estate.follow_up_share, draw_of(ticket)
    record("follow_up.not_sampled", visit, actor=None, filed_under=ticket, at=at, share=share, draw=draw)


def was_left_out(ticket: Ticket) -> bool:
    """Whether the sample left out the visit of the ticket's last round."""
    last = FollowUp.objects.filter(ticket=ticket).order_by("-round").first()
    return last is not None and last.cancel_reason == FollowUp.CancelReason.NOT_SAMPLED


def pick_assignee(about: Asked) -> User | None:
    """Who asks: the responsible person unless they did the work, else the clerk with the fewest open visits."""
    did_it = _who_did_it(about)
    responsible = _responsible_for(about)
    if responsible and responsible.pk not in did_it and _may_ask(responsible, about.estate_id):
        return responsible
    # In a house of one there is nobody else.
    return pick_clerk(about.estate_id, other_than=did_it) or responsible


def pick_clerk(estate_id: int, *, other_than: Collection[int | None] = ()) -> User | None:
    """The clerk with the fewest open visits, else a supervisor or manager; None where there is nobody else."""
    for roles in ((Role.CLERK,), (Role.SUPERVISOR, Role.MANAGER)):
        others = [user for user in staff_with_role(estate_id, *roles) if user.pk not in other_than]
        if others:
            return _least_busy(others)
    return None


def _responsible_for(about: Asked) -> User | None:
    if isinstance(about, Ticket):
        return about.responsible
    return about.issued_by if isinstance(about, Slip) else about.taken_by


def _who_did_it(about: Asked) -> set[int | None]:
    if isinstance(about, Slip):
        return {about.signed_by_id, about.done_by_id}
    if isinstance(about, Contact):
        return {about.called_back_by_id}
    signed = Slip.objects.filter(ticket=about).exclude(status=Slip.Status.CANCELLED)
    hands: set[int | None] = {pk for pair in signed.values_list("signed_by_id", "done_by_id") for pk in pair}
    return hands | {about.handler_id} | ({_who_resolved(about)} if _is_the_desks_own(about, hands) else set())


def _is_the_desks_own(ticket: Ticket, hands: set[int | None]) -> bool:
    """Whether nobody but the desk had a hand in it: an inquiry that was answered there and then."""
    if hands or ticket.handler_id:
        return False
    return ticket.department is None or ticket.department.kind == Department.Kind.FRONT_DESK


def _who_resolved(ticket: Ticket) -> int | None:
    resolved = Entry.objects.about(ticket).filter(verb="ticket.resolved").order_by("-pk").first()
    return resolved.actor_id if resolved else None


def _may_ask(user: User, estate_id: int) -> bool:
    return user.is_active and user.may("follow_ups.record", estate_id)


def _least_busy(users: list[User]) -> User:
    waiting = dict(
        FollowUp.objects.scheduled()  # type: ignore[attr-defined]
        .filter(assignee__in=users)
        .order_by()
        .values_list("assignee")
        .annotate(n=Count("pk", filter=Q(status=FollowUp.Status.SCHEDULED)))
    )
    return min(users, key=lambda user: (waiting.get(user.pk, 0), user.pk))


def cancel_open_visit(ticket: Ticket, *, actor: User | None, at: datetime, reason: str = "") -> None:
    """Nobody asks any more: the ticket was opened again, merged, or closed without asking."""
    for visit in FollowUp.objects.select_for_update().filter(ticket=ticket, status=FollowUp.Status.SCHEDULED):
        visit.status = FollowUp.Status.CANCELLED
        visit.save(update_fields=["status"])
        record("follow_up.cancelled", visit, actor=actor, filed_under=ticket, at=at, reason=reason)


def has_open_visit(ticket: Ticket) -> bool:
    """Whether somebody still has to ask."""
    return FollowUp.objects.filter(ticket=ticket, status=FollowUp.Status.SCHEDULED).exists()
