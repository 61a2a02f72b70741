"""A bill: its lines, its notice on paper, disputes and reversal; and the fees' first page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Sum
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.figures import DEFINITIONS, Span, collection_figures, rate_of
from billing.forms.cashier import GiveUpForm
from billing.forms.payments import DisputeForm, ReverseBillForm, SettleDisputeForm
from billing.history import history_of
from billing.models import Bill, Payment, WriteOff
from billing.selectors import OWED, ZERO, arrears_of_units, explained
from billing.services.bills import reverse_bill
from billing.services.closings import expected_of
from billing.services.disputes import open_dispute, settle_dispute
from billing.services.late_fees import waive_late_fee
from billing.services.write_offs import write_off
from billing.statement_lines import sum_of
from billing.views.account_page import bill_chip
from billing.views.acting import send
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money, show_money
from helpdesk.lib.pages import done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.models import Unit

LISTED = 20


@require_safe
@needs("billing.view")
def fees_home(request: HttpRequest) -> HttpResponse:
    """What came in today, what is owed, and the units that have owed longest."""
    require_here(request, "billing.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    day = local(estate, timezone.now()).date()
    currency = estate.currency
    overdue = Bill.objects.filter(estate=estate).overdue(day)
    today = round_money(sum(expected_of(estate, day).values(), ZERO))
    month = collection_figures(Span(estate, day.replace(day=1), day))
    rate = rate_of(month["paid"], month["billed"])
    owed = round_money(overdue.aggregate(sum=Sum(OWED))["sum"] or ZERO)
    oldest = list(overdue.order_by("due_on", "id").values_list("unit", flat=True)[: LISTED * 6])
    units = Unit.objects.in_bulk(list(dict.fromkeys(oldest))[:LISTED])
    arrears = arrears_of_units(units, on=day)
    payments = Payment.objects.filter(estate=estate, reverses__isnull=True)
    context = {
        "kpis": [
            {
                "label": _("Taken today"),
                "figure": show_money(today, currency),
                "url": reverse("day_money"),
            },
            {"label": _("Overdue in all"), "figure": show_money(owed, currency)},
            {
                "label": _("Collection rate of this month"),
                "figure": f"{rate:.1f}%" if rate is not None else "–",
                "definition": DEFINITIONS["rate"],
            },
        ],
        "rows": [
            {
                "unit": unit,
                "owed": show_money(arrears[unit.pk].amount, currency),
                "days": arrears[unit.pk].days(day),
                "bills": arrears[unit.pk].bills,
                "disputed": arrears[unit.pk].is_disputed,
            }
            # In the order of their oldest bill; in_bulk keeps none.
            for unit in (units[pk] for pk in dict.fromkeys(oldest) if pk in units)
            if unit.pk in arrears
        ],
        "payments": [
            (payment, show_money(payment.amount, currency))
            for payment in payments.select_related("unit", "receipt", "reversal").order_by("-id")[:10]
        ],
        "may_run": request.user.may("billing.run", estate.pk),  # type: ignore[union-attr]
        "may_close": request.user.may("billing.close_day", estate.pk),  # type: ignore[union-attr]
    }
    return render(request, "billing/fees_home.html", context)


@require_safe
@needs("billing.view")
def bill_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One bill and all that may be done with it."""
    return render(request, "billing/bill_detail.html", _page(request, _bill(request, pk, "billing.view")))


@require_POST
@needs("billing.reverse")
def bill_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a wrong bill back; a new one is made at once where asked."""
    bill = _bill(request, pk, "billing.reverse")
    form = ReverseBillForm(request.POST, auto_id="why_%s")
    said = _("Bill %(number)s was reversed") % {"number": bill.number}
    return _sent(request, bill, reverse_bill, said, why=form)


@require_POST
@needs("billing.dispute")
def bill_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """The resident contests it: reminders and late fee wait."""
    bill = _bill(request, pk, "billing.dispute")
    form = DisputeForm(request.POST, auto_id="dispute_%s")
    return _sent(request, bill, open_dispute, _("Disputed: its reminders wait"), dispute=form)


@require_POST
@needs("billing.dispute")
def bill_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The dispute is over."""
    bill = _bill(request, pk, "billing.dispute")
    form = SettleDisputeForm(request.POST)
    return _sent(request, bill, settle_dispute, _("The dispute is settled"), settle=form)


@require_POST
@needs("billing.waive")
def bill_write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up what is outstanding, or a part of it."""
    bill = _bill(request, pk, "billing.waive")
    form = GiveUpForm(request.POST, auto_id="off_%s")
    return _sent(request, bill, write_off, _("It is written off"), off=form)


@require_POST
@needs("billing.waive")
def bill_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the bill's late fees off, or a part of them."""
    bill = _bill(request, pk, "billing.waive")
    form = GiveUpForm(request.POST, auto_id="waive_%s")
    return _sent(request, bill, waive_late_fee, _("The late fee is waived"), waive=form)


def _sent(
    request: HttpRequest, bill: Bill, act: Callable[..., Any], said: str, **named: Form
) -> HttpResponse:
    """What one form of the page asks for: done and said, or the page again with what is wrong beside its field."""
    (form,) = named.values()
    status = send(form, partial(act, bill), actor=request.user)
    if status:
        return render(request, "billing/bill_detail.html", _page(request, bill, **named), status=status)
    return done(request, said, reverse("bill_detail", args=[bill.pk]))


def _given_up(bill: Bill) -> list[dict[str, Any]]:
    """Write-offs and waivers of a bill: how much, by whom, why."""
    found = [(_("Written off"), row) for row in bill.write_offs.select_related("approved_by")]
    found += [
        (_("Late fee taken back") if row.is_correction else _("Late fee waived"), row)
        for row in bill.waivers.select_related("approved_by")
    ]
    return [
        {"what": what, "row": row, "amount": show_money(row.amount, bill.estate.currency)}
        for what, row in sorted(found, key=lambda pair: pair[1].created_at)
    ]


def _bill(request: HttpRequest, pk: int, permission: str) -> Bill:
    rows = Bill.objects.select_related("estate", "unit", "run", "reversal", "replaces")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def _page(request: HttpRequest, bill: Bill, **forms: Any) -> dict[str, Any]:
    user, estate = request.user, bill.estate
    day = local(estate, timezone.now()).date()
    lines = bill.lines.select_related("charge_item", "meter").order_by("id")
    disputed = bill.disputes.filter(settled_on__isnull=True).first()
    stands = bill.status != Bill.Status.REVERSED
    late = round_money(sum((fee.outstanding for fee in bill.late_fees.all()), ZERO))
    given_up = _given_up(bill)
    written_off = any(isinstance(given["row"], WriteOff) for given in given_up)
    return {
        "bill": bill,
        "unit": bill.unit,
        "estate": estate,
        "chip": bill_chip(bill, day),
        "total": show_money(bill.total, estate.currency),
        "outstanding": show_money(bill.outstanding, estate.currency),
        "lines": [(line, sum_of(explained(line)), f"{line.amount:,.2f}") for line in lines],
        "disputed": disputed,
        "disputes": bill.disputes.select_related("opened_by", "settled_by").order_by("-id"),
        "handovers": bill.handovers.order_by("-id"),
        "why": ReverseBillForm(auto_id="why_%s", initial={"make_anew": True}),
        "off": GiveUpForm(auto_id="off_%s"),
        "waive": GiveUpForm(auto_id="waive_%s"),
        "late_fee": show_money(late, estate.currency) if late else "",
        "given_up": given_up,
        "history": history_of(bill),
        "may_write_off": stands and bill.outstanding and user.may("billing.waive", estate.pk),  # type: ignore[union-attr]
        "may_waive": late and user.may("billing.waive", estate.pk),  # type: ignore[union-attr]
        "dispute": DisputeForm(auto_id="dispute_%s"),
        "settle": SettleDisputeForm(),
        "may_reverse": stands and not written_off and user.may("billing.reverse", estate.pk),  # type: ignore[union-attr]
        "may_make_anew": bill.kind == Bill.Kind.RUN,
        "may_dispute": stands and bill.outstanding and user.may("billing.dispute", estate.pk),  # type: ignore[union-attr]
        "crumbs": [
            {"label": _("Fees"), "url": reverse("fees_home")},
            {"label": bill.unit.code, "url": reverse("unit_account", args=[bill.unit_id])},
            {"label": bill.number},
        ],
    } | forms
