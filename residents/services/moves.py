"""Moving in and out: opened with a checklist, its steps ticked, then completed, which starts or ends who lives there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.models import User
from residents.clearances import Case, Clearance, State, clearance
from residents.models import Move, MovePerson, MoveStep, Occupancy, Resident, Unit
from residents.move_steps import plan_of, title_of
from residents.services.move_people import add_mover, end_household, start_household

KIND, S = Move.Kind, MoveStep.State
NOTE_CHARS = 300
LET_PASS = ("let_pass_by", "let_pass_at", "let_pass_reason")


@dataclass(frozen=True)
class CheckedStep:
    """One line of the checklist as it stands now; `answer` is None where a hand ticks it."""

    step: MoveStep
    title: str
    state: str
    answer: Clearance | None

    @property
    def is_open(self) -> bool:
        return self.state == S.OPEN

    @property
    def is_in_the_way(self) -> bool:
        """Open, and no manager lets it pass."""
        return self.is_open and self.step.let_pass_at is None


@transaction.atomic
def open_move(
    unit: Unit,
    *,
    actor: User | None,
    kind: str,
    planned_on: date,
    people: list[Occupancy] | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Move:
    """A new checklist. Moving out takes along `people` (default: all who live here and don't own it).

    Refused: archived, move_open (one of this kind is open), nobody_lives_here, other_unit.
    """
    at = at or timezone.now()
    unit = Unit.objects.select_related("estate").select_for_update(of=("self",)).get(pk=unit.pk)
    if unit.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."), field="unit")
    if Move.objects.filter(unit=unit, kind=kind, status=Move.Status.OPEN).exists():
        raise Refused("move_open", _("Such a move of this unit is open already."), field="unit")
    move = Move.objects.create(
        estate=unit.estate, number=next_number(unit.estate, "M", at), kind=kind, unit=unit, planned_on=planned_on,
        note=note.strip(), opened_by=actor, opened_at=at,
    )  # fmt: skip
    plan = plan_of(unit.estate, kind)
    MoveStep.objects.bulk_create(
        MoveStep(
            move=move, key=step.key, position=n, title=step.title, title_zh_hans=step.title_zh_hans,
            title_zh_hant=step.title_zh_hant,
        )
        for n, step in enumerate(plan, start=1)
    )  # fmt: skip
    record("move.opened", move, actor=actor, filed_under=unit, at=at, kind=kind, planned=planned_on)
    if kind == KIND.MOVE_OUT:
        _take_along(move, people, local(unit.estate, at).date())
    return move


def _take_along(move: Move, people: list[Occupancy] | None, today: date) -> None:
    rows = people if people is not None else leaving(move.unit, today)
    if not rows:
        raise Refused("nobody_lives_here", _("Nobody on file lives in this unit."), field="unit")
    named: set[int] = set()
    for row in rows:
        if row.unit_id != move.unit_id:
            raise Refused("other_unit", _("This person belongs to another unit."), field="people")
        if row.resident_id not in named:
            named.add(row.resident_id)
            MovePerson.objects.create(
                move=move, resident_id=row.resident_id, relation=row.relation, is_primary=row.is_primary,
                is_payer=row.is_payer,
            )  # fmt: skip


def leaving(unit: Unit, today: date) -> list[Occupancy]:
    """Who goes when a unit is moved out of: the tenant's household where it is let, else everybody."""
    rows = list(
        Occupancy.objects.current(today)
        .filter(unit=unit)
        .select_related("resident")
        .order_by("-is_primary", "id")  # type: ignore[attr-defined]
    )
    owners = {Occupancy.Relation.OWNER, Occupancy.Relation.CO_OWNER}
    if any(row.relation == Occupancy.Relation.TENANT for row in rows):
        return [row for row in rows if row.relation not in owners]
    return rows


@transaction.atomic
def edit_move(
    move: Move,
    *,
    actor: User,
    version: int | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> Move:
    """Another day, note or postal address. Refused: invalid_transition once it has ended, stale."""
    move = lock_move(move, version=version)
    unknown = set(changes) - {"planned_on", "note", "mailing_address"}
    if unknown:
        raise TypeError(f"A move has no {', '.join(sorted(unknown))} to set.")
    changed = sorted(name for name, value in changes.items() if getattr(move, name) != value)
    if not changed:
        return move
    for name in changed:
        setattr(move, name, changes[name])
    _save(move, *changed)
    record("move.changed", move, actor=actor, filed_under=move.unit, at=at, fields=changed)
    return move


@transaction.atomic
def add_move_person(
    move: Move,
    *,
    actor: User,
    relation: str,
    resident: Resident | None = None,
    name: str = "",
    phone: str = "",
    is_primary: bool | None = None,
    is_payer: bool | None = None,
    at: datetime | None = None,
) -> MovePerson:
    """Somebody more who moves in: on file already, found by the same name and number, or new.

    The first one is first contact and payer unless told otherwise. Refused: invalid_transition, not_moving_in,
    person_twice, other_estate, name_missing, phone_unreadable.
    """
    move = lock_move(move)
    if move.kind != KIND.MOVE_IN:
        raise Refused("not_moving_in", _("Who moves out stands on the unit already."))
    person = add_mover(
        move, actor=actor, relation=relation, resident=resident, name=name, phone=phone,
        is_primary=is_primary, is_payer=is_payer, at=at,
    )  # fmt: skip
    _save(move)
    record("move.person_added", move, actor=actor, filed_under=move.unit, at=at, relation=relation)
    return person


@transaction.atomic
def remove_move_person(person: MovePerson, *, actor: User, at: datetime | None = None) -> Move:
    """Somebody comes or goes after all not with this move. Refused: invalid_transition, nobody_left."""
    move = lock_move(person.move)
    if move.people.count() < 2 and move.kind == KIND.MOVE_OUT:
        raise Refused("nobody_left", _("Somebody has to move: cancel the move instead."))
    MovePerson.objects.filter(pk=person.pk, move=move).delete()
    _save(move)
    record("move.person_removed", move, actor=actor, filed_under=move.unit, at=at)
    return move


@transaction.atomic
def tick_move_step(
    move: Move,
    key: str,
    *,
    actor: User,
    not_needed: bool = False,
    undo: bool = False,
    reason: str = "",
    at: datetime | None = None,
) -> MoveStep:
    """By hand, or as not needed with a reason; ticked again is the same. `undo` opens it again.

    Refused: no_such_step, reason_required, answered_for (another part of the house answers), invalid_transition.
    """
    at = at or timezone.now()
    move = lock_move(move)
    step = MoveStep.objects.filter(move=move, key=key).first()
    if step is None:
        raise Refused("no_such_step", _("This move has no such step."))
    if undo:
        state, reason = S.OPEN, ""
    elif not_needed:
        state = S.NOT_NEEDED
        if not reason.strip():
            raise Refused("reason_required", _("Say why it is not needed."), field="reason")
    else:
        state = S.DONE
        if clearance(key, case_of(move, at), at) is not None:
            raise Refused("answered_for", _("This step is ticked by itself, or marked as not needed."))
    if step.state == state and step.note == reason.strip():
        return step
    step.state, step.note = state, reason.strip()[:NOTE_CHARS]
    step.by, step.at = (None, None) if undo else (actor, at)
    # What a manager let pass was the step as it stood then.
    step.let_pass_by, step.let_pass_at, step.let_pass_reason = None, None, ""
    step.save(update_fields=["state", "note", "by", "at", *LET_PASS])
    _save(move)
    record(
        f"move.step_{'reopened' if undo else state}", move, actor=actor, filed_under=move.unit, at=at,
        step=title_of(step, move.kind), reason=step.note,
    )  # fmt: skip
    return step


@transaction.atomic
def override_move(
    move: Move, *, actor: User, reason: str, steps: Sequence[str] | None = None, at: datetime | None = None
) -> Move:
    """A manager lets it be completed with these steps open (default: all that are now). What opens later is not covered.

    Refused: reason_required, nothing_open, not_open (a step that is named), invalid_transition.
    """
    at = at or timezone.now()
    move = lock_move(move)
    if not reason.strip():
        raise Refused("reason_required", _("Say why it is let pass."), field="reason")
    open_ones = {checked.step.key: checked.step for checked in checklist(move, at) if checked.is_in_the_way}
    keys = list(open_ones if steps is None else dict.fromkeys(steps))
    if not open_ones or not keys:
        raise Refused("nothing_open", _("Nothing is open: it can be completed."), field="steps")
    if not set(keys) <= set(open_ones):
        raise Refused("not_open", _("Only what is open now can be let pass."), field="steps")
    reason = reason.strip()[:NOTE_CHARS]
    named = MoveStep.objects.filter(move=move, key__in=keys)
    named.update(let_pass_by=actor, let_pass_at=at, let_pass_reason=reason)
    move.override_by, move.override_at, move.override_reason = actor, at, reason
    _save(move, "override_by", "override_at", "override_reason")
    record(
        "move.overridden",
        move,
        actor=actor,
        filed_under=move.unit,
        at=at,
        reason=reason,
        open=keys,
        steps=[title_of(open_ones[key], move.kind) for key in keys],
    )
    return move


@transaction.atomic
def complete_move(
    move: Move, *, actor: User, on: date | None = None, version: int | None = None, at: datetime | None = None
) -> Move:
    """The move took place on the day `on` (default: today): who lives in the unit changes with it.

    Refused: steps_open while a step is that no manager let pass, not_yet, nobody_named, invalid_transition, stale.
    """
    at = at or timezone.now()
    move = lock_move(move, version=version)
    today = local(move.estate, at).date()
    on = on or today
    if on > today:
        raise Refused("not_yet", _("This day has not come yet."), field="on")
    steps = checklist(move, at, on=on)
    in_the_way = [step for step in steps if step.is_in_the_way]
    if in_the_way:
        raise Refused(
            "steps_open",
            _("Still open: %(steps)s.") % {"steps": ", ".join(step.title for step in in_the_way)},
            steps=[step.step.key for step in in_the_way],
        )
    people = list(move.people.select_related("resident"))
    if not people:
        raise Refused("nobody_named", _("Say first who moves in."))
    if move.kind == KIND.MOVE_IN:
        start_household(move, people, actor=actor, on=on, at=at)
    else:
        end_household(move, people, actor=actor, on=on, at=at)
    _freeze(steps, at)
    move.status, move.completed_on, move.ended_by, move.ended_at = Move.Status.COMPLETED, on, actor, at
    _save(move, "status", "completed_on", "ended_by", "ended_at")
    left = [step.step.key for step in steps if step.is_open]
    record("move.completed", move, actor=actor, filed_under=move.unit, at=at, on=on, open=left)
    return move


def _freeze(steps: list[CheckedStep], at: datetime) -> None:
    """What stood at the end stays, whatever the fees say tomorrow."""
    for checked in steps:
        step, answer = checked.step, checked.answer
        if answer is None or step.state == S.NOT_NEEDED:
            continue
        step.state, step.note = checked.state, answer.says[:NOTE_CHARS]
        step.at = at if checked.state == S.DONE else None
        step.save(update_fields=["state", "note", "at"])


@transaction.atomic
def cancel_move(move: Move, *, actor: User, reason: str, at: datetime | None = None) -> Move:
    """It does not take place; who lives in the unit stays. Refused: reason_required, invalid_transition."""
    at = at or timezone.now()
    move = lock_move(move)
    if not reason.strip():
        raise Refused("reason_required", _("Say why it does not take place."), field="reason")
    move.status, move.end_reason = Move.Status.CANCELLED, reason.strip()[:NOTE_CHARS]
    move.ended_by, move.ended_at = actor, at
    _save(move, "status", "end_reason", "ended_by", "ended_at")
    record("move.cancelled", move, actor=actor, filed_under=move.unit, at=at, reason=move.end_reason)
    return move


def case_of(move: Move, at: datetime, on: date | None = None) -> Case:
    """What other parts of the house are asked about this move: on the day `on`, else the planned one or any since."""
    people = frozenset(move.people.values_list("resident_id", flat=True))
    today = local(move.estate, at).date()
    day, latest = (on, on) if on else (move.planned_on, max(move.planned_on, today))
    return Case(move.kind, move.unit, day, move.opened_at, people, move=move, latest=latest)


def checklist(move: Move, at: datetime, *, on: date | None = None) -> list[CheckedStep]:
    """Every step as it stands now, for a move on the day `on`; once the move has ended, as it stood then."""
    steps = list(move.steps.select_related("by", "let_pass_by"))
    if not move.is_open:
        return [CheckedStep(step, title_of(step, move.kind), step.state, None) for step in steps]
    case = case_of(move, at, on)
    return [_checked(step, move.kind, clearance(step.key, case, at)) for step in steps]


def _checked(step: MoveStep, kind: str, answer: Clearance | None) -> CheckedStep:
    state: str = step.state
    if answer is not None and state != S.NOT_NEEDED:
        state = {State.SETTLED: S.DONE, State.OPEN: S.OPEN, State.NOT_APPLICABLE: S.NOT_APPLICABLE}[
            answer.state
        ]
    return CheckedStep(step, title_of(step, kind), state, answer)


def lock_move(move: Move, *, version: int | None = None) -> Move:
    """The row, locked; refused once the move has ended, or where it changed since `version`."""
    rows = Move.objects.select_related("estate", "unit__estate").select_for_update(of=("self",))
    move = rows.get(pk=move.pk)
    if version is not None and move.version != version:
        raise Stale(_("A colleague changed this move meanwhile."))
    if not move.is_open:
        raise Refused("invalid_transition", _("This move has ended."))
    return move


def _save(move: Move, *fields: str) -> None:
    move.version += 1
    move.save(update_fields=[*fields, "version"])
