"""How far a household has climbed the ladder of reminders: what went out and how, what is next, what pauses it."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Bill, Reminder, ReminderStep
from billing.services.reminders import Rung, ladder_of, next_reminder, pauses_of
from helpdesk.notifications.models import Channel
from residents.models import Unit


def ladder_for(unit: Unit, day: date) -> dict[str, Any] | None:
    """The rungs of the oldest open bill; None where nothing is open."""
    bill = Bill.objects.filter(unit=unit).unsettled().order_by("due_on", "id").first()
    if bill is None:
        return None
    rows = Reminder.objects.filter(bill=bill, is_dropped=False).select_related("notice")
    sent = {row.level: row for row in rows}
    upcoming = next_reminder(bill, day)
    pauses = pauses_of(unit, day)
    waits_for = upcoming[1].level if upcoming else None
    return {
        "bill": bill,
        "rungs": [
            _rung(rung, sent.get(rung.level), rung.level == waits_for) for rung in ladder_of(unit.estate)
        ],
        "next_on": upcoming[0] if upcoming else None,
        "next": rung_title(upcoming[1]) if upcoming else "",
        "pauses": pauses,
    }


def _rung(rung: Rung, sent: Reminder | None, is_next: bool) -> dict[str, Any]:
    notice = sent.notice if sent else None
    return {
        "title": rung_title(rung),
        "is_sent": sent is not None,
        "is_next": is_next,
        "on": notice.day if notice else sent.day if sent else None,
        "how": channel_words(notice.channel, notice.way) if notice else "",
    }


def rung_title(rung: Rung) -> str:
    """A message is called by its day, everything else by what it is."""
    return rung_words(rung.days) if rung.way == ReminderStep.Way.MESSAGE else str(rung.way_label)


def channel_words(channel: str, way: str) -> str:
    """How a notice went out: e-mail, text message, on paper; or the visit, letter or case that it is."""
    if way != ReminderStep.Way.MESSAGE:
        return str(ReminderStep.Way(way).label)
    if channel == "print":
        return _("on paper")
    return str(Channel(channel).label) if channel in Channel.values else channel


def rung_words(days: int) -> str:
    """When a rung stands, in words: 3 days before, on the due date, 7 days after."""
    if days == 0:
        return _("on the due date")
    if days < 0:
        return ngettext("%(count)d day before", "%(count)d days before", -days) % {"count": -days}
    return ngettext("%(count)d day after", "%(count)d days after", days) % {"count": days}
