"""Who moves, and what that does to who lives in a unit from when to when (docs/domain.md §8)."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Move, MovePerson, Occupancy, Resident, Unit
from residents.services.persons_on_file import put_on_file
from residents.services.residents import add_occupancy, end_occupancy

R = Occupancy.Relation
OWNERS = (R.OWNER, R.CO_OWNER)
# Who sleeps here; owners may live elsewhere, agents and contact persons do.
HOUSEHOLD = (R.OWNER, R.CO_OWNER, R.TENANT, R.FAMILY)


def add_mover(
    move: Move,
    *,
    actor: User,
    relation: str,
    resident: Resident | None,
    name: str,
    phone: str,
    is_primary: bool | None,
    is_payer: bool | None,
    at: datetime | None,
) -> MovePerson:
    """See add_move_person; the move is locked already."""
    if resident is None:
        resident = put_on_file(move.estate, actor=actor, name=name, phone=phone, at=at)
    if resident.estate_id != move.estate_id:
        raise Refused("other_estate", _("This person belongs to another estate."), field="resident")
    others = MovePerson.objects.filter(move=move)
    if others.filter(resident=resident).exists():
        raise Refused("person_twice", _("This person stands on the move already."), field="name")
    first = not others.exists()
    primary = first if is_primary is None else is_primary
    payer = first if is_payer is None else is_payer
    if primary:
        others.update(is_primary=False)
    if payer:
        others.update(is_payer=False)
    return MovePerson.objects.create(
        move=move, resident=resident, relation=relation, is_primary=primary, is_payer=payer
    )


def start_household(move: Move, people: list[MovePerson], *, actor: User, on: date, at: datetime) -> None:
    """Their occupancies begin on the day; who owns the unit already only comes to live in it."""
    for person in people:
        here = Occupancy.objects.filter(
            unit=move.unit, resident=person.resident, relation=person.relation, until__isnull=True
        )
        if here.exists():
            continue
        add_occupancy(
            move.unit,
            person.resident,
            actor=actor,
            relation=person.relation,
            since=on,
            is_primary=person.is_primary,
            is_payer=person.is_payer,
            at=at,
        )
    set_unit_status(move.unit, Unit.Status.OCCUPIED)


def end_household(move: Move, people: list[MovePerson], *, actor: User, on: date, at: datetime) -> None:
    """The day is their last one. An owner who moves out still owns the unit: that ends by a unit change only."""
    for person in people:
        for row in _running(move.unit).filter(resident=person.resident).exclude(relation__in=OWNERS):
            end_occupancy(row, actor=actor, until=on, at=at)
    name_somebody(move.unit, actor=actor, on=on, at=at)
    gone = {person.resident_id for person in people}
    stays = _running(move.unit).filter(relation__in=HOUSEHOLD).exclude(resident__in=gone)
    # Owners who let the unit live elsewhere.
    if any(person.relation == R.TENANT for person in people):
        stays = stays.exclude(relation__in=OWNERS)
    if not stays.exists():
        set_unit_status(move.unit, Unit.Status.VACANT)


def _running(unit: Unit) -> QuerySet[Occupancy]:
    return Occupancy.objects.filter(unit=unit, until__isnull=True).select_related("resident").order_by("id")


def name_somebody(unit: Unit, *, actor: User, on: date, at: datetime) -> None:
    """A unit keeps a first contact and a payer: an owner takes it on where whoever had it has gone."""
    rows = list(_running(unit))
    heir = next((row for row in rows if row.relation in OWNERS), None)
    if heir is None:
        return
    changed = []
    for name in ("is_primary", "is_payer"):
        if not any(getattr(row, name) for row in rows):
            setattr(heir, name, True)
            changed.append(name)
    if changed:
        heir.save(update_fields=changed)
        record(
            "occupancy.named",
            heir,
            filed_under=heir.resident,
            actor=actor,
            at=at,
            unit=unit.code,
            as_=changed,
        )


def set_unit_status(unit: Unit, status: str) -> None:
    """The unit is lived in, empty, or being decorated."""
    fresh = Unit.objects.select_for_update().get(pk=unit.pk)
    if fresh.status == status:
        return
    fresh.status = status
    fresh.version += 1
    fresh.save(update_fields=["status", "version"])
