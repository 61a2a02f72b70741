"""A payment and its receipt; taking a payment back."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.forms.cashier import InvoiceForm
from billing.forms.payments import WhyForm
from billing.history import history_of
from billing.models import Allocation, InvoiceRequest, Payment
from billing.selectors import ZERO, given_back_of
from billing.services.payments import count_print, reverse_payment
from billing.views.papers import paper
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, REFUSED, SeeOther, done
from helpdesk.staff.access import get_visible, needs


@require_safe
@needs("billing.view")
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: what it settled, its receipt, and whether it was taken back."""
    return render(
        request,
        "billing/payment_detail.html",
        payment_page(request, payment_for(request, pk, "billing.view")),
    )


@require_POST
@needs("billing.reverse")
def payment_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a payment back, with a reason; what it settled is open again."""
    payment = payment_for(request, pk, "billing.reverse")
    form = WhyForm(request.POST, auto_id="why_%s")
    status = INVALID
    if form.is_valid():
        try:
            reverse_payment(payment, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            status = REFUSED
        else:
            said = _("Payment %(number)s was taken back") % {"number": payment.number}
            return done(request, said, reverse("unit_account", args=[payment.unit_id]))
    return render(
        request, "billing/payment_detail.html", payment_page(request, payment, form=form), status=status
    )


@require_POST
@needs("billing.take")
def receipt_count(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt is printed: counted first, so that a second copy says that it is one."""
    payment = payment_for(request, pk, "billing.take")
    count_print(payment.receipt, actor=request.user)  # type: ignore[arg-type]
    query = {"as": "pdf", "counted": "1"} if request.POST.get("as") == "pdf" else {"now": "1"}
    if request.POST.get("paper") == "a4":
        query["paper"] = "a4"
    return SeeOther(f"{reverse('receipt_print', args=[payment.pk])}?{urlencode(query)}")


@require_safe
@needs("billing.view")
def receipt_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt on paper of 80 mm, or on A4; past its Print button, which counts, it is marked as a copy."""
    payment = payment_for(request, pk, "billing.view")
    context = (
        payment_page(request, payment)
        | _settled(payment)
        | {
            "is_roll": request.GET.get("paper") != "a4",
            "is_now": bool(request.GET.get("now")),
            "is_counted": bool(request.GET.get("now") or request.GET.get("counted")),
        }
    )
    return paper(request, "billing/receipt_print.html", context, name=payment.receipt.number)


def _settled(payment: Payment) -> dict[str, Any]:
    """What stands on the receipt: parts, credit and what was given back come to the amount."""
    currency = payment.estate.currency
    parts = payment.allocations.on_receipt().filter(bill__isnull=False)
    parts = list(parts.select_related("bill", "line__charge_item", "late_fee"))
    back = _given_back(payment)
    left = payment.amount - back - sum((part.amount for part in parts), Decimal(0))
    return {"parts": [_part(part) for part in parts], "credit": show_money(left, currency) if left else ""}


def _part(part: Allocation) -> dict[str, Any]:
    return {
        "bill": part.bill,
        "what": part.line.charge_item if part.line else _("Late fee"),
        "amount": f"{part.amount:,.2f}",
    }


def _given_back(payment: Payment) -> Decimal:
    return given_back_of([payment.pk]).get(payment.pk, ZERO)


def worth_of(asked: InvoiceRequest, given_back: Decimal) -> dict[str, Any]:
    """What an invoice is for, and what of an issued one was given back since."""
    currency, beyond = asked.payment.estate.currency, asked.beyond(given_back)
    return {
        "amount": show_money(asked.worth(given_back), currency),
        "beyond": show_money(beyond, currency) if beyond else "",
    }


def payment_for(request: HttpRequest, pk: int, permission: str) -> Payment:
    """The payment, if this person may do `permission` in its estate."""
    rows = Payment.objects.filter(reverses__isnull=True)
    rows = rows.select_related("estate", "unit", "received_by", "receipt", "reversal__received_by")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def payment_page(request: HttpRequest, payment: Payment, **forms: Any) -> dict[str, Any]:
    """Everything that a payment's page shows."""
    currency = payment.estate.currency
    parts = payment.allocations.filter(reverses__isnull=True, bill__isnull=False)
    parts = parts.select_related("bill", "line__charge_item", "late_fee", "reversal")
    taken_back = getattr(payment, "reversal", None)
    back = _given_back(payment)
    return {
        "payment": payment,
        "estate": payment.estate,
        "receipt": payment.receipt,
        "amount": show_money(payment.amount, currency),
        "credit": show_money(payment.credit, currency) if payment.credit and not taken_back else "",
        "given_back": show_money(back, currency) if back else "",
        "parts": [_part(part) | {"is_void": hasattr(part, "reversal")} for part in parts],
        "taken_back": taken_back,
        "form": WhyForm(auto_id="why_%s"),
        "invoice": InvoiceForm(),
        "may_print": request.user.may("billing.take", payment.estate_id),  # type: ignore[union-attr]
        "invoices": [
            {"asked": asked, **worth_of(asked, back)}
            for asked in payment.invoice_requests.select_related("payment__estate").order_by("-id")
        ],
        "most_on_invoice": show_money(payment.amount - back, currency),
        "may_ask": taken_back is None
        and payment.amount > back
        and request.user.may("billing.take", payment.estate_id)  # type: ignore[union-attr]
        and not payment.invoice_requests.exclude(state="refused").exists(),
        "history": history_of(payment),
        "may_reverse": taken_back is None
        and not back
        and request.user.may("billing.reverse", payment.estate_id),  # type: ignore[union-attr]
        "crumbs": [
            {"label": _("Fees"), "url": reverse("fees_home")},
            {"label": payment.unit.code, "url": reverse("unit_account", args=[payment.unit_id])},
            {"label": payment.receipt.number},
        ],
    } | forms
