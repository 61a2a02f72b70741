"""Charge items with their rates and shared costs: what is charged for, at which price, from when to when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.charges import (
    ChangeItemForm,
    LastDayForm,
    NewItemForm,
    RateForm,
    SharedCostForm,
    TierFormSet,
    tiers_in,
)
from billing.history import history_of
from billing.models import ChargeItem, Exemption, Lease, Rate, SharedCost
from billing.rate_words import rate_in_words, scope_in_words
from billing.services import charges
from billing.views.acting import refusing, send, tabs_of, with_billed
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, done
from helpdesk.staff.access import get_visible, needs, require_here

LISTED = 100


@require_safe
@needs("billing.see_rates")
def charge_list(request: HttpRequest) -> HttpResponse:
    """Every item, how its amount is found, and the rates in force today."""
    require_here(request, "billing.see_rates")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    day = local(estate, timezone.now()).date()
    rates: dict[int, list[Rate]] = {}
    for rate in Rate.objects.filter(estate=estate).on(day).select_related("charge_item", "building", "unit"):  # type: ignore[attr-defined]
        rates.setdefault(rate.charge_item_id, []).append(rate)
    items = ChargeItem.objects.filter(estate=estate).order_by("-is_active", "code")
    context = {
        "rows": [_item(item, rates.get(item.pk, []), estate) for item in items],
        "tabs": tabs_of(request, "charge_list"),
        "may_set": request.user.may("billing.set_rates", estate.pk),  # type: ignore[union-attr]
    }
    return render(request, "billing/charge_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("billing.set_rates")
def charge_new(request: HttpRequest) -> HttpResponse:
    """A new item; its first rate is set on its own page."""
    require_here(request, "billing.set_rates")
    form = NewItemForm(request.POST or None)
    status = 200
    if request.method == "POST":
        made: list[ChargeItem] = []
        act = {"estate": request.estate, "actor": request.user}  # type: ignore[attr-defined]
        status = send(form, lambda **data: made.append(charges.add_charge_item(**data)), **act)
        if made:
            return done(request, _("Charge item added"), reverse("charge_detail", args=[made[0].pk]))
    context = {"form": form, "crumbs": [_home(), {"label": _("New charge item")}]}
    return render(request, "billing/charge_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("billing.see_rates")
def charge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: its names, its rates with their days, what a shared use cost; POST changes its names."""
    item = _of(request, pk, "billing.see_rates" if request.method != "POST" else "billing.set_rates")
    if request.method != "POST":
        return _page(request, item)
    form = ChangeItemForm(request.POST)
    status = send(form, charges.change_charge_item, item=item, actor=request.user)
    return _page(request, item, status, form=form) if status else _back(request, _("Changed"), item)


@require_POST
@needs("billing.set_rates")
def rate_set(request: HttpRequest, pk: int) -> HttpResponse:
    """A rate from a day on; the one before of the same scope ends the day before."""
    item = _of(request, pk, "billing.set_rates")
    form = RateForm(request.POST, estate=item.estate)
    tiers = TierFormSet(request.POST) if item.kind == ChargeItem.Kind.METERED else None
    status = INVALID
    if form.is_valid() and (tiers is None or tiers.is_valid()):
        steps = tiers_in(tiers) if tiers else []
        data = form.cleaned_data
        status = refusing(
            form,
            lambda: charges.set_rate(item, actor=request.user, tiers=steps, **data),  # type: ignore[arg-type]
        )
    if status:
        return _page(request, item, status, rate=form, tiers=tiers)
    said = with_billed(_("The rate is set"), item.estate, data["since"], data["until"])
    return _back(request, said, item)


@require_POST
@needs("billing.set_rates")
def rate_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The rate's last day."""
    rows = Rate.objects.select_related("charge_item__estate")
    rate = get_visible(rows, request.user, "billing.set_rates", pk=pk)  # type: ignore[arg-type]
    form = LastDayForm(request.POST)
    status = send(form, charges.end_rate, rate=rate, actor=request.user)
    if status:
        return _page(request, rate.charge_item, status, ending=rate.pk, last_day=form)
    return _back(request, _("The rate ends then"), rate.charge_item)


@require_POST
@needs("billing.run")
def shared_cost_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """What a shared use cost in a period."""
    item = _of(request, pk, "billing.run")
    form = SharedCostForm(request.POST, estate=item.estate)
    status = send(form, charges.enter_shared_cost, charge_item=item, actor=request.user)
    if status:
        return _page(request, item, status, cost=form)
    return _back(request, _("The cost is kept for the next run"), item)


def _of(request: HttpRequest, pk: int, permission: str) -> ChargeItem:
    rows = ChargeItem.objects.select_related("estate")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def _back(request: HttpRequest, said: str, item: ChargeItem) -> HttpResponse:
    return done(request, said, reverse("charge_detail", args=[item.pk]))


def _home() -> dict[str, str]:
    return {"label": _("Charge items"), "url": reverse("charge_list")}


def _page(request: HttpRequest, item: ChargeItem, status: int = 200, **sent: Any) -> HttpResponse:
    """The item's page; `sent` are the forms that came back with something wrong."""
    estate = item.estate
    user: Any = request.user
    day = local(estate, timezone.now()).date()
    names = {name: getattr(item, name) for name in ChangeItemForm.base_fields}
    is_priced = item.kind in charges.PRICED
    context: dict[str, Any] = {
        "item": item,
        "estate": estate,
        "is_priced": is_priced,
        "is_metered": item.kind == ChargeItem.Kind.METERED,
        "rates": [_rate(rate, item, estate, day) for rate in _rates(item)],
        "costs": _costs(item),
        "leases": Lease.objects.filter(charge_item=item).on(day).count(),  # type: ignore[attr-defined]
        "exempt": Exemption.objects.filter(charge_item=item).on(day).count(),  # type: ignore[attr-defined]
        "may_set": user.may("billing.set_rates", estate.pk),
        "may_enter": item.kind == ChargeItem.Kind.SHARED and user.may("billing.run", estate.pk),
        "form": sent.get("form") or ChangeItemForm(initial=names),
        "rate": sent.get("rate") or RateForm(estate=estate, auto_id="rate_%s"),
        "tiers": sent.get("tiers") or TierFormSet(),
        "cost": sent.get("cost") or SharedCostForm(estate=estate, auto_id="cost_%s"),
        "last_day": sent.get("last_day") or LastDayForm(),
        "ending": sent.get("ending"),
        "history": history_of(item),
        "crumbs": [_home(), {"label": str(item)}],
    }
    return render(request, "billing/charge_detail.html", context, status=status)


def _item(item: ChargeItem, rates: list[Rate], estate: Estate) -> dict[str, Any]:
    """A row of the list: the estate-wide rate in words, and how many parts of it have one of their own."""
    whole = next((rate for rate in rates if not (rate.building_id or rate.unit_id or rate.use)), None)
    return {
        "item": item,
        "rate": rate_in_words(whole, item, estate.currency) if whole else "",
        "others": len(rates) - (1 if whole else 0),
        "needs_rate": item.is_active and item.kind in charges.PRICED and not rates,
    }


def _rates(item: ChargeItem) -> list[Rate]:
    rows = Rate.objects.filter(charge_item=item).select_related("building", "unit", "set_by")
    return list(rows.order_by("-since", "-id")[:LISTED])


def _rate(rate: Rate, item: ChargeItem, estate: Estate, day: Any) -> dict[str, Any]:
    is_over = rate.until is not None and rate.until < day
    return {
        "rate": rate,
        "words": rate_in_words(rate, item, estate.currency),
        "scope": scope_in_words(rate),
        "state": "over" if is_over else "to_come" if rate.since > day else "now",
    }


def _costs(item: ChargeItem) -> list[dict[str, Any]]:
    if item.kind != ChargeItem.Kind.SHARED:
        return []
    rows = SharedCost.objects.filter(charge_item=item).select_related("building", "entered_by")
    return [
        {"cost": cost, "amount": show_money(cost.amount, item.estate.currency)}
        for cost in rows.order_by("-period", "building__code")[:LISTED]
    ]
