"""Canned replies: written, filled in for a ticket, and carried out as a macro (docs/domain.md §2)."""

import re
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.models import User
from tickets.models import CannedReply, Priority, Reply, Ticket
from tickets.services.replies import add_reply
from tickets.services.tickets import assign_ticket, set_priority
from tickets.services.tickets.state import same_estate

TEXTS = ("body", "body_zh_hans", "body_zh_hant")
FIELDS = ("name", "topic", "complaint_class", "visibility", "priority", *TEXTS)
PLACEHOLDERS = ("resident", "number", "unit", "estate", "clerk")
PLACEHOLDER = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
# Who may let a promise out also writes what all of the estate say.
SHARES = "tickets.release_reply"


@transaction.atomic
def write_canned_reply(
    *,
    estate: Estate,
    actor: User,
    shared: bool,
    department: Department | None = None,
    canned: CannedReply | None = None,
    version: int | None = None,
    at: datetime | None = None,
    **values: str,
) -> CannedReply:
    """A new canned reply, or `canned` as it is now; shared by the estate, or one's own.

    Refused text_missing, reason_required (no name), not_yours, may_not_share, other_estate, declines; Stale.
    """
    row = CannedReply(estate=estate) if canned is None else _lock(canned, actor, version)
    if shared and not actor.may(SHARES, estate.pk):
        raise Refused(
            "may_not_share", _("A supervisor or manager writes what all of the estate use."), field="shared"
        )
    same_estate(estate.pk, "department", department)
    for name in FIELDS:
        setattr(row, name, values.get(name, "").strip())
    row.visibility = row.visibility or Reply.Visibility.PUBLIC
    if not row.name:
        raise Refused("reason_required", _("Give it a name."), field="name")
    if not any(getattr(row, name) for name in TEXTS):
        raise Refused("text_missing", _("Write it in one language at least."), field="body")
    if row.priority == Priority.DECLINED:
        raise Refused("declines", _("A matter is declined by hand, with its reason."), field="priority")
    row.owner, row.department = None if shared else actor, department
    row.version = row.version + 1 if canned else 1
    row.save()
    record("canned_reply.written" if canned is None else "canned_reply.changed", row, actor=actor, at=at)
    return row


@transaction.atomic
def archive_canned_reply(canned: CannedReply, *, actor: User, at: datetime | None = None) -> CannedReply:
    """No longer offered; again is harmless. Refused not_yours."""
    row = _lock(canned, actor, None)
    if not row.is_archived:
        row.is_archived = True
        row.version += 1
        row.save(update_fields=["is_archived", "version"])
        record("canned_reply.archived", row, actor=actor, at=at)
    return row


def _lock(canned: CannedReply, actor: User, version: int | None) -> CannedReply:
    now = CannedReply.objects.select_for_update(of=("self",)).select_related("estate").get(pk=canned.pk)
    mine = actor.may(SHARES, now.estate_id) if now.owner_id is None else now.owner_id == actor.pk
    if not mine:
        raise Refused("not_yours", _("This one is not yours to change."))
    if version is not None and version != now.version:
        raise Stale(
            _("A colleague changed this canned reply meanwhile; nothing was saved."), version=now.version
        )
    return now


def offered_for(ticket: Ticket, actor: User) -> list[CannedReply]:
    """What may be said on this ticket: of its topic and class first, then of none; those of another topic are left out."""
    rows = CannedReply.objects.visible_to(actor).in_use().filter(estate=ticket.estate_id)
    rows = rows.filter(topic__in=["", ticket.topic], complaint_class__in=["", ticket.complaint_class])
    return list(rows.select_related("department").order_by("-topic", "-complaint_class", "name", "id")[:60])


def filled_in(canned: CannedReply, ticket: Ticket, clerk: User) -> tuple[str, str]:
    """The words for this ticket's reader with the names in their places, and their language."""
    wanted = (ticket.resident.language if ticket.resident else "") or ticket.language
    words, language = canned.words(wanted or translation.get_language() or "en")
    with translation.override(language):
        known = {
            "resident": str(ticket.resident) if ticket.resident else ticket.reporter_name,
            "number": ticket.number,
            "unit": ticket.unit.code if ticket.unit else ticket.unit_as_written,
            "estate": str(ticket.estate),
            "clerk": str(clerk),
        }
    return PLACEHOLDER.sub(lambda match: known[match[1]] or "…", words), language


@transaction.atomic
def apply_macro(
    ticket: Ticket,
    *,
    actor: User,
    canned: CannedReply,
    version: int | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Reply:
    """Say it and do what it does, all or nothing; promise words hold it like any reply, the rest is done.

    The same form sent twice counts once. Refused other_estate, no_longer_used, and what the single acts refuse; Stale.
    """
    at = at or timezone.now()
    same_estate(ticket.estate_id, "canned", canned)
    if canned.is_archived:
        raise Refused("no_longer_used", _("This canned reply is no longer in use."))
    before = Reply.objects.filter(form_token=form_token, ticket=ticket).first() if form_token else None
    if before is not None:
        return before
    changes: dict[str, Any] = {"actor": actor, "version": version, "at": at}
    if canned.priority and canned.priority != ticket.priority:
        ticket = set_priority(ticket, priority=canned.priority, reason=canned.name, **changes)
        changes["version"] = None
    if canned.department and canned.department_id != ticket.department_id:
        assign_ticket(ticket, department=canned.department, **changes)
    body, _language = filled_in(canned, ticket, actor)
    token = form_token or uuid.uuid4().hex
    return add_reply(ticket, actor=actor, body=body, visibility=canned.visibility, form_token=token, at=at)
