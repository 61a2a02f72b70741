"""A bill's notice 缴费通知单: on paper in the payer's language; who handed it over, to whom, when and how."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.notices import NoticeForm
from billing.models import Bill
from billing.models.bills import Handover
from billing.selectors import arrears_of, explained
from billing.services.bills import hand_over_bill
from billing.services.reminders import payer_of
from billing.statement_lines import sum_of
from billing.views.acting import send
from billing.views.papers import paper
from helpdesk.estates.calendars import local
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import done
from helpdesk.staff.access import get_visible, needs
from residents.models import Resident
from residents.names_shown import full_name

EARLIER = 12


@require_safe
@needs("billing.view")
def bill_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice on paper: what is asked for and why, what is still open from before, and where to pay."""
    rows = Bill.objects.select_related("estate", "unit")
    bill: Bill = get_visible(rows, request.user, "billing.view", pk=pk)  # type: ignore[arg-type]
    payer = payer_of(bill.unit, local(bill.estate, timezone.now()).date())
    with translation.override((payer.language if payer else "") or translation.get_language() or "en"):
        return paper(request, "billing/bill_print.html", _notice(bill, payer), name=bill.number)


def _notice(bill: Bill, payer: Resident | None) -> dict[str, Any]:
    currency = bill.estate.currency
    lines = bill.lines.select_related("charge_item", "meter").order_by("id")
    others = list(
        Bill.objects.filter(unit=bill.unit).unsettled().exclude(pk=bill.pk).order_by("due_on", "id")
    )
    earlier = [row for row in others if row.due_on < bill.due_on][:EARLIER]
    more = [row for row in others if row not in earlier]
    owed = arrears_of(bill.unit)
    late_fees = owed.outstanding - bill.outstanding - sum(row.outstanding for row in others)
    used = min(owed.credit, owed.outstanding)
    return {
        "bill": bill,
        "unit": bill.unit,
        "estate": bill.estate,
        "payer": full_name(payer) if payer else "",
        "total": show_money(bill.total, currency),
        "outstanding": show_money(bill.outstanding, currency),
        "is_part_paid": bill.outstanding != bill.total,
        "lines": [(line, sum_of(explained(line)), f"{line.amount:,.2f}") for line in lines],
        "earlier": [(row, f"{row.outstanding:,.2f}") for row in earlier],
        # Whatever else makes up the sum at the foot, so that the reader's own reckoning comes to the same.
        "more": {"n": len(more), "sum": f"{sum(row.outstanding for row in more):,.2f}"} if more else None,
        "late_fees": f"{late_fees:,.2f}" if late_fees else "",
        "used": f"-{used:,.2f}" if used else "",
        "everything": show_money(owed.outstanding - used, currency),
        "credit": show_money(owed.credit - used, currency) if owed.credit > used else "",
    }


@require_http_methods(["GET", "POST"])
@needs("billing.view")
def bill_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Every handing over of this notice, and a new one to write down."""
    permission = "billing.take" if request.method == "POST" else "billing.view"
    rows = Bill.objects.select_related("estate", "unit")
    bill: Bill = get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]
    form = NoticeForm(request.POST or None, ways=Handover.Way.choices)
    status = 200
    if request.method == "POST":
        status = send(form, lambda **data: hand_over_bill(bill, **data), actor=request.user)
        if not status:
            return done(request, _("Written down"), reverse("bill_notice", args=[bill.pk]))
    context = {
        "bill": bill,
        "form": form if request.user.may("billing.take", bill.estate_id) else None,  # type: ignore[union-attr]
        "handovers": bill.handovers.select_related("handed_by").order_by("-id"),
        "crumbs": [
            {"label": _("Fees"), "url": reverse("fees_home")},
            {"label": bill.unit.code, "url": reverse("unit_account", args=[bill.unit_id])},
            {"label": bill.number, "url": reverse("bill_detail", args=[bill.pk])},
            {"label": _("Notice handed over")},
        ],
    }
    return render(request, "billing/bill_notice.html", context, status=status)
