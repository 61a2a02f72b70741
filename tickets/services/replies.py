"""Notes, replies to the resident, and the resident's own words. Nobody promises lightly (docs/domain.md §2)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import bigrams
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from tickets.models import Reply, Ticket
from tickets.promise_words import find_promises
from tickets.services.mentions import named_in, tell_named
from tickets.services.telling import (
    desk_supervisors,
    headline_of,
    supervisors,
    tell_resident,
    tell_staff,
    who_looks_after,
)
from tickets.services.tickets.pausing import resident_spoke
from tickets.services.tickets.state import (
    lock_ticket,
    need_reason,
    note_response,
    save_ticket,
    take_first_contact,
)

STATE = Reply.State
REPLY_STATES = Transitions(
    {"release": ((STATE.HELD,), STATE.SENT), "withdraw": ((STATE.HELD,), STATE.WITHDRAWN)},
    statuses=STATE.choices,
)


@transaction.atomic
def add_reply(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    visibility: str,
    form_token: str | None = None,
    files: Iterable[Inspected] = (),
    at: datetime | None = None,
) -> Reply:
    """An internal note, or a reply to the resident: held if it promises something and the writer may not promise.

    The same form sent twice gives the first one's reply. Refused text_missing, cannot_see (a note names somebody who may
    not see it).
    """
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    before = _made_by(form_token, ticket)
    if before is not None:
        return before
    reply = Reply(
        ticket=ticket,
        body=_need_text(body),
        visibility=visibility,
        author=actor,
        created_at=at,
        form_token=form_token,
    )
    public = visibility == Reply.Visibility.PUBLIC
    named = [] if public else named_in(reply.body, ticket)
    if public:
        _weigh(reply, actor)
    reply.save()
    tell_named(reply, named)
    if files:
        attach(reply, files, actor=actor, estate=ticket.estate, is_public=public, at=at)
    _index(ticket, body, *(take_first_contact(ticket, actor) if public else []))
    held = reply.state == STATE.HELD
    record(
        "reply.held" if held else "reply.added",
        reply,
        actor=actor,
        filed_under=ticket,
        at=at,
        visibility=visibility,
    )
    if held:
        _ask_to_release(reply, ticket)
    elif public:
        _send(reply, ticket, at)
    return reply


def _weigh(reply: Reply, actor: User) -> None:
    """What the reply promises; a supervisor's own goes out at once and stands as approved by its writer."""
    reply.promises = [{"words": found.words, "kind": found.kind} for found in find_promises(reply.body)]
    if not reply.promises:
        return
    if actor.may("tickets.release_reply", reply.ticket.estate_id):
        reply.released_by, reply.released_at = actor, reply.created_at
    else:
        reply.state = STATE.HELD


def _index(ticket: Ticket, body: str, *changed: str) -> None:
    ticket.search_text = f"{ticket.search_text} {bigrams(body)}".strip()
    # A note is no change of what a colleague is editing: the version stays, so that nobody's text is lost over it.
    ticket.save(update_fields=["search_text", *changed])


def _send(reply: Reply, ticket: Ticket, at: datetime) -> None:
    """The resident is told, outside rest hours; the first reply is the first answer."""
    changed = note_response(ticket, at)
    if changed:
        save_ticket(ticket, *changed)
    tell_resident(ticket, "resident_reply", key=f"reply:{reply.pk}", at=at, body=reply.body)


def _ask_to_release(reply: Reply, ticket: Ticket) -> None:
    tell_staff(
        [*desk_supervisors(ticket.estate), *supervisors(ticket.estate, ticket.department)],
        "reply_held",
        about=ticket,
        key=f"reply:{reply.pk}:held",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        author=str(reply.author),
        words=[promise["words"] for promise in reply.promises],
    )


@transaction.atomic
def release_reply(reply: Reply, *, actor: User, at: datetime | None = None) -> Reply:
    """Let a held reply go out; by the same person once more it stays sent. Refused invalid_transition."""
    at = at or timezone.now()
    reply, ticket = _locked(reply)
    if reply.state == STATE.SENT and reply.released_by_id == actor.pk:
        return reply
    reply.state = REPLY_STATES.guard(reply.state, "release")
    reply.released_by, reply.released_at = actor, at
    reply.save(update_fields=["state", "released_by", "released_at"])
    record("reply.released", reply, actor=actor, filed_under=ticket, at=at)
    _send(reply, ticket, at)
    _tell_author(reply, ticket, "reply_released", actor)
    return reply


@transaction.atomic
def withdraw_reply(reply: Reply, *, actor: User, reason: str, at: datetime | None = None) -> Reply:
    """Take a held reply back; it never went out. Refused reason_required, invalid_transition."""
    reason = need_reason(reason)
    reply, ticket = _locked(reply)
    reply.state = REPLY_STATES.guard(reply.state, "withdraw")
    reply.save(update_fields=["state"])
    record("reply.withdrawn", reply, actor=actor, filed_under=ticket, at=at, reason=reason)
    _tell_author(reply, ticket, "reply_withdrawn", actor, reason=reason)
    return reply


@transaction.atomic
def add_resident_reply(
    ticket: Ticket,
    *,
    body: str,
    files: Iterable[Inspected] = (),
    form_token: str | None = None,
    at: datetime | None = None,
) -> Reply:
    """The resident's own words, told to the responsible person. Refused text_missing, invalid_transition (declined)."""
    at = at or timezone.now()
    ticket = lock_ticket(ticket)
    before = _made_by(form_token, ticket)
    if before is not None:
        return before
    if ticket.status == Ticket.Status.DECLINED or ticket.merged_into_id:
        raise Refused(
            "invalid_transition", _("Nothing more can be written here. Please ring the front desk.")
        )
    reply = Reply.objects.create(
        ticket=ticket,
        body=_need_text(body),
        visibility=Reply.Visibility.PUBLIC,
        from_resident=True,
        created_at=at,
        form_token=form_token,
    )
    # On the ticket, not on the reply: there the resident sees them too.
    if files:
        attach(ticket, files, actor=None, estate=ticket.estate, purpose="resident", is_public=True, at=at)
    _index(ticket, body)
    heard = resident_spoke(ticket, at=at)
    if heard:
        save_ticket(ticket, *heard)
    record(
        "reply.added", reply, actor=None, filed_under=ticket, at=at, visibility="public", from_resident=True
    )
    tell_staff(
        who_looks_after(ticket),
        "resident_wrote",
        about=ticket,
        key=f"reply:{reply.pk}:wrote",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        ended=not ticket.is_open,
    )
    return reply


def _need_text(body: str) -> str:
    if not body.strip():
        raise Refused("text_missing", _("Write something first."), field="body")
    return body.strip()


def _made_by(form_token: str | None, ticket: Ticket) -> Reply | None:
    return Reply.objects.filter(form_token=form_token, ticket=ticket).first() if form_token else None


def _locked(reply: Reply) -> tuple[Reply, Ticket]:
    """Both rows locked, the ticket first as everywhere."""
    ticket = lock_ticket(reply.ticket)
    return Reply.objects.select_for_update(of=("self",)).select_related("author").get(pk=reply.pk), ticket


def _tell_author(reply: Reply, ticket: Ticket, template: str, actor: User, reason: str = "") -> None:
    if reply.author is None or reply.author == actor:
        return
    tell_staff(
        [reply.author],
        template,
        about=ticket,
        key=f"reply:{reply.pk}:{reply.state}",
        link=reverse("ticket_detail", args=[ticket.pk]),
        title=headline_of(ticket),
        by=str(actor),
        reason=reason,
    )
