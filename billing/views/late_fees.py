"""Late fee rules 违约金: off unless a contract has them, with an account that is thought up to see what they come to."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.calculation import LateTerms
from billing.forms.charges import LastDayForm
from billing.forms.late_fees import ExampleForm, LateFeeForm
from billing.models import LateFeePolicy
from billing.services import late_fees
from billing.statement_lines import plain
from billing.views.acting import refusing, send, tabs_of
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money, show_money
from helpdesk.lib.pages import INVALID, done
from helpdesk.staff.access import get_visible, needs, require_here

LISTED = 100
ZERO = Decimal(0)


@require_http_methods(["GET", "POST"])
@needs("billing.see_rates")
def late_fee_rules(request: HttpRequest) -> HttpResponse:
    """The rules; POST sets one, or with *Preview* shows what it would come to and keeps nothing."""
    require_here(request, "billing.set_rates" if request.method == "POST" else "billing.see_rates")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, estate)
    form, example = LateFeeForm(request.POST, estate=estate), ExampleForm(request.POST, auto_id="example_%s")
    if not (form.is_valid() and example.is_valid()):
        return _page(request, estate, INVALID, form=form, example=example)
    if request.POST.get("next") == "preview":
        return _page(request, estate, form=form, example=example)
    status = refusing(form, lambda: late_fees.set_late_fee(estate, actor=request.user, **form.rule()))  # type: ignore[arg-type]
    if status:
        return _page(request, estate, status, form=form, example=example)
    return done(request, _("The late fee is set"), reverse("late_fee_rules"))


@require_POST
@needs("billing.set_rates")
def late_fee_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last due date that a rule holds for."""
    rows = LateFeePolicy.objects.select_related("estate")
    policy = get_visible(rows, request.user, "billing.set_rates", pk=pk)  # type: ignore[arg-type]
    form = LastDayForm(request.POST)
    status = send(form, late_fees.end_late_fee, policy=policy, actor=request.user)
    if status:
        return _page(request, policy.estate, status, ending=policy.pk, last_day=form)
    return done(request, _("The rule ends then"), reverse("late_fee_rules"))


def _page(request: HttpRequest, estate: Estate, status: int = 200, **sent: Any) -> HttpResponse:
    user: Any = request.user
    day = local(estate, timezone.now()).date()
    rules = LateFeePolicy.objects.filter(estate=estate).select_related("unit", "set_by")
    rows = [_rule(rule, estate, day) for rule in rules.order_by("-since", "-id")[:LISTED]]
    form = sent.get("form") or LateFeeForm(estate=estate, initial={"since": day})
    example = sent.get("example") or ExampleForm(auto_id="example_%s")
    context = {
        "rows": rows,
        "is_on": any(row["state"] == "now" for row in rows),
        "form": form,
        "example": example,
        "preview": _preview(form, example, estate) if form.is_bound and form.is_valid() else None,
        "may_set": user.may("billing.set_rates", estate.pk),
        "last_day": sent.get("last_day") or LastDayForm(),
        "ending": sent.get("ending"),
        "tabs": tabs_of(request, "late_fee_rules"),
    }
    return render(request, "billing/late_fee_rules.html", context, status=status)


def _rule(rule: LateFeePolicy, estate: Estate, day: date) -> dict[str, Any]:
    is_over = rule.until is not None and rule.until < day
    return {
        "rule": rule,
        "percent": plain(rule.rate_per_day * 100),
        "yearly": plain(round_money(rule.rate_per_day * 36500)),
        "cap": plain(rule.cap_percent),
        "minimum": show_money(rule.minimum_balance, estate.currency),
        "state": "over" if is_over else "to_come" if rule.since > day else "now",
    }


def _preview(form: LateFeeForm, example: ExampleForm, estate: Estate) -> dict[str, Any] | None:
    """What the typed rule makes of the account that is thought up, day by day; due on the rule's first day."""
    if not example.is_valid():
        return None
    rule, said, due_on = form.rule(), example.cleaned_data, form.cleaned_data["since"]
    principal, part = said["principal"], min(said["part"] or ZERO, said["principal"])
    cap = round_money(principal * rule["cap_percent"] / 100)
    terms = LateTerms(rule["rate_per_day"], rule["grace_days"], cap, rule["minimum_balance"])
    paid_on = due_on + timedelta(days=said["part_days"] or 0)
    last = due_on + timedelta(days=said["late_days"])
    shown = late_fees.example_of(
        terms, principal=principal, due_on=due_on, paid=part, paid_on=paid_on, as_of=last
    )
    money = estate.currency
    return {
        "rows": [
            {"first": s.first, "last": s.last, "days": s.days, "balance": show_money(s.balance, money), "fee": f"{s.fee:,.4f}"}
            for s in shown.stretches
        ],
        "total": show_money(shown.total, money),
        "cap": show_money(cap, money),
        "is_capped": shown.is_capped,
        "due_on": due_on,
        "yearly": plain(round_money(rule["rate_per_day"] * 36500)),
    }  # fmt: skip
