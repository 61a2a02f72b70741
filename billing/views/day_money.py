"""The money of one day, move by move: it adds up to what was taken, and to what the drawer should hold."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.services.closings import FIRST_DAY, moves_of
from billing.services.ledger import local_day
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from helpdesk.staff.access import needs, require_here

# The person, and what else a row of each kind is told with.
RELATED = {
    "payments": ("unit", "receipt", "received_by"),
    "taken_back": ("unit", "reverses__receipt", "received_by"),
    "refunds": ("unit", "approved_by"),
    "deposits": ("deposit__unit", "done_by"),
    "deposits_back": ("deposit__unit", "done_by"),
}


@require_safe
@needs("billing.view")
def day_money(request: HttpRequest) -> HttpResponse:
    """What came in and went out on `?day=`, else today, by kind and in the order in which it was written."""
    require_here(request, "billing.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    today = local_day(estate, timezone.now())
    day = day_of(request.GET.get("day", ""), today)
    groups = [_group(kind, rows, sign, estate) for kind, (rows, sign) in moves_of(estate, day).items()]
    context = {
        "day": day,
        "today": today,
        "groups": [group for group in groups if group["rows"]],
        "total": show_money(sum((group["sum"] for group in groups), Decimal("0.00")), estate.currency),
        "crumbs": [{"label": _("Fees"), "url": reverse("fees_home")}, {"label": _("Money of the day")}],
    }
    return render(request, "billing/day_money.html", context)


def day_of(text: str, today: date) -> date:
    """The day that is asked for; today for what is no day, or none that has books."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if FIRST_DAY <= day <= today else today


def _group(kind: str, rows: QuerySet[Any], sign: int, estate: Estate) -> dict[str, Any]:
    moves = list(rows.select_related(*RELATED[kind]).order_by("created_at", "id"))
    total = sum((sign * move.amount for move in moves), Decimal("0.00"))
    titles = {
        "payments": _("Payments"),
        "taken_back": _("Payments taken back"),
        "refunds": _("Refunds"),
        "deposits": _("Deposits taken"),
        "deposits_back": _("Deposits given back"),
    }
    return {
        "title": titles[kind],
        "sum": total,
        "shown": show_money(total, estate.currency),
        "rows": [_row(kind, move, sign) for move in moves],
    }


def _row(kind: str, move: Any, sign: int) -> dict[str, Any]:
    return {
        "at": move.created_at,
        "unit": move.deposit.unit if kind.startswith("deposits") else move.unit,
        "method": move.get_method_display(),
        "amount": f"{sign * move.amount:,.2f}",
        **_told(kind, move),
    }


def _told(kind: str, move: Any) -> dict[str, Any]:
    """The paper behind a move, its page, and through whose hands the money went."""
    if kind == "refunds":
        return {
            "number": move.number,
            "url": reverse("refund_print", args=[move.pk]),
            "who": move.approved_by,
        }
    if kind.startswith("deposits"):
        url = reverse("deposit_detail", args=[move.deposit_id])
        return {"number": move.deposit.number, "url": url, "who": move.done_by}
    taken = move.reverses if kind == "taken_back" else move
    url = reverse("payment_detail", args=[taken.pk])
    return {"number": taken.receipt.number, "url": url, "who": move.received_by}
