"""Writing a visitor down: a guest, a caller on the office, or somebody who comes later; a repeat visitor is known by phone."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.audit.services import log_access
from helpdesk.estates.models import Department
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.phones import display_phone, parse_phone
from helpdesk.lib.sealed import clear
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.models import User
from tickets.scripts import script_of
from tickets.views.callers import Caller, caller_from
from visitors.forms.visits import PATHS, VisitForm
from visitors.models import Visit
from visitors.models.policies import policy_of
from visitors.selectors import last_visits_of_phone
from visitors.services import host_answers, visits
from visitors.views.visit_notes import notes_about

SAID = (
    "visitor_name",
    "visitor_phone",
    "purpose",
    "unit",
    "department",
    "expected_at",
    "party_size",
    "plate",
    "carries",
    "comes_until",
)
AT_THE_DOOR = ("id_document_type", "id_number", "badge", "acknowledge_watch_list")
# What a repeat visitor brings along; the rest is asked anew.
REMEMBERED = ("visitor_name", "purpose", "party_size", "plate", "id_document_type", "unit", "department")


@never_cache
@sensitive_post_parameters("visitor_name", "visitor_phone", "id_number")
@require_http_methods(["GET", "POST"])
@needs("visits.work")
def new(request: HttpRequest) -> HttpResponse:
    """One form: check in, announce, tell the host first, or refuse, by the button that is pressed."""
    caller = caller_from(request, "visits.work")
    if request.method == "GET":
        return show_form(request, caller, form_for(request, caller, initial=first_values(request, caller)))
    act = request.POST.get("act", "")
    if act == "look":
        known = known_of(request, caller)
        return show_form(
            request, caller, form_for(request, caller, initial=remembered(request.POST, known)), known
        )
    form = form_for(request, caller, data=request.POST, warned="acknowledge_watch_list" in request.POST)
    if form.is_valid() and act == "check_in" and form.cleaned_data.get("reason"):
        # Enter in that field presses the first button of the form.
        form.add_error("reason", _("A reason is written: refuse them, or take it away."))
    if not form.is_valid():
        return show_form(request, caller, form, status=INVALID)
    try:
        visit = write_down(request, caller, form, act)
    except Refused as refused:
        return refuse(request, caller, form, refused)
    return done(request, says_of(visit), reverse("visit_detail", args=[visit.pk]))


def write_down(request: HttpRequest, caller: Caller, form: VisitForm, act: str) -> Visit:
    """Checked in, told to the host, refused, or only expected."""
    actor: User = request.user  # type: ignore[assignment]
    data = form.cleaned_data
    said: dict[str, Any] = {name: data[name] for name in SAID if name in data}
    said |= {"estate": caller.estate, "actor": actor, "form_token": data["form_token"] or None}
    unit = said.get("unit")
    if caller.resident and unit is not None and caller.unit in (None, unit):
        said["host"] = caller.resident
    if form.path == "later":
        return visits.announce_visit(**said)
    if act == "tell":
        return host_answers.receive_and_tell(**said)
    if act == "refuse":
        return visits.refuse_at_the_door(**said, reason=data["reason"])
    door = {name: data[name] for name in AT_THE_DOOR if name in data}
    return visits.receive_walk_in(**said, **door)


def says_of(visit: Visit) -> str:
    words = {
        Visit.Status.INSIDE: _("Checked in: %(number)s"),
        Visit.Status.REFUSED: _("Not admitted: %(number)s"),
    }
    said = words.get(Visit.Status(visit.status), _("Announced as %(number)s"))
    return said % {"number": visit.number}


def refuse(request: HttpRequest, caller: Caller, form: VisitForm, refused: Refused) -> HttpResponse:
    """The form again; what the watch list says stands beside it, for the clerk's eyes."""
    notes: list[dict[str, Any]] = []
    if refused.code == "watch_list":
        form = form_for(request, caller, data=request.POST, warned=True)
        form.is_valid()
        notes = notes_about(request, caller.estate, refused.extra["entries"])
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return show_form(request, caller, form, notes=notes, status=REFUSED)


@never_cache
@sensitive_post_parameters("visitor_name", "visitor_phone", "id_number")
@require_POST
@needs("visits.work")
def repeat(request: HttpRequest) -> HttpResponse:
    """While the number is typed: the rest of the form, filled in from the last visit. Nothing (204) for anybody else."""
    require_here(request, "visits.work")
    caller = caller_from(request, "visits.work")
    known = known_of(request, caller)
    if not known or request.POST.get("known") == str(known[0].pk):
        return HttpResponse(status=204)
    form = form_for(request, caller, initial=remembered(request.POST, known))
    return render(request, "visitors/_visit_fields.html", {"form": form, "known": known_words(known)})


def known_of(request: HttpRequest, caller: Caller) -> list[Visit]:
    """The last visits of the number that stands in the form; showing who it is, is kept."""
    number = parse_phone(request.POST.get("visitor_phone", ""), caller.estate.phone_region)
    found = last_visits_of_phone(caller.estate, number, timezone.now()) if number else []
    if found:
        user: User = request.user  # type: ignore[assignment]
        log_access(
            found[0],
            "visitor_name",
            actor=user,
            estate_id=caller.estate.pk,
            reason="repeat visitor",
            address=ip_of(request),
        )
    return found


def remembered(data: Mapping[str, Any], known: list[Visit]) -> dict[str, Any]:
    """What was typed already stays; of another visitor than before, everything is filled in anew."""
    values = {
        name: data.get(name, "")
        for name in (
            *REMEMBERED,
            "visitor_phone",
            "badge",
            "carries",
            "expected_at",
            "comes_until",
            "form_token",
        )
    }
    if not known:
        return values
    last = known[0]
    was = {
        "visitor_name": clear(last.visitor_name),
        "purpose": last.purpose,
        "party_size": last.party_size,
        "plate": last.plate,
        "id_document_type": last.id_document_type or "identity_card",
        "unit": last.unit.code if last.unit else "",
        "department": last.department_id or "",
    }
    is_anew = bool(data.get("known"))
    # The form itself stands at one person with an identity card: those were not typed.
    untouched = {"party_size": "1", "id_document_type": "identity_card"}
    for name, value in was.items():
        if is_anew or not values[name] or values[name] == untouched.get(name):
            values[name] = value
    return values | {"known": str(last.pk)}


def known_words(known: list[Visit]) -> dict[str, Any] | None:
    if not known:
        return None
    last = known[0]
    where = last.unit.code if last.unit else str(last.department or "")
    return {
        "at": last.arrived_at or last.created_at,
        "where": where,
        "number": last.number,
        "count": len(known),
    }


def path_asked(request: HttpRequest) -> str:
    path = request.POST.get("path") or request.GET.get("path", "")
    return path if path in PATHS else "guest"


def form_for(request: HttpRequest, caller: Caller, *, warned: bool = False, **kwargs: Any) -> VisitForm:
    return VisitForm(
        estate=caller.estate,
        path=path_asked(request),
        departments=list(Department.objects.filter(estate=caller.estate, is_active=True)),
        asks_number=policy_of(caller.estate).identity_number_required,
        warned=warned,
        **kwargs,
    )


def first_values(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    # The number that was typed into the one box is the visitor's only where nobody on file was found by it.
    stranger = caller.phone and not (caller.unit or caller.resident)
    first = {"unit": caller.unit.code if caller.unit else "", "visitor_phone": ""}
    if stranger:
        number = parse_phone(caller.phone, caller.estate.phone_region)
        first["visitor_phone"] = display_phone(number) if number else caller.phone
    return first


def show_form(
    request: HttpRequest,
    caller: Caller,
    form: VisitForm,
    known: list[Visit] | None = None,
    *,
    notes: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    language = caller.resident.language if caller.resident else ""
    here = timezone.now().astimezone(ZoneInfo(caller.estate.time_zone))
    context = {
        "form": form,
        "caller": caller,
        "path": form.path,
        "tabs": tabs(request, form.path),
        "known": known_words(known or []),
        "notes": notes or [],
        "may_card": request.user.may("residents.view", caller.estate.pk),  # type: ignore[union-attr]
        "script": script_of(
            "visitor", language=language, estate=caller.estate, clerk=request.user, date=f"{here:%Y-%m-%d}"
        ),
        "crumbs": [{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": _("New visitor")}],
    }
    return render(request, "visitors/visit_new.html", context, status=status)


def tabs(request: HttpRequest, path: str) -> list[dict[str, Any]]:
    """The same visitor on another path."""
    choices = (
        ("guest", _("Guest of a unit"), "building"),
        ("caller", _("Caller on the office"), "counter"),
        ("later", _("Comes later"), "calendar"),
    )
    shown = []
    for key, label, icon in choices:
        query = request.GET.copy()
        query["path"] = key
        shown.append({"label": label, "url": "?" + query.urlencode(), "active": key == path, "icon": icon})
    return shown
