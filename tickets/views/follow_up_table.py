"""All follow-up visits as a table: filtered, kept as a view, taken out as a file."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from helpdesk.estates.models import Department
from helpdesk.lib.forms import FilterForm
from helpdesk.lib.moments import midnight
from helpdesk.staff.access import needs
from helpdesk.staff.kept_lists import Cell, Column, KeptList, moment, view_chips, words
from helpdesk.staff.lists import Opened
from helpdesk.staff.models import User
from tickets.clocks import follow_up_clock
from tickets.forms.list_filters import FollowUpFilterForm
from tickets.models import FollowUp
from tickets.views.follow_ups import ABOUT, chip_of
from tickets.views.matters import matter_of, name_of, unit_of

# How a visit leads to its unit.
WAYS_TO_UNIT = ("unit", "ticket__unit", "slip__unit", "contact__unit")


@require_GET
@needs("follow_ups.view")
def follow_up_table(request: HttpRequest) -> HttpResponseBase:
    """Every follow-up visit that this person may see, the latest due first."""
    return FOLLOW_UPS.page(
        request,
        title=_("Follow-ups"),
        empty={
            "says": _("Nobody waits for a follow-up visit."),
            "hint": _("Each resolved ticket brings one, within three days."),
        },
        acts=[{"label": _("Calling list"), "url": reverse("follow_up_list"), "icon": "phone"}],
        crumbs=[{"label": _("Follow-ups"), "url": reverse("follow_up_list")}, {"label": _("Table")}],
    )


@require_GET
@needs("follow_ups.record")
def follow_up_export(request: HttpRequest) -> HttpResponseBase:
    """The table as a file."""
    return FOLLOW_UPS.file(request)


def form_of(request: HttpRequest) -> FollowUpFilterForm:
    departments = Department.objects.filter(estate=request.estate, is_active=True)  # type: ignore[attr-defined]
    return FollowUpFilterForm(request.GET, departments=list(departments))


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[FollowUp]:
    """The visits that the address asks for, among those that this person may see here."""
    rows = FollowUp.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[attr-defined]
    return narrowed(rows, form.chosen(), request.user, at).select_related(*ABOUT)  # type: ignore[arg-type, no-any-return]


def narrowed(rows: Any, chosen: dict[str, Any], user: User, at: datetime) -> Any:
    """The rows that the chosen filters leave."""
    for name in ("status", "outcome"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    if chosen.get("unit"):
        plates = [Q(**{f"{way}__code__iexact": chosen["unit"]}) for way in WAYS_TO_UNIT]
        rows = rows.filter(plates[0] | plates[1] | plates[2] | plates[3])
    # Of a building or department as the dashboard counts them: by the ticket asked about.
    if chosen.get("building"):
        rows = rows.filter(ticket__unit__building__code=chosen["building"])
    if chosen.get("department"):
        rows = rows.filter(ticket__department=chosen["department"])
    if chosen.get("due"):
        rows = rows.scheduled().filter(scheduled_at__lte=at)
    if chosen.get("late"):
        rows = rows.late(at)
    if chosen.get("mine"):
        rows = rows.filter(assignee=user)
    if chosen.get("due_from"):
        rows = rows.filter(due_at__gte=midnight(chosen["due_from"]))
    if chosen.get("due_to"):
        rows = rows.filter(due_at__lt=midnight(chosen["due_to"] + timedelta(days=1)))
    return rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Waiting"), {"status": "scheduled"}),
        (_("Due now"), {"due": "1"}),
        (_("Late"), {"late": "1"}),
        (_("Dissatisfied"), {"outcome": "dissatisfied"}),
        (_("Nobody reached"), {"status": "unreachable"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(visit: FollowUp, at: datetime, request: HttpRequest) -> dict[str, Any]:
    clock = follow_up_clock(visit, at)
    return {"id": f"follow-up-{visit.pk}", "late": bool(clock and clock["state"] == "late")}


def limit(visit: FollowUp, at: datetime) -> Cell:
    return {"template": "components/clock.html", "data": follow_up_clock(visit, at)}


def about(visit: FollowUp, at: datetime) -> Cell:
    data = {
        "number": number_of(visit),
        "url": reverse("follow_up_detail", args=[visit.pk]),
        "subject": matter_of(visit),
        "lang": visit.ticket.language if visit.ticket else "",
        "name": name_of(visit),
    }
    return {"template": "tickets/_cell_matter.html", "data": data}


def number_of(visit: FollowUp) -> str:
    """The number of what it is about, where that has one."""
    return str(visit.ticket or visit.slip or "")


def plate(visit: FollowUp, at: datetime) -> Cell:
    unit = unit_of(visit)
    if unit is None:
        return {"text": ""}
    data = {"code": unit.code, "url": reverse("unit_card", args=[unit.pk]), "on_file": True}
    return {"template": "tickets/_cell_plate.html", "data": data}


def plate_text(visit: FollowUp) -> str:
    unit = unit_of(visit)
    return unit.code if unit else ""


def result(visit: FollowUp, at: datetime) -> Cell:
    chip = chip_of(visit)
    data = {"noun": "follow_up", "key": chip["status"], "label": chip["label"]}
    return {"template": "tickets/_cell_state.html", "data": data}


COLUMNS: list[Column[FollowUp]] = [
    Column("limit", gettext_lazy("Limit"), limit, lambda v: (v.due_at,), (gettext_lazy("Due"),)),
    Column(
        "matter",
        gettext_lazy("Matter"),
        about,
        lambda v: (number_of(v), matter_of(v), name_of(v)),
        (gettext_lazy("Number"), gettext_lazy("Matter"), gettext_lazy("Who")),
    ),
    Column("unit", gettext_lazy("Unit"), plate, lambda v: (plate_text(v),)),
    Column(
        "result",
        gettext_lazy("Outcome"),
        result,
        lambda v: (v.get_status_display(), v.get_outcome_display(), v.score or ""),
        (gettext_lazy("Status"), gettext_lazy("Outcome"), gettext_lazy("Score")),
    ),
    words("suggestion", gettext_lazy("What should be better"), lambda v: v.suggestion),
    words("assignee", gettext_lazy("Asked by"), lambda v: str(v.assignee or "")),
    words("via", gettext_lazy("Channel"), FollowUp.get_via_display),  # type: ignore[attr-defined]
    moment("planned", gettext_lazy("Planned for"), "scheduled_at"),
    moment("recorded", gettext_lazy("Recorded"), "recorded_at"),
]

FOLLOW_UPS = KeptList(
    name="follow_up_table",
    export="follow_up_export",
    export_permission="follow_ups.record",
    noun="follow_ups",
    columns=COLUMNS,
    usual=["limit", "matter", "unit", "result", "assignee", "planned", "recorded"],
    always="matter",
    field="due_at",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
)
