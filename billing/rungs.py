"""Where the households of an estate stand on its ladder of reminders: counted by the database, however many there are."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.paid_ahead import COVERED
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money

# A household stands at the highest rung that any of its open bills has reached; level 0: at none yet.
HOUSEHOLDS = f"""
SELECT b.unit_id, COUNT(*) AS bills, SUM(b.total - b.paid - b.written_off) AS owed, MIN(b.due_on) AS since,
 MAX(COALESCE((SELECT MAX(r.level) FROM billing_reminder r WHERE r.bill_id = b.id AND NOT r.is_dropped), 0)) AS level,
 MAX(CASE WHEN EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = b.id AND d.settled_on IS NULL)
  OR EXISTS (SELECT 1 FROM billing_deferral f WHERE f.unit_id = b.unit_id AND f.since <= %(day)s AND f.until >= %(day)s)
  OR EXISTS (SELECT 1 FROM billing_paymentpromise q WHERE q.unit_id = b.unit_id AND q.settled_on IS NULL
   AND q.promised_for >= %(day)s) OR {COVERED} THEN 1 ELSE 0 END) AS waits
FROM billing_bill b WHERE b.estate_id = %(estate)s AND b.status IN ('open', 'part_paid') GROUP BY b.unit_id
"""  # noqa: S608
BY_LEVEL = f"""
SELECT h.level, COUNT(*), SUM(h.bills), SUM(h.owed), SUM(h.waits) FROM ({HOUSEHOLDS}) h GROUP BY h.level
"""  # noqa: S608
AT_LEVEL = f"""
SELECT h.unit_id, h.bills, h.owed, h.since, h.waits FROM ({HOUSEHOLDS}) h WHERE h.level = %(level)s
ORDER BY h.owed DESC, h.unit_id LIMIT %(most)s
"""  # noqa: S608


@dataclass(frozen=True)
class Standing:
    """How many households stand at a rung, with how many open bills, what they owe of them, and how many wait."""

    level: int
    households: int = 0
    bills: int = 0
    owed: Decimal = Decimal("0.00")
    waiting: int = 0


@dataclass(frozen=True)
class Household:
    """A household at a rung: its open bills, what it owes of them, the oldest due date, and whether something pauses it."""

    unit_id: int
    bills: int
    owed: Decimal
    since: date
    waits: bool


def standings(estate: Estate, day: date) -> dict[int, Standing]:
    """Level → who stands there on a day; 0 is for those whom nobody has reminded yet."""
    rows = _asked(BY_LEVEL, estate, day)
    return {
        level: Standing(level, n, int(bills), _sum(owed), int(waits)) for level, n, bills, owed, waits in rows
    }


def households_at(estate: Estate, day: date, level: int, *, most: int) -> list[Household]:
    """Those at a rung who owe most."""
    rows = _asked(AT_LEVEL, estate, day, level=level, most=most)
    return [
        Household(unit, bills, _sum(owed), _day(since), bool(waits))
        for unit, bills, owed, since, waits in rows
    ]


def _asked(query: str, estate: Estate, day: date, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"estate": estate.pk, "day": day, **more})
        return cursor.fetchall()


def _sum(owed: Any) -> Decimal:
    return round_money(Decimal(str(owed)))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
