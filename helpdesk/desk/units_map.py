"""The units map 楼栋图: each building as floors × units, coloured by what is asked (docs/domain.md §8)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.selectors import arrears_of_units
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from residents.models import Building, Decoration, DecorationViolation, Unit
from tickets.clearances import IN_HAND
from tickets.models import Ticket

# What fits on one screen and is still read; beyond it one building is chosen.
MOST_BUILDINGS, MOST_UNITS = 6, 800
ARREARS, TICKETS, VACANT, DECORATING = "arrears", "tickets", "vacant", "decorating"
# question → its word, its icon, what it takes to ask it
QUESTIONS: dict[str, tuple[Any, str, str]] = {
    ARREARS: (gettext_lazy("Arrears"), "cash", "billing.view"),
    TICKETS: (gettext_lazy("Open tickets"), "ticket", "tickets.view"),
    VACANT: (gettext_lazy("Vacant"), "home", "residents.view"),
    DECORATING: (gettext_lazy("Decorating"), "brush", "residents.view"),
}
# Days late from which a level begins.
LATE_FROM = (1, 31, 91, 181)
EMPTY = (Unit.Status.VACANT, Unit.Status.NOT_HANDED_OVER)


@dataclass(frozen=True)
class Answer:
    """What the question answers for one unit: 0 to 4 dashes, and a sentence."""

    level: int = 0
    says: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Cell:
    """One door on the map; `row` and `column` are counted over the whole building for the arrow keys."""

    unit: Unit
    door: str
    level: int
    says: str
    figure: str
    is_vacant: bool
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Floor:
    number: int
    # For each entrance its cells from left to right; None where no door is.
    entrances: list[list[Cell | None]]


@dataclass(frozen=True)
class Drawn:
    """One building as it is drawn, from the top floor down."""

    building: Building
    entrances: list[tuple[str, int]]
    floors: list[Floor]
    units: int
    marked: int
    total: str = ""


@dataclass(frozen=True)
class UnitsMap:
    question: str
    buildings: list[Drawn]
    cells: list[Cell]
    legend: list[dict[str, Any]]
    units: int
    hint: str


def questions_for(user: User, estate: Estate) -> list[str]:
    """What this person may ask of the map."""
    return [key for key, (_label, _icon, needed) in QUESTIONS.items() if may(user, needed, estate.pk)]


def buildings_shown(buildings: list[Building], chosen: str, units: int) -> tuple[list[Building], bool]:
    """Those that are drawn, and whether all of them may be drawn at once."""
    may_all = len(buildings) <= MOST_BUILDINGS and units <= MOST_UNITS
    one = [b for b in buildings if b.code == chosen]
    if one:
        return one, may_all
    return (buildings if may_all else buildings[:1]), may_all


def units_map(
    user: User, estate: Estate, buildings: list[Building], *, question: str, at: datetime
) -> UnitsMap:
    """The map of these buildings: the same number of queries for one unit as for a thousand."""
    rows = Unit.objects.filter(building__in=buildings, is_archived=False).select_related("building")
    units = sorted(rows, key=lambda unit: unit.code)
    ids = [unit.pk for unit in units]
    answers = ASKED[question](user, estate, ids, units, at)
    drawn = [
        _draw(building, [unit for unit in units if unit.building_id == building.pk], answers)
        for building in buildings
    ]
    cells = [
        cell
        for one in drawn
        for floor in one.floors
        for row in floor.entrances
        for cell in row
        if cell is not None
    ]
    cells.sort(key=lambda cell: (-cell.level, cell.unit.code))
    return UnitsMap(question, drawn, cells, _legend(question, cells), len(units), _hint(question))


# --- what is asked ---------------------------------------------------------------------------------------------------


def _arrears(
    user: User, estate: Estate, ids: list[int], units: list[Unit], at: datetime
) -> dict[int, Answer]:
    today = local(estate, at).date()
    found = {}
    for unit_id, owed in arrears_of_units(ids, on=today).items():
        if not owed.amount:
            continue
        # A late fee without a bill behind it fell due today.
        days = max(owed.days(today), 1)
        level = sum(days >= least for least in LATE_FROM)
        amount = show_money(owed.amount, estate.currency)
        age = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
        found[unit_id] = Answer(level, _("Owes %(amount)s, %(age)s") % {"amount": amount, "age": age}, amount)
    return found


def _tickets(
    user: User, estate: Estate, ids: list[int], units: list[Unit], at: datetime
) -> dict[int, Answer]:
    rows = (
        Ticket.objects.visible_to(user)
        .filter(unit__in=ids, status__in=IN_HAND)
        .values("unit")
        .annotate(open=Count("pk"))
        .order_by()
    )
    return {
        row["unit"]: Answer(
            min(row["open"], 4),
            ngettext("%(count)d open ticket", "%(count)d open tickets", row["open"]) % {"count": row["open"]},
            str(row["open"]),
        )
        for row in rows
    }


def _vacant(user: User, estate: Estate, ids: list[int], units: list[Unit], at: datetime) -> dict[int, Answer]:
    levels = {Unit.Status.VACANT: 1, Unit.Status.NOT_HANDED_OVER: 2}
    return {
        unit.pk: Answer(levels[Unit.Status(unit.status)], str(unit.get_status_display()))
        for unit in units
        if unit.status in levels
    }


def _decorating(
    user: User, estate: Estate, ids: list[int], units: list[Unit], at: datetime
) -> dict[int, Answer]:
    """1 applied for or approved, 2 under way, 3 past its last day or stopped, 4 with a violation not put right."""
    today = local(estate, at).date()
    broken = set(
        DecorationViolation.objects.filter(decoration__unit__in=ids, rectified_at__isnull=True).values_list(
            "decoration", flat=True
        )
    )
    found = {
        unit.pk: Answer(2, str(unit.get_status_display()))
        for unit in units
        if unit.status == Unit.Status.DECORATING
    }
    jobs = Decoration.objects.filter(unit__in=ids, status__in=["applied", "approved", "running", "stopped"])
    for job in jobs:
        is_late = job.ends_on < today or job.status == Decoration.Status.STOPPED
        at_work = job.status in Decoration.AT_WORK
        level = 4 if job.pk in broken else 3 if at_work and is_late else 2 if at_work else 1
        says = f"{job.number} {job.get_status_display()}"
        if job.pk in broken:
            says = _("%(job)s, violation open") % {"job": says}
        elif level == 3:
            says = _("%(job)s, past its end or stopped") % {"job": says}
        found[job.unit_id] = Answer(level, says)
    return found


ASKED: dict[str, Callable[..., dict[int, Answer]]] = {
    ARREARS: _arrears,
    TICKETS: _tickets,
    VACANT: _vacant,
    DECORATING: _decorating,
}


# --- how it is drawn -------------------------------------------------------------------------------------------------


@dataclass
class _Placed:
    doors: dict[str, None] = field(default_factory=dict)
    by_floor: dict[int, dict[str, Unit]] = field(default_factory=dict)


def _draw(building: Building, units: list[Unit], answers: dict[int, Answer]) -> Drawn:
    entrances: dict[str, _Placed] = {}
    for unit in units:
        placed = entrances.setdefault(unit.entrance, _Placed())
        slot = _slot(unit, placed)
        placed.doors[slot] = None
        placed.by_floor.setdefault(unit.floor, {})[slot] = unit
    order = sorted(entrances, key=lambda name: (len(name), name))
    columns = {name: sorted(entrances[name].doors, key=lambda door: (len(door), door)) for name in order}
    floors = sorted({floor for name in order for floor in entrances[name].by_floor}, reverse=True)
    drawn = []
    for row, number in enumerate(floors):
        column, line = 0, []
        for name in order:
            there = entrances[name].by_floor.get(number, {})
            cells: list[Cell | None] = []
            for door in columns[name]:
                unit = there.get(door)
                cells.append(_cell(unit, answers.get(unit.pk), row, column) if unit else None)
                column += 1
            line.append(cells)
        drawn.append(Floor(number, line))
    marked = sum(unit.pk in answers for unit in units)
    widths = [(name, len(columns[name])) for name in order]
    return Drawn(building, widths, drawn, len(units), marked)


def _door(unit: Unit) -> str:
    """What stands on the map: the last part of the plate."""
    return unit.code.rsplit("-", 1)[-1]


def _slot(unit: Unit, placed: _Placed) -> str:
    """Doors above each other stand in one column: 501 and 1201 are both 01."""
    door, floor = _door(unit), str(unit.floor)
    slot = door[len(floor) :] if door.startswith(floor) and len(door) > len(floor) else door
    taken = placed.by_floor.get(unit.floor, {})
    return slot if slot not in taken else door + unit.code


def _cell(unit: Unit, answer: Answer | None, row: int, column: int) -> Cell:
    answer = answer or Answer()
    return Cell(
        unit, _door(unit), answer.level, answer.says, answer.figure, unit.status in EMPTY, row, column
    )


# --- words -----------------------------------------------------------------------------------------------------------


def _legend(question: str, cells: list[Cell]) -> list[dict[str, Any]]:
    counts = dict.fromkeys(range(5), 0)
    for cell in cells:
        counts[cell.level] += 1
    # An empty unit may owe: it is counted in both.
    vacant = sum(cell.is_vacant for cell in cells)
    rows: list[dict[str, Any]] = [
        {
            "level": level,
            "label": label,
            "count": counts[level],
            "is_vacant": question == VACANT and level > 0,
        }
        for level, label in enumerate(_levels(question))
    ]
    if question != VACANT:
        rows.append({"level": 0, "label": _("vacant"), "count": vacant, "is_vacant": True})
    return rows


def _levels(question: str) -> list[str]:
    return {
        ARREARS: [
            _("owes nothing"),
            _("up to 30 days"),
            _("31–90 days"),
            _("91–180 days"),
            _("over 180 days"),
        ],
        TICKETS: [_("none open"), _("1 open"), _("2 open"), _("3 open"), _("4 and more")],
        VACANT: [_("lived in"), _("vacant"), _("not handed over")],
        DECORATING: [
            _("no decoration"),
            _("applied for or approved"),
            _("under way"),
            _("past its end or stopped"),
            _("violation open"),
        ],
    }[question]


def _hint(question: str) -> str:
    return {
        ARREARS: _("More dashes: owed for longer"),
        TICKETS: _("More dashes: more open tickets"),
        VACANT: _("Dashed: nobody lives there"),
        DECORATING: _("More dashes: more to look after"),
    }[question]


def totals_of(user: User, estate: Estate, building: Building, at: datetime) -> list[dict[str, str]]:
    """The building in figures for the panel: what its units owe, how many of them; nothing for who sees no accounts."""
    ids = list(Unit.objects.filter(building=building, is_archived=False).values_list("pk", flat=True))
    empty = Unit.objects.filter(Q(building=building, is_archived=False, status__in=EMPTY)).count()
    facts = [{"label": _("Vacant"), "value": f"{empty} / {len(ids)}"}]
    if not may(user, "billing.view", estate.pk):
        return facts
    owed = [row.amount for row in arrears_of_units(ids, on=local(estate, at).date()).values() if row.amount]
    total = show_money(sum(owed, Decimal(0)), estate.currency)
    return [
        {"label": _("Units in arrears"), "value": f"{len(owed)} / {len(ids)}"},
        {"label": _("Arrears in all"), "value": total},
        *facts,
    ]
