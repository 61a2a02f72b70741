"""Exchange, transfer, giving back: asked for, decided, carried out; what was before stays as history (docs/domain.md §8)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.clearances import UNIT_CHANGE, Case, Clearance, clearances_of
from residents.models import Occupancy, Resident, Unit, UnitChange
from residents.models.residents import OccupancyQuerySet
from residents.services.deciders import tell_deciders
from residents.services.move_people import name_somebody
from residents.services.residents import add_occupancy, day_of, end_occupancy
from residents.services.unit_status import HOUSEHOLD, OWNERS, settle_status, what_it_is

KIND, S, R = UnitChange.Kind, UnitChange.Status, Occupancy.Relation
CHANGE_STATES = Transitions(
    {
        "approve": ((S.REQUESTED,), S.APPROVED),
        "refuse": ((S.REQUESTED,), S.REFUSED),
        "carry_out": ((S.APPROVED,), S.CARRIED_OUT),
        "cancel": ((S.REQUESTED, S.APPROVED), S.CANCELLED),
    },
    statuses=S.choices,
    actions={
        "approve": pgettext_lazy("a unit change", "Approve"),
        "refuse": pgettext_lazy("a unit change", "Refuse"),
        "carry_out": _("Carry out"),
        "cancel": pgettext_lazy("a unit change", "Cancel"),
    },
)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """One occupancy that ends or begins when the change is carried out."""

    unit: Unit
    resident: Resident
    relation: str
    ends: Occupancy | None = None
    is_primary: bool = False
    is_payer: bool = False
    until: date | None = None

    @property
    def relation_label(self) -> str:
        return str(Occupancy.Relation(self.relation).label)


@transaction.atomic
def request_change(
    unit: Unit,
    *,
    actor: User | None,
    kind: str,
    reason: str,
    wanted_on: date,
    other_unit: Unit | None = None,
    new_owner: Resident | None = None,
    at: datetime | None = None,
) -> UnitChange:
    """Ask for it.

    Refused: reason_required, other_estate, other_unit_missing, new_owner_missing, owner_already, change_open, archived.
    """
    at = at or timezone.now()
    other_unit = other_unit if kind == KIND.EXCHANGE else None
    unit = _lock_units(unit, other_unit)[unit.pk]
    _guard_request(unit, kind, reason, other_unit, new_owner, day_of(unit, at))
    change = UnitChange.objects.create(
        estate=unit.estate, number=next_number(unit.estate, "C", at), kind=kind, unit=unit,
        other_unit=other_unit,
        new_owner=new_owner if kind == KIND.TRANSFER else None,
        wanted_on=wanted_on, reason=reason.strip()[:300], requested_by=actor, requested_at=at,
    )  # fmt: skip
    record("unit_change.requested", change, actor=actor, filed_under=unit, at=at, kind=kind, wanted=wanted_on)
    tell_deciders(change, "unit_change_waits", "unit_changes.decide", page="unit_change_detail", but=actor)
    return change


def _lock_units(*units: Unit | None) -> dict[int, Unit]:
    """Always in the same order, so that two changes of the same two units don't wait for each other."""
    ids = sorted(unit.pk for unit in units if unit is not None)
    rows = Unit.objects.select_related("estate").select_for_update(of=("self",))
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def _guard_request(
    unit: Unit, kind: str, reason: str, other_unit: Unit | None, new_owner: Resident | None, today: date
) -> None:
    if unit.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."), field="unit")
    if not reason.strip():
        raise Refused("reason_required", _("Say what it is about."), field="reason")
    if _open_changes(unit).exists():
        raise Refused("change_open", _("A change of this unit is open already."), field="unit")
    if kind == KIND.EXCHANGE:
        if other_unit is None or other_unit.pk == unit.pk:
            raise Refused("other_unit_missing", _("With which other unit?"), field="other_unit")
        if other_unit.estate_id != unit.estate_id or other_unit.is_archived:
            raise Refused("other_estate", _("That unit is not one of this estate."), field="other_unit")
        if _open_changes(other_unit).exists():
            raise Refused("change_open", _("A change of the other unit is open already."), field="other_unit")
    if kind == KIND.TRANSFER:
        if new_owner is None:
            raise Refused("new_owner_missing", _("Who is the new owner?"), field="new_owner")
        if new_owner.estate_id != unit.estate_id or new_owner.is_archived:
            raise Refused("other_estate", _("This person belongs to another estate."), field="new_owner")
        if _running(unit, today).filter(resident=new_owner, relation=R.OWNER).exists():
            raise Refused("owner_already", _("This person owns the unit already."), field="new_owner")


def _open_changes(unit: Unit) -> QuerySet[UnitChange]:
    """Of this unit, or with it as the other one."""
    rows = UnitChange.objects.filter(status__in=[S.REQUESTED, S.APPROVED])
    return rows.filter(Q(unit=unit) | Q(other_unit=unit))


@transaction.atomic
def approve_change(
    change: UnitChange, *, actor: User, reason: str = "", at: datetime | None = None
) -> UnitChange:
    """The manager agrees, knowing what is still open. Refused: invalid_transition."""
    at = at or timezone.now()
    change = _locked(change)
    open_ones = [answer for answer in clearances_of_change(change, at) if answer.is_open]
    data = {"open": [answer.key for answer in open_ones if answer.where in ("", change.unit.code)]}
    if change.other_unit:
        there = change.other_unit.code
        data["open_there"] = [answer.key for answer in open_ones if answer.where == there]
    return _decide(change, "approve", actor=actor, reason=reason, at=at, **data)


@transaction.atomic
def refuse_change(change: UnitChange, *, actor: User, reason: str, at: datetime | None = None) -> UnitChange:
    """The manager does not agree. Refused: reason_required, invalid_transition."""
    if not reason.strip():
        raise Refused("reason_required", _("Say why it is refused."), field="reason")
    return _decide(_locked(change), "refuse", actor=actor, reason=reason, at=at or timezone.now())


def _decide(
    change: UnitChange, action: str, *, actor: User, reason: str, at: datetime, **data: object
) -> UnitChange:
    change.status = CHANGE_STATES.guard(change.status, action)
    change.decision_reason, change.decided_by, change.decided_at = reason.strip()[:300], actor, at
    _save(change, "status", "decision_reason", "decided_by", "decided_at")
    verb = f"unit_change.{change.status}"
    record(verb, change, actor=actor, filed_under=change.unit, at=at, reason=change.decision_reason, **data)
    return change


@transaction.atomic
def cancel_change(change: UnitChange, *, actor: User, reason: str, at: datetime | None = None) -> UnitChange:
    """They think better of it. Refused: reason_required, invalid_transition."""
    at = at or timezone.now()
    change = _locked(change)
    if not reason.strip():
        raise Refused("reason_required", _("Say why it does not take place."), field="reason")
    change.status = CHANGE_STATES.guard(change.status, "cancel")
    change.decision_reason, change.ended_by, change.ended_at = reason.strip()[:300], actor, at
    _save(change, "status", "decision_reason", "ended_by", "ended_at")
    record(
        "unit_change.cancelled", change, actor=actor, filed_under=change.unit, at=at, reason=reason.strip()
    )
    return change


@transaction.atomic
def carry_out_change(
    change: UnitChange, *, actor: User, on: date | None = None, at: datetime | None = None
) -> UnitChange:
    """From the day `on` (default: today) the others belong here; who did before, did so until the day before.

    Refused: invalid_transition, not_yet, ends_before_it_begins.
    """
    at = at or timezone.now()
    change = _locked(change)
    target = CHANGE_STATES.guard(change.status, "carry_out")
    today = day_of(change.unit, at)
    on = on or today
    if on > today:
        raise Refused("not_yet", _("This day has not come yet."), field="on")
    _lock_units(change.unit, change.other_unit)
    ending, beginning = steps_of_change(change, on)
    statuses = _statuses_after(change, ending)
    # Given back, the day itself is still theirs.
    last = on if change.kind == KIND.GIVING_BACK else on - DAY
    for step in ending:
        assert step.ends is not None  # noqa: S101 - that is what makes it an end
        if step.ends.until != last:
            end_occupancy(step.ends, actor=actor, until=last, at=at)
    for step in beginning:
        add_occupancy(
            step.unit, step.resident, actor=actor, relation=step.relation, since=on, until=step.until,
            is_primary=step.is_primary, is_payer=step.is_payer, at=at,
        )  # fmt: skip
    for unit, owners_alone in statuses:
        name_somebody(unit, actor=actor, on=max(last + DAY, today), at=at)
        settle_status(unit, max(last + DAY, today), owners_alone=owners_alone)
    change.status, change.carried_out_on, change.ended_by, change.ended_at = target, on, actor, at
    _save(change, "status", "carried_out_on", "ended_by", "ended_at")
    record("unit_change.carried_out", change, actor=actor, filed_under=change.unit, at=at, on=on)
    return change


def _statuses_after(change: UnitChange, ending: list[Step]) -> list[tuple[Unit, str]]:
    """What each unit is where owners alone belong to it afterwards.

    In an exchange whoever lived in the one lives in the other; who buys lives there only where they did before.
    """
    if change.kind == KIND.EXCHANGE:
        assert change.other_unit is not None  # noqa: S101 - held by the database
        units = change.unit, change.other_unit
        return [(here, _lived_in(there)) for here, there in (units, units[::-1])]
    stays = any(step.resident == change.new_owner and step.relation in HOUSEHOLD for step in ending)
    return [(change.unit, _lived_in(change.unit) if stays else Unit.Status.VACANT)]


def _lived_in(unit: Unit) -> str:
    was = what_it_is(unit)
    return Unit.Status.OCCUPIED if was == Unit.Status.OCCUPIED else Unit.Status.VACANT


def steps_of_change(change: UnitChange, on: date) -> tuple[list[Step], list[Step]]:
    """Which occupancies end and which begin on the day `on`.

    A sale leaves a tenant where they are; an exchange takes everybody along; who gives back goes with everybody.
    """
    here = _rows(change.unit, on)
    if change.kind == KIND.GIVING_BACK:
        return [_end(row) for row in here], []
    if change.kind == KIND.EXCHANGE:
        assert change.other_unit is not None  # noqa: S101 - held by the database
        there = _rows(change.other_unit, on)
        begins = [_begin(row, change.other_unit) for row in here] + [
            _begin(row, change.unit) for row in there
        ]
        return [_end(row) for row in here + there], begins
    return _sale(change, here)


def _sale(change: UnitChange, here: list[Occupancy]) -> tuple[list[Step], list[Step]]:
    is_let = any(row.relation == R.TENANT for row in here)
    goes = {*OWNERS, R.AGENT} if is_let else {*OWNERS, R.AGENT, R.FAMILY, R.CONTACT}
    ending = [row for row in here if row.relation in goes]
    stays = [row for row in here if row.relation not in goes]
    assert change.new_owner is not None  # noqa: S101 - held by the database
    begin = Step(
        change.unit,
        change.new_owner,
        R.OWNER,
        is_primary=not any(row.is_primary for row in stays),
        is_payer=not any(row.is_payer for row in stays),
    )
    return [_end(row) for row in ending], [begin]


def _running(unit: Unit, on: date) -> OccupancyQuerySet:
    return Occupancy.objects.running(on).filter(unit=unit)  # type: ignore[attr-defined,no-any-return]


def _rows(unit: Unit, on: date) -> list[Occupancy]:
    return list(_running(unit, on).select_related("resident", "unit").order_by("id"))


def _end(row: Occupancy) -> Step:
    return Step(row.unit, row.resident, row.relation, row)


def _begin(row: Occupancy, unit: Unit) -> Step:
    """An end that was agreed on goes along."""
    return Step(unit, row.resident, row.relation, None, row.is_primary, row.is_payer, row.until)


def clearances_of_change(change: UnitChange, at: datetime) -> list[Clearance]:
    """What is open of the unit, in an exchange of both, while a manager decides."""
    units = [unit for unit in (change.unit, change.other_unit) if unit is not None]
    if len(units) == 1:
        return _clearances_of(change, change.unit, at)
    return [replace(answer, where=unit.code) for unit in units for answer in _clearances_of(change, unit, at)]


def _clearances_of(change: UnitChange, unit: Unit, at: datetime) -> list[Clearance]:
    today = day_of(change.unit, at)
    owners = _running(unit, today).filter(relation__in=OWNERS)
    people = frozenset(owners.values_list("resident_id", flat=True))
    day, latest = change.wanted_on, max(change.wanted_on, today)
    return clearances_of(Case(UNIT_CHANGE, unit, day, change.requested_at, people, latest=latest), at)


def _locked(change: UnitChange) -> UnitChange:
    rows = UnitChange.objects.select_related("estate", "unit__estate", "other_unit__estate", "new_owner")
    return rows.select_for_update(of=("self",)).get(pk=change.pk)


def _save(change: UnitChange, *fields: str) -> None:
    change.version += 1
    change.save(update_fields=[*fields, "version"])
