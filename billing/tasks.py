"""Wake-up calls: what is due stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.proof import differences
from billing.services import bank_files, collection, credit, late_fees, reminders, runs

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def send_reminders() -> None:
    now = timezone.now()
    credit.settle_due_with_credit(now)
    reminders.withdraw_settled(now)
    reminders.put_back_held(now)
    reminders.send_reminders(now)


@shared_task(ignore_result=True)
def settle_promises() -> None:
    collection.settle_promises(timezone.now())


@shared_task(ignore_result=True)
def continue_runs() -> None:
    runs.continue_runs(timezone.now())


@shared_task(ignore_result=True)
def continue_bank_files() -> None:
    bank_files.continue_bank_files(timezone.now())


@shared_task(ignore_result=True)
def charge_late_fees() -> None:
    credit.settle_due_with_credit(timezone.now())
    late_fees.charge_due_late_fees(timezone.now())


@shared_task(ignore_result=True)
def verify_ledger() -> None:
    if wrong := differences():
        log.error("the ledger does not agree with itself: %s", "; ".join(wrong))
