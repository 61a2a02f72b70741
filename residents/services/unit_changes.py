"""Exchange, transfer, giving back: asked for, decided, carried out; what was before stays as history (docs/domain.md §8)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.clearances import UNIT_CHANGE, Case, Clearance, clearances_of
from residents.models import Occupancy, Resident, Unit, UnitChange
from residents.services.move_people import OWNERS, name_somebody, set_unit_status
from residents.services.residents import add_occupancy, end_occupancy

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
    unit = Unit.objects.select_related("estate").select_for_update(of=("self",)).get(pk=unit.pk)
    _guard_request(unit, kind, reason, other_unit, new_owner)
    change = UnitChange.objects.create(
        estate=unit.estate, number=next_number(unit.estate, "C", at), kind=kind, unit=unit,
        other_unit=other_unit if kind == KIND.EXCHANGE else None,
        new_owner=new_owner if kind == KIND.TRANSFER else None,
        wanted_on=wanted_on, reason=reason.strip()[:300], requested_by=actor, requested_at=at,
    )  # fmt: skip
    record("unit_change.requested", change, actor=actor, filed_under=unit, at=at, kind=kind, wanted=wanted_on)
    return change


def _guard_request(
    unit: Unit, kind: str, reason: str, other_unit: Unit | None, new_owner: Resident | None
) -> None:
    if unit.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."), field="unit")
    if not reason.strip():
        raise Refused("reason_required", _("Say what it is about."), field="reason")
    if UnitChange.objects.filter(unit=unit, status__in=[S.REQUESTED, S.APPROVED]).exists():
        raise Refused("change_open", _("A change of this unit is open already."), field="unit")
    if kind == KIND.EXCHANGE:
        if other_unit is None or other_unit.pk == unit.pk:
            raise Refused("other_unit_missing", _("With which other unit?"), field="other_unit")
        if other_unit.estate_id != unit.estate_id or other_unit.is_archived:
            raise Refused("other_estate", _("That unit is not one of this estate."), field="other_unit")
    if kind == KIND.TRANSFER:
        if new_owner is None:
            raise Refused("new_owner_missing", _("Who is the new owner?"), field="new_owner")
        if new_owner.estate_id != unit.estate_id or new_owner.is_archived:
            raise Refused("other_estate", _("This person belongs to another estate."), field="new_owner")
        owns = Occupancy.objects.filter(unit=unit, resident=new_owner, relation=R.OWNER, until__isnull=True)
        if owns.exists():
            raise Refused("owner_already", _("This person owns the unit already."), field="new_owner")


@transaction.atomic
def approve_change(
    change: UnitChange, *, actor: User, reason: str = "", at: datetime | None = None
) -> UnitChange:
    """The manager agrees, knowing what is still open. Refused: invalid_transition."""
    at = at or timezone.now()
    change = _locked(change)
    open_keys = [answer.key for answer in clearances_of_change(change, at) if answer.is_open]
    return _decide(change, "approve", actor=actor, reason=reason, at=at, open=open_keys)


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
    today = local(change.estate, at).date()
    on = on or today
    if on > today:
        raise Refused("not_yet", _("This day has not come yet."), field="on")
    units = [change.unit, *([change.other_unit] if change.other_unit else [])]
    list(Unit.objects.select_for_update().filter(pk__in=[u.pk for u in units]).order_by("pk"))
    ending, beginning = steps_of_change(change)
    # Given back, the day itself is still theirs.
    last = on if change.kind == KIND.GIVING_BACK else on - DAY
    for step in ending:
        assert step.ends is not None  # noqa: S101 - that is what makes it an end
        end_occupancy(step.ends, actor=actor, until=last, at=at)
    for step in beginning:
        add_occupancy(
            step.unit, step.resident, actor=actor, relation=step.relation, since=on, is_primary=step.is_primary,
            is_payer=step.is_payer, at=at,
        )  # fmt: skip
    for unit in units:
        name_somebody(unit, actor=actor, on=on, at=at)
        if not Occupancy.objects.filter(unit=unit, until__isnull=True).exists():
            set_unit_status(unit, Unit.Status.VACANT)
        elif change.kind == KIND.EXCHANGE:
            set_unit_status(unit, Unit.Status.OCCUPIED)
    change.status, change.carried_out_on, change.ended_by, change.ended_at = target, on, actor, at
    _save(change, "status", "carried_out_on", "ended_by", "ended_at")
    record("unit_change.carried_out", change, actor=actor, filed_under=change.unit, at=at, on=on)
    return change


def steps_of_change(change: UnitChange) -> tuple[list[Step], list[Step]]:
    """Which occupancies end and which begin.

    A sale leaves a tenant where they are; an exchange takes everybody along; who gives back goes with everybody.
    """
    here = _running(change.unit)
    if change.kind == KIND.GIVING_BACK:
        return [_end(row) for row in here], []
    if change.kind == KIND.EXCHANGE:
        assert change.other_unit is not None  # noqa: S101 - held by the database
        there = _running(change.other_unit)
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


def _running(unit: Unit) -> list[Occupancy]:
    rows = Occupancy.objects.filter(unit=unit, until__isnull=True)
    return list(rows.select_related("resident", "unit").order_by("id"))


def _end(row: Occupancy) -> Step:
    return Step(row.unit, row.resident, row.relation, row)


def _begin(row: Occupancy, unit: Unit) -> Step:
    return Step(unit, row.resident, row.relation, None, row.is_primary, row.is_payer)


def clearances_of_change(change: UnitChange, at: datetime) -> list[Clearance]:
    """What is open of the unit while a manager decides."""
    owners = Occupancy.objects.filter(unit=change.unit, until__isnull=True, relation__in=OWNERS)
    people = frozenset(owners.values_list("resident_id", flat=True))
    case = Case(UNIT_CHANGE, change.unit, change.wanted_on, change.requested_at, people)
    return clearances_of(case, at)


def _locked(change: UnitChange) -> UnitChange:
    rows = UnitChange.objects.select_related("estate", "unit__estate", "other_unit__estate", "new_owner")
    return rows.select_for_update(of=("self",)).get(pk=change.pk)


def _save(change: UnitChange, *fields: str) -> None:
    change.version += 1
    change.save(update_fields=[*fields, "version"])
