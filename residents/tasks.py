"""Wake-up calls: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from residents.services import imports, retention


@shared_task(ignore_result=True)
def run_imports() -> None:
    imports.run_due(timezone.now())


@shared_task(ignore_result=True)
def forget_overdue() -> None:
    retention.forget_overdue(timezone.now())
