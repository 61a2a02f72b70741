"""What a draft is made of: lines as a bill will show them, and what could not be charged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A line as a bill will show it."""

    unit_id: int
    charge_item_id: int
    quantity: Decimal
    rate: Decimal
    amount: Decimal
    explanation: dict[str, Any] = field(default_factory=dict)
    meter_id: int | None = None
    reading_id: int | None = None
    meter_from: Decimal | None = None
    meter_to: Decimal | None = None


@dataclass(frozen=True)
class Trouble:
    """What could not be charged as usual."""

    code: str
    unit_id: int | None = None
    charge_item_id: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Home:
    """What of a unit matters for its bill."""

    id: int
    building_id: int
    use: str
    area: Decimal


def reduced(percent_off: Decimal) -> dict[str, Any]:
    return {"percent_off": str(percent_off)} if percent_off else {}


def merged(lines: Sequence[Line]) -> Line:
    """Several parts of one item on one bill become one line that names them."""
    if len(lines) == 1:
        return lines[0]
    parts = [line.explanation | {"amount": str(line.amount)} for line in lines]
    last = lines[-1]
    total = sum((line.amount for line in lines), ZERO)
    return Line(last.unit_id, last.charge_item_id, last.quantity, last.rate, total, {"parts": parts})


def period_of(day: date, months: int = 0) -> str:
    """The period of a day, so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
