"""Wake-up calls: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from tickets.services import class_reviews, escalations, follow_ups, handover_watch, learning, routine_visits


@shared_task(ignore_result=True)
def bring_up_follow_ups() -> None:
    follow_ups.bring_up_due(timezone.now())


@shared_task(ignore_result=True)
def escalate_overdue() -> None:
    escalations.escalate_overdue(timezone.now())


@shared_task(ignore_result=True)
def put_up_late_grumbles() -> None:
    class_reviews.put_up_late(timezone.now())


# Fitting takes minutes where much was confirmed and the machine is busy.
@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1800)
def learn() -> None:
    learning.ask_if_due(timezone.now())
    learning.run_waiting_refit(timezone.now())


@shared_task(ignore_result=True)
def plan_routine_visits() -> None:
    routine_visits.plan_routine_visits(timezone.now())


@shared_task(ignore_result=True)
def watch_handovers() -> None:
    handover_watch.draft_due_handovers(timezone.now())
    handover_watch.escalate_unsigned(timezone.now())
