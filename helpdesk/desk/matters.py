"""A ticket as the caller card tells it: what it was, and how it ended."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from residents.names_shown import is_chinese
from tickets.models import FollowUp, Ticket

LONGEST_TITLE = 60
LONGEST_OUTCOME = 70
# Words for a visit's outcome, with the score where there is one; tone and icon follow the status language.
ENDS = {
    FollowUp.Outcome.SATISFIED: (gettext_lazy("satisfied (%(score)s)"), "pine", "tick"),
    FollowUp.Outcome.SO_SO: (gettext_lazy("so-so (%(score)s)"), "plain", "so-so"),
    FollowUp.Outcome.DISSATISFIED: (gettext_lazy("not satisfied (%(score)s)"), "red", "frown"),
}


@dataclass(frozen=True)
class Matter:
    """One ticket in a line or two; `on` is the day it was taken."""

    ticket: Ticket
    at: datetime
    on: str
    title: str
    lang: str
    url: str
    outcome: str
    tone: str
    icon: str
    meta: str
    is_open: bool


def visits_of(tickets: Iterable[Ticket]) -> dict[int, list[FollowUp]]:
    """The follow-up visits of each ticket by round, in one query."""
    found: dict[int, list[FollowUp]] = defaultdict(list)
    for visit in FollowUp.objects.filter(ticket__in=[t.pk for t in tickets]).order_by("ticket_id", "round"):
        found[visit.ticket_id].append(visit)  # type: ignore[index]
    return found


def matter_of(ticket: Ticket, visits: list[FollowUp]) -> Matter:
    """The ticket with how it ended, or how it stands; its department must have been read with it."""
    outcome, tone, icon = _outcome(ticket, visits)
    return Matter(
        ticket=ticket,
        at=ticket.created_at,
        on=short_day(ticket.created_at),
        title=title_of(ticket),
        lang=language_of(title_of(ticket)),
        url=reverse("ticket_detail", args=[ticket.pk]),
        outcome=outcome,
        tone=tone,
        icon=icon,
        meta=_meta(ticket),
        is_open=ticket.is_open,
    )


def title_of(ticket: Ticket) -> str:
    """The subject, or the first words of what happened."""
    return ticket.subject or Truncator(" ".join(ticket.description.split())).chars(LONGEST_TITLE)


def language_of(text: str) -> str:
    """The `lang` of a run of text in another language than the page's; empty where the page's own will do."""
    return "zh-hans" if is_chinese(text) else ""


def short_day(moment: datetime) -> str:
    """17 Nov, with its year where that is not this one."""
    is_this_year = localtime(moment).year == localtime().year
    return date_format(localtime(moment), _("j M") if is_this_year else _("j M Y"))


def _meta(ticket: Ticket) -> str:
    parts = [ticket.number]
    if ticket.complaint_class:
        parts.append(ticket.get_complaint_class_display())
    if ticket.department:
        parts.append(str(ticket.department))
    return pgettext("between facts", ", ").join(parts)


def _outcome(ticket: Ticket, visits: list[FollowUp]) -> tuple[str, str, str]:
    if ticket.merged_into_id:
        return _("Put together with another ticket"), "plain", "link"
    if ticket.status == Ticket.Status.DECLINED:
        return _("Declined: %(reason)s") % {"reason": _short(ticket.closing_reason)}, "plain", "barred"
    if ticket.is_open:
        return _standing(ticket, visits)
    return _ending(ticket, visits)


def _standing(ticket: Ticket, visits: list[FollowUp]) -> tuple[str, str, str]:
    if ticket.status == Ticket.Status.RESOLVED:
        said = _short(ticket.resolution)
        if said:
            return _("%(resolution)s, follow-up visit to come") % {"resolution": said}, "pine", "follow-up"
        return _("Resolved, follow-up visit to come"), "pine", "follow-up"
    bad = [v for v in visits if v.outcome == FollowUp.Outcome.DISSATISFIED and v.recorded_at]
    if bad:
        day = short_day(bad[-1].recorded_at)  # type: ignore[arg-type]
        return _("Open again: not satisfied on %(day)s") % {"day": day}, "amber", "refresh"
    if ticket.reopened:
        return _("Open again"), "amber", "refresh"
    return _("Open: %(status)s") % {"status": ticket.get_status_display()}, "plain", "clock"


def _ending(ticket: Ticket, visits: list[FollowUp]) -> tuple[str, str, str]:
    last = visits[-1] if visits else None
    said = _short(ticket.resolution) or _short(ticket.closing_reason)
    if last is None or last.outcome not in ENDS:
        reached = last is None or last.status != FollowUp.Status.UNREACHABLE
        end = _("closed") if reached else _("closed, nobody was reached")
        tone, icon = "plain", "tick" if reached else "no-answer"
    else:
        words, tone, icon = ENDS[FollowUp.Outcome(last.outcome)]
        end = str(words) % {"score": last.score}
    sentence = _("%(what)s, %(end)s") % {"what": said, "end": end} if said else end[:1].upper() + end[1:]
    return sentence, tone, icon


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST_OUTCOME).rstrip("。.")
