"""Sending what stands in the outbox.

A row is claimed with a lease and marked *sending* before anything leaves the house. A worker killed in between leaves
such a row behind: an ordinary message is then sent again under the same Message-ID, one that must come once only is put
before a person as *unknown*.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation

from helpdesk.notifications import sms
from helpdesk.notifications.models import Channel, Message

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
MOST_ATTEMPTS = 8
BATCH = 100


def deliver_due(at: datetime | None = None) -> int:
    """Send everything that may go out at `at` (default: now); returns how many were sent."""
    at = at or timezone.now()
    take_up_abandoned(at)
    ids = list(Message.objects.waiting(at).order_by("not_before", "id").values_list("pk", flat=True)[:BATCH])
    return sum(deliver_one(pk, at) for pk in ids)


def take_up_abandoned(at: datetime) -> None:
    """Rows whose worker died while sending: once-only ones become *unknown*, the others wait again."""
    dead = Message.objects.filter(status=Message.Status.SENDING, claimed_until__lt=at)
    dead.filter(once_only=True).update(status=Message.Status.UNKNOWN)
    dead.filter(once_only=False).update(status=Message.Status.WAITING)


def deliver_one(pk: int, at: datetime) -> bool:
    """Send one message if nobody else has claimed it; False when it was not ours or the channel failed."""
    claimed = Message.objects.waiting(at).filter(pk=pk)
    if not claimed.update(status=Message.Status.SENDING, claimed_until=at + LEASE, attempts=F("attempts") + 1):
        return False
    message = Message.objects.select_related("estate").get(pk=pk)
    if not message.message_id:
        message.message_id = f"<message-{message.pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"
        message.save(update_fields=["message_id"])
    try:
        send(message)
    except Exception as error:  # a channel may raise anything; the row says what and tries again
        put_back(message, error, at)
        return False
    Message.objects.filter(pk=pk).update(
        status=Message.Status.SENT, sent_at=timezone.now(), claimed_until=None, last_error=""
    )
    return True


def put_back(message: Message, error: Exception, at: datetime) -> None:
    """Wait longer after each failure (1, 2, 4 … minutes), and give up after the eighth."""
    log.warning("message %s not sent: %s", message.pk, type(error).__name__)
    given_up = message.attempts >= MOST_ATTEMPTS
    Message.objects.filter(pk=message.pk).update(
        status=Message.Status.FAILED if given_up else Message.Status.WAITING,
        claimed_until=None,
        not_before=at + timedelta(minutes=2 ** (message.attempts - 1)),
        # The error's kind only: its text may hold the address.
        last_error=type(error).__name__,
    )


def send(message: Message) -> None:
    """Hand one message to its channel. What is read on the desk or printed has arrived by standing here."""
    if message.channel == Channel.EMAIL:
        subject, body = rendered(message)
        EmailMessage(
            subject=subject, body=body, to=[message.address], headers={"Message-ID": message.message_id}
        ).send()
    elif message.channel == Channel.SMS:
        sms.send(message.address, rendered(message)[1], reference=message.message_id)


def rendered(message: Message) -> tuple[str, str]:
    """Subject and body in the language of whoever reads it."""
    context = {**message.context, "estate": message.estate, "link": message.link, "site_url": settings.SITE_URL}
    with translation.override(message.language), timezone.override(message.estate.time_zone):
        subject = render_to_string(f"messages/{message.template}.subject.txt", context)
        body = render_to_string(f"messages/{message.template}.body.txt", context)
    return " ".join(subject.split()), body.strip()
