"""Wake-up calls for the outbox."""

from celery import shared_task
from django.utils import timezone

from helpdesk.notifications import delivery
from helpdesk.notifications.models import Beat
from helpdesk.notifications.selectors import oldest_waiting
from helpdesk.notifications.wake import wake_after_commit


@shared_task(ignore_result=True)
def deliver_due() -> None:
    if delivery.deliver_due() and oldest_waiting(timezone.now()):
        # The round's time was over before its work was: the next one begins at once.
        wake_after_commit()


@shared_task(ignore_result=True)
def note_beat() -> None:
    Beat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
