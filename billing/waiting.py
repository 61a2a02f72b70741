"""What waits for the cashier: days to close, lines of the bank to look at, invoices to issue."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from billing.models import BankFile, BankLine, DayClosing, DepositMove, InvoiceRequest, Payment, Refund
from helpdesk.estates.models import Estate

# An estate that closes no days isn't shown its whole past.
LOOKED_BACK = timedelta(days=62)
# Lines that somebody has to say something about.
TO_REVIEW = (BankLine.State.OPEN, BankLine.State.REFUSED)


def open_days(estate: Estate, today: date) -> list[tuple[date, int]]:
    """Days of the last two months on which money moved and that nobody closed, each with its receipts; the oldest first."""
    span = (today - LOOKED_BACK, today)
    payments = Payment.objects.filter(estate=estate, received_on__range=span).order_by()
    receipts = Count("pk", filter=Q(reverses__isnull=True))
    found: dict[date, int] = dict(payments.values_list("received_on").annotate(n=receipts))
    refunds = Refund.objects.filter(estate=estate, on__range=span)
    deposits = DepositMove.objects.filter(estate=estate, on__range=span).exclude(method="")
    moved = refunds.order_by().values_list("on").union(deposits.order_by().values_list("on"))
    found |= {day: 0 for (day,) in moved if day not in found}
    closed = set(DayClosing.objects.filter(estate=estate, day__range=span).values_list("day", flat=True))
    return sorted((day, count) for day, count in found.items() if day not in closed)


def bank_files_to_review(estate: Estate) -> QuerySet[BankFile]:
    """Files with lines that somebody has to look at, `to_review` of them; the oldest first."""
    files = BankFile.objects.filter(estate=estate).exclude(status=BankFile.Status.DROPPED)
    counted = files.annotate(to_review=Count("lines", filter=Q(lines__state__in=TO_REVIEW)))
    return counted.filter(to_review__gt=0).order_by("id")


def invoices_waiting(estate: Estate) -> QuerySet[InvoiceRequest]:
    """Invoices asked for and not answered; not those whose payment was taken back."""
    asked: QuerySet[Any] = InvoiceRequest.objects.filter(estate=estate, state=InvoiceRequest.State.REQUESTED)
    return asked.filter(payment__reversal__isnull=True)
