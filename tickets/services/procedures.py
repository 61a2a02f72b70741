"""Laying down an estate's own procedure; tickets that have their steps keep them (docs/domain.md §2)."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import ProcedureStep
from tickets.procedures import OWN, PlannedStep, is_sound, plan_of

MOST_STEPS = 12
TITLE_FIELDS = {"en": "title", "zh-hans": "title_zh_hans", "zh-hant": "title_zh_hant"}


@transaction.atomic
def add_procedure_step(
    estate: Estate, group: str, *, actor: User, titles: dict[str, str], is_required: bool = False
) -> ProcedureStep:
    """A step of the estate's own, ticked by hand, before the last ones. Refused title_required, too_many_steps."""
    rows = _written_out(estate, group)
    if len(rows) >= MOST_STEPS:
        raise Refused("too_many_steps", _("A procedure has no more than %(n)s steps.") % {"n": MOST_STEPS})
    step = ProcedureStep(estate=estate, group=group, key=_next_own_key(estate), is_required=is_required)
    step.position = len(rows)
    _write_titles(step, titles)
    step.save()
    _put_in_order([*rows, step], _before_the_last(rows, step))
    _record(step, actor, "added")
    return step


def _before_the_last(rows: Sequence[ProcedureStep], step: ProcedureStep) -> list[str]:
    """The furthest place at which the order still makes sense."""
    keys = [row.key for row in rows]
    for at in range(len(keys), 0, -1):
        order = [*keys[:at], step.key, *keys[at:]]
        if is_sound(order, step.group):
            return order
    raise Refused("bad_order", _("This order makes no sense."))


@transaction.atomic
def change_procedure_step(
    estate: Estate, group: str, key: str, *, actor: User, titles: dict[str, str], is_required: bool = False
) -> ProcedureStep:
    """Call a step something else, or say whether it is always needed (own steps only). Refused unknown_step, title_required."""
    step = _find(_written_out(estate, group), key)
    before = dict(step.titles)
    _write_titles(step, titles)
    step.is_required = is_required and key.startswith(OWN)
    step.save()
    _record(step, actor, "changed", before=before)
    return step


@transaction.atomic
def move_procedure_step(estate: Estate, group: str, key: str, *, actor: User, up: bool) -> None:
    """Exchange a step with its neighbour. Refused unknown_step, bad_order where the procedure would make no sense."""
    rows = _written_out(estate, group)
    at = rows.index(_find(rows, key))
    other = at - 1 if up else at + 1
    order = [row.key for row in rows]
    if not 0 <= other < len(order):
        raise Refused("bad_order", _("This step can't go further."))
    order[at], order[other] = order[other], order[at]
    if not is_sound(order, group):
        raise Refused(
            "bad_order",
            _(
                "Recording comes first, handling and the follow-up last, and what ticks itself stays in its order."
            ),
        )
    _put_in_order(rows, order)
    _record(rows[at], actor, "moved", position=other + 1)


@transaction.atomic
def remove_procedure_step(estate: Estate, group: str, key: str, *, actor: User) -> None:
    """Take one of the estate's own steps out of the procedure. Refused unknown_step, standard_step."""
    step = _find(_written_out(estate, group), key)
    if not key.startswith(OWN):
        raise Refused("standard_step", _("The house's own steps stay; a ticket may mark one as not needed."))
    step.is_removed = True
    step.save(update_fields=["is_removed"])
    _record(step, actor, "removed")


def _written_out(estate: Estate, group: str) -> list[ProcedureStep]:
    """The procedure as rows, locked; the house's own is written out at its first change. Refused unknown_procedure."""
    if group not in ProcedureStep.Group.values:
        raise Refused("unknown_procedure", _("There is no such procedure."))
    Estate.objects.select_for_update().get(pk=estate.pk)
    rows = ProcedureStep.objects.filter(estate=estate, group=group, is_removed=False)
    if not rows.exists():
        ProcedureStep.objects.bulk_create(
            ProcedureStep(estate=estate, group=group, key=planned.key, position=at)
            for at, planned in enumerate(plan_of(estate.pk, group))
        )
    return list(rows.all())


def _find(rows: Sequence[ProcedureStep], key: str) -> ProcedureStep:
    step = next((row for row in rows if row.key == key), None)
    if step is None:
        raise Refused("unknown_step", _("This procedure has no such step."))
    return step


def _next_own_key(estate: Estate) -> str:
    """A key that no step of the estate ever had: own_a … own_z, own_aa …"""
    number = ProcedureStep.objects.filter(estate=estate, key__startswith=OWN).count()
    letters = ""
    while number >= 0:
        number, at = divmod(number, len(ascii_lowercase))
        letters = ascii_lowercase[at] + letters
        number -= 1
    return OWN + letters


def _write_titles(step: ProcedureStep, titles: dict[str, str]) -> None:
    for language, field in TITLE_FIELDS.items():
        setattr(step, field, titles.get(language, "").strip())
    if step.key.startswith(OWN) and not step.title:
        raise Refused("title_required", _("Give the step a title."), field="title")


def _put_in_order(rows: Sequence[ProcedureStep], order: Sequence[str]) -> None:
    for row in rows:
        row.position = order.index(row.key)
    ProcedureStep.objects.bulk_update(rows, ["position"])


def _record(step: ProcedureStep, actor: User, what: str, **data: Any) -> None:
    planned = PlannedStep(step.key, step.titles)
    record(
        f"procedure.{what}",
        step,
        actor=actor,
        group=step.group,
        key=step.key,
        titles=planned.titles,
        required=step.is_required,
        **data,
    )
