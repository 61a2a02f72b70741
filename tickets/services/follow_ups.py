"""Follow-up visits 回访: brought up when their hour comes, tried, recorded (docs/domain.md §5)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.business_time import is_open
from helpdesk.estates.calendars import calling_calendar, local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.models import Attempt, FollowUp, Slip, Ticket
from tickets.services.follow_up_plans import HOUR, pick_assignee, plan_visit, schedule_follow_up
from tickets.services.steps import tick
from tickets.services.telling import clerks, headline_of, not_in_rest_hours, supervisors, tell_staff, where_of
from tickets.services.tickets.ending import end, open_once_more
from tickets.services.tickets.state import lock_ticket

__all__ = [
    "bring_up_due",
    "outcome_of",
    "pick_assignee",
    "plan_visit",
    "rate_by_link",
    "record_attempt",
    "record_follow_up",
    "schedule_follow_up",
    "wish_time",
]

S = FollowUp.Status
MOST_ATTEMPTS = 3

FOLLOW_UP_STATES = Transitions(
    {
        "attempt": ((S.SCHEDULED,), S.SCHEDULED),
        "wish": ((S.SCHEDULED,), S.SCHEDULED),
        "record": ((S.SCHEDULED,), S.DONE),
        "give_up": ((S.SCHEDULED,), S.UNREACHABLE),
    },
    statuses=S.choices,
)


def outcome_of(score: int) -> str:
    """4 and 5 are satisfied, 3 so-so, 1 and 2 dissatisfied; a score outside 1 to 5 is a KeyError."""
    return {5: "satisfied", 4: "satisfied", 3: "so_so", 2: "dissatisfied", 1: "dissatisfied"}[score]


def bring_up_due(at: datetime) -> int:
    """Tell whoever asks that the hour has come, once for each visit; returns how many. In rest hours none but wishes."""
    waiting = FollowUp.objects.due(at).filter(brought_up_at__isnull=True)  # type: ignore[attr-defined]
    now_open = [
        estate.pk
        for estate in Estate.objects.filter(pk__in=waiting.order_by().values("estate")).prefetch_related(
            "holidays"
        )
        if is_open(calling_calendar(estate), at)
    ]
    # A resident's own time counts whatever the hour.
    ids = waiting.filter(Q(estate__in=now_open) | Q(wished_at__isnull=False)).values_list("pk", flat=True)
    return one_by_one(list(ids), lambda pk: _bring_up(pk, at), what="bringing up follow-up visit")


@transaction.atomic
def _bring_up(pk: int, at: datetime) -> bool:
    ours = FollowUp.objects.filter(
        pk=pk, status=S.SCHEDULED, brought_up_at__isnull=True, scheduled_at__lte=at
    )
    if not ours.update(brought_up_at=at):
        return False
    visit = FollowUp.objects.select_related("estate", "ticket", "slip", "contact", "assignee").get(pk=pk)
    record("follow_up.brought_up", visit, actor=None, filed_under=visit.about, at=at)
    asker = visit.assignee
    _tell(
        [asker] if asker and asker.is_active else clerks(visit.estate),
        "follow_up_due",
        visit,
        # A visit that was put off comes up again, at its new hour.
        key=f"follow-up:{pk}:due:{visit.scheduled_at:%Y%m%d%H%M}",
    )
    return True


@transaction.atomic
def record_attempt(
    follow_up: FollowUp, *, actor: User, reached: bool, via: str, note: str = "", at: datetime | None = None
) -> FollowUp:
    """Somebody tried. Nobody reached on three different half-days: closed as unreachable, and the ticket with it.

    Until then it comes up again in the next half-day. Refused invalid_transition.
    """
    at = at or timezone.now()
    visit, ticket = _locked(follow_up)
    FOLLOW_UP_STATES.guard(visit.status, "attempt")
    Attempt.objects.create(
        follow_up=visit,
        at=at,
        half_day=half_day_of(visit.estate, at),
        by=actor,
        reached=reached,
        via=via,
        note=note[:300],
    )
    record(
        "follow_up.attempted",
        visit,
        actor=actor,
        filed_under=visit.about,
        at=at,
        reached=reached,
        note=note,
    )
    missed = Attempt.objects.filter(follow_up=visit, reached=False).order_by()
    if not reached and missed.aggregate(n=Count("half_day", distinct=True))["n"] >= MOST_ATTEMPTS:
        _give_up(visit, ticket, actor=actor, via=via, at=at)
    elif not reached:
        _put_off(visit, at)
    return visit


def half_day_of(estate: Estate, at: datetime) -> str:
    """The half-day on the estate's clock, such as 2026-11-17 am."""
    return f"{local(estate, at):%Y-%m-%d} {'am' if local(estate, at).hour < 12 else 'pm'}"


def _give_up(visit: FollowUp, ticket: Ticket | None, *, actor: User, via: str, at: datetime) -> None:
    visit.status, visit.via = S.UNREACHABLE, via
    visit.recorded_by, visit.recorded_at = actor, at
    visit.save(update_fields=["status", "via", "recorded_by", "recorded_at"])
    record(
        "follow_up.recorded",
        visit,
        actor=actor,
        filed_under=visit.about,
        at=at,
        outcome=S.UNREACHABLE.value,
    )
    if ticket is not None:
        tick(ticket, "follow_up", actor=actor, at=at)
        end(ticket, Ticket.Status.CLOSED, actor=actor, at=at, by="unreachable")


def _put_off(visit: FollowUp, at: datetime) -> None:
    """Plan the next try for an allowed hour of a later half-day."""
    now = local(visit.estate, at)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    later = noon if now < noon else noon + timedelta(hours=12)
    visit.scheduled_at, visit.brought_up_at = not_in_rest_hours(visit.estate, later), None
    visit.save(update_fields=["scheduled_at", "brought_up_at"])


@transaction.atomic
def wish_time(
    follow_up: FollowUp, *, actor: User, wished_at: datetime, at: datetime | None = None
) -> FollowUp:
    """The resident named a better time, which then counts, whatever the hour. Refused in_the_past, invalid_transition."""
    at = at or timezone.now()
    visit, _ticket = _locked(follow_up)
    FOLLOW_UP_STATES.guard(visit.status, "wish")
    if wished_at <= at:
        raise Refused("in_the_past", _("That time is past."), field="wished_at")
    visit.wished_at = visit.scheduled_at = wished_at
    visit.on_time_until = max(visit.due_at, wished_at + HOUR)
    visit.brought_up_at, visit.escalation = None, 0
    visit.save(update_fields=["wished_at", "scheduled_at", "on_time_until", "brought_up_at", "escalation"])
    record("follow_up.wished", visit, actor=actor, filed_under=visit.about, at=at, wished=wished_at)
    return visit


@transaction.atomic
def record_follow_up(
    follow_up: FollowUp,
    *,
    actor: User | None,
    outcome: str,
    score: int,
    suggestion: str = "",
    via: str = FollowUp.Via.PHONE,
    at: datetime | None = None,
) -> FollowUp:
    """How it went: satisfied and so-so close the ticket, dissatisfied opens it again and the supervisor is told.

    The same record again by the same person is harmless. Refused score_disagrees, invalid_transition.
    """
    at = at or timezone.now()
    if score not in range(1, 6) or outcome_of(score) != outcome:
        raise Refused(
            "score_disagrees", _("4 or 5 is satisfied, 3 so-so, 1 or 2 dissatisfied."), field="score"
        )
    visit, ticket = _locked(follow_up)
    if visit.status == S.DONE and (visit.recorded_by, visit.score) == (actor, score):
        return visit
    visit.status = FOLLOW_UP_STATES.guard(visit.status, "record")
    visit.outcome, visit.score, visit.suggestion, visit.via = outcome, score, suggestion.strip(), via
    visit.recorded_by, visit.recorded_at = actor, at
    visit.save(
        update_fields=["status", "outcome", "score", "suggestion", "via", "recorded_by", "recorded_at"]
    )
    said = {"outcome": outcome, "score": score, "via": via, "suggestion": visit.suggestion}
    record("follow_up.recorded", visit, actor=actor, filed_under=visit.about, at=at, **said)
    if ticket is not None:
        tick(ticket, "follow_up", actor=actor, at=at)
        _settle(visit, ticket, actor=actor, at=at)
    if outcome != FollowUp.Outcome.SATISFIED:
        _tell_department(visit)
    return visit


def _settle(visit: FollowUp, ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """Close the ticket, or open it again."""
    if visit.outcome == FollowUp.Outcome.DISSATISFIED:
        reason = visit.suggestion or _("Dissatisfied at the follow-up visit")
        open_once_more(ticket, actor=actor, at=at, reason=reason, dissatisfied=True)
    else:
        end(ticket, Ticket.Status.CLOSED, actor=actor, at=at, by="follow_up")


def _tell_department(visit: FollowUp) -> None:
    """So-so: what should be better. Dissatisfied: that too, and that it is open again."""
    department = visit.about.department if isinstance(visit.about, Ticket | Slip) else None
    key = f"follow-up:{visit.pk}:{visit.outcome}"
    _tell(supervisors(visit.estate, department), f"follow_up_{visit.outcome}", visit, key=key)


def rate_by_link(ticket: Ticket, *, score: int, comment: str = "", at: datetime | None = None) -> FollowUp:
    """The resident's rating fulfils the open visit; the same rating again is harmless. Refused invalid_transition."""
    visit = FollowUp.objects.filter(ticket=ticket).order_by("-round").first()
    if visit is None:
        raise Refused("invalid_transition", _("There is nothing to rate at present."))
    if score not in range(1, 6):
        raise Refused("score_disagrees", _("Choose a score from 1 to 5."), field="score")
    outcome = outcome_of(score)
    return record_follow_up(
        visit, actor=None, outcome=outcome, score=score, suggestion=comment, via="link", at=at
    )


def _locked(follow_up: FollowUp) -> tuple[FollowUp, Ticket | None]:
    """The visit and its ticket, locked: the ticket first, as everywhere."""
    ticket = lock_ticket(follow_up.ticket) if follow_up.ticket is not None else None
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related(
        "estate", "ticket", "slip", "contact", "recorded_by"
    )
    return rows.get(pk=follow_up.pk), ticket


def _tell(people: list[User], template: str, visit: FollowUp, *, key: str) -> None:
    tell_staff(
        people,
        template,
        about=visit.about,
        key=key,
        link=reverse("follow_up_detail", args=[visit.pk]),
        **_words_of(visit),
        suggestion=visit.suggestion,
        score=visit.score,
    )


def _words_of(visit: FollowUp) -> dict[str, str]:
    """What it is about and where, in a line."""
    about = visit.about
    if isinstance(about, Ticket):
        return {"title": headline_of(about), "where": where_of(about)}
    if isinstance(about, Unit):
        return {"number": about.code, "title": str(visit.get_routine_display()), "where": about.code}
    words = about.instructions if isinstance(about, Slip) else about.summary
    return {"title": words[:60], "where": about.unit.code if about.unit else ""}
