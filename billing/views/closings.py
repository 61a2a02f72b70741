"""The cashier's closing: what the day should have brought, what was counted, and the difference."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.payments import ClosingForm
from billing.models import DayClosing, DayCount, Method
from billing.services.closings import Count, close_day, count_day, expected_of
from billing.services.ledger import is_closed, local_day
from billing.views.day_money import day_of
from billing.views.papers import paper
from billing.waiting import open_days
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import mark_of, show_change, show_money
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here

LISTED = 14
ZERO = Decimal("0.00")
SUMS = ("expected", "counted")


@require_http_methods(["GET", "POST"])
@needs("billing.close_day")
def closing(request: HttpRequest) -> HttpResponse:
    """Count the drawer against the books of `?day=`, else today, and close that day; nothing is posted into it any more.

    Where the count differs the page asks once more, with the difference before the cashier's eyes.
    """
    require_here(request, "billing.close_day")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    today = local_day(estate, timezone.now())
    sent = request.POST if request.method == "POST" else None
    day = day_of((request.GET if sent is None else sent).get("day", ""), today)
    form = ClosingForm(sent, methods=Method.values, initial={"day": day})
    if sent is None:
        return render(request, "billing/closing.html", _page(estate, form, day, today))
    count, status = None, INVALID
    if form.is_valid():
        count, status = _send(request, estate, form)
        if not status:
            closed = DayClosing.objects.get(estate=estate, day=form.cleaned_data["day"])
            said = _("%(day)s is closed, difference %(amount)s")
            known = {"day": closed.day, "amount": show_change(closed.difference, estate.currency)}
            return done(request, said % known, reverse("closing"))
    page = _page(estate, form, day, today) | _asked(estate, count)
    return render(request, "billing/closing.html", page, status=status)


def _send(request: HttpRequest, estate: Estate, form: ClosingForm) -> tuple[Count | None, int]:
    """Closes the day and answers 0; else the count to be confirmed, where it differs, and the status of the page."""
    day, counted, count = form.cleaned_data["day"], form.counted(), None
    try:
        count = count_day(estate, day=day, counted=counted)
        if count.differences and form.cleaned_data["confirmed"] != _told(count):
            return count, 200
        close_day(
            estate, actor=request.user, day=day, counted=counted, note=form.cleaned_data["note"],  # type: ignore[arg-type]
            agreed=count.differences,
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code == "differs_otherwise":
            return count_day(estate, day=day, counted=counted), 200
        field = "counted_cash" if refusal.field == "counted" else refusal.field
        form.add_error(field if field in form.fields else None, str(refusal.message))
        return count, REFUSED
    return None, 0


def _told(count: Count) -> str:
    """The differences as the question names them: with others than these the answer to it is worth nothing."""
    return " ".join(f"{method}{amount:+}" for method, amount in count.differences.items())


def _asked(estate: Estate, count: Count | None) -> dict[str, Any]:
    """The question whether to close a day whose count differs."""
    if count is None or not count.differences:
        return {}
    signed = [(Method(m).label, show_change(off, estate.currency)) for m, off in count.differences.items()]
    return {
        "asked": {"total": show_change(count.difference, estate.currency), "by": signed, "told": _told(count)}
    }


@require_safe
@needs("billing.close_day")
def closing_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed day on paper: by the books, counted, difference, and room for two names."""
    rows = DayClosing.objects.select_related("estate", "closed_by")
    closed = get_visible(rows, request.user, "billing.close_day", pk=pk)  # type: ignore[arg-type]
    context = {"closing": closed, "estate": closed.estate, **_counted(closed, closed.estate)}
    return paper(request, "billing/closing_print.html", context, name=f"closing-{closed.day}")


def _counted(closed: DayClosing, estate: Estate) -> dict[str, Any]:
    """What was counted by method, and in all."""
    rows = closed.counts.order_by("id")
    return {
        "rows": [{"method": row.get_method_display(), **_sums(row, estate)} for row in rows],
        "all": _sums(closed, estate),
    }


def _sums(row: DayClosing | DayCount, estate: Estate) -> dict[str, Any]:
    sums = {name: show_money(getattr(row, name), estate.currency) for name in SUMS}
    return sums | {"difference": show_change(row.difference, estate.currency), "is_off": bool(row.difference)}


def _page(estate: Estate, form: ClosingForm, day: date, today: date) -> dict[str, Any]:
    expected = expected_of(estate, day)
    closings = DayClosing.objects.filter(estate=estate).select_related("closed_by").prefetch_related("counts")
    own = closings.filter(day=day).first()
    return {
        "form": form,
        "day": day,
        "today": today,
        "is_closed": is_closed(estate, day),
        "counted": _counted(own, estate) if own else None,
        "own": own,
        "mark": mark_of(estate.currency),
        "forgotten": [open_day for open_day, _n in reversed(open_days(estate, today)) if open_day < today][
            :LISTED
        ],
        "rows": [
            {
                "label": Method(method).label,
                "expected": show_money(expected.get(method, ZERO), estate.currency),
                "books": str(expected.get(method, ZERO)),
                "field": form[f"counted_{method}"],
                "aside": _("count the drawer") if method == Method.CASH else "",
            }
            for method in Method.values
        ],
        "closings": [
            {
                "closing": row,
                "expected": show_money(row.expected, estate.currency),
                "counted": show_money(row.counted, estate.currency),
                "difference": show_change(row.difference, estate.currency),
                # Cash too much and a card too little come to nothing, and are not.
                "is_off": any(count.difference for count in row.counts.all()),
            }
            for row in closings[:LISTED]
        ],
    }
