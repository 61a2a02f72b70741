"""All slips as a table, for the desk: filtered, kept as a view, taken out as a file."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from helpdesk.estates.models import Department
from helpdesk.lib.forms import FilterForm
from helpdesk.lib.moments import midnight
from helpdesk.staff.access import needs
from helpdesk.staff.kept_lists import Cell, Column, KeptList, moment, view_chips, words
from helpdesk.staff.lists import Opened
from helpdesk.staff.models import User
from tickets.forms.list_filters import SlipFilterForm
from tickets.models import Slip
from tickets.views.matters import first_line
from tickets.views.slips import RUNNING, clock_of, late_ones

SHOWN_WITH = ("unit", "ticket", "department", "issued_by", "signed_by", "done_by", "verified_by")


@require_GET
@needs("slips.view")
def slip_table(request: HttpRequest) -> HttpResponseBase:
    """Every slip that this person may see, newest first."""
    return SLIPS.page(
        request,
        title=_("Slips"),
        empty={"says": _("No slips here."), "hint": _("A slip is issued from a ticket.")},
        acts=[{"label": _("As a work list"), "url": reverse("slip_list"), "icon": "slip"}],
        crumbs=[{"label": _("Slips"), "url": reverse("slip_list")}, {"label": _("Table")}],
    )


@require_GET
@needs("slips.issue")
def slip_export(request: HttpRequest) -> HttpResponseBase:
    """The table as a file."""
    return SLIPS.file(request)


def form_of(request: HttpRequest) -> SlipFilterForm:
    estate = request.estate  # type: ignore[attr-defined]
    return SlipFilterForm(
        request.GET, departments=list(Department.objects.filter(estate=estate, is_active=True))
    )


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[Slip]:
    """The slips that the address asks for, among those that this person may see here."""
    rows = Slip.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[attr-defined]
    rows = narrowed(rows, form.chosen(), request.user, at)  # type: ignore[arg-type]
    return rows.select_related(*SHOWN_WITH).defer("ticket__search_text", "ticket__suggestion", "report")


def narrowed(rows: Any, chosen: dict[str, Any], user: User, at: datetime) -> Any:
    """The rows that the chosen filters leave."""
    if chosen.get("status"):
        status = chosen["status"]
        rows = rows.filter(status__in=RUNNING if status == "running" else (status,))
    for name in ("kind", "department"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    if chosen.get("unit"):
        rows = rows.filter(unit__code__iexact=chosen["unit"])
    if chosen.get("late"):
        rows = late_ones(rows, at)
    if chosen.get("mine"):
        rows = rows.filter(signed_by=user)
    if chosen.get("issued_from"):
        rows = rows.filter(issued_at__gte=midnight(chosen["issued_from"]))
    if chosen.get("issued_to"):
        rows = rows.filter(issued_at__lt=midnight(chosen["issued_to"] + timedelta(days=1)))
    for word in chosen.get("q", "").split():
        rows = rows.filter(Q(number__icontains=word) | Q(instructions__icontains=word))
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices = [
        (_("All"), {}),
        (_("Open"), {"status": "running"}),
        (_("Late"), {"late": "1"}),
        (_("To verify"), {"status": "done"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(slip: Slip, at: datetime, request: HttpRequest) -> dict[str, Any]:
    clock = clock_of(slip, at)
    return {"id": f"slip-{slip.pk}", "late": bool(clock and clock["state"] == "late")}


def job(slip: Slip, at: datetime) -> Cell:
    data = {
        "number": slip.number,
        "url": reverse("slip_detail", args=[slip.pk]),
        "subject": first_line(slip.instructions) or slip.number,
        "lang": slip.ticket.language if slip.ticket else "",
        "name": slip.ticket.number if slip.ticket else "",
    }
    return {"template": "tickets/_cell_matter.html", "data": data}


def limit(slip: Slip, at: datetime) -> Cell:
    return {"template": "components/clock.html", "data": clock_of(slip, at)}


def plate(slip: Slip, at: datetime) -> Cell:
    if slip.unit is None:
        return {"text": ""}
    data = {"code": slip.unit.code, "url": reverse("unit_card", args=[slip.unit.pk]), "on_file": True}
    return {"template": "tickets/_cell_plate.html", "data": data}


def status(slip: Slip, at: datetime) -> Cell:
    data = {"noun": "slip", "key": slip.status, "label": slip.get_status_display()}
    return {"template": "tickets/_cell_state.html", "data": data}


COLUMNS: list[Column[Slip]] = [
    Column(
        "limit",
        gettext_lazy("Limit"),
        limit,
        lambda s: (s.sign_due_at, s.due_at),
        (gettext_lazy("To be signed for by"), gettext_lazy("Due")),
    ),
    Column(
        "job",
        gettext_lazy("Job"),
        job,
        lambda s: (s.number, first_line(s.instructions), s.ticket.number if s.ticket else ""),
        (gettext_lazy("Number"), gettext_lazy("Job"), gettext_lazy("Ticket")),
    ),
    Column("unit", gettext_lazy("Unit"), plate, lambda s: (s.unit.code if s.unit else "",)),
    Column("status", gettext_lazy("Status"), status, lambda s: (s.get_status_display(),)),
    words("kind", gettext_lazy("Kind"), Slip.get_kind_display),  # type: ignore[attr-defined]
    words("department", gettext_lazy("Department"), lambda s: str(s.department)),
    words("signer", pgettext_lazy("of a slip", "Signed for by"), lambda s: s.signer),
    words("issuer", gettext_lazy("Issued by"), lambda s: str(s.issued_by)),
    words("minutes", gettext_lazy("Minutes"), lambda s: s.minutes_spent if s.minutes_spent else ""),
    moment("issued", gettext_lazy("Issued"), "issued_at"),
    moment("signed", gettext_lazy("Signed for"), "signed_at"),
    moment("done", gettext_lazy("Done"), "done_at"),
    moment("verified", gettext_lazy("Verified"), "verified_at"),
]

SLIPS = KeptList(
    name="slip_table",
    export="slip_export",
    export_permission="slips.issue",
    noun="slips",
    columns=COLUMNS,
    usual=["limit", "job", "unit", "status", "department", "signer", "issued"],
    always="job",
    field="issued_at",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
)
