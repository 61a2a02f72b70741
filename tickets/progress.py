"""How a matter stands, in words for the resident: never its class, never who else is involved by name but the desk."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpdesk.attachments.models import Attachment
from tickets.models import FollowUp, Reply, Slip, Ticket


@dataclass(frozen=True)
class Mark:
    """One line of the progress: `state` is done, current or open; `at` is when it was, or by when it is planned."""

    title: str
    line: str
    state: str
    at: datetime | None
    is_limit: bool = False


@dataclass(frozen=True)
class Progress:
    headline: str
    detail: str
    marks: list[Mark]
    replies: list[Reply]
    # By the id of the reply they came with.
    photos: dict[int, list[Attachment]]
    can_reply: bool
    can_rate: bool
    rated: FollowUp | None


def progress_of(ticket: Ticket) -> Progress:
    """Everything that the page and the API behind a resident's link show. Four queries, and one for the photos."""
    goes_on = joined_with(ticket)
    shown = Reply.objects.filter(ticket=ticket, visibility="public", state="sent").select_related("author")
    slips = (
        Slip.objects.filter(ticket=goes_on)
        .exclude(status="cancelled")
        .select_related("department")
        .order_by("id")
    )
    visit = FollowUp.objects.filter(ticket=ticket).exclude(status="cancelled").order_by("-round").first()
    replies, jobs = list(shown), list(slips)
    photos: dict[int, list[Attachment]] = {}
    for photo in public_files(ticket).filter(owner_type=Reply._meta.label_lower):
        photos.setdefault(photo.owner_id, []).append(photo)
    headline, detail = _headline(goes_on, jobs)
    if goes_on != ticket and goes_on.status != Ticket.Status.DECLINED:
        detail = _("It goes on together with another report of the same matter.")
    return Progress(
        headline=headline,
        detail=detail,
        marks=_marks(ticket, goes_on, jobs, visit),
        replies=replies,
        photos=photos,
        can_reply=ticket.status != Ticket.Status.DECLINED and ticket.merged_into_id is None,
        can_rate=bool(visit and visit.status == FollowUp.Status.SCHEDULED),
        rated=visit if visit and visit.status == FollowUp.Status.DONE else None,
    )


def joined_with(ticket: Ticket) -> Ticket:
    """The ticket under which the matter goes on; the ticket itself unless it was merged."""
    while ticket.merged_into is not None:
        ticket = ticket.merged_into
    return ticket


def public_files(ticket: Ticket) -> QuerySet[Attachment]:
    """The files that the resident sees: those of the ticket and of replies that were sent, if they are marked public."""
    sent = Reply.objects.filter(ticket=ticket, visibility="public", state="sent").values("pk")
    of_ticket = Q(owner_type=Ticket._meta.label_lower, owner_id=ticket.pk)
    of_reply = Q(owner_type=Reply._meta.label_lower, owner_id__in=sent)
    return Attachment.objects.filter(of_ticket | of_reply, is_public=True).order_by("id")


def _headline(ticket: Ticket, slips: list[Slip]) -> tuple[str, str]:
    status = Ticket.Status
    if ticket.status == status.DECLINED:
        return _("This is not something we can do"), ticket.closing_reason
    if ticket.status == status.CLOSED:
        return _("Finished"), _("If it comes back, please tell us again.")
    if ticket.status == status.RESOLVED:
        return _("Seen to"), _("We will ask you how it went.")
    if any(s.status in {"signed", "in_progress"} for s in slips):
        return _("Somebody is working on it"), _signed_by(slips)
    if ticket.department_id:
        return _("It is with the people who can settle it"), str(ticket.department)
    if ticket.responded_at:
        return _("The front desk has read it"), _looked_after(ticket)
    return _("We have your report"), _("The front desk is reading it.")


def _signed_by(slips: list[Slip]) -> str:
    departments = dict.fromkeys(str(s.department) for s in slips if s.signed_at)
    return ", ".join(departments)


def _marks(ticket: Ticket, goes_on: Ticket, slips: list[Slip], visit: FollowUp | None) -> list[Mark]:
    """The line from report to follow-up visit; the first that is not done is the current one. A matter that goes on
    under another number stands where that one does, and only its own reporter is asked."""
    signed = min((s.signed_at for s in slips if s.signed_at), default=None)
    handed = min((s.issued_at for s in slips), default=None)
    is_seen_to = goes_on.status in {"resolved", "closed"}
    rows: list[tuple[str, str, datetime | None, datetime | None]] = [
        (_("We have your report"), ticket.number, ticket.created_at, None),
        (
            _("The front desk has read it"),
            _looked_after(goes_on),
            _first(ticket.responded_at, goes_on.responded_at, handed),
            goes_on.response_due_at,
        ),
        (_("Somebody is working on it"), _signed_by(slips) or str(goes_on.department or ""), signed, None),
        (_("Seen to"), "", goes_on.resolved_at if is_seen_to else None, None),
    ]
    if goes_on == ticket:
        asked = (visit.recorded_at, visit.due_at) if visit else (None, None)
        rows.append((_("We ask you how it went"), "", *asked))
    if goes_on.status == Ticket.Status.DECLINED:
        rows = [rows[0], (_("Answered"), "", goes_on.closed_at, None)]
    return _in_order(rows, finished=goes_on.status in {"closed", "declined"})


def _first(*moments: datetime | None) -> datetime | None:
    return min((m for m in moments if m), default=None)


def _looked_after(ticket: Ticket) -> str:
    return _("%(name)s looks after this") % {"name": ticket.responsible} if ticket.responsible else ""


def _in_order(rows: list[tuple[str, str, datetime | None, datetime | None]], *, finished: bool) -> list[Mark]:
    """A later line that is done makes the ones before it done; of the others the first is the current one."""
    last_done = max((n for n, row in enumerate(rows) if row[2]), default=0)
    if finished:
        last_done = len(rows) - 1
    marks = []
    for n, (title, line, at, limit) in enumerate(rows):
        state = "done" if n <= last_done else "current" if n == last_done + 1 else "open"
        marks.append(Mark(title, line, state, at or limit, is_limit=at is None and limit is not None))
    return marks
