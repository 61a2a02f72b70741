"""What the host says: on the way, please wait, not expected; by one link or to the clerk (docs/domain.md §6)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.staff.models import User
from visitors.models import Visit
from visitors.services.host_telling import tell_desk, tell_host_of
from visitors.services.visits import VISIT_STATES, announce_visit, lock_visit, save_visit

GUESSES_A_MINUTE = 10


@transaction.atomic
def tell_host(visit: Visit, *, actor: User, at: datetime | None = None) -> Visit:
    """Tell the host that somebody is at the door, once more if need be. Refused invalid_transition, host_unreachable."""
    at = at or timezone.now()
    locked = lock_visit(visit)
    VISIT_STATES.guard(locked.status, "tell_host")
    if not tell_host_of(locked, at=at, actor=actor):
        raise Refused(
            "host_unreachable", _("No number of theirs is on file: please telephone, or ring the bell.")
        )
    return locked


@transaction.atomic
def receive_and_tell(*, actor: User, at: datetime | None = None, **said: Any) -> Visit:
    """Written down, and the host is told before anybody is admitted. The same form again is one visit, told once.

    Refused host_unreachable (nothing is written down then), and as `announce_visit`.
    """
    visit = announce_visit(actor=actor, at=at, **said)
    return visit if visit.host_told_at else tell_host(visit, actor=actor, at=at)


def open_host_link(secret: str, *, address: str) -> Visit | None:
    """The visit behind a host's link; None if there is none. Wrong ones count, ten a minute from an address: TooOften."""
    if attempts("visit-host", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    rows = Visit.objects.select_related("estate", "unit", "host", "department")
    found = rows.filter(host_digest=digest_secret(secret)).first()
    if found is None:
        note_attempt("visit-host", address, seconds=60)
    return found


def is_open(visit: Visit) -> bool:
    """Whether the host can still answer."""
    return visit.status in VISIT_STATES.sources("answer")


@transaction.atomic
def answer_for_host(
    visit: Visit, *, answer: str, actor: User | None = None, at: datetime | None = None
) -> Visit:
    """What the host says: by the link (actor None; the desk is told), or to a clerk who writes it down. The same answer
    again changes nothing, another one takes its place. Refused invalid_answer, invalid_transition (the visit is over)."""
    at = at or timezone.now()
    if answer not in Visit.Answer.values:
        raise Refused("invalid_answer", _("Choose one of the answers."), field="answer")
    locked = lock_visit(visit)
    VISIT_STATES.guard(locked.status, "answer")
    if locked.host_answer == answer:
        return locked
    locked.host_answer, locked.host_answered_at = answer, at
    save_visit(locked)
    record("visit.host_answered", locked, actor=actor, at=at, answer=answer)
    if actor is None:
        tell_desk(locked, "visit_answered", key=f"answer:{locked.version}", at=at, answer=answer)
    return locked
