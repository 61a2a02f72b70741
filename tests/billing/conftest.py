"""An estate that bills: items, rates, units, and short cuts through its money."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from billing import triggers
from billing.models import Bill, ChargeItem
from billing.services import charges, runs
from helpdesk.lib.errors import Refused
from residents.models import Unit
from tests.conftest import at

D = Decimal
FIRST_DAY = date(2026, 1, 1)
NOON = at("2026-11-03 12:00")


def sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def refused_beside(field: str, code: str) -> Iterator[None]:
    """A refusal that a page shows beside the field."""
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.fixture
def management_fee(estate, admin) -> ChargeItem:
    """2.85 a square metre."""
    item = charges.add_charge_item(
        estate=estate, actor=admin, code="management", name="Management fee", kind="area", measure="m²"
    )
    charges.set_rate(item, actor=admin, amount=D("2.85"), since=FIRST_DAY)
    return item


@pytest.fixture
def water(estate, admin) -> ChargeItem:
    item = charges.add_charge_item(
        estate=estate, actor=admin, code="water", name="Water", kind="metered", measure="m³"
    )
    tiers = [{"up_to": "10", "rate": "3"}, {"up_to": "20", "rate": "4.5"}, {"up_to": None, "rate": "6"}]
    charges.set_rate(item, actor=admin, amount=D(6), since=FIRST_DAY, tiers=tiers)
    return item


@pytest.fixture
def parking(estate, admin) -> ChargeItem:
    item = charges.add_charge_item(estate=estate, actor=admin, code="parking", name="Parking", kind="fixed")
    charges.set_rate(item, actor=admin, amount=D(150), since=FIRST_DAY)
    return item


@pytest.fixture
def copying(estate, admin) -> ChargeItem:
    item = charges.add_charge_item(estate=estate, actor=admin, code="copy", name="Copying", kind="piece")
    charges.set_rate(item, actor=admin, amount=D("0.5"), since=FIRST_DAY)
    return item


@pytest.fixture
def neighbour(building) -> Unit:
    return Unit.objects.create(
        estate=building.estate, building=building, code="3-2-502", floor=5, area_m2="100"
    )


@pytest.fixture
def run_period(estate, manager) -> Callable[..., list[Bill]]:
    """Preview, confirm and bill a period, on its first day unless told otherwise; returns its bills."""

    def make(period: str = "2026-11", *, moment: Any = None) -> list[Bill]:
        moment = moment or at(f"{period}-01 12:00")
        run = runs.preview_run(estate, actor=manager, period=period, at=moment)
        runs.confirm_run(run, actor=manager, at=moment)
        runs.continue_run(run)
        return list(Bill.objects.filter(run=run).order_by("unit"))

    return make


@pytest.fixture
def bill(management_fee, unit, run_period) -> Bill:
    """November's bill of 3-2-501: 89.40 m² at 2.85, 254.79."""
    return run_period()[0]


@pytest.fixture
def missing_triggers() -> list[str]:
    return triggers.missing()
