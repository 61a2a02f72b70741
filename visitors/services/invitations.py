"""The visitor's own page with the QR code: sent to them, opened by who has its code (docs/domain.md §6)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.codes import read_code
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.sealed import clear
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from tickets.services.telling import on_the_clock
from visitors.models import Visit
from visitors.services.host_telling import words_of
from visitors.services.visits import VISIT_STATES, lock_visit

GUESSES_A_MINUTE = 10


def door_url(visit: Visit) -> str:
    """What the QR code says: the address that a clerk's or guard's camera opens. A visit without a code has none."""
    return settings.SITE_URL + reverse("visit_code", args=[visit.code]) if visit.code else ""


@transaction.atomic
def send_invitation(visit: Visit, *, actor: User | None, at: datetime | None = None) -> Visit:
    """The link to the QR code, to the visitor's own number. Refused invalid_transition, not_confirmed, phone_missing."""
    at = at or timezone.now()
    locked = lock_visit(visit)
    VISIT_STATES.guard(locked.status, "check_in")
    if locked.code is None:
        raise Refused("not_confirmed", _("Nobody has confirmed this request yet."))
    if not locked.visitor_phone:
        raise Refused("phone_missing", _("No number of the visitor is written down."))
    words = words_of(locked) | {
        "when": on_the_clock(locked.estate, locked.expected_at) if locked.expected_at else ""
    }
    notify(
        words["visitor"],
        "visit_invitation",
        estate=locked.estate,
        dedupe_key=f"visit:{locked.pk}:invite:{at.timestamp():.0f}",
        context=words,
        about=locked,
        link=reverse("visit_invitation", args=[locked.code]),
        channel="sms",
        address=clear(locked.visitor_phone),
    )
    record("visit.invited", locked, actor=actor, at=at)
    return locked


def open_invitation(code: str, *, address: str) -> Visit | None:
    """The visit behind a visitor's code; None if there is none. Wrong ones count, ten a minute from an address: TooOften."""
    if attempts("visit-code", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    read = read_code(code)
    found = Visit.objects.select_related("estate", "unit").filter(code=read).first() if read else None
    if found is None:
        note_attempt("visit-code", address, seconds=60)
    return found
