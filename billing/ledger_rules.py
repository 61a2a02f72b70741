"""What the database itself refuses in the ledger, as data; billing.triggers puts it in place on both databases.

A refusal is a condition over the new row, written in the SQL that SQLite and PostgreSQL share. SQLite counts in floating
point, so every sum is rounded to the cent before it is compared.
"""

CLOSED = "EXISTS (SELECT 1 FROM billing_dayclosing c WHERE c.estate_id = NEW.estate_id AND c.day = NEW.{day})"

# Posted rows: they never go, and never change but for these columns.
KEPT: dict[str, tuple[str, ...]] = {
    "billing_accountentry": (),
    "billing_allocation": (),
    "billing_bill": ("paid", "written_off", "status", "updated_at"),
    "billing_billline": ("paid", "written_off"),
    "billing_billreversal": (),
    "billing_dayclosing": (),
    "billing_daycount": (),
    "billing_deposit": ("given_back", "deducted"),
    "billing_depositmove": (),
    "billing_dispute": ("settled_on", "settled_by_id", "outcome", "note"),
    "billing_exemption": ("until",),
    "billing_handover": (),
    "billing_latefee": ("paid", "waived"),
    "billing_latefeewaiver": (),
    "billing_payment": ("allocated",),
    "billing_rate": ("until",),
    "billing_receipt": ("prints",),
    "billing_refund": (),
    "billing_unitaccount": ("credit",),
    "billing_writeoff": (),
}

# The day into which a row is posted.
POSTED_INTO = {
    "billing_accountentry": '"on"',
    "billing_allocation": '"on"',
    "billing_billreversal": '"on"',
    "billing_depositmove": '"on"',
    "billing_latefee": '"on"',
    "billing_latefeewaiver": '"on"',
    "billing_payment": "received_on",
    "billing_refund": '"on"',
    "billing_writeoff": '"on"',
}

# Where a posted row must have its entry by the end of the transaction (PostgreSQL waits for the commit; on SQLite
# verify_ledger looks every night).
HAS_ENTRY = {
    "billing_bill": "bill_id",
    "billing_billreversal": "bill_reversal_id",
    "billing_depositmove": "deposit_move_id",
    "billing_latefee": "late_fee_id",
    "billing_latefeewaiver": "waiver_id",
    "billing_payment": "payment_id",
    "billing_refund": "refund_id",
    "billing_writeoff": "write_off_id",
}

SOURCE_AMOUNT = """CASE NEW.kind
 WHEN 'bill' THEN (SELECT s.total FROM billing_bill s WHERE s.id = NEW.bill_id AND s.unit_id = NEW.unit_id)
 WHEN 'bill_reversal' THEN (SELECT s.amount FROM billing_billreversal s JOIN billing_bill b ON b.id = s.bill_id
  WHERE s.id = NEW.bill_reversal_id AND b.unit_id = NEW.unit_id)
 WHEN 'payment' THEN (SELECT s.amount FROM billing_payment s
  WHERE s.id = NEW.payment_id AND s.unit_id = NEW.unit_id AND s.reverses_id IS NULL)
 WHEN 'payment_reversal' THEN (SELECT s.amount FROM billing_payment s
  WHERE s.id = NEW.payment_id AND s.unit_id = NEW.unit_id AND s.reverses_id IS NOT NULL)
 WHEN 'refund' THEN (SELECT s.amount FROM billing_refund s WHERE s.id = NEW.refund_id AND s.unit_id = NEW.unit_id)
 WHEN 'late_fee' THEN (SELECT s.amount FROM billing_latefee s WHERE s.id = NEW.late_fee_id AND s.unit_id = NEW.unit_id)
 WHEN 'waiver' THEN (SELECT s.amount FROM billing_latefeewaiver s WHERE s.id = NEW.waiver_id AND s.unit_id = NEW.unit_id)
 WHEN 'write_off' THEN (SELECT s.amount FROM billing_writeoff s WHERE s.id = NEW.write_off_id AND s.unit_id = NEW.unit_id)
 WHEN 'deposit' THEN (SELECT s.amount FROM billing_depositmove s JOIN billing_deposit d ON d.id = s.deposit_id
  WHERE s.id = NEW.deposit_move_id AND d.unit_id = NEW.unit_id)
END"""
ACCOUNTS = """CASE NEW.kind
 WHEN 'bill' THEN 'unit>income' WHEN 'bill_reversal' THEN 'income>unit'
 WHEN 'payment' THEN 'money>unit' WHEN 'payment_reversal' THEN 'unit>money' WHEN 'refund' THEN 'unit>money'
 WHEN 'late_fee' THEN 'unit>late_fees' WHEN 'waiver' THEN 'late_fees>unit' WHEN 'write_off' THEN 'losses>unit'
 WHEN 'deposit' THEN (SELECT CASE s.kind WHEN 'taken' THEN 'money>deposits' WHEN 'given_back' THEN 'deposits>money'
  ELSE 'deposits>income' END FROM billing_depositmove s WHERE s.id = NEW.deposit_move_id)
END"""
SOURCES = (
    "bill_id", "bill_reversal_id", "payment_id", "refund_id", "late_fee_id", "waiver_id", "write_off_id",
    "deposit_move_id",
)  # fmt: skip
ONE_SOURCE = " + ".join(f"CASE WHEN NEW.{column} IS NULL THEN 0 ELSE 1 END" for column in SOURCES)

SIGNED = "CASE WHEN a.reverses_id IS NULL THEN a.amount ELSE -a.amount END"


def settled(target: str, source: str) -> str:
    """What allocations from a source add up to on a target: settled("line_id = NEW.id", "payment_id")."""
    return (
        f"ROUND(COALESCE((SELECT SUM({SIGNED}) FROM billing_allocation a "
        f"WHERE a.{target} AND a.{source} IS NOT NULL), 0), 2)"
    )


def all_of(owner: str) -> str:
    return f"ROUND(COALESCE((SELECT SUM(a.amount) FROM billing_allocation a WHERE a.{owner} = NEW.{owner}), 0), 2)"


BILL_STATUS = """CASE WHEN EXISTS (SELECT 1 FROM billing_billreversal v WHERE v.bill_id = {bill}.id) THEN 'reversed'
 WHEN ROUND({paid} + {written_off}, 2) = {bill}.total THEN 'paid'
 WHEN ROUND({paid} + {written_off}, 2) > 0 THEN 'part_paid' ELSE 'open' END"""

NO_GAP = (
    "NEW.serial < 1 OR (NEW.serial > 1 AND NOT EXISTS (SELECT 1 FROM {table} p WHERE p.estate_id = NEW.estate_id"
    " AND p.year = NEW.year AND p.serial = NEW.serial - 1))"
)

# (table, rule): refused when the condition holds for an inserted row, which already stands in the table.
ON_INSERT: dict[tuple[str, str], str] = {
    ("billing_bill", "begins_open"): "NEW.paid <> 0 OR NEW.written_off <> 0 OR NEW.status <> 'open'",
    ("billing_bill", "no_gap"): NO_GAP.format(table="billing_bill"),
    ("billing_bill", "replaces_a_reversed"): (
        "NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_billreversal v"
        " JOIN billing_bill b ON b.id = v.bill_id WHERE b.id = NEW.replaces_id AND b.unit_id = NEW.unit_id)"
    ),
    ("billing_billline", "begins_open"): "NEW.paid <> 0 OR NEW.written_off <> 0",
    ("billing_billline", "bill_is_posted"): (
        "EXISTS (SELECT 1 FROM billing_accountentry e WHERE e.bill_id = NEW.bill_id)"
    ),
    ("billing_receipt", "no_gap"): NO_GAP.format(table="billing_receipt"),
    ("billing_receipt", "says_what_was_paid"): (
        "NOT EXISTS (SELECT 1 FROM billing_payment p WHERE p.id = NEW.payment_id AND p.amount = NEW.amount"
        " AND p.reverses_id IS NULL)"
    ),
    ("billing_accountentry", "one_source"): f"({ONE_SOURCE}) <> 1",
    ("billing_accountentry", "source_agrees"): f"COALESCE({SOURCE_AMOUNT}, -1) <> NEW.amount",
    ("billing_accountentry", "accounts_agree"): (
        f"COALESCE({ACCOUNTS}, '') <> NEW.debit || '>' || NEW.credit"
    ),
    ("billing_accountentry", "bill_is_its_lines"): (
        "NEW.kind = 'bill' AND NEW.amount <> ROUND(COALESCE((SELECT SUM(l.amount) FROM billing_billline l"
        " WHERE l.bill_id = NEW.bill_id), 0), 2)"
    ),
    ("billing_accountentry", "given_is_allocated"): (
        f"(NEW.kind = 'refund' AND NEW.amount <> {all_of('refund_id')})"
        f" OR (NEW.kind = 'write_off' AND NEW.amount <> {all_of('write_off_id')})"
        f" OR (NEW.kind = 'waiver' AND NEW.amount <> {all_of('waiver_id')})"
    ),
    ("billing_allocation", "of_its_own_kin"): (
        "(NEW.line_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_billline l"
        " WHERE l.id = NEW.line_id AND l.bill_id = NEW.bill_id))"
        " OR (NEW.late_fee_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_latefee f"
        " WHERE f.id = NEW.late_fee_id AND f.bill_id = NEW.bill_id))"
        " OR (NEW.write_off_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_writeoff w"
        " WHERE w.id = NEW.write_off_id AND w.bill_id = NEW.bill_id))"
        " OR (NEW.waiver_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_latefeewaiver w"
        " WHERE w.id = NEW.waiver_id AND w.bill_id = NEW.bill_id))"
    ),
    ("billing_allocation", "of_one_unit"): (
        "(NEW.payment_id IS NOT NULL AND NEW.bill_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_payment p"
        " JOIN billing_bill b ON b.unit_id = p.unit_id WHERE p.id = NEW.payment_id AND b.id = NEW.bill_id))"
        " OR (NEW.refund_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_payment p"
        " JOIN billing_refund r ON r.unit_id = p.unit_id WHERE p.id = NEW.payment_id AND r.id = NEW.refund_id))"
    ),
    ("billing_allocation", "bill_stands"): (
        "NEW.reverses_id IS NULL AND NEW.bill_id IS NOT NULL AND (EXISTS (SELECT 1 FROM billing_billreversal v"
        " WHERE v.bill_id = NEW.bill_id) OR NOT EXISTS (SELECT 1 FROM billing_accountentry e"
        " WHERE e.bill_id = NEW.bill_id AND e.kind = 'bill'))"
    ),
    ("billing_allocation", "payment_stands"): (
        "NEW.payment_id IS NOT NULL AND EXISTS (SELECT 1 FROM billing_payment p WHERE p.id = NEW.payment_id"
        " AND (p.reverses_id IS NOT NULL OR EXISTS (SELECT 1 FROM billing_payment v WHERE v.reverses_id = p.id)))"
    ),
    ("billing_allocation", "reversal_is_whole"): (
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_allocation o WHERE o.id = NEW.reverses_id"
        " AND o.reverses_id IS NULL AND o.amount = NEW.amount"
        " AND COALESCE(o.payment_id, 0) = COALESCE(NEW.payment_id, 0)"
        " AND COALESCE(o.line_id, 0) = COALESCE(NEW.line_id, 0)"
        " AND COALESCE(o.late_fee_id, 0) = COALESCE(NEW.late_fee_id, 0)"
        " AND o.refund_id IS NULL AND NEW.refund_id IS NULL"
        " AND NEW.write_off_id IS NULL AND NEW.waiver_id IS NULL)"
    ),
    ("billing_payment", "begins_free"): "NEW.allocated <> 0",
    ("billing_payment", "has_an_account"): (
        "NOT EXISTS (SELECT 1 FROM billing_unitaccount u WHERE u.unit_id = NEW.unit_id)"
    ),
    ("billing_payment", "reversal_is_whole"): (
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM billing_payment o WHERE o.id = NEW.reverses_id"
        " AND o.reverses_id IS NULL AND o.amount = NEW.amount AND o.unit_id = NEW.unit_id"
        " AND o.method = NEW.method AND o.allocated = 0)"
    ),
    ("billing_unitaccount", "begins_empty"): "NEW.credit <> 0",
    ("billing_billreversal", "is_whole"): (
        "NOT EXISTS (SELECT 1 FROM billing_bill b WHERE b.id = NEW.bill_id AND b.total = NEW.amount"
        " AND b.paid = 0 AND b.written_off = 0)"
        " OR EXISTS (SELECT 1 FROM billing_latefee f WHERE f.bill_id = NEW.bill_id AND f.waived <> f.amount)"
    ),
    ("billing_billreversal", "ends_its_dispute"): (
        "EXISTS (SELECT 1 FROM billing_dispute d WHERE d.bill_id = NEW.bill_id AND d.settled_on IS NULL)"
    ),
    ("billing_dispute", "bill_stands"): (
        "NEW.settled_on IS NULL AND EXISTS (SELECT 1 FROM billing_billreversal v WHERE v.bill_id = NEW.bill_id)"
    ),
    ("billing_latefee", "begins_open"): "NEW.paid <> 0 OR NEW.waived <> 0",
    ("billing_latefee", "adds_up"): (
        "NEW.cumulative <> ROUND((SELECT SUM(o.amount) FROM billing_latefee o WHERE o.bill_id = NEW.bill_id)"
        " - COALESCE((SELECT SUM(w.amount) FROM billing_latefeewaiver w"
        " WHERE w.bill_id = NEW.bill_id AND w.is_correction), 0), 2)"
        " OR EXISTS (SELECT 1 FROM billing_latefee o WHERE o.bill_id = NEW.bill_id AND o.as_of > NEW.as_of)"
    ),
    ("billing_latefee", "bill_is_late"): (
        "NOT EXISTS (SELECT 1 FROM billing_bill b WHERE b.id = NEW.bill_id AND b.unit_id = NEW.unit_id"
        " AND b.due_on < NEW.as_of AND b.status <> 'reversed')"
    ),
    ("billing_latefee", "cap_is_within_the_bill"): (
        "EXISTS (SELECT 1 FROM billing_bill b WHERE b.id = NEW.bill_id AND NEW.cap > b.total)"
    ),
    ("billing_deposit", "begins_whole"): "NEW.given_back <> 0 OR NEW.deducted <> 0",
    ("billing_depositmove", "taken_is_whole"): (
        "NOT EXISTS (SELECT 1 FROM billing_deposit d WHERE d.id = NEW.deposit_id"
        " AND (NEW.kind <> 'taken' OR d.amount = NEW.amount))"
        " OR NOT EXISTS (SELECT 1 FROM billing_depositmove m WHERE m.deposit_id = NEW.deposit_id AND m.kind = 'taken')"
    ),
    ("billing_dayclosing", "difference"): "NEW.difference <> ROUND(NEW.counted - NEW.expected, 2)",
    ("billing_daycount", "difference"): "NEW.difference <> ROUND(NEW.counted - NEW.expected, 2)",
    ("billing_exemption", "has_an_approver"): "NEW.approved_by_id IS NULL",
    ("billing_writeoff", "has_an_approver"): "NEW.approved_by_id IS NULL",
    # What was never owed is let off by nobody.
    ("billing_latefeewaiver", "has_an_approver"): "(NEW.approved_by_id IS NULL) <> NEW.is_correction",
}
for _table, _day in POSTED_INTO.items():
    ON_INSERT[_table, "day_is_open"] = CLOSED.format(day=_day)

RATES_OVERLAP = (
    "EXISTS (SELECT 1 FROM billing_rate o WHERE o.charge_item_id = NEW.charge_item_id AND o.id <> NEW.id"
    " AND COALESCE(o.unit_id, 0) = COALESCE(NEW.unit_id, 0)"
    " AND COALESCE(o.building_id, 0) = COALESCE(NEW.building_id, 0)"
    ' AND o."use" = NEW."use" AND (o.until IS NULL OR o.until >= NEW.since)'
    " AND (NEW.until IS NULL OR NEW.until >= o.since))"
)
ON_INSERT["billing_rate", "no_overlap"] = RATES_OVERLAP

# (table, rule): refused when the condition holds for a changed row, before it is changed.
ON_UPDATE: dict[tuple[str, str], str] = {
    ("billing_bill", "kept_truly"): (
        f"NEW.paid <> {settled('bill_id = NEW.id AND a.line_id IS NOT NULL', 'payment_id')}"
        f" OR NEW.written_off <> {settled('bill_id = NEW.id AND a.line_id IS NOT NULL', 'write_off_id')}"
        " OR ROUND(NEW.paid + NEW.written_off, 2) > NEW.total OR NEW.status <> "
        + BILL_STATUS.format(bill="NEW", paid="NEW.paid", written_off="NEW.written_off")
    ),
    ("billing_billline", "kept_truly"): (
        f"NEW.paid <> {settled('line_id = NEW.id', 'payment_id')}"
        f" OR NEW.written_off <> {settled('line_id = NEW.id', 'write_off_id')}"
        " OR ROUND(NEW.paid + NEW.written_off, 2) > NEW.amount"
    ),
    ("billing_latefee", "kept_truly"): (
        f"NEW.paid <> {settled('late_fee_id = NEW.id', 'payment_id')}"
        f" OR NEW.waived <> ROUND({settled('late_fee_id = NEW.id', 'waiver_id')}"
        f" + {settled('late_fee_id = NEW.id', 'write_off_id')}, 2)"
        " OR ROUND(NEW.paid + NEW.waived, 2) > NEW.amount"
    ),
    ("billing_payment", "kept_truly"): f"NEW.allocated <> {settled('payment_id = NEW.id', 'payment_id')}",
    ("billing_unitaccount", "kept_truly"): (
        "NEW.credit <> ROUND(COALESCE((SELECT SUM(p.amount - p.allocated) FROM billing_payment p"
        " WHERE p.unit_id = NEW.unit_id AND p.reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM billing_payment v WHERE v.reverses_id = p.id)), 0), 2)"
    ),
    ("billing_deposit", "kept_truly"): (
        "NEW.given_back <> ROUND(COALESCE((SELECT SUM(m.amount) FROM billing_depositmove m"
        " WHERE m.deposit_id = NEW.id AND m.kind = 'given_back'), 0), 2)"
        " OR NEW.deducted <> ROUND(COALESCE((SELECT SUM(m.amount) FROM billing_depositmove m"
        " WHERE m.deposit_id = NEW.id AND m.kind = 'deducted'), 0), 2)"
        " OR ROUND(NEW.given_back + NEW.deducted, 2) > NEW.amount"
    ),
    ("billing_receipt", "prints_count_up"): "NEW.prints < OLD.prints",
    ("billing_dispute", "settled_once"): "OLD.settled_on IS NOT NULL",
    ("billing_rate", "no_overlap"): RATES_OVERLAP,
    ("billing_meterreading", "is_billed"): (
        "EXISTS (SELECT 1 FROM billing_billline l JOIN billing_bill b ON b.id = l.bill_id"
        " WHERE l.reading_id = OLD.id AND b.status <> 'reversed')"
    ),
}

# What the database keeps by itself when a row is posted.
EFFECTS: dict[str, tuple[str, ...]] = {
    "billing_allocation": (
        f"""UPDATE billing_billline SET paid = {settled("line_id = billing_billline.id", "payment_id")},
 written_off = {settled("line_id = billing_billline.id", "write_off_id")} WHERE id = NEW.line_id""",
        "UPDATE billing_bill SET paid = {paid}, written_off = {written_off}, status = {status}"
        " WHERE id = NEW.bill_id AND NEW.line_id IS NOT NULL",
        f"""UPDATE billing_latefee SET paid = {settled("late_fee_id = billing_latefee.id", "payment_id")},
 waived = ROUND({settled("late_fee_id = billing_latefee.id", "waiver_id")}
 + {settled("late_fee_id = billing_latefee.id", "write_off_id")}, 2) WHERE id = NEW.late_fee_id""",
        f"""UPDATE billing_payment SET allocated = {settled("payment_id = billing_payment.id", "payment_id")}
 WHERE id = NEW.payment_id""",
        """UPDATE billing_unitaccount SET credit = {credit}
 WHERE unit_id = (SELECT p.unit_id FROM billing_payment p WHERE p.id = NEW.payment_id)""",
    ),
    "billing_payment": ("UPDATE billing_unitaccount SET credit = {credit} WHERE unit_id = NEW.unit_id",),
    "billing_billreversal": ("UPDATE billing_bill SET status = 'reversed' WHERE id = NEW.bill_id",),
    "billing_depositmove": (
        """UPDATE billing_deposit SET
 given_back = ROUND(COALESCE((SELECT SUM(m.amount) FROM billing_depositmove m
  WHERE m.deposit_id = billing_deposit.id AND m.kind = 'given_back'), 0), 2),
 deducted = ROUND(COALESCE((SELECT SUM(m.amount) FROM billing_depositmove m
  WHERE m.deposit_id = billing_deposit.id AND m.kind = 'deducted'), 0), 2) WHERE id = NEW.deposit_id""",
    ),
}
_paid = settled("bill_id = billing_bill.id AND a.line_id IS NOT NULL", "payment_id")
_written_off = settled("bill_id = billing_bill.id AND a.line_id IS NOT NULL", "write_off_id")
_credit = (
    "ROUND(COALESCE((SELECT SUM(p.amount - p.allocated) FROM billing_payment p"
    " WHERE p.unit_id = billing_unitaccount.unit_id AND p.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM billing_payment v WHERE v.reverses_id = p.id)), 0), 2)"
)
_parts = {
    "paid": _paid,
    "written_off": _written_off,
    "status": BILL_STATUS.format(bill="billing_bill", paid=_paid, written_off=_written_off),
    "credit": _credit,
}
EFFECTS = {
    table: tuple(
        statement.format(**_parts) if "{paid}" in statement or "{credit}" in statement else statement
        for statement in statements
    )
    for table, statements in EFFECTS.items()
}
