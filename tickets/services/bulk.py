"""One act on many tickets: each by its own service and its own rules, so that one refusal stops none of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import Reply, Ticket
from tickets.services.replies import add_reply
from tickets.services.tickets import assign_ticket, hand_over_responsibility, set_priority

MOST = 100  # tickets in one request


@dataclass(frozen=True)
class Outcome:
    """What came of one ticket; `refused` empty means done."""

    ticket: Ticket
    refused: str = ""


@dataclass(frozen=True)
class Picked:
    """A ticket that was ticked in a list, as it stood there."""

    ticket: Ticket
    version: int | None


Act = Callable[[Picked], Any]


def do_to_each(picked: Sequence[Picked], *, actor: User, act: Act) -> list[Outcome]:
    """Do it to one after the other and say what came of each; Refused too_many above MOST, and nothing is done."""
    if len(picked) > MOST:
        raise Refused("too_many", _("No more than %(most)d tickets at once.") % {"most": MOST})
    return [Outcome(one.ticket, _refusal(one, actor, act)) for one in picked]


def _refusal(one: Picked, actor: User, act: Act) -> str:
    if not actor.may("tickets.work", one.ticket.estate_id):
        return _("You don't work on this ticket.")
    try:
        act(one)
    except Refused as refused:
        return str(refused.message)
    return ""


def assigning(*, actor: User, department: Department, handler: User | None) -> Act:
    """Give each to this department."""
    return lambda one: assign_ticket(
        one.ticket, actor=actor, department=department, handler=handler, version=one.version
    )


def setting_priority(*, actor: User, priority: str, reason: str) -> Act:
    """Count the limits of each by this priority."""
    return lambda one: set_priority(
        one.ticket, actor=actor, priority=priority, reason=reason, version=one.version
    )


def handing_over(*, actor: User, to: User, reason: str) -> Act:
    """Make somebody else responsible for each."""
    return lambda one: hand_over_responsibility(one.ticket, actor=actor, to=to, reason=reason)


def noting(*, actor: User, body: str, form_token: str) -> Act:
    """Write the same internal note on each; the same form sent twice writes it once."""

    def act(one: Picked) -> Any:
        token = f"{form_token}:{one.ticket.pk}"[:64] if form_token else None
        return add_reply(
            one.ticket, actor=actor, body=body, visibility=Reply.Visibility.INTERNAL, form_token=token
        )

    return act
