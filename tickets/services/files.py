"""Photos and papers added to a ticket or a slip."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.models import Slip, Ticket
from tickets.services.tickets.state import lock_ticket


@transaction.atomic
def add_files(
    owner: Ticket | Slip,
    files: Sequence[Inspected],
    *,
    actor: User,
    purpose: str = "",
    at: datetime | None = None,
) -> list[Attachment]:
    """Keep inspected files with the record and in its history; Refused too_many_files beyond what a record holds."""
    at = at or timezone.now()
    ticket = owner if isinstance(owner, Ticket) else owner.ticket
    if ticket is not None:
        lock_ticket(ticket)
    if isinstance(owner, Slip):
        Slip.objects.select_for_update().get(pk=owner.pk)
    kept = attach(owner, files, actor=actor, estate=owner.estate, purpose=purpose, at=at)
    kind = "slip" if isinstance(owner, Slip) else "ticket"
    record(
        f"{kind}.files_added", owner, actor=actor, filed_under=ticket, at=at, files=len(kept), purpose=purpose
    )
    return kept
