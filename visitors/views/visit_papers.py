"""On paper: the badge a visitor wears, and who is inside for the evacuation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.audit.services import log_access
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.pdf import has_pdf, pdf_answer
from helpdesk.lib.qr import qr_path
from helpdesk.lib.sealed import clear
from helpdesk.staff.access import needs, require_here
from visitors.door_rows import name_of
from visitors.models import Visit
from visitors.selectors import inside_now
from visitors.services.invitations import door_url
from visitors.views.visits import visit_for


@require_GET
@needs("visits.work")
def badge(request: HttpRequest, pk: int) -> HttpResponse:
    """What hangs on the visitor: never the whole name, as badges get lost."""
    return render(request, "visitors/visit_badge.html", badge_of(visit_for(request, "visits.work", pk=pk)))


@require_GET
@needs("visits.work")
def badge_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, "visits.work", pk=pk)
    return pdf_answer(request, "visitors/visit_badge.html", badge_of(visit), name=visit.number)


def badge_of(visit: Visit) -> dict[str, Any]:
    """What the paper says. Refused not_inside: a badge is for who is inside."""
    if visit.status != Visit.Status.INSIDE or not visit.code:
        raise Refused("not_inside", _("A badge is printed for who is inside."))
    size, path = qr_path(door_url(visit))
    return {
        "visit": visit,
        "estate": visit.estate,
        "name": name_of(visit),
        "where": visit.unit.code if visit.unit else str(visit.department or _("Office")),
        "url": door_url(visit),
        "qr_size": size,
        "qr_path": path,
        "has_pdf": has_pdf(),
    }


@require_GET
@needs("visits.work")
def headcount(request: HttpRequest) -> HttpResponse:
    """Everybody who is inside, to be ticked off at the assembly point; names stand whole, and that is kept."""
    return render(request, "visitors/visit_headcount.html", headcount_of(request))


@require_GET
@needs("visits.work")
def headcount_pdf(request: HttpRequest) -> HttpResponse:
    context = headcount_of(request)
    name = f"headcount-{context['at']:%Y%m%d-%H%M}"
    return pdf_answer(request, "visitors/visit_headcount.html", context, name=name)


def headcount_of(request: HttpRequest) -> dict[str, Any]:
    require_here(request, "visits.work")
    estate = request.estate  # type: ignore[attr-defined]
    log_access(
        estate,
        "visitor_names",
        actor=request.user,  # type: ignore[arg-type]
        estate_id=estate.pk,
        reason="headcount",
        address=ip_of(request),
    )
    visits = (
        inside_now(estate).select_related("unit", "department").order_by("unit__code", "arrived_at", "id")
    )
    rows = [
        {
            "visit": visit,
            "name": clear(visit.visitor_name) or visit.number,
            "where": visit.unit.code if visit.unit else str(visit.department or _("Office")),
        }
        for visit in visits
    ]
    return {
        "estate": estate,
        "at": timezone.now(),
        "rows": rows,
        "people": sum(visit.party_size for visit in visits),
        "has_pdf": has_pdf(),
    }
