"""Wake-up calls for the outbox."""

from celery import shared_task
from django.utils import timezone

from helpdesk.notifications import delivery
from helpdesk.notifications.models import Beat


@shared_task(ignore_result=True)
def deliver_due() -> None:
    delivery.deliver_due()


@shared_task(ignore_result=True)
def note_beat() -> None:
    Beat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
