"""Wake-up calls: what is due stands in the database."""

from celery import shared_task
from django.db import transaction

from helpdesk.api.idempotency import forget_old
from helpdesk.staff.models import KeptAnswer


@shared_task(ignore_result=True)
def forget_answers() -> None:
    with transaction.atomic():
        forget_old(KeptAnswer.objects)
