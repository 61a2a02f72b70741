"""Wake-up calls: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from visitors.services import papers, parcels, release_passes, retention, visit_watch


@shared_task(ignore_result=True)
def expire_passes() -> None:
    release_passes.expire_passes(timezone.now())


@shared_task(ignore_result=True)
def tell_of_unused_passes() -> None:
    papers.tell_of_unused(timezone.now())


@shared_task(ignore_result=True)
def mark_no_shows() -> None:
    visit_watch.mark_no_shows(timezone.now())


@shared_task(ignore_result=True)
def tell_overstays() -> None:
    visit_watch.tell_overstays(timezone.now())


@shared_task(ignore_result=True)
def remind_uncollected() -> None:
    parcels.remind_uncollected(timezone.now())


@shared_task(ignore_result=True)
def mark_purged_visits() -> None:
    retention.mark_purged(timezone.now())
