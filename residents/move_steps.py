"""The checklists of moving in and out: the house's own steps, an estate's own order and words over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import MoveRule, MoveStep

OWN = "own_"
# kind → key → its word, in the order in which a desk goes about it.
HOUSE: dict[str, dict[str, Any]] = {
    "move_in": {
        "fees": _("Fees of the unit settled"),
        "meters": _("Meters read"),
        "fixtures": _("Fixtures handed over"),
        "agreement": _("Agreement and house rules signed"),
        "keys_out": _("Keys handed out"),
        "cards_out": _("Cards and permits issued"),
        "parking_in": _("Parking place arranged"),
        "contacts": _("Telephone and emergency contact on file"),
    },
    "move_out": {
        "fees": _("Fees settled"),
        "meters": _("Meters read for the last time"),
        "deposits": _("Deposits given back"),
        "decoration": _("Decoration closed"),
        "tickets": _("Open matters settled"),
        "fixtures": _("Fixtures handed over"),
        "keys": _("Keys back"),
        "cards": _("Cards and permits back"),
        "parking": _("Parking place given up"),
        "visitors": _("Nobody inside or expected"),
        "release_pass": _("Release pass used"),
        "mailing": _("New postal address noted"),
    },
}


@dataclass(frozen=True)
class PlannedStep:
    """One line that a new move gets."""

    key: str
    title: str = ""
    title_zh_hans: str = ""
    title_zh_hant: str = ""


def plan_of(estate: Estate, kind: str) -> list[PlannedStep]:
    """The steps that a move begun now gets: the estate's own list, else the house's."""
    rows = list(MoveRule.objects.filter(estate=estate, kind=kind))
    if not rows:
        return [PlannedStep(key) for key in HOUSE[kind]]
    return [
        PlannedStep(row.key, row.title, row.title_zh_hans, row.title_zh_hant)
        for row in rows
        if not row.is_removed
    ]


def title_of(step: MoveStep | MoveRule | PlannedStep, kind: str) -> str:
    """The step's word for who reads it: the estate's own, else the house's."""
    given = {"zh-hans": step.title_zh_hans, "zh-hant": step.title_zh_hant}
    own = given.get(get_language() or "", "") or step.title
    return own or str(HOUSE[kind].get(step.key, step.key))
