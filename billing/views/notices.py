"""A bill's notice 缴费通知单: on paper in the payer's language; who handed it over, to whom, when and how."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.notices import NoticeForm
from billing.models import Bill
from billing.models.bills import Handover
from billing.notice_papers import notices_of
from billing.services.notices import hand_over_bill
from billing.views.acting import send
from billing.views.papers import paper
from helpdesk.lib.pages import done
from helpdesk.staff.access import get_visible, needs


@require_safe
@needs("billing.view")
def bill_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice on paper: what is asked for and why, what is still open from before, and where to pay."""
    rows = Bill.objects.select_related("estate", "unit")
    bill: Bill = get_visible(rows, request.user, "billing.view", pk=pk)  # type: ignore[arg-type]
    (notice,) = notices_of([bill], timezone.now())
    with translation.override(notice["language"]):
        return paper(request, "billing/bill_print.html", notice, name=bill.number)


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
