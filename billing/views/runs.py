"""The monthly run: preview, problems, confirm, progress, done."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.runs import BillUnitForm, RunForm
from billing.history import history_of
from billing.models import Bill, BillingRun, ChargeItem, RunProblem
from billing.selectors import totals_of_run
from billing.services.bills import bill_left_out
from billing.services.ledger import settings_of
from billing.services.run_dates import next_period, usual_dates
from billing.services.runs import confirm_run, is_outdated, is_past_due, left_out, preview_run
from billing.views.acting import send
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_change, show_money
from helpdesk.lib.pages import SeeOther, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.models import Building

LISTED = 24
SHOWN = 100  # problems of one kind on the page
FEW = 12  # so many of one kind are looked at without asking
LEFT_OUT = 50  # units without a bill
STATUS = BillingRun.Status


@require_http_methods(["GET", "POST"])
@needs("billing.run")
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs so far, and a form to preview a period."""
    require_here(request, "billing.run")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    now = timezone.now()
    offered = next_period(estate, now)
    form = RunForm(request.POST or None, initial={"period": offered})
    _dated, due_on = usual_dates(estate, offered, now)
    form.tell_due(offered, due_on, settings_of(estate).due_day)
    status = 200
    if request.method == "POST":
        made: list[BillingRun] = []
        status = send(
            form, lambda **data: made.append(preview_run(estate, at=now, **data)), actor=request.user
        )
        if made:
            return SeeOther(reverse("run_detail", args=[made[0].pk]))
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
    return _page(request, _run(request, pk))


def _page(request: HttpRequest, run: BillingRun, status: int = 200, **sent: Any) -> HttpResponse:
    estate = run.estate
    before = (
        BillingRun.objects.filter(estate=estate, period__lt=run.period, status=STATUS.DONE)
        .order_by("-period")
        .first()
    )
    problems = RunProblem.objects.filter(run=run).select_related("unit", "charge_item")
    now = timezone.now()
    past_due = run.status == STATUS.PREVIEWED and is_past_due(run, now)
    outdated = run.status == STATUS.PREVIEWED and (past_due or is_outdated(run))
    context = {
        "run": run,
        "total": show_money(run.total, estate.currency),
        "before": before,
        "change": show_change(run.total - before.total, estate.currency) if before else "",
        "table": _table(run, before),
        "problems": _problems(problems),
        "waits": run.status == STATUS.RUNNING,
        "may_confirm": run.status == STATUS.PREVIEWED and run.bills > 0 and not outdated,
        "outdated": outdated,
        "past_due": past_due,
        "nothing": run.status == STATUS.PREVIEWED and not run.bills,
        "usual_due_on": usual_dates(estate, run.period, now)[1],
        **_left_out(run),
        "history": history_of(run),
        "form": sent.get("form"),
        "crumbs": [{"label": _("Billing runs"), "url": reverse("run_list")}, {"label": run.period}],
    }
    return render(request, "billing/run_detail.html", context, status=status)


@require_POST
@needs("billing.run")
def run_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The bills are made from now on, in the background."""
    run = _run(request, pk)
    confirm_run(run, actor=request.user)  # type: ignore[arg-type]
    return SeeOther(reverse("run_detail", args=[run.pk]))


@require_POST
@needs("billing.run")
def run_bill_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """The bill that a unit did not get with the others."""
    run = _run(request, pk)
    form = BillUnitForm(request.POST, estate=run.estate)
    made: list[Bill] = []
    status = send(form, lambda **data: made.append(bill_left_out(run, **data)), actor=request.user)
    if not made:
        return _page(request, run, status, form=form)
    said = _("Bill %(number)s is made") % {"number": made[0].number}
    return done(request, said, reverse("run_detail", args=[run.pk]))


def _problems(rows: QuerySet[RunProblem]) -> list[dict[str, Any]]:
    """The problems by kind, the rarest first: four hundred missing readings hide nothing that stands alone."""
    counts = rows.order_by().values_list("code").annotate(n=Count("id")).order_by("n", "code")
    return [
        {
            "label": RunProblem.Code(code).label,
            "count": count,
            "rows": rows.filter(code=code).order_by("unit__code", "id")[:SHOWN],
            "left": max(count - SHOWN, 0),
            "is_open": count <= FEW,
        }
        for code, count in counts
    ]


def _left_out(run: BillingRun) -> dict[str, Any]:
    """Of a run that is done: units of which no bill of the period stands, and how many."""
    if run.status != STATUS.DONE:
        return {}
    units = left_out(run)
    return {"left_out": units.order_by("code")[:LEFT_OUT], "left_out_count": units.count()}


def _run(request: HttpRequest, pk: int) -> BillingRun:
    return get_visible(BillingRun.objects.select_related("estate"), request.user, "billing.run", pk=pk)  # type: ignore[arg-type]


def _table(run: BillingRun, before: BillingRun | None) -> dict[str, Any]:
    """A row for each item, a column for each building; the month before and the difference beside the sum."""
    items = ChargeItem.objects.filter(estate=run.estate).in_bulk()
    sums: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in totals_of_run(run):
        sums[row["charge_item"]][row["building"]] = row["amount"]
    earlier: dict[int, Decimal] = defaultdict(Decimal)
    for row in totals_of_run(before) if before else ():
        earlier[row["charge_item"]] += row["amount"]
    used = {building for by_building in sums.values() for building in by_building}
    buildings = list(Building.objects.filter(pk__in=used).order_by("code"))
    asked = dict.fromkeys([*sums, *earlier])
    rows = [_item_row(str(items[pk]), sums.get(pk, {}), earlier[pk], buildings) for pk in asked]
    columns: dict[int, Decimal] = defaultdict(Decimal)
    for by_building in sums.values():
        for building, amount in by_building.items():
            columns[building] += amount
    return {
        "buildings": buildings,
        "rows": rows,
        "sums": _item_row("", columns, sum(earlier.values(), Decimal(0)), buildings),
    }


def _item_row(
    item: str, by_building: dict[int, Decimal], before: Decimal, buildings: list[Building]
) -> dict[str, Any]:
    total = sum(by_building.values(), Decimal(0))
    change = total - before
    percent = f"{change / before * 100:+.1f}%" if before and change else ""
    return {
        "item": item,
        "cells": [f"{by_building[b.pk]:,.2f}" if b.pk in by_building else "–" for b in buildings],
        "sum": f"{total:,.2f}",
        "before": f"{before:,.2f}" if before else "–",
        "change": (f"{change:+,.2f}" if change else f"{change:,.2f}") if before else "",
        "percent": percent,
        # A fifth more or less than the month before is worth a look before it is billed.
        "is_far": bool(before) and abs(change) * 5 > before,
    }
