"""Pages without an account: the host answers by a link; the visitor shows the QR code (docs/domain.md §6)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.qr import qr_path
from helpdesk.lib.sealed import clear
from helpdesk.staff.middleware import speak_for
from visitors.models import Visit
from visitors.services.host_answers import answer_for_host, is_open, open_host_link
from visitors.services.invitations import door_url, open_invitation

GONE = 410


@never_cache
@require_http_methods(["GET", "POST"])
def visit_host_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is at the door, and three answers; the last one counts. A visit that is over says so (410)."""
    visit = open_host_link(secret, address=address_of(request))
    if visit is None:
        raise Http404
    speak_for(request, visit.estate)
    refusal = ""
    if request.method == "POST":
        try:
            answer_for_host(visit, answer=request.POST.get("answer", ""))
            return private(redirect("visit_host_link", secret=secret))
        except Refused as refused:
            refusal = str(refused.message)
    return private(host_page(request, visit, refusal))


def host_page(request: HttpRequest, visit: Visit, refusal: str) -> HttpResponse:
    open_still = is_open(visit)
    status = (409 if refusal else 200) if open_still else GONE
    context = {
        "estate": visit.estate,
        "visit": visit,
        "name": clear(visit.visitor_name) if open_still else "",
        "is_open": open_still,
        "refusal": refusal,
        "answers": [
            {"value": value, "label": label, "on": value == visit.host_answer}
            for value, label in Visit.Answer.choices
        ],
    }
    return render(request, "visitors/visit_host_link.html", context, status=status)


@never_cache
@require_GET
def visit_invitation(request: HttpRequest, code: str) -> HttpResponse:
    """What the visitor shows at the desk or at the gate; nothing of the host stands on it."""
    visit = open_invitation(code, address=address_of(request))
    if visit is None:
        raise Http404
    speak_for(request, visit.estate)
    waits = visit.status in (Visit.Status.EXPECTED, Visit.Status.INSIDE)
    size, path = qr_path(door_url(visit)) if waits else (0, "")
    context = {
        "estate": visit.estate,
        "visit": visit,
        "waits": waits,
        "qr_size": size,
        "qr_path": path,
        "qr_label": _("QR code of %(number)s") % {"number": visit.number},
    }
    return private(render(request, "visitors/visit_invitation.html", context, status=200 if waits else GONE))


def private(response: HttpResponse) -> HttpResponse:
    """The address is the key: it must not travel on to anybody else."""
    response["Referrer-Policy"] = "same-origin"
    return response
