"""Acts on a visit: each a POST that leads back to where it was pressed, or shows the visit with what is wrong."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import needs, require_here
from visitors.forms import visits as forms
from visitors.models import Visit
from visitors.models.policies import policy_of
from visitors.services import host_answers, invitations, office_callers, visit_requests, visit_watch, visits
from visitors.views.visits import show_visit, user_of, visit_for

Act = Callable[[dict[str, Any]], Any]


@sensitive_post_parameters("id_number")
@require_POST
@needs("visits.work")
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Admitted; from a row of the day with one click."""
    visit = visit_for(request, "visits.work", pk=pk)
    asks = policy_of(visit.estate).identity_number_required
    form = forms.CheckInForm(request.POST, asks_number=asks, warned=True)
    return _act(
        request,
        visit,
        ("check_in_form", form),
        lambda said: visits.check_in(visit, actor=user_of(request), **said),
        _("Checked in: %(number)s") % {"number": visit.number},
    )


@require_POST
@needs("visits.work")
def check_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone."""
    visit = visit_for(request, "visits.work", pk=pk)
    visits.check_out(visit, actor=user_of(request))
    return back(request, visit, _("Checked out: %(number)s") % {"number": visit.number})


@require_POST
@needs("visits.work")
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """A caller on the office has a seat and was offered tea."""
    visit = visit_for(request, "visits.work", pk=pk)
    office_callers.seat_caller(visit, actor=user_of(request))
    return back(request, visit, _("Written down"))


@require_POST
@needs("visits.work")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Not admitted, with the reason."""
    visit = visit_for(request, "visits.work", pk=pk)
    form = forms.RefuseForm(request.POST, auto_id="refuse_%s")
    return _act(
        request,
        visit,
        ("refuse_form", form),
        lambda said: visits.refuse_visit(visit, actor=user_of(request), **said),
        _("Not admitted: %(number)s") % {"number": visit.number},
    )


@require_POST
@needs("visits.work")
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """May stay longer."""
    visit = visit_for(request, "visits.work", pk=pk)
    form = forms.StayForm(request.POST, auto_id="stay_%s")
    return _act(
        request,
        visit,
        ("stay_form", form),
        lambda said: visits.extend_stay(visit, actor=user_of(request), **said),
        _("May stay longer"),
    )


@require_POST
@needs("visits.work")
def suspicious(request: HttpRequest, pk: int) -> HttpResponse:
    """Security is told at once."""
    visit = visit_for(request, "visits.work", pk=pk)
    form = forms.SuspiciousForm(request.POST, auto_id="suspicious_%s")
    return _act(
        request,
        visit,
        ("suspicious_form", form),
        lambda said: visit_watch.report_suspicious(visit, actor=user_of(request), **said),
        _("Security is told"),
    )


@require_http_methods(["GET", "POST"])
@needs("visits.work")
def stranger(request: HttpRequest) -> HttpResponse:
    """Somebody suspicious who is not written down: from the page Visitors and from the new visitor's form."""
    require_here(request, "visits.work")
    estate = request.estate  # type: ignore[attr-defined]
    form = forms.StrangerForm(request.POST or None, estate=estate)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            found = visit_watch.report_stranger(estate=estate, actor=user_of(request), **form.cleaned_data)
            return done(request, _("Security is told"), reverse("incident_detail", args=[found.pk]))
    crumbs = [{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": _("Report to security")}]
    return render(request, "visitors/visit_stranger.html", {"form": form, "crumbs": crumbs}, status=status)


@require_POST
@needs("visits.work")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk has asked the household itself."""
    visit = visit_for(request, "visits.work", pk=pk)
    visit_requests.confirm_request(visit, actor=user_of(request))
    return back(request, visit, _("Request confirmed"))


@require_POST
@needs("visits.work")
def tell_host(request: HttpRequest, pk: int) -> HttpResponse:
    """The host gets a link to answer by."""
    visit = visit_for(request, "visits.work", pk=pk)
    host_answers.tell_host(visit, actor=user_of(request))
    return back(request, visit, _("Host told"))


@require_POST
@needs("visits.work")
def host_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the host said on the telephone."""
    visit = visit_for(request, "visits.work", pk=pk)
    host_answers.answer_for_host(visit, answer=request.POST.get("answer", ""), actor=user_of(request))
    return back(request, visit, _("Written down what the host said"))


@require_POST
@needs("visits.work")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """The visitor gets the QR code on the telephone."""
    visit = visit_for(request, "visits.work", pk=pk)
    invitations.send_invitation(visit, actor=user_of(request))
    return back(request, visit, _("Invitation sent"))


def back(request: HttpRequest, visit: Visit, says: str) -> HttpResponse:
    """To the day's columns or the Desk where it was pressed there, else to the visit."""
    on_board = request.POST.get("next") == "visit_board"
    url = reverse("visit_board") if on_board else reverse("visit_detail", args=[visit.pk])
    return done(request, says, url)


def _act(request: HttpRequest, visit: Visit, named: tuple[str, Form], act: Act, says: str) -> HttpResponse:
    name, form = named
    if not form.is_valid():
        return show_visit(request, visit, status=INVALID, **{name: form})
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        if name == "check_in_form" and refused.code != "watch_list":
            form.fields.pop("acknowledge_watch_list", None)
        return show_visit(request, visit, status=REFUSED, **{name: form})
    return back(request, visit, says)
