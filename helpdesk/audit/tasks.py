"""The nightly seal over the history."""

from celery import shared_task
from django.utils import timezone

from helpdesk.audit import seals


@shared_task(ignore_result=True)
def seal_days() -> None:
    seals.seal_days(timezone.now())
