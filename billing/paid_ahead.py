"""Which open bills are as good as paid: the unit's credit settles them by itself once they are due (docs/domain.md §9)."""

from collections.abc import Iterable

from django.db import connection

# Of a bill `b`: the unit's credit reaches over all that is open and not disputed up to it, in the order of settling.
COVERED = """EXISTS (SELECT 1 FROM billing_unitaccount a WHERE a.unit_id = b.unit_id AND a.credit > 0
 AND a.credit >= ROUND((SELECT SUM(o.total - o.paid - o.written_off) FROM billing_bill o
  WHERE o.unit_id = b.unit_id AND o.status IN ('open', 'part_paid')
   AND (o.due_on < b.due_on OR (o.due_on = b.due_on AND o.id <= b.id))
   AND NOT EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = o.id AND d.settled_on IS NULL)), 2))"""


def covered_bills(unit_ids: Iterable[int]) -> dict[int, str]:
    """Open bills of units that their credit covers: key → number."""
    ids = list(unit_ids)
    if not ids:
        return {}
    places = ", ".join(["%s"] * len(ids))
    query = f"""SELECT b.id, b.number FROM billing_bill b WHERE b.unit_id IN ({places})
 AND b.status IN ('open', 'part_paid')
 AND NOT EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = b.id AND d.settled_on IS NULL)
 AND {COVERED} ORDER BY b.due_on, b.id"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, ids)
        return dict(cursor.fetchall())
