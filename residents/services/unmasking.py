"""Showing one masked field for five minutes, to who gives a reason: kept each time, never the value (docs/domain.md §8)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.models import Entry
from helpdesk.audit.services import log_access, record
from helpdesk.estates.calendars import local, on_duty_ids
from helpdesk.estates.models import Duty
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.personal_data import open_matters
from helpdesk.lib.phones import display_phone
from helpdesk.lib.sealed import clear
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import colleagues, may, role_in
from residents.models import Erasure, Resident
from residents.services.persons_data import person_of

SHOWN_SECONDS = 300
AN_HOUR, MOST_AN_HOUR, ALERT_A_DAY = timedelta(hours=1), 20, 50
VERB = "resident.unmasked"
IDENTITY = "identity-number"


@dataclass(frozen=True)
class Shown:
    """The value, and when it must be gone from the page."""

    value: str
    until: datetime


def open_cases(resident: Resident) -> list[str]:
    """The numbers of open matters on which a clerk may look."""
    return [matter.case for matter in open_matters(person_of(resident)) if matter.case]


def needs_case(actor: User, resident: Resident) -> bool:
    """A manager gives a reason alone; everybody else names an open matter too."""
    membership = role_in(actor, resident.estate_id)
    return membership is None or membership.role != Role.MANAGER


def masked(resident: Resident, field: str) -> str | None:
    """The field as everybody sees it; None where the resident has no such field or nothing stands in it."""
    value = _sealed(resident, field)
    return str(value) if value else None


@transaction.atomic
def unmask(
    resident: Resident,
    *,
    actor: User,
    field: str,
    reason: str,
    case: str = "",
    address: str | None = None,
    at: datetime | None = None,
) -> Shown:
    """One field in clear, once. Refused: not_allowed, nothing_there, reason_required, reason_tells, open_case_needed,
    restricted; TooOften beyond twenty an hour."""
    at = at or timezone.now()
    # The row that is always there is the lock: two at once are counted one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    value = _sealed(resident, field)
    reason = _guard(resident, actor, value, reason.strip(), case)
    _count(actor, at)
    role = getattr(role_in(actor, resident.estate_id), "role", "")
    name = field.replace("-", "_")
    log_access(
        resident,
        name,
        actor=actor,
        estate_id=resident.estate_id,
        reason=f"{case} {reason}".strip(),
        address=address,
    )
    record(VERB, resident, actor=actor, at=at, field=name, role=role, case=case, reason=reason)
    _alert(resident, actor, at)
    text = clear(value)
    return Shown(text if field == IDENTITY else display_phone(text), at + timedelta(seconds=SHOWN_SECONDS))


def _sealed(resident: Resident, field: str) -> str:
    if field == IDENTITY:
        return resident.identity_number
    match = re.fullmatch(r"phone-([0-9]{1,18})", field)
    phone = resident.phones.filter(pk=int(match.group(1))).first() if match else None
    return phone.number if phone else ""


def _guard(resident: Resident, actor: User, value: str, reason: str, case: str) -> str:
    if not may(actor, "residents.unmask", resident.estate_id):
        raise Refused("not_allowed", _("Your role may not see this."))
    if not value:
        raise Refused("nothing_there", _("Nothing is on file there."))
    if len(reason) < 5:
        raise Refused("reason_required", _("Say in a few words what you need it for."), field="reason")
    if _tells(reason, clear(value)):
        raise Refused("reason_tells", _("Leave the number out of the reason."), field="reason")
    if needs_case(actor, resident) and case not in open_cases(resident):
        raise Refused("open_case_needed", _("Name a matter of theirs that is open."), field="case")
    if Erasure.objects.filter(resident=resident, status=Erasure.Status.WAITING).exists():
        raise Refused("restricted", _("They asked to be forgotten: nothing is shown any more."))
    return reason[:180]


def _tells(reason: str, value: str) -> bool:
    """Whether six signs of the value in a row stand in the reason, however they are grouped."""
    written, number = (re.sub(r"[\W_]", "", text).upper() for text in (reason, value))
    return any(number[i : i + 6] in written for i in range(max(1, len(number) - 5)))


def _count(actor: User, at: datetime) -> None:
    if _views(actor, at - AN_HOUR) >= MOST_AN_HOUR:
        raise TooOften(_("You have looked at twenty fields within an hour. Wait a little."), seconds=600)


def _views(actor: User, since: datetime) -> int:
    return Entry.objects.filter(actor=actor, verb=VERB, at__gt=since).count()


def _alert(resident: Resident, actor: User, at: datetime) -> None:
    """Tell who watches over personal data: of fifty in a day, and of one outside the shift."""
    estate = resident.estate
    day = local(estate, at).replace(hour=0, minute=0, second=0, microsecond=0)
    count = _views(actor, day)
    on_duty = on_duty_ids(estate, at)
    off_shift = Duty.objects.filter(shift__estate=estate, day=day.date()).exists() and actor.pk not in on_duty
    why = "many" if count >= ALERT_A_DAY else "off_shift" if off_shift else ""
    if not why:
        return
    for person in colleagues(estate.pk, "residents.data_protection"):
        if person.pk != actor.pk:
            notify(
                person,
                "unmask_alert",
                estate=estate,
                dedupe_key=f"unmask:{why}:{actor.pk}:{day:%Y-%m-%d}:{person.pk}",
                context={"who": str(actor), "count": count, "many": why == "many"},
                link=reverse("data_protection"),
            )
