"""Putting people on file: their names, their numbers, and where they live from when to when (docs/domain.md §8)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.names import search_keys
from helpdesk.lib.phones import complain_about_phone, hash_of_ending, parse_phone, phone_hash, phone_hashes
from helpdesk.staff.models import User
from residents.models import NameKey, Occupancy, Phone, Resident, Unit
from residents.services.identity_numbers import identity_hash

CHANGEABLE = frozenset(
    {"name", "other_name", "salutation", "email", "language", "accepts_messages", "do_not_disturb", "note"}
)


@transaction.atomic
def add_resident(
    *,
    estate: Estate,
    actor: User | None,
    name: str,
    kind: str = Resident.Kind.PERSON,
    phones: Iterable[tuple[str, str]] = (),
    identity_number: str = "",
    contact_of: Resident | None = None,
    at: datetime | None = None,
    **details: Any,
) -> Resident:
    """A new resident of one estate; `phones` are (number, label), the first is the primary one.

    Refused: name_missing, other_estate, phone_unreadable, phone_twice. An unknown detail is a TypeError.
    """
    _know_details(details)
    if not name.strip():
        raise Refused("name_missing", _("A name is needed."), field="name")
    if contact_of is not None and contact_of.estate_id != estate.pk:
        raise Refused("other_estate", _("That organisation belongs to another estate."), field="contact_of")
    resident = Resident.objects.create(
        estate=estate,
        kind=kind,
        name=name.strip(),
        contact_of=contact_of,
        identity_number=identity_number,
        identity_hash=identity_hash(identity_number),
        **details,
    )
    set_names(resident)
    record("resident.added", resident, actor=actor, at=at, kind=kind)
    for position, (number, label) in enumerate(phones):
        add_phone(resident, actor=actor, number=number, label=label, is_primary=position == 0, at=at)
    return resident


@transaction.atomic
def edit_resident(
    resident: Resident, *, actor: User, version: int | None = None, at: datetime | None = None, **changes: Any
) -> Resident:
    """Change what is on file. Refused: stale when `version` is no longer the current one, name_missing."""
    _know_details(changes)
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if version is not None and resident.version != version:
        raise Stale(_("A colleague changed this record meanwhile."))
    if "name" in changes and not changes["name"].strip():
        raise Refused("name_missing", _("A name is needed."), field="name")
    changed = sorted(field for field, value in changes.items() if getattr(resident, field) != value)
    if not changed:
        return resident
    for field in changed:
        setattr(resident, field, changes[field])
    resident.version += 1
    resident.save(update_fields=[*changed, "version"])
    set_names(resident)
    # Which fields, never what stood in them: the history can't be cleaned of personal data later.
    record("resident.changed", resident, actor=actor, at=at, fields=changed)
    return resident


def set_names(resident: Resident) -> None:
    """Keep the ways of looking this resident's names up (simplified, pinyin, initials) in step with the names."""
    wanted = name_keys_of(resident)
    kept = set(resident.name_keys.values_list("key", flat=True))
    resident.name_keys.filter(key__in=kept - wanted).delete()
    NameKey.objects.bulk_create(
        NameKey(resident=resident, estate_id=resident.estate_id, key=key) for key in sorted(wanted - kept)
    )


def name_keys_of(resident: Resident) -> set[str]:
    """The keys under which both writings of the name are found, each at most 80 characters."""
    names = (resident.name, resident.other_name)
    return {key[:80] for name in names if name for key in search_keys(name)}


@transaction.atomic
def add_phone(
    resident: Resident,
    *,
    actor: User | None,
    number: str,
    label: str = "",
    is_primary: bool = False,
    at: datetime | None = None,
) -> Phone:
    """Another number of a resident; a new primary one takes the place of the old.

    Refused: phone_unreadable when nobody could dial it, phone_twice when this resident has it already.
    """
    region = resident.estate.phone_region
    e164 = parse_phone(number, region)
    if e164 is None:
        raise Refused("phone_unreadable", complain_about_phone(number, region), field="number")
    # The row that is always there is the lock: of two at once the second sees the first one's number.
    Resident.objects.select_for_update().get(pk=resident.pk)
    others = Phone.objects.filter(resident=resident)
    if others.filter(whole_hash__in=phone_hashes(e164)).exists():
        raise Refused("phone_twice", _("This number is on file already."), field="number")
    if is_primary:
        others.filter(is_primary=True).update(is_primary=False)
    phone = Phone.objects.create(
        resident=resident,
        estate_id=resident.estate_id,
        number=e164,
        whole_hash=phone_hash(e164),
        ending_hash=hash_of_ending(e164),
        label=label.strip(),
        is_primary=is_primary,
    )
    record("resident.phone_added", phone, filed_under=resident, actor=actor, at=at, label=phone.label)
    return phone


@transaction.atomic
def add_occupancy(
    unit: Unit,
    resident: Resident,
    *,
    actor: User | None,
    relation: str,
    since: date,
    until: date | None = None,
    is_primary: bool = False,
    is_payer: bool = False,
    at: datetime | None = None,
) -> Occupancy:
    """`resident` belongs to `unit` from `since` to `until` (both days included; None: no end known).

    A new primary contact or payer takes the place of the one before. Refused: other_estate, archived,
    ends_before_it_begins, lives_there_already.
    """
    _guard_occupancy(unit, resident, since, until)
    Unit.objects.select_for_update().get(pk=unit.pk)
    flags = {"is_primary": is_primary, "is_payer": is_payer}
    step_back(Occupancy(unit=unit, resident=resident, since=since, until=until, **flags), day_of(unit, at))
    try:
        with transaction.atomic():
            occupancy = Occupancy.objects.create(
                unit=unit,
                resident=resident,
                relation=relation,
                since=since,
                until=until,
                is_primary=is_primary,
                is_payer=is_payer,
            )
    except IntegrityError as error:
        raise Refused(
            "lives_there_already",
            _("This resident stands on this unit in that relation already."),
            field="relation",
        ) from error
    record(
        "occupancy.added",
        occupancy,
        filed_under=resident,
        actor=actor,
        at=at,
        unit=unit.code,
        relation=relation,
        since=since,
    )
    return occupancy


@transaction.atomic
def end_occupancy(
    occupancy: Occupancy, *, actor: User | None, until: date, at: datetime | None = None
) -> Occupancy:
    """`until` was the last day; the row stays as history. Who was to stay longer ends earlier now.

    Refused: ends_before_it_begins, ended_already (an end on that day or before it is on file).
    """
    occupancy = Occupancy.objects.select_for_update().get(pk=occupancy.pk)
    if occupancy.until is not None and occupancy.until <= until:
        raise Refused("ended_already", _("An end is on file already."))
    if until < occupancy.since:
        raise Refused("ends_before_it_begins", _("The last day lies before the first."), field="until")
    occupancy.until = until
    occupancy.save(update_fields=["until"])
    record("occupancy.ended", occupancy, filed_under=occupancy.resident, actor=actor, at=at, until=until)
    return occupancy


def step_back(occupancy: Occupancy, today: date) -> None:
    """There is one first contact and one payer at a time: whoever has it beside `occupancy` has it no more."""
    if occupancy.until is not None and occupancy.until < today:
        return
    rows = Occupancy.objects.filter(unit_id=occupancy.unit_id).running(max(occupancy.since, today))  # type: ignore[attr-defined]
    for flag in ("is_primary", "is_payer"):
        if getattr(occupancy, flag):
            rows.exclude(pk=occupancy.pk).filter(**{flag: True}).update(**{flag: False})


def day_of(unit: Unit, at: datetime | None) -> date:
    """Which day it is on the clock of the unit's estate."""
    return local(unit.estate, at or timezone.now()).date()


def _know_details(details: dict[str, Any]) -> None:
    unknown = set(details) - CHANGEABLE
    if unknown:
        raise TypeError(f"A resident has no {', '.join(sorted(unknown))} to set.")


def _guard_occupancy(unit: Unit, resident: Resident, since: date, until: date | None) -> None:
    if unit.estate_id != resident.estate_id:
        raise Refused("other_estate", _("Unit and resident belong to different estates."), field="unit")
    if unit.is_archived or resident.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    if until is not None and until < since:
        raise Refused("ends_before_it_begins", _("The last day lies before the first."), field="until")
