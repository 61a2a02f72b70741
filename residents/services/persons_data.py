"""What the house holds of one person: found, corrected elsewhere, held, forgotten (docs/domain.md §8)."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.personal_data import Matter, Person, Table, open_matters, tables
from helpdesk.lib.phones import phone_hashes
from helpdesk.staff.models import User
from residents.models import Erasure, LegalHold, Occupancy, Resident
from residents.services.retention_rows import delete, empty

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """The rows of one table that hold something of the person."""

    table: Table
    ids: list[int]

    @property
    def rows(self) -> QuerySet[Any]:
        return self.table.model._base_manager.filter(pk__in=self.ids).order_by("pk")


def find_all(resident: Resident) -> list[Found]:
    """Every place that holds something of a resident, the ones that hang on others last; places with nothing are left out."""
    return _look(person_of(resident))


def person_of(resident: Resident) -> Person:
    """Whom to look for: the record, and every number on file under every key that is listed."""
    numbers = [phone.number for phone in resident.phones.all()]
    hashes = frozenset(digest for number in numbers for digest in phone_hashes(number))
    return Person(resident.pk, resident.estate_id, hashes)


def holds_on(resident: Resident) -> list[Matter]:
    """Why a resident can't be forgotten now: a legal hold, a home in the estate, money or a matter that is open."""
    matters = [
        Matter(str(_("Legal hold: %(reason)s") % {"reason": hold.reason}))
        for hold in LegalHold.objects.filter(resident=resident, lifted_at__isnull=True)
    ]
    if Occupancy.objects.today(timezone.now()).filter(resident=resident).exists():  # type: ignore[attr-defined]
        matters.append(Matter(str(_("Still belongs to a unit of this estate."))))
    return matters + open_matters(person_of(resident))


def held_by_law() -> list[Person]:
    """Everybody under a legal hold, with all that was found of them."""
    rows = Resident.objects.filter(legal_holds__lifted_at__isnull=True, legal_holds__isnull=False)
    held = (_held(resident, lambda person: True) for resident in rows.distinct())
    return [person for person in held if person is not None]


def held_by_matters(residents: Iterable[Resident]) -> list[Person]:
    """Those of these residents with whom something is open."""
    held = (_held(resident, lambda person: bool(open_matters(person))) for resident in residents)
    return [person for person in held if person is not None]


def held_as_contacts(held: Iterable[Person]) -> list[Person]:
    """Those who speak for these: a matter that is open with an organisation needs somebody to ring."""
    organisations = {person.resident_id for person in held}
    rows = Resident.objects.filter(contact_of__in=organisations)
    people = (_held(resident, lambda person: True) for resident in rows)
    return [person for person in people if person is not None]


def _held(resident: Resident, is_held: Callable[[Person], bool]) -> Person | None:
    """The person with their things if so; one whose record can't be read is held too, with what hangs on it."""
    try:
        person = person_of(resident)
        if not is_held(person):
            return None
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # one record that can't be read keeps nobody else's data beyond its time
        log.exception("reading resident %s failed", resident.pk)
        person = Person(resident.pk, resident.estate_id, frozenset())
    _look(person)
    return person


@transaction.atomic
def place_hold(resident: Resident, *, actor: User, reason: str, at: datetime | None = None) -> LegalHold:
    """Nothing of this resident is deleted until the hold is lifted. Refused: reason_required."""
    at = at or timezone.now()
    hold = LegalHold.objects.create(resident=resident, reason=_needed(reason), placed_by=actor, placed_at=at)
    record("resident.hold_placed", resident, actor=actor, at=at, hold=hold.pk)
    return hold


@transaction.atomic
def lift_hold(hold: LegalHold, *, actor: User, at: datetime | None = None) -> LegalHold:
    """The reason is gone; lifted once more changes nothing."""
    at = at or timezone.now()
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at is None:
        hold.lifted_by, hold.lifted_at = actor, at
        hold.save(update_fields=["lifted_by", "lifted_at"])
        record("resident.hold_lifted", hold.resident, actor=actor, at=at, hold=hold.pk)
    return hold


@transaction.atomic
def ask_erasure(resident: Resident, *, actor: User, reason: str, at: datetime | None = None) -> Erasure:
    """Forget a resident: at once, or as soon as nothing holds the record any more. Refused: reason_required,
    erasure_waits, erased_already."""
    at = at or timezone.now()
    reason = _needed(reason)
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    before = Erasure.objects.filter(resident=resident)
    if before.filter(status=Erasure.Status.WAITING).exists():
        raise Refused("erasure_waits", _("This was asked for already, and waits."))
    if before.filter(status=Erasure.Status.DONE).exists():
        raise Refused("erased_already", _("This person was forgotten already."))
    erasure = Erasure.objects.create(
        resident=resident,
        reason=reason,
        asked_by=actor,
        asked_at=at,
        accepted_messages=resident.accepts_messages,
        was_not_disturbed=resident.do_not_disturb,
    )
    record("resident.erasure_asked", resident, actor=actor, at=at)
    # Until it is done the record is used for nothing but what holds it.
    Resident.objects.filter(pk=resident.pk).update(accepts_messages=False, do_not_disturb=True)
    if holds_on(resident):
        return erasure
    return _erase(erasure, at)


def erase_waiting(at: datetime) -> int:
    """Do what waited and is held by nothing any more; returns how many."""
    waiting = list(Erasure.objects.filter(status=Erasure.Status.WAITING).values_list("pk", flat=True))
    return one_by_one(waiting, lambda pk: _erase_if_free(pk, at), what="erasure")


@transaction.atomic
def _erase_if_free(pk: int, at: datetime) -> bool:
    erasure = Erasure.objects.select_for_update().get(pk=pk)
    if erasure.status != Erasure.Status.WAITING or holds_on(erasure.resident):
        return False
    _erase(erasure, at)
    return True


@transaction.atomic
def erase_again(resident: Resident, *, reason: str, asked_by: User, asked_at: datetime, at: datetime) -> bool:
    """Forget once more whom a restored backup brought back; False where it is done already."""
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    rows = Erasure.objects.filter(resident=resident)
    if rows.filter(status=Erasure.Status.DONE).exists():
        return False
    erasure = rows.filter(status=Erasure.Status.WAITING).first() or Erasure.objects.create(
        resident=resident, reason=reason, asked_by=asked_by, asked_at=asked_at
    )
    _erase(erasure, at)
    return True


@transaction.atomic
def withdraw_erasure(erasure: Erasure, *, actor: User, at: datetime | None = None) -> Erasure:
    """The person changed their mind while it waited; messages and calls reach them as before. Refused: invalid_transition."""
    at = at or timezone.now()
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.status != Erasure.Status.WAITING:
        raise Refused("invalid_transition", _("This waits no longer."))
    erasure.status, erasure.ended_at = Erasure.Status.WITHDRAWN, at
    resident = _reached_as_before(erasure)
    _close(erasure, "status", "ended_at")
    record("resident.erasure_withdrawn", resident, actor=actor, at=at)
    return erasure


def _reached_as_before(erasure: Erasure) -> Resident:
    """Put back what the wish had set; what somebody set otherwise since then stays."""
    resident = Resident.objects.select_for_update().get(pk=erasure.resident_id)
    if not resident.accepts_messages and erasure.accepted_messages is not None:
        resident.accepts_messages = erasure.accepted_messages
    if resident.do_not_disturb and erasure.was_not_disturbed is not None:
        resident.do_not_disturb = erasure.was_not_disturbed
    resident.version += 1
    resident.save(update_fields=["accepts_messages", "do_not_disturb", "version"])
    return resident


def _close(erasure: Erasure, *fields: str) -> None:
    """What can't be withdrawn any more need not remember what there was before."""
    erasure.accepted_messages = erasure.was_not_disturbed = None
    erasure.save(update_fields=[*fields, "accepted_messages", "was_not_disturbed"])


def _erase(erasure: Erasure, at: datetime) -> Erasure:
    resident = erasure.resident
    counts: dict[str, int] = {}
    # What hangs on others first: it is found by them.
    for found in reversed(find_all(resident)):
        fields = [field for field in found.table.fields if not field.stays]
        count = delete(found.rows) if found.table.goes else empty(found.rows, fields) if fields else 0
        if count:
            counts[found.table.label] = count
    erasure.status, erasure.ended_at, erasure.counts = Erasure.Status.DONE, at, counts
    _close(erasure, "status", "ended_at", "counts")
    record("resident.erased", resident, actor=None, at=at, counts=counts)
    return erasure


def _look(person: Person) -> list[Found]:
    found = []
    for table in sorted(tables(), key=lambda table: table.hangs):
        if table.about is not None:
            rows = table.model._base_manager.filter(table.about(person))
            ids = sorted(set(rows.values_list("pk", flat=True)))
            if ids:
                person.things[table.label] = set(ids)
                found.append(Found(table, ids))
    return found


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    return reason.strip()[:300]
