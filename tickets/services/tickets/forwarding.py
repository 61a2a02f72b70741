"""Matters that another body forwarded 转办, and answering them back (docs/domain.md §2)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import Forwarding, Ticket
from tickets.services.follow_up_plans import has_open_visit
from tickets.services.forwardings import lay_forwarding
from tickets.services.steps import open_keys, tick
from tickets.services.tickets.ending import end
from tickets.services.tickets.state import guard, lock_ticket, need_reason, save_ticket, take_first_contact


@transaction.atomic
def note_forwarding(
    ticket: Ticket,
    *,
    actor: User,
    sender: str,
    sender_name: str = "",
    number: str = "",
    answer_due_at: datetime | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Another body sent this matter: whose it is, their number and limit, and one step more at the end.

    Again it corrects what was written, until they have their answer. Refused invalid_transition, answered_back.
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    guard(ticket, "forward")
    before = Forwarding.objects.filter(ticket=ticket).first()
    if before is not None and before.answered_at is not None:
        raise Refused("answered_back", _("They have their answer already."))
    forwarding = before or Forwarding(ticket=ticket)
    if forwarding.answer_due_at != answer_due_at:
        forwarding.escalation = 0
    forwarding.sender, forwarding.sender_name = sender, sender_name.strip()
    forwarding.number, forwarding.answer_due_at = number.strip(), answer_due_at
    lay_forwarding(forwarding, actor=actor, at=at)
    save_ticket(ticket, *take_first_contact(ticket, actor))
    return ticket


@transaction.atomic
def answer_back(
    ticket: Ticket,
    *,
    actor: User,
    answer: str,
    via: str,
    answered_at: datetime | None = None,
    at: datetime | None = None,
) -> Ticket:
    """The sender has been answered: when, how and in what words. Again by the same words is harmless.

    A matter that waited for this alone is closed. Refused not_forwarded, reason_required, in_the_future,
    answered_back, invalid_transition.
    """
    at = at or timezone.now()
    answer = need_reason(answer, field="answer")
    ticket = lock_ticket(ticket)
    forwarding = Forwarding.objects.filter(ticket=ticket).first()
    if forwarding is None:
        raise Refused("not_forwarded", _("Nobody forwarded this matter."))
    if forwarding.answered_at is not None:
        if (forwarding.answer, forwarding.answered_by_id) == (answer, actor.pk):
            return ticket
        raise Refused("answered_back", _("They have their answer already."))
    guard(ticket, "answer_back")
    when = answered_at or at
    if when > at:
        raise Refused("in_the_future", _("That time has not come yet."), field="answered_at")
    forwarding.answered_at, forwarding.answered_by = when, actor
    forwarding.answered_via, forwarding.answer = via, answer
    forwarding.save(update_fields=["answered_at", "answered_by", "answered_via", "answer"])
    save_ticket(ticket, *take_first_contact(ticket, actor))
    record("ticket.answered_back", ticket, actor=actor, at=at, sender=forwarding.sent_by, via=via)
    tick(ticket, "answer", actor=actor, at=at)
    if ticket.status == Ticket.Status.RESOLVED and not open_keys(ticket) and not has_open_visit(ticket):
        end(ticket, Ticket.Status.CLOSED, actor=actor, at=at, by="answered_back")
    return ticket
