"""What a shift leaves open, so that its handover writes itself: each with until when, who, what and the next step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from helpdesk.estates.models import Department, Estate
from residents.selectors import overdue_keys
from tickets.models import (
    UNRESOLVED,
    Contact,
    FollowUp,
    Forwarding,
    HandoverLine,
    Incident,
    Reply,
    Slip,
    Ticket,
)

# What falls due before the shift after next has begun is the next one's business.
SOON = timedelta(hours=24)
Kind = HandoverLine.Kind


@dataclass(frozen=True)
class Leftover:
    """One open matter as a line of a handover; `kind` and `about_id` say which."""

    kind: str
    about_id: int
    label: str
    due_at: datetime | None
    who: str
    what: str
    next_step: str


def leftovers(estate: Estate, department: Department, *, since: datetime, at: datetime) -> list[Leftover]:
    """Everything that the shift of `department`, begun at `since`, leaves open at `at`; the earliest due first.

    The front desk hands over the whole estate's matters; any other department its own tickets and slips.
    """
    if department.kind == Department.Kind.FRONT_DESK:
        parts: list[Iterator[Leftover]] = [
            _tickets(Q(estate=estate), since, at),
            _answers(estate, at),
            _slips(Q(estate=estate)),
            _incidents(estate),
            _contacts(estate),
            _replies(estate),
            _follow_ups(estate, at),
            _keys(estate, at),
        ]
    else:
        parts = [_tickets(Q(department=department), since, at), _slips(Q(department=department))]
    found = [line for part in parts for line in part]
    return sorted(found, key=lambda line: (line.due_at is None, line.due_at or at))


def _tickets(of: Q, since: datetime, at: datetime) -> Iterator[Leftover]:
    """Late, serious, due within a day, or taken in this shift."""
    late = Ticket.objects.filter(of).overdue(at).values("pk")  # type: ignore[attr-defined]
    soon = Q(resolution_due_at__lt=at + SOON) | Q(responded_at__isnull=True, response_due_at__lt=at + SOON)
    rows = Ticket.objects.filter(
        of, soon | Q(is_serious=True) | Q(created_at__gte=since) | Q(pk__in=late), status__in=UNRESOLVED
    ).select_related("unit", "resident", "responsible", "handler", "department")
    for t in rows.defer("reporter_phone", "track_secret", "search_text"):
        due = t.resolution_due_at if t.responded_at else min(t.response_due_at, t.resolution_due_at)
        yield Leftover(
            Kind.TICKET,
            t.pk,
            t.number,
            due,
            _listed(t.unit and t.unit.code, t.resident or t.reporter_name),
            _short(t.subject or t.description),
            _step_of(t),
        )


def _answers(estate: Estate, at: datetime) -> Iterator[Leftover]:
    """Senders who still wait: late, due within a day, or for nothing but the answer."""
    settled = (Ticket.Status.RESOLVED, Ticket.Status.DECLINED)
    rows = Forwarding.objects.filter(
        Q(answer_due_at__lt=at + SOON) | Q(ticket__status__in=settled),
        ticket__estate=estate,
        ticket__merged_into__isnull=True,
        answered_at__isnull=True,
    ).exclude(ticket__status=Ticket.Status.CLOSED)
    for row in rows.select_related("ticket").defer(
        "ticket__reporter_phone", "ticket__track_secret", "ticket__search_text"
    ):
        what = _short(row.ticket.subject or row.ticket.description)
        who = _listed(row.sent_by, row.number)
        yield Leftover(
            Kind.ANSWER, row.ticket_id, row.ticket.number, row.answer_due_at, who, what, _("Answer back")
        )


def _step_of(ticket: Ticket) -> str:
    if not ticket.complaint_class:
        return _("Judge it")
    if ticket.paused_since:
        return _("Paused: see whether it can go on")
    if ticket.responded_at is None:
        return _("Answer the resident")
    if ticket.handler or ticket.department:
        return _("Press %(who)s") % {"who": ticket.handler or ticket.department}
    return _("Give it to a department")


def _slips(of: Q) -> Iterator[Leftover]:
    for slip in Slip.objects.filter(of).unsigned().select_related("unit", "department"):  # type: ignore[attr-defined]
        who = _listed(slip.unit and slip.unit.code, slip.department)
        yield Leftover(
            Kind.SLIP,
            slip.pk,
            slip.number,
            slip.sign_due_at,
            who,
            _short(slip.instructions),
            _("Have it signed for"),
        )


def _incidents(estate: Estate) -> Iterator[Leftover]:
    for incident in Incident.objects.filter(estate=estate).open().select_related("building"):  # type: ignore[attr-defined]
        where = _listed(incident.building and incident.building.code, incident.place)
        yield Leftover(
            Kind.INCIDENT,
            incident.pk,
            incident.number,
            None,
            where,
            _short(incident.title),
            _("Keep its page, tell those who ask"),
        )


WAITING: dict[str, tuple[str, Callable[[Contact], datetime | None]]] = {
    "call_back": (Kind.CALL_BACK, lambda contact: contact.call_back_at),
    "message": (Kind.MESSAGE, lambda contact: None),
    "class": (Kind.LETTER, lambda contact: None),
    "decision": (Kind.LETTER, lambda contact: None),
    "administration": (Kind.LETTER, lambda contact: None),
}


def _contacts(estate: Estate) -> Iterator[Leftover]:
    """Call-backs promised, messages not passed on, letters that nobody has decided."""
    steps = {
        "call_back": _("Ring back"),
        "message": _("Pass it on"),
        "class": _("Class the letter"),
        "decision": _("Decide whether a slip is issued"),
        "administration": _("See that administration has it"),
    }
    rows = Contact.objects.filter(estate=estate).open().select_related("unit", "resident", "addressee")  # type: ignore[attr-defined]
    for contact in rows.defer("phone"):
        kind, due = WAITING[contact.waits_for]
        who = _listed(contact.unit and contact.unit.code, contact.resident or contact.name, contact.addressee)
        what = _short(contact.summary or contact.get_kind_display())
        step = steps[contact.waits_for]
        yield Leftover(kind, contact.pk, contact.number, due(contact), who, what, step)


def _replies(estate: Estate) -> Iterator[Leftover]:
    rows = Reply.objects.filter(state=Reply.State.HELD, ticket__estate=estate).select_related(
        "ticket", "author"
    )
    for reply in rows.defer("ticket__reporter_phone", "ticket__track_secret", "ticket__search_text"):
        yield Leftover(
            Kind.REPLY,
            reply.pk,
            reply.ticket.number,
            None,
            str(reply.author or ""),
            _short(reply.body),
            _("A supervisor decides"),
        )


def _follow_ups(estate: Estate, at: datetime) -> Iterator[Leftover]:
    due = FollowUp.objects.filter(estate=estate).due(at)  # type: ignore[attr-defined]
    for visit in due.select_related("ticket", "slip", "contact", "unit", "assignee"):
        about = visit.about
        yield Leftover(
            Kind.FOLLOW_UP,
            visit.pk,
            getattr(about, "number", "") or getattr(about, "code", ""),
            visit.on_time_until,
            str(visit.assignee or ""),
            _("Follow-up visit"),
            _("Ask the resident"),
        )


def _keys(estate: Estate, at: datetime) -> Iterator[Leftover]:
    """Keys that should have been back at the desk."""
    for loan in overdue_keys(estate, at):
        yield Leftover(
            Kind.KEY,
            loan.pk,
            loan.key.code,
            loan.due_at,
            _listed(loan.key.unit and loan.key.unit.code, loan.borrower, loan.department),
            _short(_("Key out: %(what)s") % {"what": loan.key.label}),
            _("Get it back"),
        )


PAGES = {
    Kind.TICKET: "ticket_detail",
    Kind.ANSWER: "ticket_detail",
    Kind.SLIP: "slip_detail",
    Kind.INCIDENT: "incident_detail",
    Kind.FOLLOW_UP: "follow_up_detail",
}


def page_of(line: HandoverLine) -> str:
    """Address of the matter behind a line; empty where it has no page of its own."""
    if line.about_id is None:
        return ""
    if line.kind in PAGES:
        return reverse(PAGES[HandoverLine.Kind(line.kind)], args=[line.about_id])
    if line.kind == Kind.KEY:
        return reverse("key_list")
    return reverse("contact_list") if line.kind in {Kind.CALL_BACK, Kind.MESSAGE, Kind.LETTER} else ""


def _listed(*words: Any) -> str:
    return " · ".join(str(word) for word in words if word)[:120]


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(200)
