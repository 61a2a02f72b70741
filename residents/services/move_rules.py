"""An estate's own checklist of moving in or out: steps added, taken out, put back, moved."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import MoveRule
from residents.move_steps import HOUSE, OWN


@transaction.atomic
def add_move_rule(
    estate: Estate,
    kind: str,
    *,
    actor: User,
    title: str,
    title_zh_hans: str = "",
    title_zh_hant: str = "",
    at: datetime | None = None,
) -> MoveRule:
    """A step of the estate's own, at the end, ticked by hand. Refused: title_missing."""
    if not title.strip():
        raise Refused("title_missing", _("A step needs a title."), field="title")
    rows = _laid_down(estate, kind)
    own = sum(row.key.startswith(OWN) for row in rows)
    rule = MoveRule.objects.create(
        estate=estate, kind=kind, key=f"{OWN}{own + 1}", position=max((r.position for r in rows), default=0) + 1,
        title=title.strip(), title_zh_hans=title_zh_hans.strip(), title_zh_hant=title_zh_hant.strip(),
    )  # fmt: skip
    record("move_rule.added", rule, actor=actor, at=at, kind=kind)
    return rule


@transaction.atomic
def change_move_rule(
    estate: Estate, kind: str, key: str, *, actor: User, act: str, at: datetime | None = None
) -> MoveRule:
    """`act`: remove, put_back, up or down. Moves that have their steps keep them. Refused: no_such_step, last_step."""
    rows = _laid_down(estate, kind)
    rule = next((row for row in rows if row.key == key), None)
    if rule is None:
        raise Refused("no_such_step", _("This list has no such step."))
    if act in {"up", "down"}:
        _shift(rows, rule, -1 if act == "up" else 1)
    else:
        if act == "remove" and sum(not row.is_removed for row in rows) < 2 and not rule.is_removed:
            raise Refused("last_step", _("A list keeps at least one step."))
        rule.is_removed = act == "remove"
        rule.save(update_fields=["is_removed"])
    record(f"move_rule.{act}", rule, actor=actor, at=at, kind=kind)
    return rule


def _shift(rows: list[MoveRule], rule: MoveRule, by: int) -> None:
    """Past its neighbour in the list; one that is taken out is none."""
    shown = [row for row in rows if not row.is_removed]
    if rule not in shown:
        return
    here = shown.index(rule)
    if not 0 <= here + by < len(shown):
        return
    other = shown[here + by]
    rule.position, other.position = other.position, rule.position
    MoveRule.objects.bulk_update([rule, other], ["position"])


def _laid_down(estate: Estate, kind: str) -> list[MoveRule]:
    """The estate's rows, locked; written from the house's own list the first time."""
    Estate.objects.select_for_update().get(pk=estate.pk)
    rows = list(MoveRule.objects.filter(estate=estate, kind=kind))
    if rows:
        return rows
    MoveRule.objects.bulk_create(
        MoveRule(estate=estate, kind=kind, key=key, position=n) for n, key in enumerate(HOUSE[kind], start=1)
    )
    return list(MoveRule.objects.filter(estate=estate, kind=kind))
