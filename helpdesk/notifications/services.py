"""Putting a message into the outbox, in the transaction that causes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from helpdesk.estates.models import Estate
from helpdesk.notifications.models import Channel, Message
from helpdesk.notifications.wake import wake_after_commit
from helpdesk.staff.models import User


@transaction.atomic
def notify(
    recipient: User | str,
    template: str,
    *,
    estate: Estate,
    dedupe_key: str,
    context: dict[str, Any] | None = None,
    about: models.Model | None = None,
    link: str = "",
    channel: str | None = None,
    address: str = "",
    language: str = "",
    not_before: datetime | None = None,
    once_only: bool = False,
    spares_rest_hours: bool = False,
) -> Message | None:
    """Write one message; None if `dedupe_key` was used before. Staff get it on the desk, and by e-mail if they have one.

    `recipient` is a member of staff, or a label for somebody else, who needs `channel` and `address`. With
    `spares_rest_hours`, which residents are owed, it never leaves in rest hours, however often it has to be tried.
    """
    user = recipient if isinstance(recipient, User) else None
    message, is_new = Message.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "estate": estate,
            "channel": channel or Channel.DESK,
            "template": template,
            "context": context or {},
            "language": language or (user.language if user else "") or estate.language,
            "recipient_user": user,
            "recipient_label": "" if user else str(recipient),
            "address": address,
            "about_type": about._meta.label_lower if about else "",
            "about_id": about.pk if about else None,
            "link": link,
            "not_before": not_before or timezone.now(),
            "once_only": once_only,
            "spares_rest_hours": spares_rest_hours,
        },
    )
    if not is_new:
        return None
    if user and user.email and channel is None:
        notify(
            user,
            template,
            estate=estate,
            dedupe_key=f"{dedupe_key}:email",
            context=context,
            about=about,
            link=link,
            channel=Channel.EMAIL,
            address=user.email,
            not_before=not_before,
        )
    wake_after_commit()
    return message


@transaction.atomic
def notify_residents(messages: Iterable[Message]) -> None:
    """Write many messages to residents about money: each once for ever, and never in rest hours.

    A `dedupe_key` that was used before is an IntegrityError, and none of them is written.
    """
    written = list(messages)
    for message in written:
        message.once_only = message.spares_rest_hours = True
    Message.objects.bulk_create(written)
    if written:
        wake_after_commit()


def mark_read(user: User, *, message_id: int | None = None, at: datetime | None = None) -> int:
    """Take one message, or all, off the unread count; returns how many changed."""
    unread = Message.objects.filter(recipient_user=user, channel=Channel.DESK, read_at__isnull=True)
    if message_id is not None:
        unread = unread.filter(pk=message_id)
    return unread.update(read_at=at or timezone.now())
