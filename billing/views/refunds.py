"""Credit that was given back, on paper: whoever takes the money signs for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import Refund
from billing.services.ledger import local_day
from billing.services.reminders import payer_of
from billing.views.papers import paper
from helpdesk.lib.money import show_money
from helpdesk.staff.access import get_visible, needs
from residents.names_shown import full_name


@require_safe
@needs("billing.view")
def refund_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip on paper of 80 mm, or on A4."""
    rows = Refund.objects.select_related("estate", "unit", "approved_by")
    refund: Refund = get_visible(rows, request.user, "billing.view", pk=pk)  # type: ignore[arg-type]
    payer = payer_of(refund.unit, local_day(refund.estate, timezone.now()))
    context = {
        "refund": refund,
        "estate": refund.estate,
        "payer": full_name(payer) if payer else "",
        "amount": show_money(refund.amount, refund.estate.currency),
        "parts": _parts(refund),
        "is_roll": request.GET.get("paper") != "a4",
    }
    return paper(request, "billing/refund_print.html", context, name=refund.number)


def _parts(refund: Refund) -> list[dict[str, Any]]:
    """Out of which receipts the money is given back."""
    rows = refund.allocations.select_related("payment__receipt").order_by("id")
    return [
        {"number": part.payment.receipt.number, "amount": f"{part.amount:,.2f}"}
        for part in rows
        if part.payment
    ]
