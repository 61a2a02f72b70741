"""Requests for a tax invoice 发票: asked for on a payment's page, answered by another system, noted here."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from billing.forms.cashier import InvoiceAnswerForm, InvoiceForm
from billing.models import InvoiceRequest
from billing.selectors import ZERO, given_back_of
from billing.services.invoices import request_invoice, settle_invoice
from billing.views.acting import send
from billing.views.payments import payment_for, payment_page, worth_of
from billing.waiting import invoices_waiting
from helpdesk.estates.models import Estate
from helpdesk.lib.pages import done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here

STATE = InvoiceRequest.State
VOID = "void"  # no state of its own: it waits, and its payment was taken back


@require_safe
@needs("billing.view")
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Who waits for an invoice, and those that were issued or refused."""
    require_here(request, "billing.view")
    return _list(request, request.estate)  # type: ignore[attr-defined]


@require_POST
@needs("billing.take")
def invoice_request(request: HttpRequest, pk: int) -> HttpResponse:
    """The payer asks for the invoice of a payment."""
    payment = payment_for(request, pk, "billing.take")
    form = InvoiceForm(request.POST)
    status = send(form, request_invoice, payment=payment, actor=request.user)
    if status:
        context = payment_page(request, payment, invoice=form)
        return render(request, "billing/payment_detail.html", context, status=status)
    return done(request, _("The invoice is asked for"), reverse("payment_detail", args=[payment.pk]))


@require_POST
@needs("billing.take")
def invoice_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Issued with its number, or refused."""
    rows = InvoiceRequest.objects.select_related("estate", "payment")
    asked = get_visible(rows, request.user, "billing.take", pk=pk)  # type: ignore[arg-type]
    form = InvoiceAnswerForm(request.POST)
    status = send(form, settle_invoice, asked=asked, actor=request.user)
    if status:
        return _list(request, asked.estate, status, answering=asked.pk, answer=form)
    return done(request, _("The answer is noted"), reverse("invoice_list"))


def _list(request: HttpRequest, estate: Estate, status: int = 200, **sent: Any) -> HttpResponse:
    state = request.GET.get("state", STATE.REQUESTED)
    rows: QuerySet[InvoiceRequest] = InvoiceRequest.objects.filter(estate=estate)
    if state == STATE.REQUESTED:
        rows = invoices_waiting(estate)
    elif state in STATE.values:
        rows = rows.filter(state=state)
    elif state == VOID:
        rows = rows.filter(state=STATE.REQUESTED, payment__reversal__isnull=False)
    rows = rows.select_related(
        "payment__unit", "payment__receipt", "payment__estate", "payment__reversal", "requested_by"
    )
    page: Page[InvoiceRequest] = Page(rows, request.GET, field="requested_at")
    chips: list[tuple[str, Any]] = [
        *STATE.choices,
        (VOID, pgettext("invoice request", "Void")),
        ("all", _("All")),
    ]
    answering = sent.get("answering")
    open_here = {asked.pk for asked in page.rows if asked.state == STATE.REQUESTED and not asked.is_void}
    back = given_back_of(asked.payment_id for asked in page.rows)
    context = {
        "rows": [
            {
                "asked": asked,
                "is_reversed": hasattr(asked.payment, "reversal"),
                **worth_of(asked, back.get(asked.payment_id, ZERO)),
            }
            for asked in page.rows
        ],
        "pager": page.pager,
        "chips": [
            {"label": label, "url": f"?state={value}", "active": value == state} for value, label in chips
        ],
        "may_answer": request.user.may("billing.take", estate.pk),  # type: ignore[union-attr]
        "answering": answering,
        "is_gone": answering is not None and answering not in open_here,
        "answer": sent.get("answer") or InvoiceAnswerForm(),
        "crumbs": [{"label": _("Fees"), "url": reverse("fees_home")}, {"label": _("Invoices")}],
    }
    return render(request, "billing/invoice_list.html", context, status=status)
