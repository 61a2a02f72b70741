"""One visit: who stands there, what the host says, and the next act (docs/domain.md §6)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.audit.models import Entry
from helpdesk.audit.services import log_access
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.codes import read_code
from helpdesk.lib.names import surname_of
from helpdesk.lib.qr import qr_path
from helpdesk.lib.sealed import clear
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from residents.models import Resident
from tickets.clocks import day_and_time
from visitors.door_rows import stay_clock
from visitors.forms import visits as forms
from visitors.models import Visit
from visitors.models.policies import policy_of
from visitors.services.invitations import door_url
from visitors.services.visits import VISIT_STATES
from visitors.views.visit_history import of_entry
from visitors.views.visit_notes import notes_on
from visitors.views.visit_steps import steps_of

S = Visit.Status
ABOUT = ("estate", "unit", "host", "department", "arrived_by", "left_by", "created_by")


@require_GET
@needs("visits.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit, and what can be done next."""
    return show_visit(request, visit_for(request, "visits.view", pk=pk))


@require_GET
@needs("visits.view")
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the camera reads from a visitor's QR code or badge."""
    read = read_code(code)
    if read is None:
        raise Http404
    return redirect("visit_detail", pk=visit_for(request, "visits.view", code=read).pk)


def visit_for(request: HttpRequest, permission: str, **lookup: Any) -> Visit:
    return get_visible(Visit.objects.select_related(*ABOUT), user_of(request), permission, **lookup)


def user_of(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def show_visit(request: HttpRequest, visit: Visit, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page; `given` are forms that came back with something wrong."""
    at = timezone.now()
    user = user_of(request)
    works = user.may("visits.work", visit.estate_id)
    asks_number = policy_of(visit.estate).identity_number_required
    allowed = set(VISIT_STATES.allowed(visit.status)) if works else set()
    notes = notes_on(request, visit) if works and visit.status == S.EXPECTED else []
    context = {
        "visit": visit,
        "name": name_shown(request, visit, works),
        "clock": stay_clock(visit, at),
        "steps": steps_of(visit, works=works),
        "look": look_of(visit, at),
        "facts": facts_of(visit, user),
        "may": {act: act in allowed for act in VISIT_STATES.table} | {"works": works},
        "is_request": visit.confirmed_at is None,
        "is_open": visit.status in (S.EXPECTED, S.INSIDE),
        "answers": [
            {"value": v, "label": label, "on": v == visit.host_answer} for v, label in Visit.Answer.choices
        ],
        "has_host": bool(visit.unit or visit.host),
        "notes": notes,
        "check_in_form": forms.CheckInForm(asks_number=asks_number, warned=bool(notes)),
        "refuse_form": forms.RefuseForm(auto_id="refuse_%s"),
        "stay_form": forms.StayForm(auto_id="stay_%s"),
        "suspicious_form": forms.SuspiciousForm(auto_id="suspicious_%s"),
        "events": [of_entry(entry) for entry in Entry.objects.about(visit)],
        "crumbs": [{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": visit.number}],
    }
    if visit.status == S.EXPECTED and visit.code:
        size, path = qr_path(door_url(visit))
        label = _("QR code of %(number)s") % {"number": visit.number}
        context |= {"qr_size": size, "qr_path": path, "qr_label": label}
    response = render(request, "visitors/visit_detail.html", context | given, status=status)
    response["Cache-Control"] = "no-store"
    return response


def name_shown(request: HttpRequest, visit: Visit, works: bool) -> str:
    """Whole at the door, to compare it with the document, which is kept; masked before and afterwards."""
    if not works or visit.status not in (S.EXPECTED, S.INSIDE) or not visit.visitor_name:
        return str(visit.visitor_name)
    log_access(
        visit,
        "visitor_name",
        actor=user_of(request),
        estate_id=visit.estate_id,
        reason="at the door",
        address=ip_of(request),
    )
    return clear(visit.visitor_name)


def look_of(visit: Visit, at: Any) -> dict[str, str]:
    """The chip of its status: somebody who stays too long is red."""
    if visit.status == S.INSIDE and visit.stay_until and visit.stay_until < at:
        return {"status": "overstay", "label": _("Stayed too long")}
    if visit.status == S.NO_SHOW and visit.comes_until:
        return {"status": visit.status, "label": _("Pass expired")}
    return {"status": visit.status, "label": visit.get_status_display()}


def facts_of(visit: Visit, user: User) -> list[dict[str, Any]]:
    """Label and value, as components/facts.html wants them; what is empty is left out."""
    host, host_url = host_shown(visit, user)
    document = visit.get_id_document_type_display() if visit.id_document_type else ""
    if visit.id_last_four:
        document = f"{document} ****{visit.id_last_four}"
    rows = [
        (_("Purpose"), visit.purpose, ""),
        (_("Host"), host, host_url),
        (_("Department"), str(visit.department or ""), ""),
        (_("Telephone"), str(visit.visitor_phone), ""),
        (_("How many people"), str(visit.party_size), ""),
        (_("Plate"), visit.plate, ""),
        (_("Goods carried in"), visit.carries, ""),
        (_("Document seen"), document, ""),
        (_("Badge"), visit.badge, ""),
        (_("Expected"), day_and_time(visit.expected_at) if visit.expected_at else "", ""),
        (_("Contractor's pass until"), visit.comes_until.isoformat() if visit.comes_until else "", ""),
        (_("Checked in"), _by(visit.arrived_at, visit.arrived_by), ""),
        (_("May stay until"), day_and_time(visit.stay_until) if visit.stay_until else "", ""),
        (_("Checked out"), _by(visit.left_at, visit.left_by), ""),
        (_("Why they are not admitted"), visit.refuse_reason, ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in rows if value]


def host_shown(visit: Visit, user: User) -> tuple[str, str]:
    """The host's name with their card; a surname beside the unit is enough for who may not look residents up."""
    host = visit.host
    if host is None:
        return "", ""
    if user.may("residents.view", visit.estate_id):
        return str(host), reverse("resident_card", args=[host.pk])
    is_person = host.kind == Resident.Kind.PERSON
    return (surname_of(host.name, host.other_name) if is_person else str(host)), ""


def _by(at: Any, who: User | None) -> str:
    return f"{day_and_time(at)} {who or ''}".strip() if at else ""
