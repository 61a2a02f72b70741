"""The list of visits: filters in the address, kept views, chosen columns, and what is filtered as a file."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from helpdesk.lib.forms import FilterForm
from helpdesk.lib.moments import midnight
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import Cell, Column, KeptList, moment, view_chips, words
from helpdesk.staff.lists import Opened
from visitors.door_rows import host_says, name_of, stay_clock
from visitors.forms.visits import VisitFilterForm
from visitors.models import Visit
from visitors.models.visits import VisitQuerySet
from visitors.selectors import of_span

SHOWN_WITH = ("unit", "department", "host", "arrived_by", "left_by")
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2999, 12, 30)


@require_GET
@needs("visits.view")
def visit_list(request: HttpRequest) -> HttpResponseBase:
    """Visits of this estate, newest first."""
    require_here(request, "visits.view")
    new = {
        "label": _("New visitor"),
        "url": reverse("visit_new"),
        "icon": "plus",
        "key": "v",
        "primary": True,
    }
    return VISITS.page(
        request,
        title=_("All visits"),
        empty={
            "says": _("No visits yet."),
            "hint": _("Whoever is announced or comes to the counter stands here."),
            "url": reverse("visit_new"),
            "label": _("New visitor"),
        },
        acts=[new],
        crumbs=[{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": _("All visits")}],
    )


@require_GET
@needs("visits.work")
def visit_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "visits.work")
    return VISITS.file(request)


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> VisitQuerySet:
    """The visits that the address asks for, among those of this estate."""
    rows = Visit.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[attr-defined]
    rows = narrowed(rows, form.chosen(), at)
    return rows.select_related(*SHOWN_WITH).defer("host__identity_number")


def narrowed(rows: VisitQuerySet, chosen: dict[str, Any], at: datetime) -> VisitQuerySet:
    """The visits that the chosen filters leave."""
    status = chosen.get("status")
    if status == "over":
        rows = rows.overstayed(at)
    elif status:
        rows = rows.filter(status=status)
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    if chosen.get("unit"):
        rows = rows.filter(unit__code__iexact=chosen["unit"])
    if chosen.get("plate"):
        rows = rows.filter(plate__icontains=chosen["plate"])
    if chosen.get("asked"):
        rows = rows.filter(confirmed_at__isnull=True, status=Visit.Status.EXPECTED)
    if chosen.get("came_from") or chosen.get("came_to"):
        first, last = chosen.get("came_from") or FIRST_DAY, chosen.get("came_to") or LAST_DAY
        rows = rows.filter(of_span(midnight(first), midnight(last + timedelta(days=1))))
    for word in chosen.get("q", "").split():
        fits = Q(number__icontains=word) | Q(badge__iexact=word) | Q(purpose__icontains=word)
        rows = rows.filter(fits)
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Expected"), {"status": "expected"}),
        (_("Inside"), {"status": "inside"}),
        (_("Stayed too long"), {"status": "over"}),
        (_("Asked for and not confirmed"), {"asked": "1"}),
        (_("Refused"), {"status": "refused"}),
        (_("Did not come"), {"status": "no_show"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(visit: Visit, at: datetime, request: HttpRequest) -> dict[str, Any]:
    clock = stay_clock(visit, at)
    return {"id": f"visit-{visit.pk}", "late": bool(clock and clock["state"] == "late")}


def who(visit: Visit, at: datetime) -> Cell:
    data = {
        "number": visit.number,
        "url": reverse("visit_detail", args=[visit.pk]),
        "subject": name_of(visit),
        "name": visit.purpose,
    }
    return {"template": "tickets/_cell_matter.html", "data": data}


def where(visit: Visit, at: datetime) -> Cell:
    if visit.unit is None:
        return {"text": str(visit.department or _("Office"))}
    url = reverse("unit_card", args=[visit.unit_id])
    return {
        "template": "tickets/_cell_plate.html",
        "data": {"code": visit.unit.code, "url": url, "on_file": True},
    }


def status(visit: Visit, at: datetime) -> Cell:
    return {
        "template": "visitors/_visit_status.html",
        "data": {"clock": stay_clock(visit, at), "key": visit.status, "label": visit.get_status_display()},
    }


def telephone(visit: Visit) -> str:
    return mask_phone(visit.visitor_phone) if visit.visitor_phone else ""


def document(visit: Visit) -> str:
    seen = visit.get_id_document_type_display() if visit.id_document_type else ""
    return f"{seen} ****{visit.id_last_four}" if visit.id_last_four else seen


COLUMNS: list[Column[Visit]] = [
    Column(
        "who",
        gettext_lazy("Visitor"),
        who,
        lambda v: (v.number, str(v.visitor_name), telephone(v), v.party_size, v.purpose),
        (
            gettext_lazy("Number"),
            gettext_lazy("Visitor"),
            gettext_lazy("Telephone"),
            gettext_lazy("How many people"),
            gettext_lazy("Purpose"),
        ),
    ),
    Column(
        "where",
        gettext_lazy("To whom"),
        where,
        lambda v: (v.unit.code if v.unit else "", str(v.department or "")),
        (gettext_lazy("Unit"), gettext_lazy("Department")),
    ),
    Column("status", gettext_lazy("Status"), status, lambda v: (v.get_status_display(),)),
    moment("expected", gettext_lazy("Expected"), "expected_at"),
    moment("arrived", gettext_lazy("Checked in"), "arrived_at"),
    moment("left", gettext_lazy("Checked out"), "left_at"),
    words("badge", gettext_lazy("Badge"), lambda v: v.badge),
    words("plate", gettext_lazy("Plate"), lambda v: v.plate),
    words("host", gettext_lazy("Host's answer"), host_says),
    words("document", gettext_lazy("Document seen"), document),
    words("kind", gettext_lazy("Kind"), Visit.get_kind_display),  # type: ignore[attr-defined]
    words("clerk", gettext_lazy("Checked in by"), lambda v: str(v.arrived_by or "")),
    words("reason", gettext_lazy("Why they are not admitted"), lambda v: v.refuse_reason),
    moment("made", gettext_lazy("Written down"), "created_at"),
]

VISITS = KeptList(
    name="visit_list",
    export="visit_export",
    export_permission="visits.work",
    noun="visits",
    columns=COLUMNS,
    usual=["who", "where", "status", "expected", "arrived", "left", "badge", "plate"],
    always="who",
    field="created_at",
    form=lambda request: VisitFilterForm(request.GET),
    rows=rows_of,
    views=views_of,
    row=row_of,
)
