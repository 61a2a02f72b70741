"""Moves, changes and decorations for the tests, made through the services."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.services.charges import add_charge_item
from billing.services.deposits import take_deposit
from residents.models import Decoration, FixturesHandover, Move, Occupancy, Unit
from residents.services import fixtures, moves
from residents.services.decorations import apply_for_decoration, move_decoration
from residents.services.residents import add_occupancy, add_resident
from tests.conftest import at

NOW = at("2026-11-17 10:00")
TODAY = date(2026, 11, 17)
DAY = timedelta(days=1)


def let(unit: Unit, name: str = "Li Min", since: date = date(2024, 3, 1)) -> Occupancy:
    """A tenant, first contact and payer."""
    tenant = add_resident(estate=unit.estate, actor=None, name=name, phones=[("13800136099", "")])
    return add_occupancy(
        unit, tenant, actor=None, relation="tenant", since=since, is_primary=True, is_payer=True
    )


def move_out(unit: Unit, actor: Any, **more: Any) -> Move:
    return moves.open_move(
        unit, **{"actor": actor, "kind": "move_out", "planned_on": TODAY, "at": NOW} | more
    )


def move_in(unit: Unit, actor: Any, **more: Any) -> Move:
    return moves.open_move(unit, **{"actor": actor, "kind": "move_in", "planned_on": TODAY, "at": NOW} | more)


def waive_all(move: Move, actor: Any) -> None:
    """Whatever is open is marked as not needed."""
    for checked in moves.checklist(move, NOW):
        if checked.is_open:
            moves.tick_move_step(
                move, checked.step.key, actor=actor, not_needed=True, reason="Settled elsewhere", at=NOW
            )


def seen_sheet(move: Move, actor: Any, state: str = "good") -> FixturesHandover:
    sheet = fixtures.begin_fixtures(move, actor=actor, at=NOW)
    rows = [{"id": item.pk, "state": state} for item in sheet.items.all()]
    return fixtures.look_at_fixtures(sheet, rows, actor=actor, at=NOW)


def signed_sheet(move: Move, actor: Any, state: str = "good") -> FixturesHandover:
    sheet = seen_sheet(move, actor, state)
    fixtures.sign_fixtures(sheet, actor=actor, side="resident", name="Li Min", strokes="M1 1L20 30", at=NOW)
    return fixtures.sign_fixtures(sheet, actor=actor, side="staff", name="Clerk", at=NOW)


def applied(unit: Unit, actor: Any, **more: Any) -> Decoration:
    given = {"contractor": "Jia Ju", "scope": "New bathroom", "starts_on": TODAY, "ends_on": TODAY + 30 * DAY}
    return apply_for_decoration(unit, **{"actor": actor, "at": NOW} | given | more)


def approved(unit: Unit, clerk: Any, manager: Any, **more: Any) -> Decoration:
    return move_decoration(applied(unit, clerk), "approve", actor=manager, at=NOW, **more)


def running(unit: Unit, clerk: Any, manager: Any) -> Decoration:
    """Approved, its deposit taken, under way."""
    job = approved(unit, clerk, manager)
    deposit_for(job, clerk)
    return move_decoration(job, "start", actor=clerk, at=NOW)


def deposit_for(job: Decoration, clerk: Any, code: str = "deco") -> Any:
    item = add_charge_item(
        estate=job.estate, actor=None, code=code, name="Decoration deposit", kind="deposit"
    )
    return take_deposit(
        job.unit, actor=clerk, charge_item=item, amount=Decimal(2000), method="cash", decoration=job, at=NOW
    )
