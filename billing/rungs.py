"""Where the households of an estate stand on its ladder of reminders: counted by the database, however many there are."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.paid_ahead import COVERED
from billing.services.reminders import ladder_of
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money

# A household stands at the highest rung that any of its open bills has reached; level 0: at none yet.
HOUSEHOLDS = f"""
SELECT b.unit_id, COUNT(*) AS bills, SUM(b.total - b.paid - b.written_off) AS owed, MIN(b.due_on) AS since,
 MAX(COALESCE((SELECT MAX({{rank}}) FROM billing_reminder r WHERE r.bill_id = b.id AND NOT r.is_dropped), 0)) AS rank,
 MAX(CASE WHEN EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = b.id AND d.settled_on IS NULL)
  OR EXISTS (SELECT 1 FROM billing_deferral f WHERE f.unit_id = b.unit_id AND f.since <= %(day)s AND f.until >= %(day)s)
  OR EXISTS (SELECT 1 FROM billing_paymentpromise q WHERE q.unit_id = b.unit_id AND q.settled_on IS NULL
   AND q.promised_for >= %(day)s) OR {COVERED} THEN 1 ELSE 0 END) AS waits
FROM billing_bill b WHERE b.estate_id = %(estate)s AND b.status IN ('open', 'part_paid') GROUP BY b.unit_id
"""  # noqa: S608
BY_RANK = f"""
SELECT h.rank, COUNT(*), SUM(h.bills), SUM(h.owed), SUM(h.waits) FROM ({HOUSEHOLDS}) h GROUP BY h.rank
"""  # noqa: S608
AT_RANK = f"""
SELECT h.unit_id, h.bills, h.owed, h.since, h.waits FROM ({HOUSEHOLDS}) h WHERE h.rank = %(rank)s
ORDER BY h.owed DESC, h.unit_id LIMIT %(most)s
"""  # noqa: S608
# Above every level: a rung of the ladder in force stands higher than one that was taken off, and by its day.
FIRST_RANK = 10_000


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
    ranks = _ranks(estate)
    level_of = {rank: level for level, rank in ranks.items()}
    return {
        level_of.get(rank, rank): Standing(level_of.get(rank, rank), n, int(bills), _sum(owed), int(waits))
        for rank, n, bills, owed, waits in _asked(BY_RANK, ranks, estate, day)
    }


def households_at(estate: Estate, day: date, level: int, *, most: int) -> list[Household]:
    """Those at a rung who owe most."""
    ranks = _ranks(estate)
    rows = _asked(AT_RANK, ranks, estate, day, rank=ranks.get(level, level), most=most)
    return [
        Household(unit, bills, _sum(owed), _day(since), bool(waits))
        for unit, bills, owed, since, waits in rows
    ]


def _ranks(estate: Estate) -> dict[int, int]:
    """Level → how high it stands; the levels themselves are names and say nothing of that."""
    return {rung.level: FIRST_RANK + rung.days for rung in ladder_of(estate)}


def _asked(
    query: str, ranks: dict[int, int], estate: Estate, day: date, **more: Any
) -> list[tuple[Any, ...]]:
    cases = " ".join(f"WHEN {level} THEN {rank}" for level, rank in ranks.items())
    query = query.replace("{rank}", f"CASE r.level {cases} ELSE r.level END" if cases else "r.level")
    with connection.cursor() as cursor:
        cursor.execute(query, {"estate": estate.pk, "day": day, **more})
        return cursor.fetchall()


def _sum(owed: Any) -> Decimal:
    return round_money(Decimal(str(owed)))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
