"""What a day's log says, drawn from registers and history; nothing here is typed twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.text import Truncator

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import Contact, LogEntry, Slip, Ticket

# Verbs of the history that belong into the log, and the kind of line they make.
TOLD = {
    "ticket.created": "ticket",
    "ticket.closed": "ticket",
    "ticket.declined": "ticket",
    "ticket.reopened": "ticket",
    "slip.issued": "slip",
    "slip.done": "slip",
    "incident.opened": "incident",
    "incident.closed": "incident",
    "handover.given": "handover",
    "handover.taken": "handover",
}
MOST = 500


@dataclass(frozen=True)
class Line:
    """One line: `verb` is the history's, or the register's kind, or "entry" for what somebody wrote."""

    at: datetime
    kind: str
    verb: str
    label: str
    who: str
    text: str
    about_id: int
    entry: LogEntry | None = None

    def kept(self) -> dict[str, Any]:
        """As it is kept once the log is signed."""
        names = ("kind", "verb", "label", "who", "text", "about_id")
        return {"at": self.at.isoformat()} | {name: getattr(self, name) for name in names}


def day_lines(estate: Estate, day: date) -> list[Line]:
    """The day's lines in their order, MOST of each register at most."""
    parts = (_contacts(estate, day), _history(estate, day), _entries(estate, day))
    return sorted((line for part in parts for line in part), key=lambda line: line.at)


def seen_by(user: User, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a log's kept lines that `user` may read: none about a ticket or slip that is not theirs to see."""
    for kind, model in (("ticket", Ticket), ("slip", Slip)):
        ids = {line["about_id"] for line in lines if line["kind"] == kind}
        seen = set(model.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))  # type: ignore[attr-defined]
        lines = [line for line in lines if line["kind"] != kind or line["about_id"] in seen]
    return lines


def day_figures(estate: Estate, day: date) -> dict[str, int]:
    """How many calls, visits, letters, messages and tickets the day had."""
    since, until = bounds_of(estate, day)
    kinds = {kind: Count("pk", filter=Q(kind=kind)) for kind in Contact.Kind.values}
    rows = Contact.objects.filter(estate=estate, created_at__gte=since, created_at__lt=until).order_by()
    taken = Count("pk", filter=Q(created_at__gte=since, created_at__lt=until))
    ended = Count("pk", filter=Q(closed_at__gte=since, closed_at__lt=until))
    tickets = Ticket.objects.filter(estate=estate).order_by().aggregate(taken=taken, closed=ended)
    return rows.aggregate(**kinds) | tickets


def bounds_of(estate: Estate, day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight on the estate's clock."""
    zone = ZoneInfo(estate.time_zone)
    midnight = datetime.min.time()
    return datetime.combine(day, midnight, zone), datetime.combine(day + timedelta(days=1), midnight, zone)


def _contacts(estate: Estate, day: date) -> Iterator[Line]:
    since, until = bounds_of(estate, day)
    rows = Contact.objects.filter(estate=estate, created_at__gte=since, created_at__lt=until)
    for contact in rows.select_related("unit", "taken_by").defer("phone").order_by("created_at")[:MOST]:
        label = contact.unit.code if contact.unit else contact.number
        who = str(contact.taken_by or "")
        yield Line(
            contact.created_at, "contact", contact.kind, label, who, _short(contact.summary), contact.pk
        )


def _history(estate: Estate, day: date) -> Iterator[Line]:
    since, until = bounds_of(estate, day)
    rows = list(
        Entry.objects.filter(estate=estate, at__gte=since, at__lt=until, verb__in=TOLD).order_by("at", "id")[
            :MOST
        ]
    )
    ids = {row.target_id for row in rows if row.target_type == "tickets.ticket"}
    words = dict(Ticket.objects.filter(pk__in=ids).values_list("pk", "subject"))
    for row in rows:
        text = words.get(row.target_id, "") if row.target_type == "tickets.ticket" else ""
        yield Line(row.at, TOLD[row.verb], row.verb, row.target_label, row.actor_name, text, row.target_id)


def _entries(estate: Estate, day: date) -> Iterator[Line]:
    rows = LogEntry.objects.filter(estate=estate, day=day)
    for entry in rows.select_related("written_by", "ticket", "slip", "message"):
        who = str(entry.written_by)
        yield Line(entry.written_at, "entry", "entry", "", who, entry.text, entry.pk, entry)


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(160)
