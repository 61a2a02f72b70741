"""A wake-up call: which files belong to nothing is asked of disk and database."""

from celery import shared_task
from django.utils import timezone

from helpdesk.attachments.sweeping import sweep_files


@shared_task(ignore_result=True)
def sweep() -> None:
    sweep_files(timezone.now())
