"""Cells that the lists of bills and payments share."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from helpdesk.staff.kept_lists import Cell, Column


def money(key: str, label: Any, say: Callable[[Any], Decimal]) -> Column[Any]:
    """A sum: with commas on the page, a number in a file."""
    return figure(key, label, say, lambda row: f"{say(row):,.2f}")


def figure(
    key: str, label: Any, say: Callable[[Any], Any], show: Callable[[Any], str] | None = None
) -> Column[Any]:
    """A number, under its heading on the page."""
    return Column(
        key,
        label,
        lambda row, at: {"text": show(row) if show else say(row), "kind": "number"},
        lambda row: (say(row),),
        kind="number",
    )


def day(key: str, label: Any, say: Callable[[Any], date]) -> Column[Any]:
    """A day, written alike on the page and in a file."""
    return Column(key, label, lambda row, at: {"text": say(row).isoformat()}, lambda row: (say(row),))


def linked(key: str, label: Any, say: Callable[[Any], str], url_name: str) -> Column[Any]:
    """A number that opens its page."""

    def cell(row: Any, at: datetime) -> Cell:
        return {"text": say(row), "url": reverse(url_name, args=[row.pk])}

    return Column(key, label, cell, lambda row: (say(row),))


def unit_cell(row: Any, at: datetime) -> Cell:
    data = {"code": row.unit.code, "url": reverse("unit_account", args=[row.unit_id])}
    return {"template": "billing/_cell_unit.html", "data": data}


UNIT: Column[Any] = Column("unit", gettext_lazy("Unit"), unit_cell, lambda row: (row.unit.code,))
