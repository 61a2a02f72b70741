"""What the outbox says about itself."""

from datetime import datetime

from django.db.models import Min, QuerySet

from helpdesk.notifications.models import Beat, Channel, Message
from helpdesk.staff.models import User


def oldest_waiting(at: datetime) -> datetime | None:
    """Since when the oldest message that may be sent at `at` has been waiting; None if nothing waits."""
    return Message.objects.waiting(at).aggregate(oldest=Min("not_before"))["oldest"]


def last_beat() -> datetime | None:
    """When scheduler and worker were last heard of together."""
    return Beat.objects.filter(name="worker").values_list("at", flat=True).first()


def inbox_of(user: User) -> QuerySet[Message]:
    """What `user` was told on the desk, the newest first."""
    return Message.objects.filter(recipient_user=user, channel=Channel.DESK).order_by("-created_at", "-id")


def unread_count(user: User) -> int:
    return inbox_of(user).filter(read_at__isnull=True).count()
