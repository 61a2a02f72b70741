"""Which act is possible in which status, and the lock under which every act happens."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.names import bigrams
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from tickets.deadlines import on_site_limit
from tickets.models import OPEN, UNRESOLVED, ComplaintClass, Ticket

S = Ticket.Status
STAYS = ""

TICKET_STATES = Transitions(
    {
        "classify": (OPEN, STAYS),
        "set_priority": (UNRESOLVED, STAYS),
        "tick_step": (OPEN, STAYS),
        "issue_slip": (UNRESOLVED, STAYS),
        "hand_over": (OPEN, STAYS),
        "assign": ((S.NEW, S.ASSIGNED), S.ASSIGNED),
        "reassign": ((S.IN_PROGRESS,), S.IN_PROGRESS),
        "start": ((S.ASSIGNED,), S.IN_PROGRESS),
        "resolve": (UNRESOLVED, S.RESOLVED),
        "close": ((S.RESOLVED,), S.CLOSED),
        # A manager closes with a step open, which a matter that is not resolved always has.
        "close_early": (OPEN, S.CLOSED),
        "reopen": ((S.RESOLVED, S.CLOSED, S.DECLINED), S.IN_PROGRESS),
        "decline": (UNRESOLVED, S.DECLINED),
        "merge": (UNRESOLVED, S.CLOSED),
        "split": (OPEN, STAYS),
        # What is resolved waits for its own visit: nothing more is laid upon it.
        "merge_into": (UNRESOLVED, STAYS),
        "pause": (UNRESOLVED, STAYS),
        "report_serious": (UNRESOLVED, STAYS),
        "forward": (OPEN, STAYS),
        # A manager may have closed it before the sender had an answer, who gets one all the same.
        "answer_back": ((*OPEN, S.CLOSED, S.DECLINED), STAYS),
        "set_warranty": (OPEN, STAYS),
        "edit": (OPEN, STAYS),
    },
    statuses=Ticket.Status.choices,
    actions={
        "classify": gettext_lazy("Change the class"),
        "set_priority": gettext_lazy("Change the priority"),
        "tick_step": gettext_lazy("Tick a step"),
        "issue_slip": gettext_lazy("Issue a slip"),
        "hand_over": gettext_lazy("Hand over"),
        "assign": gettext_lazy("Assign"),
        "reassign": gettext_lazy("Assign"),
        "start": gettext_lazy("Start"),
        "resolve": gettext_lazy("Resolve"),
        "close": gettext_lazy("Close"),
        "close_early": gettext_lazy("Close"),
        "reopen": gettext_lazy("Reopen"),
        "decline": gettext_lazy("Decline"),
        "merge": gettext_lazy("Merge"),
        "merge_into": gettext_lazy("Merge into this one"),
        "split": gettext_lazy("Split off a part"),
        "pause": gettext_lazy("Pause"),
        "report_serious": gettext_lazy("Tell the manager"),
        "forward": gettext_lazy("Note who forwarded it"),
        "answer_back": gettext_lazy("Answer back"),
        "set_warranty": gettext_lazy("Change the warranty"),
        "edit": gettext_lazy("Edit"),
    },
)


def lock_ticket(ticket: Ticket, *, version: int | None = None) -> Ticket:
    """The row as it now is, locked until the caller commits; Stale if it is no longer at `version`."""
    now = Ticket.objects.select_for_update(of=("self",)).select_related("estate").get(pk=ticket.pk)
    if version is not None and version != now.version:
        raise Stale(_("A colleague changed this ticket meanwhile; nothing was saved."), version=now.version)
    return now


def save_ticket(ticket: Ticket, *fields: str) -> None:
    """Write these fields of a locked ticket as its next version."""
    ticket.version += 1
    ticket.save(update_fields=[*fields, "version"])


def guard(ticket: Ticket, action: str) -> str:
    """The status that `action` leads to; Refused invalid_transition, and for a merged ticket always."""
    if ticket.merged_into_id and action != "classify":
        raise Refused("invalid_transition", _("This ticket was merged into another one; work on that one."))
    return TICKET_STATES.guard(ticket.status, action)


def need_reason(reason: str, *, field: str = "reason") -> str:
    """The reason without blanks around it; Refused reason_required if there is none."""
    if not reason.strip():
        raise Refused("reason_required", _("Give a reason."), field=field)
    return reason.strip()


def take_first_contact(ticket: Ticket, actor: User | None) -> list[str]:
    """Whoever first deals with a matter stays responsible for it; returns the fields that changed."""
    if ticket.responsible_id or actor is None:
        return []
    ticket.responsible = actor
    return ["responsible"]


def note_response(ticket: Ticket, at: datetime) -> list[str]:
    """The first answer to the resident; later ones change nothing. Returns the fields that changed."""
    if ticket.responded_at:
        return []
    ticket.responded_at = at
    return ["responded_at"]


def note_on_site_limit(ticket: Ticket, at: datetime) -> list[str]:
    """A complaint that is valid since `at` is looked at on the spot within its limit; the others have none.

    Returns the fields that changed.
    """
    is_valid = ticket.complaint_class == ComplaintClass.VALID
    ticket.on_site_due_at = on_site_limit(ticket.estate, ticket.priority, at) if is_valid else None
    ticket.on_site_escalation = 0
    return ["on_site_due_at", "on_site_escalation"]


def search_text_of(ticket: Ticket, *more: str) -> str:
    """What the search box looks through: subject, words, reporter, what was done, and the replies given as `more`."""
    on_file = [ticket.resident.name, ticket.resident.other_name] if ticket.resident else []
    who = [ticket.reporter_name, *on_file, ticket.unit_as_written]
    texts = [ticket.subject, ticket.description, *who, ticket.resolution, *more]
    return bigrams(" ".join(text for text in texts if text))


def same_estate(ticket_estate_id: int, field: str, thing: Any) -> None:
    """Refused other_estate where `thing` belongs to another estate."""
    if thing is not None and thing.estate_id != ticket_estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field=field)
