"""A unit's account: the statement that explains itself, the ladder of reminders, and the money taken at the counter."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.forms.cashier import RefundForm
from billing.forms.payments import PaymentForm
from billing.forms.sales import SaleForm
from billing.models import Bill, Payment, Refund
from billing.selectors import BY_PIECE, Statement, rates_of_unit, statement_of
from billing.services.credit import refund_credit, use_credit
from billing.services.payments import count_print, take_payment
from billing.services.reminders import pauses_of, payer_of
from billing.services.settlement import debts_of
from billing.views import account_page as parts
from billing.views.acting import refusing, send
from billing.views.ladders import ladder_for
from billing.views.papers import paper
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.lib.keys import keys_in
from helpdesk.lib.money import mark_of, parse_money, without_thousands
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs
from residents.models import Resident, Unit
from residents.names_shown import full_name

SHOWN = 12  # entries of the statement, so that the ladder below it is seen


@require_safe
@needs("billing.view")
def unit_account(request: HttpRequest, pk: int) -> HttpResponse:
    """What a unit owes and why, and the form to take money: for the bill of `?pay=`, where one was just made."""
    unit = unit_for(request, pk, "billing.view")
    form = payment_form(unit, request.GET.get("pay", ""))
    return render(request, "billing/account.html", account_page(request, unit, form))


@require_POST
@needs("billing.take")
def payment_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Money for a unit; the same form again is the same payment."""
    unit = unit_for(request, pk, "billing.take")
    form = PaymentForm(request.POST, bills=[*_open_bills(unit), *_ticked(request, unit)])
    status = INVALID
    if form.is_valid():
        data = form.cleaned_data
        try:
            payment = take_payment(
                unit,
                actor=request.user,  # type: ignore[arg-type]
                amount=data["amount"],
                method=data["method"],
                bills=form.chosen() or None,
                reference=data["reference"],
                form_token=data["form_token"] or None,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            status = REFUSED
        else:
            said = _("%(amount)s taken, receipt %(number)s")
            known = {"amount": parts.shown(payment.amount, unit), "number": payment.receipt.number}
            return done(request, said % known, _after(request, payment, data["print"]))
    return render(request, "billing/account.html", account_page(request, unit, form), status=status)


def _after(request: HttpRequest, payment: Payment, wants_receipt: bool) -> str:
    """The receipt on its roll, counted once however often the form is sent; or the payment's page."""
    if not wants_receipt:
        return reverse("payment_detail", args=[payment.pk])
    if not payment.receipt.prints:
        count_print(payment.receipt, actor=request.user)  # type: ignore[arg-type]
    return reverse("receipt_print", args=[payment.pk]) + "?now=1"


@require_safe
@needs("billing.view")
def statement_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement on paper, oldest entry first, with what every amount is made of."""
    unit = unit_for(request, pk, "billing.view")
    now = timezone.now()
    day = local(unit.estate, now).date()
    statement = statement_of(unit, at=now)
    payer = payer_of(unit, day)
    context = {
        "unit": unit,
        "estate": unit.estate,
        "day": day,
        "payer": full_name(payer) if payer else "",
        "rows": parts.rows_of(statement.rows, statement, day),
        "outstanding": parts.shown(statement.arrears.outstanding, unit),
        "overdue": parts.shown(statement.arrears.amount, unit),
        "credit": parts.shown(statement.arrears.credit, unit),
    }
    return paper(request, "billing/statement_print.html", context, name=f"statement-{unit.code}")


@require_POST
@needs("billing.reverse")
def credit_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Credit given back, and the slip to be signed for it; the same form again is the same refund."""
    unit = unit_for(request, pk, "billing.reverse")
    form, status = RefundForm(request.POST), INVALID
    given: list[Refund] = []
    if form.is_valid():
        give = partial(refund_credit, unit, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        status = refusing(form, lambda: given.append(give()))
    if status:
        context = account_page(request, unit, payment_form(unit), refund=form)
        return render(request, "billing/account.html", context, status=status)
    return done(request, _("The credit is given back"), reverse("refund_print", args=[given[0].pk]))


@require_POST
@needs("billing.take")
def credit_use(request: HttpRequest, pk: int) -> HttpResponse:
    """What the unit has paid ahead settles what is open, the oldest first."""
    unit = unit_for(request, pk, "billing.take")
    form = Form(request.POST)
    used: list[Decimal] = []
    status = send(form, lambda **data: used.append(use_credit(unit, **data)), actor=request.user)
    if status:
        context = account_page(request, unit, payment_form(unit), use=form)
        return render(request, "billing/account.html", context, status=status)
    said = _("%(amount)s of the credit is used") % {"amount": parts.shown(used[0], unit)}
    return done(request, said, reverse("unit_account", args=[unit.pk]))


@require_safe
@needs("billing.view")
def allocation_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an amount would settle, before it is taken."""
    unit = unit_for(request, pk, "billing.view")
    day = local(unit.estate, timezone.now()).date()
    chosen = set(request.GET.getlist("bills"))
    preview = parts.preview_of(unit, _amount(request.GET.get("amount", "")), chosen, day)
    return render(request, "billing/_allocation.html", {"preview": preview, "is_part": True})


def unit_for(request: HttpRequest, pk: int, permission: str) -> Unit:
    """The unit, if this person may do `permission` in its estate."""
    rows = Unit.objects.select_related("estate", "building")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def account_page(request: HttpRequest, unit: Unit, form: PaymentForm, **forms: Any) -> dict[str, Any]:
    """Everything the account's page shows."""
    day = local(unit.estate, timezone.now()).date()
    statement = statement_of(unit)
    payer = payer_of(unit, day)
    owed, user = statement.arrears.outstanding, request.user
    may = {name: user.may(f"billing.{name}", unit.estate_id) for name in ("take", "reverse")}  # type: ignore[union-attr]
    held = parts.held(unit)
    return (
        {
            "unit": unit,
            "payer": full_name(payer) if payer else "",
            "call_url": _call_url(request, unit, payer),
            "kpis": parts.kpis(unit, statement, day),
            "ladder": ladder_for(unit, day),
            "pauses": pauses_of(unit, day),
            "form": form,
            "mark": mark_of(unit.estate.currency),
            "methods": parts.method_icons(form["method"]),
            "refund": RefundForm(),
            "sale": sale_of(unit),
            "may_refund": statement.arrears.credit > 0 and may["reverse"],
            "may_take": may["take"],
            "may_use": may["take"] and owed > 0 and statement.arrears.credit > 0,
            "credit_shown": parts.shown(statement.arrears.credit, unit),
            "till": parts.till(unit, day) if may["take"] else {},
            "deposits_held": parts.shown(held, unit) if held else "",
            "all_of_it": str(owed) if owed else "",
            "all_shown": parts.shown(owed, unit),
            "preview": _preview(unit, form, day),
            "crumbs": parts.crumbs_of(unit),
        }
        | parts.heading(unit, payer, day)
        | _statement(request, unit, statement, day)
        | forms
    )


def _statement(request: HttpRequest, unit: Unit, statement: Statement, day: date) -> dict[str, Any]:
    """The rows that are asked for, the newest first; or the totals by item."""
    show = request.GET.get("show", "")
    chosen = list(reversed(statement.rows))
    if show == "open":
        chosen = [
            row for row in chosen if row.entry.bill_id and row.entry.bill.status in ("open", "part_paid")
        ]  # type: ignore[union-attr]
    few = chosen if show == "all" else chosen[:SHOWN]
    return {
        "show": show,
        "since": chosen[len(few) - 1].entry.on if few else None,
        "rows": parts.rows_of(few, statement, day),
        "hidden": len(chosen) - len(few),
        "items": parts.by_item(unit) if show == "items" else [],
        "chips": [
            {"label": _("All"), "url": "?", "active": show not in ("open", "items")},
            {"label": _("Open only"), "url": "?show=open", "active": show == "open"},
            {"label": _("By item"), "url": "?show=items", "active": show == "items"},
        ],
    }


def _call_url(request: HttpRequest, unit: Unit, payer: Resident | None) -> str:
    """A call to whoever pays, with unit and person filled in; nothing for who takes no calls."""
    if payer is None or not request.user.may("contacts.take", unit.estate_id):  # type: ignore[union-attr]
        return ""
    return f"{reverse('contact_new')}?{urlencode({'unit': unit.pk, 'resident': payer.pk})}"


def payment_form(unit: Unit, bill: str = "") -> PaymentForm:
    """The form to take money; with the bill chosen and its sum filled in, where it is open and this unit's."""
    form = PaymentForm(bills=_open_bills(unit))
    if chosen := form.open_bills.get(bill):
        form.initial = {"bills": [bill], "amount": str(chosen.outstanding)}
    return form


def sale_of(unit: Unit, data: Any = None) -> SaleForm:
    """What is sold by the piece, at the prices of today."""
    day = local(unit.estate, timezone.now()).date()
    return SaleForm(data, rates=rates_of_unit(unit, day, BY_PIECE), currency=unit.estate.currency)


def _open_bills(unit: Unit) -> list[Bill]:
    """The bills of which anything is left to pay, a late fee included: what the preview offers."""
    return list({debt.bill.pk: debt.bill for debt in debts_of(unit)}.values())


def _ticked(request: HttpRequest, unit: Unit) -> list[Bill]:
    """Bills of the unit that were chosen, paid by now or not: the same form again, or a colleague, may have settled them."""
    return list(Bill.objects.filter(unit=unit, pk__in=keys_in(request.POST.getlist("bills"))))


def _preview(unit: Unit, form: PaymentForm, day: date) -> dict[str, Any]:
    """What the form as it stands would settle: a form that was refused shows what it showed before."""
    amount = _amount(str(form["amount"].value() or ""))
    return parts.preview_of(unit, amount, {str(pk) for pk in form["bills"].value() or ()}, day)


def _amount(typed: str) -> Decimal:
    """What was typed as an amount; nothing where it is none."""
    try:
        return parse_money(without_thousands(typed.strip()))
    except Refused:
        return Decimal("0.00")
