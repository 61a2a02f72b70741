"""Sending what stands in the outbox.

A row is claimed with a lease and marked *sending* before anything leaves the house. A worker killed in between leaves
such a row behind: an ordinary message is then sent again under the same Message-ID, one that must come once only is put
before a person as *unknown*.
"""

import logging
import smtplib
import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from helpdesk.estates.business_time import NeverOpens, next_open
from helpdesk.estates.calendars import calling_calendar
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.sealed import clear
from helpdesk.notifications import sms
from helpdesk.notifications.models import Channel, Message

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
MOST_ATTEMPTS = 8
BATCH = 100
# A round ends after so long: a worker asked to stop has five seconds, and a slow channel must not keep all the others.
ROUND_SECONDS = 4
Status = Message.Status
# The far end said no, or was never reached.
NOT_TAKEN = (
    ConnectionRefusedError,
    socket.gaierror,
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
)


def deliver_due(at: datetime | None = None) -> int:
    """Send everything that may go out at `at` (default: now, as it moves on); returns how many were sent."""
    take_up_abandoned(at or timezone.now())
    return one_by_one(due_ids(at), lambda pk: deliver_one(pk, at or timezone.now()), what="sending message")


def due_ids(at: datetime | None) -> Iterator[int]:
    """The longest due first, until nothing waits or the round has lasted its time: the next one goes on from there."""
    ends = time.monotonic() + ROUND_SECONDS
    full = True
    while full:
        waiting = Message.objects.waiting(at or timezone.now()).order_by("not_before", "id")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        for pk in ids:
            if time.monotonic() > ends:
                return
            yield pk
        full = len(ids) == BATCH


def take_up_abandoned(at: datetime) -> None:
    """Rows whose worker died while sending: once-only ones become *unknown*, the others wait again, up to the eighth."""
    dead = Message.objects.filter(status=Status.SENDING, claimed_until__lt=at)
    dead.filter(once_only=True).update(status=Status.UNKNOWN)
    dead.filter(attempts__gte=MOST_ATTEMPTS).update(status=Status.FAILED, last_error="WorkerLost")
    dead.update(status=Status.WAITING)


def deliver_one(pk: int, at: datetime) -> bool:
    """Send one message if nobody else has claimed it; False when it was not ours, is put off or the channel failed."""
    if put_off_in_rest_hours(pk, at) or not claim(pk, at):
        return False
    attempt, once_only = Message.objects.filter(pk=pk).values_list("attempts", "once_only").get()
    held = Message.objects.filter(pk=pk, status=Status.SENDING, attempts=attempt)
    try:
        message = Message.objects.select_related("estate").get(pk=pk)
        name_for_good(message)
        send(message)
    except Exception as error:  # a channel may raise anything; the row says what and tries again
        log.warning("message %s not sent: %s", pk, type(error).__name__)
        put_back(held, attempt, error, at, in_doubt=once_only and may_have_gone_out(error))
        return False
    Message.objects.filter(pk=pk).update(
        status=Status.SENT, sent_at=timezone.now(), claimed_until=None, last_error=""
    )
    return True


def put_off_in_rest_hours(pk: int, at: datetime) -> bool:
    """A message to a resident whose turn comes while people rest (a backlog, a further try) waits until they may be
    disturbed; that counts as no attempt. False where it may go out now."""
    waiting = Message.objects.waiting(at).filter(pk=pk, spares_rest_hours=True)
    message = waiting.select_related("estate").first()
    if message is None:
        return False
    try:
        allowed = next_open(calling_calendar(message.estate), at)
    except NeverOpens:
        return False
    return allowed > at and waiting.update(not_before=allowed) == 1


def claim(pk: int, at: datetime) -> bool:
    """One conditional UPDATE decides which of two workers sends; the lease counts from `at`."""
    rows = Message.objects.waiting(at).filter(pk=pk)
    return rows.update(status=Status.SENDING, claimed_until=at + LEASE, attempts=F("attempts") + 1) == 1


def name_for_good(message: Message) -> None:
    """Its Message-ID, kept before it leaves the house: sent again it bears the same one."""
    if not message.message_id:
        host = urlsplit(settings.SITE_URL).hostname
        message.message_id = f"<message-{message.pk}@{host}>"
        message.save(update_fields=["message_id"])


def put_back(
    held: QuerySet[Message], attempt: int, error: Exception, at: datetime, *, in_doubt: bool
) -> None:
    """Wait longer after each failure (1, 2, 4 … minutes), give up after the eighth; what is in doubt is for a person.

    `held` is empty once the lease ran out and another worker has taken the row: then nothing changes.
    """
    status = Status.FAILED if attempt >= MOST_ATTEMPTS else Status.WAITING
    held.update(
        status=Status.UNKNOWN if in_doubt else status,
        claimed_until=None,
        not_before=at + timedelta(minutes=2 ** (attempt - 1)),
        # The error's kind only: its text may hold the address.
        last_error=type(error).__name__,
    )


def may_have_gone_out(error: Exception) -> bool:
    """Whether the far end may have taken it although the answer never came."""
    return isinstance(error, (OSError, HTTPException)) and not isinstance(error, NOT_TAKEN)


def send(message: Message) -> None:
    """Hand one message to its channel. What is read on the desk or printed has arrived by standing here."""
    address = clear(message.address)
    if message.channel == Channel.EMAIL:
        subject, body = rendered(message)
        EmailMessage(
            subject=subject, body=body, to=[address], headers={"Message-ID": message.message_id}
        ).send()
    elif message.channel == Channel.SMS:
        sms.send(address, rendered(message)[1], reference=message.message_id)


def rendered(message: Message) -> tuple[str, str]:
    """Subject and body in the language of whoever reads it."""
    context = {
        **message.context,
        "estate": message.estate,
        "link": message.link,
        "site_url": settings.SITE_URL,
    }
    with translation.override(message.language), timezone.override(message.estate.time_zone):
        subject = render_to_string(f"messages/{message.template}.subject.txt", context)
        body = render_to_string(f"messages/{message.template}.body.txt", context)
    return " ".join(subject.split()), body.strip()
