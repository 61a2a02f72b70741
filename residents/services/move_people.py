"""Who moves, and what that does to who lives in a unit from when to when (docs/domain.md §8)."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Move, MovePerson, Occupancy, Resident, Unit
from residents.models.residents import OccupancyQuerySet
from residents.services.occupancies import correct_occupancy
from residents.services.persons_on_file import put_on_file
from residents.services.residents import add_occupancy, day_of, end_occupancy
from residents.services.unit_status import OWNERS, R, settle_status

DAY = timedelta(days=1)


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
        rows = Occupancy.objects.filter(unit=move.unit, resident=person.resident, relation=person.relation)
        here = rows.running(on).order_by("since", "id").first()  # type: ignore[attr-defined]
        if here is not None:
            _come_to_live(here, person, actor=actor, on=on, at=at)
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
    settle_status(move.unit, day_of(move.unit, at), owners_alone=Unit.Status.OCCUPIED)


def _come_to_live(here: Occupancy, person: MovePerson, *, actor: User, on: date, at: datetime) -> None:
    """Somebody on file comes: earlier than was written, or as the first contact and payer that the move names."""
    said = {name: True for name in ("is_primary", "is_payer") if getattr(person, name)}
    correct_occupancy(here, actor=actor, at=at, since=min(here.since, on), **said)


def end_household(move: Move, people: list[MovePerson], *, actor: User, on: date, at: datetime) -> None:
    """The day is their last one. An owner who moves out still owns the unit: that ends by a unit change only."""
    gone = {person.resident_id for person in people}
    for row in _running(move.unit, on).filter(resident__in=gone).exclude(relation__in=OWNERS):
        if row.until != on:
            end_occupancy(row, actor=actor, until=on, at=at)
    after = max(on + DAY, day_of(move.unit, at))
    name_somebody(move.unit, actor=actor, on=after, at=at)
    # Owners who let the unit live elsewhere.
    was_let = any(person.relation == R.TENANT for person in people)
    owners = _running(move.unit, after).filter(relation__in=OWNERS).exclude(resident__in=gone)
    stays = owners.exists() and not was_let
    status = Unit.Status.OCCUPIED if stays else Unit.Status.VACANT
    settle_status(move.unit, after, owners_alone=status)


def _running(unit: Unit, on: date) -> OccupancyQuerySet:
    rows = Occupancy.objects.running(on).filter(unit=unit)  # type: ignore[attr-defined]
    return rows.select_related("resident").order_by("id")


def name_somebody(unit: Unit, *, actor: User, on: date, at: datetime) -> None:
    """A unit keeps a first contact and a payer on the day `on`: an owner takes it on where whoever had it has gone."""
    rows = list(_running(unit, on))
    heir = next((row for row in rows if row.relation in OWNERS and row.since <= on), None)
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
