"""Deposits of a unit: taken, given back whole or in part, kept with a reason; the receipt on paper."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.cashier import DepositForm, GiveBackForm
from billing.history import history_of
from billing.models import Deposit
from billing.services.deposits import give_back, take_deposit
from billing.views.accounts import unit_for
from billing.views.acting import refusing, send
from billing.views.papers import paper
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, done
from helpdesk.staff.access import get_visible, needs
from residents.models import Unit


@require_http_methods(["GET", "POST"])
@needs("billing.view")
def deposit_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What is held of a unit and what was; POST takes a deposit, and the same form again is the same one."""
    unit = unit_for(request, pk, "billing.take" if request.method == "POST" else "billing.view")
    asked = request.GET.get("decoration", "")
    form = DepositForm(
        estate=unit.estate, unit=unit, initial={"decoration": asked} if asked.isdecimal() else None
    )
    status = 200
    if request.method == "POST":
        form = DepositForm(request.POST, estate=unit.estate, unit=unit)
        status = send(form, take_deposit, unit=unit, actor=request.user)
        if not status:
            return done(request, _("The deposit is taken"), reverse("deposit_list", args=[unit.pk]))
    return render(request, "billing/deposit_list.html", _list(request, unit, form), status=status)


@require_safe
@needs("billing.view")
def deposit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One deposit, what happened to it, and the form to give it back."""
    deposit = _deposit(request, pk, "billing.view")
    return render(request, "billing/deposit_detail.html", _page(request, deposit, GiveBackForm()))


@require_POST
@needs("billing.reverse")
def deposit_give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back, whole or in part; what is kept has a reason."""
    deposit = _deposit(request, pk, "billing.reverse")
    form, status = GiveBackForm(request.POST), INVALID
    if form.is_valid():
        data = form.cleaned_data | {"deduct": form.cleaned_data["deduct"] or Decimal(0)}
        status = refusing(form, lambda: give_back(deposit, actor=request.user, **data))  # type: ignore[arg-type]
    if status:
        return render(request, "billing/deposit_detail.html", _page(request, deposit, form), status=status)
    return done(request, _("The deposit is settled up"), reverse("deposit_detail", args=[deposit.pk]))


@require_safe
@needs("billing.view")
def deposit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a deposit, with what was given back of it."""
    deposit = _deposit(request, pk, "billing.view")
    context = _page(request, deposit, GiveBackForm())
    return paper(request, "billing/deposit_print.html", context, name=deposit.number)


def _list(request: HttpRequest, unit: Unit, form: DepositForm) -> dict[str, Any]:
    currency = unit.estate.currency
    rows = Deposit.objects.filter(unit=unit).select_related("charge_item").order_by("-id")
    return {
        "unit": unit,
        "rows": [
            {
                "deposit": deposit,
                "amount": show_money(deposit.amount, currency),
                "held": show_money(deposit.held, currency),
            }
            for deposit in rows
        ],
        "form": form,
        "has_jobs": form.fields["decoration"].queryset.exists(),  # type: ignore[attr-defined]
        "has_item": form.fields["charge_item"].queryset.exists(),  # type: ignore[attr-defined]
        "may_take": request.user.may("billing.take", unit.estate_id),  # type: ignore[union-attr]
        "crumbs": [*_crumbs(unit), {"label": _("Deposits")}],
    }


def _page(request: HttpRequest, deposit: Deposit, form: GiveBackForm) -> dict[str, Any]:
    currency = deposit.estate.currency
    moves = deposit.moves.select_related("done_by").order_by("id")
    may = request.user.may("billing.reverse", deposit.estate_id)  # type: ignore[union-attr]
    return {
        "deposit": deposit,
        "unit": deposit.unit,
        "estate": deposit.estate,
        "amount": show_money(deposit.amount, currency),
        "held": show_money(deposit.held, currency),
        "moves": [{"move": move, "amount": show_money(move.amount, currency)} for move in moves],
        "form": form,
        "may_give_back": bool(deposit.held) and may,
        "history": history_of(deposit),
        "crumbs": [
            *_crumbs(deposit.unit),
            {"label": _("Deposits"), "url": reverse("deposit_list", args=[deposit.unit_id])},
            {"label": deposit.number},
        ],
    }


def _crumbs(unit: Unit) -> list[dict[str, str]]:
    return [
        {"label": _("Fees"), "url": reverse("fees_home")},
        {"label": unit.code, "url": reverse("unit_account", args=[unit.pk])},
    ]


def _deposit(request: HttpRequest, pk: int, permission: str) -> Deposit:
    rows = Deposit.objects.select_related("estate", "unit", "charge_item", "payer", "decoration")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]
