"""The monthly run: preview, problems, confirm, progress, done."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.payments import RunForm
from billing.models import BillingRun, ChargeItem, RunProblem
from billing.selectors import totals_of_run
from billing.services.runs import confirm_run, preview_run
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, REFUSED, SeeOther
from helpdesk.staff.access import get_visible, needs, require_here
from residents.models import Building

LISTED = 24
SHOWN = 200  # problems on the page
STATUS = BillingRun.Status


@require_http_methods(["GET", "POST"])
@needs("billing.run")
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs so far, and a form to preview a period."""
    require_here(request, "billing.run")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    form = RunForm(request.POST) if request.method == "POST" else RunForm()
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                run = preview_run(estate, actor=request.user, period=form.cleaned_data["period"])  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error("period", str(refusal.message))
                status = REFUSED
            else:
                return SeeOther(reverse("run_detail", args=[run.pk]))
    rows = BillingRun.objects.filter(estate=estate).exclude(status=STATUS.DISCARDED)
    context = {
        "form": form,
        "rows": [(run, show_money(run.total, estate.currency)) for run in rows[:LISTED]],
    }
    return render(request, "billing/run_list.html", context, status=status)


@require_safe
@needs("billing.run")
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run would bill or billed, by item and building, beside the month before; its problems; how far it is."""
    run = _run(request, pk)
    estate = run.estate
    before = (
        BillingRun.objects.filter(estate=estate, period__lt=run.period, status=STATUS.DONE)
        .order_by("-period")
        .first()
    )
    problems = RunProblem.objects.filter(run=run).select_related("unit", "charge_item")
    by_code = dict(problems.order_by().values_list("code").annotate(Count("id")))
    context = {
        "run": run,
        "total": show_money(run.total, estate.currency),
        "before": before,
        "change": show_money(run.total - before.total, estate.currency) if before else "",
        "table": _table(run, before),
        "problems": problems.order_by("code", "unit__code")[:SHOWN],
        "problem_counts": [(RunProblem.Code(code).label, count) for code, count in by_code.items()],
        "waits": run.status == STATUS.RUNNING,
        "may_confirm": run.status == STATUS.PREVIEWED and run.bills > 0,
        "crumbs": [{"label": _("Billing runs"), "url": reverse("run_list")}, {"label": run.period}],
    }
    return render(request, "billing/run_detail.html", context)


@require_POST
@needs("billing.run")
def run_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The bills are made from now on, in the background."""
    run = _run(request, pk)
    confirm_run(run, actor=request.user)  # type: ignore[arg-type]
    return SeeOther(reverse("run_detail", args=[run.pk]))


def _run(request: HttpRequest, pk: int) -> BillingRun:
    return get_visible(BillingRun.objects.select_related("estate"), request.user, "billing.run", pk=pk)  # type: ignore[arg-type]


def _table(run: BillingRun, before: BillingRun | None) -> list[dict[str, Any]]:
    """A row for each item with its sum by building, and the month before beside it."""
    items = ChargeItem.objects.in_bulk()
    buildings = {b.pk: str(b) for b in Building.objects.filter(estate=run.estate)}
    sums: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in totals_of_run(run):
        sums[row["charge_item"]][row["building"]] = row["amount"]
    earlier: dict[int, Decimal] = defaultdict(Decimal)
    if before is not None:
        for row in totals_of_run(before):
            earlier[row["charge_item"]] += row["amount"]
    return [
        {
            "item": items[item],
            "buildings": [(buildings.get(pk, ""), f"{amount:,.2f}") for pk, amount in by_building.items()],
            "sum": f"{sum(by_building.values(), Decimal(0)):,.2f}",
            "before": f"{earlier[item]:,.2f}" if item in earlier else "–",
        }
        for item, by_building in sums.items()
    ]
