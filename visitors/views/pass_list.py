"""The list of release passes: filters in the address, kept views, chosen columns, and what is filtered as a file."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from helpdesk.lib.forms import FilterForm
from helpdesk.lib.moments import midnight
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import Cell, Column, KeptList, moment, view_chips, words
from helpdesk.staff.lists import Opened
from tickets.clocks import clock_until
from visitors.forms.passes import PassFilterForm
from visitors.models import ReleasePass
from visitors.services.papers import week_began

GROUPS = {"waiting": ReleasePass.WAITING, "running": ReleasePass.RELEASABLE}


@require_GET
@needs("passes.view")
def pass_list(request: HttpRequest) -> HttpResponseBase:
    """Passes of this estate, newest first."""
    require_here(request, "passes.view")
    estate = request.estate  # type: ignore[attr-defined]
    unused = ReleasePass.objects.filter(estate=estate).unused(week_began(estate, timezone.now())).exists()
    acts = [{"label": _("New pass"), "url": reverse("pass_new"), "icon": "plus", "key": "p", "primary": True}]
    if unused:
        acts.insert(0, {"label": _("Unused papers"), "url": reverse("pass_papers"), "icon": "warning"})
    return PASSES.page(
        request,
        title=_("Release passes"),
        empty={
            "says": _("No release passes yet."),
            "hint": _("Goods leave the estate only with a pass."),
            "url": reverse("pass_new"),
            "label": _("New pass"),
        },
        acts=acts,
        crumbs=[{"label": _("Release passes")}],
    )


@require_GET
@needs("passes.work")
def pass_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "passes.work")
    return PASSES.file(request)


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[ReleasePass]:
    """The passes that the address asks for, among those of this estate."""
    rows = ReleasePass.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[attr-defined]
    chosen = form.chosen()
    if status := chosen.get("status"):
        rows = rows.filter(status__in=GROUPS.get(status, (status,)))
    for name, column in (("unit", "unit__code__iexact"), ("plate", "vehicle_plate__icontains")):
        if chosen.get(name):
            rows = rows.filter(**{column: chosen[name]})
    if chosen.get("relation"):
        rows = rows.filter(applicant_relation=chosen["relation"])
    if chosen.get("asked"):
        rows = rows.filter(is_request=True)
    if chosen.get("made_from"):
        rows = rows.filter(created_at__gte=midnight(chosen["made_from"]))
    if chosen.get("made_to"):
        rows = rows.filter(created_at__lt=midnight(chosen["made_to"] + timedelta(days=1)))
    for word in chosen.get("q", "").split():
        goods = ReleasePass.objects.filter(items__description__icontains=word).values("pk")
        fits = Q(number__icontains=word) | Q(applicant_name__icontains=word) | Q(pk__in=goods)
        rows = rows.filter(fits)
    return rows.select_related("unit", "estate", "issued_by", "created_by").prefetch_related("items")


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Waiting"), {"status": "waiting"}),
        (_("Awaiting override"), {"status": "awaiting_override"}),
        (_("Goods still inside"), {"status": "running"}),
        (_("Asked for on the public form"), {"asked": "1"}),
        (_("Expired"), {"status": "expired"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(release_pass: ReleasePass, at: datetime, request: HttpRequest) -> dict[str, Any]:
    return {"id": f"pass-{release_pass.pk}", "late": False}


def who(release_pass: ReleasePass) -> str:
    return f"{release_pass.applicant_name} {release_pass.get_applicant_relation_display()}"


def what(release_pass: ReleasePass, at: datetime) -> Cell:
    data = {
        "number": release_pass.number,
        "url": reverse("pass_detail", args=[release_pass.pk]),
        "subject": goods(release_pass) or release_pass.number,
        "name": who(release_pass),
    }
    return {"template": "tickets/_cell_matter.html", "data": data}


def goods(release_pass: ReleasePass) -> str:
    return ", ".join(str(item) for item in release_pass.items.all())[:120]


def plate(release_pass: ReleasePass, at: datetime) -> Cell:
    url = reverse("unit_card", args=[release_pass.unit_id])
    return {
        "template": "tickets/_cell_plate.html",
        "data": {"code": release_pass.unit.code, "url": url, "on_file": True},
    }


def status(release_pass: ReleasePass, at: datetime) -> Cell:
    data = {
        "noun": "release_pass",
        "key": release_pass.status,
        "label": release_pass.get_status_display(),
    }
    return {"template": "tickets/_cell_state.html", "data": data}


def limit(release_pass: ReleasePass, at: datetime) -> Cell:
    is_open = release_pass.status in ReleasePass.OPEN
    clock = clock_until(release_pass.valid_until, since=release_pass.valid_from, at=at) if is_open else None
    return {"template": "components/clock.html", "data": clock}


COLUMNS: list[Column[ReleasePass]] = [
    Column("limit", gettext_lazy("Valid until"), limit, lambda p: (p.valid_until,)),
    Column(
        "what",
        gettext_lazy("Goods"),
        what,
        lambda p: (p.number, goods(p), p.applicant_name, p.get_applicant_relation_display()),
        (
            gettext_lazy("Number"),
            gettext_lazy("Goods"),
            gettext_lazy("Applicant"),
            gettext_lazy("Who the applicant is"),
        ),
    ),
    Column("unit", gettext_lazy("Unit"), plate, lambda p: (p.unit.code,)),
    Column("status", gettext_lazy("Status"), status, lambda p: (p.get_status_display(),)),
    words("plate", gettext_lazy("Plate"), lambda p: p.vehicle_plate),
    words("issuer", gettext_lazy("Issued by"), lambda p: str(p.issued_by or "")),
    words("reason", gettext_lazy("What for"), lambda p: p.reason),
    words("end", gettext_lazy("Why it ended"), lambda p: p.end_reason),
    moment("made", gettext_lazy("Made"), "created_at"),
    moment("issued", pgettext_lazy("of a pass", "Issued"), "issued_at"),
    moment("ended", gettext_lazy("Ended"), "ended_at"),
]

PASSES = KeptList(
    name="pass_list",
    export="pass_export",
    export_permission="passes.work",
    noun="release_passes",
    columns=COLUMNS,
    usual=["limit", "what", "unit", "status", "plate", "issuer", "made"],
    always="what",
    field="created_at",
    form=lambda request: PassFilterForm(request.GET),
    rows=rows_of,
    views=views_of,
    row=row_of,
)
