"""All payments as a list: filtered, kept as a view, taken out as a file."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from billing.forms.list_filters import PaymentFilterForm
from billing.models import Payment
from billing.views.list_columns import UNIT, day, linked, money
from helpdesk.estates.calendars import local
from helpdesk.lib.forms import FilterForm
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import Cell, Column, KeptList, moment, view_chips, words
from helpdesk.staff.lists import Opened
from helpdesk.staff.models import User


@require_safe
@needs("billing.view")
def payment_list(request: HttpRequest) -> HttpResponseBase:
    """Every payment of the estate, newest first; one that was taken back stays, and says so."""
    require_here(request, "billing.view")
    return PAYMENTS.page(
        request,
        title=_("Payments"),
        empty={
            "says": _("No payment was taken yet."),
            "hint": _("Find the unit in the box above, then press f."),
        },
        acts=[
            {"label": _("Money of the day"), "url": reverse("day_money")},
            {"label": _("Bills"), "url": reverse("bill_list")},
        ],
        crumbs=[{"label": _("Fees"), "url": reverse("fees_home")}, {"label": _("Payments")}],
    )


@require_safe
@needs("billing.close_day")
def payment_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "billing.close_day")
    return PAYMENTS.file(request)


def form_of(request: HttpRequest) -> PaymentFilterForm:
    return PaymentFilterForm(request.GET)


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[Payment]:
    """The payments that the address asks for."""
    rows = Payment.objects.filter(estate=request.estate, reverses__isnull=True)  # type: ignore[attr-defined]
    rows = narrowed(rows, form.chosen(), request.user)  # type: ignore[arg-type]
    return rows.select_related("unit", "receipt", "received_by", "reversal")


def narrowed(rows: Any, chosen: dict[str, Any], user: User) -> Any:
    """The rows that the chosen filters leave."""
    fits = {"method": "method", "channel": "channel", "unit": "unit__code__iexact"}
    fits |= {"received_from": "received_on__gte", "received_to": "received_on__lte"}
    for name, lookup in fits.items():
        if chosen.get(name):
            rows = rows.filter(**{lookup: chosen[name]})
    if chosen.get("reversed"):
        rows = rows.filter(reversal__isnull=False)
    if chosen.get("with_credit"):
        rows = rows.filter(reversal__isnull=True, allocated__lt=F("amount"))
    if chosen.get("mine"):
        rows = rows.filter(received_by=user)
    for word in chosen.get("q", "").split():
        fits_q = Q(number__icontains=word) | Q(receipt__number__icontains=word)
        rows = rows.filter(fits_q | Q(reference__icontains=word))
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    estate = request.estate  # type: ignore[attr-defined]
    today = local(estate, timezone.now()).date().isoformat()
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Today"), {"received_from": today}),
        (_("Mine"), {"mine": "1"}),
        (_("Bank file"), {"channel": "file"}),
        (_("With credit left"), {"with_credit": "1"}),
        (_("Taken back"), {"reversed": "1"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(payment: Payment, at: datetime, request: HttpRequest) -> dict[str, Any]:
    return {"id": f"payment-{payment.pk}", "late": False}


def is_reversed(payment: Payment) -> bool:
    return hasattr(payment, "reversal")


def state_cell(payment: Payment, at: datetime) -> Cell:
    if not is_reversed(payment):
        return {"text": ""}
    return {"template": "billing/_cell_chip.html", "data": {"label": _("Taken back"), "kind": "struck"}}


COLUMNS: list[Column[Payment]] = [
    linked("receipt", gettext_lazy("Receipt"), lambda p: p.receipt.number, "payment_detail"),
    UNIT,
    day("received", gettext_lazy("Received on"), lambda p: p.received_on),
    moment("written", gettext_lazy("Written down"), "created_at"),
    words("method", gettext_lazy("Method"), lambda p: p.get_method_display()),
    money("amount", gettext_lazy("Amount"), lambda p: p.amount),
    money("credit", gettext_lazy("Credit"), lambda p: p.amount * 0 if is_reversed(p) else p.credit),
    words("reference", gettext_lazy("Reference"), lambda p: p.reference),
    words("by", pgettext_lazy("a payment", "Taken by"), lambda p: str(p.received_by or "")),
    Column(
        "state", gettext_lazy("Status"), state_cell, lambda p: (_("Taken back") if is_reversed(p) else "",)
    ),
    words("channel", gettext_lazy("Channel"), lambda p: p.get_channel_display()),
    words("number", gettext_lazy("Number"), lambda p: p.number),
]

PAYMENTS = KeptList(
    name="payment_list",
    export="payment_export",
    export_permission="billing.close_day",
    noun="payments",
    columns=COLUMNS,
    usual=["receipt", "unit", "received", "method", "amount", "reference", "by", "state"],
    always="receipt",
    # Of one day the newest receipt first: the order is to be seen in the columns.
    field="received_on",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
)
