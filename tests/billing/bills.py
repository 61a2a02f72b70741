"""Bills for tests, posted as the ledger asks: lines first, then the entry."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from billing.models import AccountEntry, Bill, BillLine, ChargeItem
from residents.models import Unit


@transaction.atomic
def post_bill(unit: Unit, due_on: date, total: str = "100.00") -> Bill:
    """One posted bill of a single line, dated fourteen days before it is due."""
    item, _new = ChargeItem.objects.get_or_create(
        estate=unit.estate, code="fee", defaults={"name": "Management fee", "kind": "fixed"}
    )
    serial = Bill.objects.filter(estate=unit.estate, year=due_on.year).count() + 1
    amount = Decimal(total)
    bill = Bill.objects.create(
        estate=unit.estate,
        unit=unit,
        kind="counter",
        number=f"B-{due_on.year}-{serial:06d}",
        year=due_on.year,
        serial=serial,
        period=f"{due_on:%Y-%m}",
        issued_on=due_on - timedelta(days=14),
        due_on=due_on,
        total=amount,
    )
    BillLine.objects.create(
        estate=unit.estate, bill=bill, charge_item=item, quantity=1, rate=amount, amount=amount
    )
    AccountEntry.objects.create(
        estate=unit.estate,
        unit=unit,
        kind="bill",
        on=bill.issued_on,
        debit="unit",
        credit="income",
        amount=amount,
        number=bill.number,
        bill=bill,
    )
    return bill
