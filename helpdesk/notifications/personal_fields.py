"""What the outbox keeps of those it wrote to: ninety days."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import SERVES_DESK, Grade, Keeping, Person, PersonalField, register

KEPT_DAYS = 90


def _told_long_ago(at: datetime) -> Q:
    return Q(created_at__lt=at - timedelta(days=KEPT_DAYS)) & ~Q(status__in=["waiting", "sending"])


def _to_them(person: Person) -> Q:
    found = Q(pk__in=[])
    for label, ids in person.things.items():
        found |= Q(about_type=label, about_id__in=ids)
    # What colleagues were told on the desk is theirs, and goes by its day.
    return found & Q(recipient_user__isnull=True)


NINETY_DAYS = Keeping(_("90 days after it was written"), _told_long_ago)


def _field(name: str, **more: object) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_DESK, NINETY_DAYS, **more)  # type: ignore[arg-type]


register(
    "notifications.message",
    _field("address"),
    _field("recipient_label"),
    _field("context", emptied={}),
    _field("link", copied=False),
    plain=["dedupe_key", "template", "language", "about_type", "message_id", "last_error"],
    about=_to_them,
    hangs=True,
)
register("notifications.beat", plain=["name"])
