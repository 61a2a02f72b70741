"""Keys at the desk: hung up, lent, taken back, lost (docs/domain.md §8)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import DeskKey, KeyLoan, Unit
from residents.services.kept import lock, save_or

LENT_FOR = timedelta(hours=8)


@transaction.atomic
def add_key(
    *,
    estate: Estate,
    actor: User | None,
    code: str,
    label: str,
    kind: str = DeskKey.Kind.PUBLIC,
    unit: Unit | None = None,
    place: str = "",
    at: datetime | None = None,
) -> DeskKey:
    """A key comes to the desk. Refused: tag_taken, other_estate, unit_missing, handed_over (a key of a unit that its
    household has; one they leave here on purpose is of the kind `left`)."""
    _guard_kind(estate, kind, unit)
    key = DeskKey(
        estate=estate,
        code=code.strip(),
        label=label.strip(),
        kind=kind,
        unit=unit if kind != DeskKey.Kind.PUBLIC else None,
        place=place.strip(),
    )
    save_or(key, _tag_taken())
    record("deskkey.added", key, filed_under=key.unit, actor=actor, at=at, kind=kind)
    return key


@transaction.atomic
def edit_key(key: DeskKey, *, actor: User | None, version: int | None = None, **changes: str) -> DeskKey:
    """Another tag, another hook, what it opens in other words. Refused: stale, archived, tag_taken."""
    unknown = set(changes) - {"code", "label", "place"}
    if unknown:
        raise TypeError(f"A key has no {', '.join(sorted(unknown))} to set.")
    key = lock(key, version)
    if key.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    wanted = {name: value.strip() for name, value in changes.items()}
    changed = sorted(name for name, value in wanted.items() if getattr(key, name) != value)
    if not changed:
        return key
    for name in changed:
        setattr(key, name, wanted[name])
    key.version += 1
    save_or(key, _tag_taken(), [*changed, "version"])
    record("deskkey.changed", key, filed_under=key.unit, actor=actor, fields=changed)
    return key


@transaction.atomic
def lend_key(
    key: DeskKey,
    *,
    actor: User,
    borrower: str,
    due_at: datetime,
    department: Department | None = None,
    purpose: str = "",
    at: datetime | None = None,
) -> KeyLoan:
    """The key goes to somebody until `due_at`. Refused: borrower_missing, due_in_the_past, key_lent, key_lost, archived."""
    at = at or timezone.now()
    key = lock(key)
    if key.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    if key.is_lost:
        raise Refused("key_lost", _("This key is lost."))
    if not borrower.strip():
        raise Refused("borrower_missing", _("Write down who has the key."), field="borrower")
    if due_at <= at:
        raise Refused("due_in_the_past", _("The key can't be back before it is lent."), field="due_at")
    if department is not None and department.estate_id != key.estate_id:
        raise Refused("other_estate", _("That department belongs to another estate."), field="department")
    loan = KeyLoan(
        estate_id=key.estate_id,
        key=key,
        borrower=borrower.strip(),
        department=department,
        purpose=purpose.strip(),
        lent_at=at,
        lent_by=actor,
        due_at=due_at,
    )
    try:
        with transaction.atomic():
            loan.save()
    except IntegrityError as error:
        raise Refused("key_lent", _("Somebody has this key already.")) from error
    record("deskkey.lent", key, filed_under=key.unit, actor=actor, at=at, due_at=due_at)
    return loan


@transaction.atomic
def take_key_back(loan: KeyLoan, *, actor: User, note: str = "", at: datetime | None = None) -> KeyLoan:
    """The key hangs at the desk again; once more changes nothing."""
    return _end(loan, actor, note, at, lost=False)


@transaction.atomic
def lose_key(loan: KeyLoan, *, actor: User, note: str, at: datetime | None = None) -> KeyLoan:
    """The borrower can't bring it back: the key is lost. Refused: reason_required."""
    if not note.strip():
        raise Refused(
            "reason_required", _("Say how it was lost, and what is done about the lock."), field="note"
        )
    return _end(loan, actor, note, at, lost=True)


@transaction.atomic
def find_key(key: DeskKey, *, actor: User, at: datetime | None = None) -> DeskKey:
    """A lost key has turned up and hangs at the desk again; once more changes nothing. Refused: archived."""
    key = lock(key)
    if key.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    if not key.is_lost:
        return key
    key.is_lost, key.version = False, key.version + 1
    key.save(update_fields=["is_lost", "version"])
    record("deskkey.found", key, filed_under=key.unit, actor=actor, at=at)
    return key


@transaction.atomic
def archive_key(key: DeskKey, *, actor: User | None, reason: str = "") -> DeskKey:
    """The key leaves the desk: given to the household, or thrown away. Refused: key_lent."""
    key = lock(key)
    if key.is_archived:
        return key
    if KeyLoan.objects.filter(key=key, ended_at__isnull=True).exists():
        raise Refused("key_lent", _("Somebody has this key; take it back first."))
    key.is_archived, key.version = True, key.version + 1
    key.save(update_fields=["is_archived", "version"])
    record("deskkey.archived", key, filed_under=key.unit, actor=actor, reason=reason.strip()[:200])
    return key


def _end(loan: KeyLoan, actor: User, note: str, at: datetime | None, *, lost: bool) -> KeyLoan:
    at = at or timezone.now()
    loan = KeyLoan.objects.select_for_update(of=("self",)).select_related("key__unit").get(pk=loan.pk)
    if loan.ended_at is not None:
        return loan
    loan.ended_at, loan.ended_by, loan.was_lost, loan.note = at, actor, lost, note.strip()[:300]
    loan.save(update_fields=["ended_at", "ended_by", "was_lost", "note"])
    if lost:
        DeskKey.objects.filter(pk=loan.key_id).update(is_lost=True)
    verb = "deskkey.lost" if lost else "deskkey.taken_back"
    record(verb, loan.key, filed_under=loan.key.unit, actor=actor, at=at)
    return loan


def _guard_kind(estate: Estate, kind: str, unit: Unit | None) -> None:
    if kind == DeskKey.Kind.PUBLIC:
        return
    if unit is None:
        raise Refused("unit_missing", _("Name the unit it opens."), field="unit")
    if unit.estate_id != estate.pk:
        raise Refused("other_estate", _("That unit belongs to another estate."), field="unit")
    # As it stands now: the page may have been open since before the handover.
    with_builder = Unit.objects.filter(pk=unit.pk, status=Unit.Status.NOT_HANDED_OVER).exists()
    if kind == DeskKey.Kind.UNIT and not with_builder:
        raise Refused(
            "handed_over",
            _(
                "This unit is handed over: its keys are the household's. Choose “Left by the household” if they wish it so."
            ),
            field="kind",
        )


def _tag_taken() -> Refused:
    return Refused("tag_taken", _("This tag hangs on another key."), field="code")


def details_of(loan: KeyLoan) -> dict[str, Any]:
    """A loan in a few words, for lists: tag, what it opens, who has it."""
    return {"code": loan.key.code, "label": loan.key.label, "borrower": loan.borrower, "due_at": loan.due_at}
