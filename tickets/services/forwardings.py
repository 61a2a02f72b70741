"""Writing down that another body forwarded a matter 转办. The caller holds the ticket's lock, or has just made it."""

from datetime import datetime
from typing import Any

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Forwarding
from tickets.procedures import ANSWERED_BACK
from tickets.services.steps import lay_beside


def lay_forwarding(forwarding: Forwarding, *, actor: User | None, at: datetime) -> None:
    """Keep who sent it, with one step more at the end of the ticket's procedure."""
    # A ticket that was only just written has its key by now.
    forwarding.ticket_id = forwarding.ticket.pk
    forwarding.save()
    lay_beside(forwarding.ticket, ANSWERED_BACK.key)
    due = forwarding.answer_due_at
    said: dict[str, Any] = {"sender": forwarding.sent_by, "number": forwarding.number, "due": due}
    record("ticket.forwarded", forwarding.ticket, actor=actor, at=at, **{k: v for k, v in said.items() if v})
