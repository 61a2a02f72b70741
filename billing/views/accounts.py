"""A unit's account: the statement that explains itself, the ladder of reminders, and the money taken at the counter."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.forms.cashier import RefundForm
from billing.forms.payments import PaymentForm
from billing.models import Bill, Deposit, Method, Payment, Reminder
from billing.selectors import Arrears, Statement, StatementRow, arrears_of_units, statement_of
from billing.services.closings import expected_of
from billing.services.payments import Debt, debts_of, refund_credit, take_payment
from billing.services.reminders import ladder_of, next_reminder, pauses_of, payer_of
from billing.statement_lines import title_of, url_of, why_of
from billing.views.acting import send
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import parse_money, round_money, show_money
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs
from residents.models import Unit
from residents.names_shown import full_name

AMBER_DAYS = 7
SHOWN = 60


@require_safe
@needs("billing.view")
def unit_account(request: HttpRequest, pk: int) -> HttpResponse:
    """What a unit owes and why, and the form to take money."""
    unit = unit_for(request, pk, "billing.view")
    return render(request, "billing/account.html", account_page(request, unit, _form(unit)))


@require_POST
@needs("billing.take")
def payment_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Money for a unit; the same form again is the same payment."""
    unit = unit_for(request, pk, "billing.take")
    form = PaymentForm(request.POST, bills=_open_bills(unit))
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
            known = {"amount": _money(payment.amount, unit), "number": payment.receipt.number}
            return done(request, said % known, reverse("payment_detail", args=[payment.pk]))
    return render(request, "billing/account.html", account_page(request, unit, form), status=status)


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
        "rows": [_row(row, unit, day) for row in statement.rows],
        "outstanding": _money(statement.arrears.outstanding, unit),
        "credit": _money(statement.arrears.credit, unit),
    }
    return render(request, "billing/statement_print.html", context)


@require_POST
@needs("billing.reverse")
def credit_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Credit given back; the same form again is the same refund."""
    unit = unit_for(request, pk, "billing.reverse")
    form = RefundForm(request.POST)
    status = send(form, refund_credit, unit=unit, actor=request.user)
    if status:
        context = account_page(request, unit, _form(unit), refund=form)
        return render(request, "billing/account.html", context, status=status)
    return done(request, _("The credit is given back"), reverse("unit_account", args=[unit.pk]))


@require_safe
@needs("billing.view")
def allocation_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an amount would settle, before it is taken."""
    unit = unit_for(request, pk, "billing.view")
    try:
        amount = parse_money(request.GET.get("amount", "").replace(",", "").strip())
    except Refused:
        amount = Decimal("0.00")
    chosen = set(request.GET.getlist("bills"))
    context = {"preview": _preview(unit, amount, chosen)}
    return render(request, "billing/_allocation.html", context)


def unit_for(request: HttpRequest, pk: int, permission: str) -> Unit:
    """The unit, if this person may do `permission` in its estate."""
    rows = Unit.objects.select_related("estate", "building")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def account_page(request: HttpRequest, unit: Unit, form: PaymentForm, **forms: Any) -> dict[str, Any]:
    """Everything the account's page shows."""
    now = timezone.now()
    day = local(unit.estate, now).date()
    statement = statement_of(unit, at=now)
    payer = payer_of(unit, day)
    rows = list(reversed(statement.rows))
    show = request.GET.get("show", "")
    if show == "open":
        rows = [row for row in rows if row.entry.bill_id and row.entry.bill.status in ("open", "part_paid")]  # type: ignore[union-attr]
    return {
        "unit": unit,
        "payer": full_name(payer) if payer else "",
        "kpis": _kpis(unit, statement, day),
        "rows": [_row(row, unit, day) for row in rows[:SHOWN]],
        "hidden": max(0, len(rows) - SHOWN),
        "chips": [
            {"label": _("All"), "url": "?", "active": show != "open"},
            {"label": _("Open only"), "url": "?show=open", "active": show == "open"},
        ],
        "ladder": _ladder(unit, day),
        "pauses": pauses_of(unit, day),
        "form": form,
        "refund": RefundForm(),
        "may_refund": statement.arrears.credit > 0 and request.user.may("billing.reverse", unit.estate_id),  # type: ignore[union-attr]
        "drawer": _money(_drawer(unit, day), unit),
        "deposits_held": _money(held, unit) if (held := _held(unit)) else "",
        "all_of_it": str(statement.arrears.outstanding) if statement.arrears.outstanding else "",
        "all_shown": _money(statement.arrears.outstanding, unit),
        "preview": _preview(unit, Decimal("0.00"), set()),
        "may_take": request.user.may("billing.take", unit.estate_id),  # type: ignore[union-attr]
        "crumbs": [{"label": _("Fees"), "url": reverse("fees_home")}, {"label": unit.code}],
    } | forms


def _held(unit: Unit) -> Decimal:
    """What is held of the unit as deposits."""
    rows = Deposit.objects.filter(unit=unit)
    return round_money(
        rows.aggregate(sum=Sum(F("amount") - F("given_back") - F("deducted")))["sum"] or Decimal(0)
    )


def _drawer(unit: Unit, day: date) -> Decimal:
    """The cash that the books say is in the drawer today."""
    return expected_of(unit.estate, day).get(Method.CASH, Decimal("0.00"))


def _form(unit: Unit) -> PaymentForm:
    return PaymentForm(bills=_open_bills(unit))


def _open_bills(unit: Unit) -> list[Bill]:
    return list(Bill.objects.filter(unit=unit).unsettled().order_by("due_on", "id"))


def _money(amount: Decimal, unit: Unit) -> str:
    return show_money(amount, unit.estate.currency)


def _kpis(unit: Unit, statement: Statement, day: date) -> list[dict[str, Any]]:
    owed: Arrears = statement.arrears
    last = (
        Payment.objects.filter(unit=unit, reverses__isnull=True, reversal__isnull=True)
        .order_by("-id")
        .first()
    )
    late = owed.days(day)
    return [
        {"label": _("Balance due"), "figure": _money(owed.outstanding, unit), "bad": owed.amount > 0},
        {
            "label": _("Oldest overdue"),
            "figure": ngettext("%(count)d day", "%(count)d days", late) % {"count": late} if late else "–",
        },
        {"label": _("Credit"), "figure": _money(owed.credit, unit)},
        {
            "label": _("Last payment"),
            "figure": f"{last.received_on:%Y-%m-%d}" if last else "–",
            "base": _money(last.amount, unit) if last else "",
        },
    ]


def _row(row: StatementRow, unit: Unit, day: date) -> dict[str, Any]:
    entry = row.entry
    return {
        "on": entry.on,
        "title": title_of(entry),
        "number": entry.number,
        "url": url_of(entry),
        "why": why_of(row),
        "chip": bill_chip(entry.bill, day) if entry.kind == "bill" and entry.bill else None,
        "debit": f"{row.debit:,.2f}" if row.debit else "",
        "credit": f"{row.credit:,.2f}" if row.credit else "",
        "balance": f"{row.balance:,.2f}",
        "tone": {"payment": "paid", "payment_reversal": "struck", "bill_reversal": "struck"}.get(
            entry.kind, ""
        ),
    }


def bill_chip(bill: Bill, day: date) -> dict[str, Any]:
    """A bill's status: amber while it is late by seven days at most, red after that."""
    status = bill.status_on(day)
    if status == "overdue":
        late = (day - bill.due_on).days
        label = ngettext("%(count)d day overdue", "%(count)d days overdue", late) % {"count": late}
        return {"label": label, "tone": "amber" if late <= AMBER_DAYS else "red", "icon": "warning"}
    looks = {
        "paid": {"tone": "pine", "icon": "tick"},
        "reversed": {"tone": "plain", "kind": "struck"},
        "part_paid": {"tone": "plain", "icon": "clock"},
    }
    return {"label": bill.get_status_display(), "tone": "plain"} | looks.get(status, {})


def _preview(unit: Unit, amount: Decimal, chosen: set[str]) -> dict[str, Any]:
    """How an amount would spread over what is open: the very order in which the service settles."""
    debts = [debt for debt in debts_of(unit) if not chosen or str(debt.bill.pk) in chosen]
    left = amount
    parts: dict[int, dict[str, Any]] = {}
    for debt in debts:
        part = min(left, debt.outstanding)
        left -= part
        row = parts.setdefault(debt.bill.pk, _preview_row(debt, unit))
        row["open"] += debt.outstanding
        row["part"] += part
    for row in parts.values():
        row["left"] = show_money(row["open"] - row["part"], unit.estate.currency)
        row["is_paid"] = row["part"] == row["open"]
        row["part_shown"], row["open_shown"] = f"{row['part']:,.2f}", f"{row['open']:,.2f}"
    everything = sum((debt.outstanding for debt in debts_of(unit)), Decimal("0.00"))
    return {
        "rows": list(parts.values()),
        "amount": _money(amount, unit) if amount else "",
        "credit": _money(left, unit) if left else "",
        "after": _money(max(everything - amount, Decimal("0.00")), unit),
        "chosen": chosen,
    }


def _preview_row(debt: Debt, unit: Unit) -> dict[str, Any]:
    zero = Decimal("0.00")
    return {
        "bill": debt.bill,
        "pk": str(debt.bill.pk),
        "period": debt.bill.period,
        "open": zero,
        "part": zero,
    }


def _ladder(unit: Unit, day: date) -> dict[str, Any] | None:
    """How far the oldest open bill has climbed the ladder of reminders."""
    bill = Bill.objects.filter(unit=unit).unsettled().order_by("due_on", "id").first()
    if bill is None:
        return None
    sent = dict(
        Reminder.objects.filter(bill=bill, is_dropped=False).values_list("level", "notice__created_at")
    )
    upcoming = next_reminder(bill, day)
    return {
        "bill": bill,
        "rungs": [
            {
                "rung": rung,
                "sent": sent.get(rung.level),
                "is_sent": rung.level in sent,
                "words": rung_words(rung.days),
            }
            for rung in ladder_of(unit.estate)
        ],
        "next_on": upcoming[0] if upcoming else None,
        "next": rung_words(upcoming[1].days) if upcoming else "",
    }


def rung_words(days: int) -> str:
    """When a rung stands, in words: 3 days before, on the due date, 7 days after."""
    if days == 0:
        return _("on the due date")
    if days < 0:
        return ngettext("%(count)d day before", "%(count)d days before", -days) % {"count": -days}
    return ngettext("%(count)d day after", "%(count)d days after", days) % {"count": days}


def arrears_rows(units: list[Unit], day: date) -> dict[int, Arrears]:
    """Arrears of many units at once, for lists."""
    return arrears_of_units([unit.pk for unit in units], on=day)
