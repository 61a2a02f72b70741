"""Wake-up calls: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from tickets.services import escalations, follow_ups


@shared_task(ignore_result=True)
def bring_up_follow_ups() -> None:
    follow_ups.bring_up_due(timezone.now())


@shared_task(ignore_result=True)
def escalate_overdue() -> None:
    escalations.escalate_overdue(timezone.now())
