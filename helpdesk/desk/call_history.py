"""How often somebody has called in thirty days, said in words and drawn as a line (docs/domain.md §3)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from helpdesk.desk.clocks import Clock, call_back_clock, day_and_time
from helpdesk.desk.matters import Matter, short_day
from residents.models import Resident
from residents.names_shown import spoken_name
from tickets.calls import WINDOW, Call, greeting
from tickets.models import Contact

SAME_MATTER = 2  # with the one that is being told now it is the third
LABEL_CHARS = 16
# In hundredths of the line: a label needs this much room before the next one, and after the line's first day.
LABEL_ROOM = 32


@dataclass(frozen=True)
class CallHistory:
    """`count` has the call of this moment in it, if there is one: 1 is a first call, and then nothing need be said."""

    count: int
    says: str
    why: str
    tone: str
    clock: Clock | None
    line: dict[str, Any] | None


def call_history(
    calls: Sequence[Call],
    speaker: Resident | None,
    matters: Sequence[Matter],
    call_backs: Sequence[Contact],
    at: datetime,
    *,
    calling: bool = True,
) -> CallHistory:
    """`calls` are those of the last thirty days, the newest first; `matters` the last tickets, the newest first.

    Unless they are `calling` at this moment, the calls are only counted.
    """
    count = len(calls) + calling
    name = spoken_name(speaker) if speaker else ""
    late = next((c for c in call_backs if c.call_back_at and c.call_back_at < at), None)
    return CallHistory(
        count=count,
        says=greeting(count, name, matters[0].title if matters else "") if calling else _counted(count),
        why=_why(count if calling else 0, matters, late, at),
        tone="amber" if count > 2 or late else "plain",
        clock=call_back_clock(late.call_back_at, at) if late and late.call_back_at else None,
        line=_line(calls, at) if calls else None,
    )


def _counted(count: int) -> str:
    return ngettext("%(count)d call in 30 days", "%(count)d calls in 30 days", count) % {"count": count}


def _why(count: int, matters: Sequence[Matter], late: Contact | None, at: datetime) -> str:
    sentences = []
    if late and late.call_back_at:
        when = day_and_time(late.call_back_at, at)
        sentences.append(_("We promised to ring back at %(when)s.") % {"when": when})
    if matters and count > 2:
        last = matters[0]
        sentences.append(
            _("Start with “%(matter)s” of %(day)s. %(outcome)s.")
            % {"matter": last.title, "day": last.on, "outcome": last.outcome}
        )
    elif matters and count == 2:
        sentences.append(_("%(day)s: %(outcome)s.") % {"day": matters[0].on, "outcome": matters[0].outcome})
    if count and _told_twice(matters, at):
        sentences.append(
            _("A third report of one matter goes to the manager at once, new ticket or same matter.")
        )
    return pgettext("between sentences", " ").join(sentences)


def _told_twice(matters: Sequence[Matter], at: datetime) -> bool:
    recent = Counter(m.ticket.topic for m in matters if m.at >= at - WINDOW and m.ticket.topic != "other")
    return any(times >= SAME_MATTER for times in recent.values())


def _line(calls: Sequence[Call], at: datetime) -> dict[str, Any]:
    """Marks in hundredths of the thirty days; a label is left out where it would stand on the next one."""
    start, marks, free_until = at - WINDOW, [], 96.0
    for call in calls:
        percent = round((call.at - start) / WINDOW * 100, 1)
        label = ""
        if LABEL_ROOM / 2 < percent <= free_until:
            label, free_until = _label(call), percent - LABEL_ROOM
        marks.append({"percent": min(percent, 97.0), "label": label})
    return {"from_label": short_day(start), "marks": marks[::-1], "now_label": _("now")}


def _label(call: Call) -> str:
    about = Truncator(" ".join(call.about.split())).chars(LABEL_CHARS)
    day = short_day(call.at)
    return _("%(day)s, %(about)s") % {"day": day, "about": about} if about else day
