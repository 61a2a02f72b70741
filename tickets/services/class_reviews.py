"""A communication complaint that was handled badly is put to the clerk: is it a valid one by now? (docs/domain.md §2)"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from tickets.models import COMMUNICATION, UNRESOLVED, ClassDecision, ClassReview, Ticket
from tickets.models.tickets import limit_missed

# What ended while nobody watched the clock is still put up for so long.
LOOKED_BACK = timedelta(days=7)
S = Ticket.Status


def put_up_late(at: datetime | None = None) -> int:
    """How many were put up now because their limit has passed; each round of a ticket once, whatever was missed meanwhile."""
    at = at or timezone.now()

    @transaction.atomic
    def put_up_if_still_late(pk: int) -> bool:
        ticket = late_grumbles(at).select_for_update(of=("self",)).filter(pk=pk).first()
        return ticket is not None and put_up(ticket, ClassReview.Cause.LATE, at=at)

    waiting = list(not_yet_put_up(late_grumbles(at), ClassReview.Cause.LATE).values_list("pk", flat=True))
    return one_by_one(waiting, put_up_if_still_late, what="putting up the class of ticket")


def late_grumbles(at: datetime) -> QuerySet[Ticket]:
    """Communication complaints not resolved within their limit: open ones, and what ended while a beat may have stopped."""
    unresolved = Q(status__in=UNRESOLVED) & limit_missed(at)
    too_late = Q(resolved_at__gt=F("resolution_due_at"))
    ended = Q(status=S.RESOLVED) & too_late | Q(status=S.CLOSED, closed_at__gte=at - LOOKED_BACK) & too_late
    rows = Ticket.objects.filter(complaint_class__in=COMMUNICATION, merged_into__isnull=True)
    return rows.filter(unresolved | ended)


def not_yet_put_up(tickets: QuerySet[Ticket], cause: str) -> QuerySet[Ticket]:
    """Without those that were put up for this cause in this round."""
    done = ClassReview.objects.filter(ticket=OuterRef("pk"), cause=cause, round=OuterRef("reopened"))
    return tickets.filter(~Exists(done)).order_by("pk")


def put_up(ticket: Ticket, cause: str, *, at: datetime) -> bool:
    """Put a locked communication complaint up for a cause; False for a valid one, and where this round was put up before."""
    if not ticket.is_communication:
        return False
    _review, made = ClassReview.objects.get_or_create(
        ticket=ticket, cause=cause, round=ticket.reopened, defaults={"put_up_at": at}
    )
    if made:
        record("ticket.put_up", ticket, actor=None, at=at, cause=str(cause))
    return made


def settle_reviews(
    ticket: Ticket,
    outcome: str,
    *,
    actor: User,
    reason: str,
    at: datetime,
    decision: ClassDecision | None = None,
) -> int:
    """Answer all that waits about a locked ticket; returns how many were answered."""
    return (
        ClassReview.objects.filter(ticket=ticket)
        .waiting()
        .update(  # type: ignore[attr-defined, no-any-return]
            outcome=outcome, reason=reason, decided_by=actor, decided_at=at, decision=decision
        )
    )
