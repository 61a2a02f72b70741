"""All bills as a list: filtered, kept as a view, taken out as a file."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from billing.forms.list_filters import BillFilterForm
from billing.models import Bill
from billing.models.bills import Handover
from billing.views.account_page import bill_chip
from billing.views.list_columns import UNIT, day, linked, money
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import FilterForm
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import Cell, Column, KeptList, view_chips, words
from helpdesk.staff.lists import Opened
from residents.models import Building


@require_safe
@needs("billing.view")
def bill_list(request: HttpRequest) -> HttpResponseBase:
    """Every bill of the estate, newest first."""
    require_here(request, "billing.view")
    asked = request.GET.urlencode()
    return BILLS.page(
        request,
        title=_("Bills"),
        empty={"says": _("No bill was made yet."), "hint": _("The monthly run makes them.")},
        acts=[
            {"label": _("Payments"), "url": reverse("payment_list"), "icon": "cash"},
            {
                "label": _("Notices of this list"),
                "url": f"{reverse('bill_notices')}?{asked}",
                "icon": "print",
            },
        ],
        bulk={"url": reverse("bill_notices"), "acts": bulk_acts(request)},
        crumbs=[{"label": _("Fees"), "url": reverse("fees_home")}, {"label": _("Bills")}],
    )


@require_safe
@needs("billing.close_day")
def bill_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "billing.close_day")
    return BILLS.file(request)


def bulk_acts(request: HttpRequest) -> list[dict[str, Any]]:
    """What can be done with the notices of the ticked bills."""
    acts = [{"name": "print", "label": _("Print the notices")}]
    if request.user.may("billing.take", request.estate.pk):  # type: ignore[attr-defined, union-attr]
        acts.insert(0, {"name": "ask", "label": _("Hand the notices over")})
    return acts


def form_of(request: HttpRequest) -> BillFilterForm:
    buildings = Building.objects.filter(estate=request.estate, is_archived=False).order_by("code")  # type: ignore[attr-defined]
    return BillFilterForm(request.GET, buildings=list(buildings))


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[Bill]:
    """The bills that the address asks for."""
    estate: Estate = request.estate  # type: ignore[attr-defined]
    rows = narrowed(Bill.objects.filter(estate=estate), form.chosen(), local(estate, at).date())
    return rows.select_related("unit", "estate")  # type: ignore[no-any-return]


def narrowed(rows: Any, chosen: dict[str, Any], today: date) -> Any:
    """The rows that the chosen filters leave."""
    status = chosen.get("status", "")
    if status == "overdue":
        rows = rows.filter(status__in=("open", "part_paid"), due_on__lt=today)
    elif status:
        rows = rows.filter(status__in=("open", "part_paid") if status == "unpaid" else (status,))
    fits = {"period": "period", "run": "run", "kind": "kind", "building": "unit__building"}
    fits |= {"unit": "unit__code__iexact", "q": "number__icontains", "due_from": "due_on__gte"}
    for name, lookup in (fits | {"due_to": "due_on__lte"}).items():
        if chosen.get(name):
            rows = rows.filter(**{lookup: chosen[name]})
    if chosen.get("unhanded"):
        rows = rows.filter(~Exists(Handover.objects.filter(bill=OuterRef("pk"))))
    if chosen.get("disputed"):
        rows = rows.filter(disputes__isnull=False, disputes__settled_on__isnull=True)
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Unpaid"), {"status": "unpaid"}),
        (_("Overdue"), {"status": "overdue"}),
        (_("Disputed"), {"disputed": "1"}),
        (_("Reversed"), {"status": "reversed"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(bill: Bill, at: datetime, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": f"bill-{bill.pk}",
        "late": False,
        "pick": {"name": "bill", "value": bill.pk, "label": bill.number},
    }


def status_cell(bill: Bill, at: datetime) -> Cell:
    return {"template": "billing/_cell_chip.html", "data": bill_chip(bill, local(bill.estate, at).date())}


COLUMNS: list[Column[Bill]] = [
    linked("number", gettext_lazy("Number"), lambda b: b.number, "bill_detail"),
    UNIT,
    words("period", gettext_lazy("Period"), lambda b: b.period),
    Column("status", gettext_lazy("Status"), status_cell, lambda b: (b.get_status_display(),)),
    day("due", gettext_lazy("Due on"), lambda b: b.due_on),
    money("total", gettext_lazy("Total"), lambda b: b.total),
    money("paid", gettext_lazy("Paid"), lambda b: b.paid),
    money("outstanding", gettext_lazy("Outstanding"), lambda b: b.outstanding),
    money("written_off", gettext_lazy("Written off"), lambda b: b.written_off),
    day("issued", gettext_lazy("Dated"), lambda b: b.issued_on),
    words("kind", gettext_lazy("Kind"), lambda b: b.get_kind_display()),
]

BILLS = KeptList(
    name="bill_list",
    export="bill_export",
    export_permission="billing.close_day",
    noun="bills",
    columns=COLUMNS,
    usual=["number", "unit", "period", "status", "due", "total", "outstanding"],
    always="number",
    field="created_at",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
)
