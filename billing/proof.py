"""The nightly proof: what the ledger says twice must say the same."""

from django.db import connection

from billing.ledger_rules import HAS_ENTRY

SIGNED = "CASE WHEN a.reverses_id IS NULL THEN a.amount ELSE -a.amount END"
# What is wrong -> the rows of which it is true.
PROOFS: dict[str, str] = {
    "a bill is not the sum of its lines": """
SELECT b.id FROM billing_bill b LEFT JOIN billing_billline l ON l.bill_id = b.id
GROUP BY b.id, b.total HAVING b.total <> ROUND(COALESCE(SUM(l.amount), 0), 2)""",
    "what is paid of a bill is not what its lines say": """
SELECT b.id FROM billing_bill b JOIN billing_billline l ON l.bill_id = b.id
GROUP BY b.id, b.paid, b.written_off
HAVING b.paid <> ROUND(SUM(l.paid), 2) OR b.written_off <> ROUND(SUM(l.written_off), 2)""",
    "what is settled of a line is not what its allocations say": f"""
SELECT l.id FROM billing_billline l LEFT JOIN billing_allocation a ON a.line_id = l.id
GROUP BY l.id, l.paid, l.written_off HAVING ROUND(l.paid + l.written_off, 2) <> ROUND(COALESCE(SUM({SIGNED}), 0), 2)""",  # noqa: S608
    "what is settled of a late fee is not what its allocations say": f"""
SELECT f.id FROM billing_latefee f LEFT JOIN billing_allocation a ON a.late_fee_id = f.id
GROUP BY f.id, f.paid, f.waived HAVING ROUND(f.paid + f.waived, 2) <> ROUND(COALESCE(SUM({SIGNED}), 0), 2)""",  # noqa: S608
    "what is used of a payment is not what its allocations say": f"""
SELECT p.id FROM billing_payment p LEFT JOIN billing_allocation a ON a.payment_id = p.id
GROUP BY p.id, p.allocated HAVING p.allocated <> ROUND(COALESCE(SUM({SIGNED}), 0), 2)""",  # noqa: S608
    "a unit's credit is not what is left of its payments": """
SELECT u.unit_id FROM billing_unitaccount u LEFT JOIN billing_payment p ON p.unit_id = u.unit_id
 AND p.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM billing_payment v WHERE v.reverses_id = p.id)
GROUP BY u.unit_id, u.credit HAVING u.credit <> ROUND(COALESCE(SUM(p.amount - p.allocated), 0), 2)""",
    "a unit's account is not what it owes less its credit": """
SELECT u.id FROM residents_unit u
JOIN (SELECT unit_id, ROUND(SUM(CASE WHEN debit = 'unit' THEN amount WHEN credit = 'unit' THEN -amount ELSE 0 END), 2)
 AS balance FROM billing_accountentry GROUP BY unit_id) e ON e.unit_id = u.id
LEFT JOIN (SELECT unit_id, SUM(total - paid - written_off) AS owed FROM billing_bill WHERE status <> 'reversed'
 GROUP BY unit_id) b ON b.unit_id = u.id
LEFT JOIN (SELECT unit_id, SUM(amount - paid - waived) AS owed FROM billing_latefee GROUP BY unit_id) f
 ON f.unit_id = u.id
LEFT JOIN billing_unitaccount c ON c.unit_id = u.id
WHERE e.balance <> ROUND(COALESCE(b.owed, 0) + COALESCE(f.owed, 0) - COALESCE(c.credit, 0), 2)""",
    "a closed day is not what it was counted by": """
SELECT c.id FROM billing_daycount c JOIN billing_dayclosing d ON d.id = c.closing_id WHERE c.expected <> ROUND(
 COALESCE((SELECT SUM(CASE WHEN p.reverses_id IS NULL THEN p.amount ELSE -p.amount END) FROM billing_payment p
  WHERE p.estate_id = d.estate_id AND p.received_on = d.day AND p.method = c.method), 0)
 - COALESCE((SELECT SUM(r.amount) FROM billing_refund r
  WHERE r.estate_id = d.estate_id AND r."on" = d.day AND r.method = c.method), 0)
 + COALESCE((SELECT SUM(CASE WHEN m.kind = 'taken' THEN m.amount ELSE -m.amount END) FROM billing_depositmove m
  WHERE m.estate_id = d.estate_id AND m."on" = d.day AND m.method = c.method), 0), 2)""",
    "numbers of receipts have a gap": """
SELECT MAX(id) FROM billing_receipt GROUP BY estate_id, year HAVING MAX(serial) <> COUNT(*)""",
    "numbers of bills have a gap": """
SELECT MAX(id) FROM billing_bill GROUP BY estate_id, year HAVING MAX(serial) <> COUNT(*)""",
    **{
        f"a row of {table} has no entry": (
            f"SELECT s.id FROM {table} s LEFT JOIN billing_accountentry e ON e.{column} = s.id WHERE e.id IS NULL"  # noqa: S608
        )
        for table, column in HAS_ENTRY.items()
    },
}


def differences() -> dict[str, list[int]]:
    """What is wrong, with the ids of the rows; empty when the ledger agrees with itself."""
    found = {}
    with connection.cursor() as cursor:
        for wrong, query in PROOFS.items():
            cursor.execute(query)
            rows = [row[0] for row in cursor.fetchall()]
            if rows:
                found[wrong] = rows
    return found
