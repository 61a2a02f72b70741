"""Notices on paper: what they say on the day they are printed, and handing them over."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Bill, Dispute, ReminderNotice
from billing.services.reminders.ladder import UNSETTLED, ladder_of
from billing.services.reminders.telling import Household
from billing.services.reminders.words import own_words
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User


def words_now(notice: ReminderNotice) -> tuple[str, str, Decimal]:
    """Subject, text and total of a paper; of one that still waits, about those of its bills that are to be paid today."""
    waits = ReminderNotice.objects.filter(pk=notice.pk).to_hand_over()  # type: ignore[attr-defined]
    doubted = Dispute.objects.filter(bill=OuterRef("pk"), settled_on__isnull=True)
    bills = Bill.objects.filter(reminders__notice=notice, status__in=UNSETTLED).exclude(Exists(doubted))
    left = list(bills.distinct().order_by("due_on", "id"))
    if not left or not waits.exists() or sum(bill.outstanding for bill in left) == notice.total:
        return notice.subject, notice.body, notice.total
    rung = next((rung for rung in ladder_of(notice.estate) if rung.level == notice.level), None)
    home = Household(notice.unit, left, notice.resident, notice.level, rung, notice.way, notice.channel, "")
    return *home.words(own_words(notice.estate)), home.total


@transaction.atomic
def hand_over_notice(
    notice: ReminderNotice, *, actor: User, note: str = "", at: datetime | None = None
) -> ReminderNotice:
    """A notice on paper, a letter or a legal case was done; or paper in place of a message that could not be sent.

    Refused: invalid_transition when it was done before, taken back, or its message went out.
    """
    done_at = at or timezone.now()
    subject, body, total = words_now(notice)  # kept is what they read
    to_do = ReminderNotice.objects.filter(pk=notice.pk).to_hand_over()  # type: ignore[attr-defined]
    # Said again outside: of two at once the second waits and finds it done.
    rows = ReminderNotice.objects.filter(pk__in=to_do.values("pk"), done_at=None, withdrawn_at=None)
    said = {"subject": subject, "body": body, "total": total}
    changed = rows.update(done_at=done_at, done_by=actor, done_note=note[:200], **said)
    notice.refresh_from_db()
    if not changed:
        raise Refused("invalid_transition", _not_to_do(notice))
    record("reminder.handed_over", notice, filed_under=notice.unit, actor=actor, at=at, note=note[:200])
    return notice


def _not_to_do(notice: ReminderNotice) -> str:
    if notice.withdrawn_at:
        return _("This notice was taken back: what it tells of is settled.")
    if notice.done_at:
        return _("This notice was handed over already.")
    return _("This notice goes out as a message.")
