"""The contractor's page behind a slip's secret link: one slip and nothing else, no account (docs/domain.md §4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import check_uploads, serve
from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused
from helpdesk.staff.middleware import speak_for
from tickets.clocks import day_and_time
from tickets.forms.slips import ContractorForm, ReportForm, StartForm
from tickets.models import Slip, SlipLink
from tickets.services import contractors
from tickets.services.slip_links import open_slip_link
from tickets.services.slips import SLIP_STATES
from tickets.views.answers import INVALID, REFUSED
from tickets.views.slip_reports import photos_of, take_report
from tickets.views.slips import clock_of

GONE = 410
View = Callable[..., HttpResponseBase]


def behind_the_link(view: View) -> View:
    """Opens the link: an unknown one is a 404, one that opens nothing any more a page that says so (410)."""

    @never_cache
    def opened(request: HttpRequest, secret: str, **kwargs: Any) -> HttpResponseBase:
        link = open_slip_link(secret, address=address_of(request))
        if link is None:
            raise Http404
        speak_for(request, link.slip.estate)
        if not link.is_open:
            return closed(request, link)
        response = view(request, link, **kwargs)
        # The address is the key: it must not travel on to anybody else.
        response["Referrer-Policy"] = "same-origin"
        return response

    return opened


def closed(request: HttpRequest, link: SlipLink) -> HttpResponse:
    response = render(request, "tickets/slip_link_closed.html", {"estate": link.slip.estate}, status=GONE)
    response["Referrer-Policy"] = "same-origin"
    return response


@require_GET
@behind_the_link
def slip_link(request: HttpRequest, link: SlipLink) -> HttpResponse:
    """The slip as the contractor sees it, with the one next act."""
    return page(request, link)


@require_POST
@sensitive_post_parameters("name", "phone")
@behind_the_link
def sign(request: HttpRequest, link: SlipLink) -> HttpResponse:
    """Signing by link is signing, by name and telephone."""
    form = ContractorForm(request.POST, region=link.slip.estate.phone_region)
    if not form.is_valid():
        return page(request, link, sign=form, status=INVALID)
    try:
        contractors.sign_by_link(link, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return page(request, link, sign=form, status=REFUSED)
    return back(request, link, _("Signed for"))


@require_POST
@behind_the_link
def start(request: HttpRequest, link: SlipLink) -> HttpResponse:
    """Work has begun, with photos of how it was found."""
    form = StartForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, link, start=form, status=INVALID)
    try:
        contractors.start_by_link(link, before=check_uploads(form.cleaned_data["before"]))
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return page(request, link, start=form, status=REFUSED)
    return back(request, link, _("Work has begun"))


@require_POST
@behind_the_link
def complete(request: HttpRequest, link: SlipLink) -> HttpResponse:
    """Reported done; what was typed stays when something is wrong."""
    form, status = take_report(request, link.slip, lambda **said: contractors.complete_by_link(link, **said))
    return (
        page(request, link, report=form, status=status)
        if status != 200
        else back(request, link, _("Reported done"))
    )


@require_GET
@behind_the_link
def slip_link_file(request: HttpRequest, link: SlipLink, pk: int) -> HttpResponseBase:
    """A photo of this job; any other file is a 404."""
    return serve(get_object_or_404(Attachment.objects.of(link.slip), pk=pk), small="small" in request.GET)


def back(request: HttpRequest, link: SlipLink, says: str) -> HttpResponse:
    messages.success(request, says)
    return redirect("slip_link", secret=link.secret)


def page(
    request: HttpRequest,
    link: SlipLink,
    *,
    sign: ContractorForm | None = None,
    start: StartForm | None = None,
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Never the class, the resident's name or number, the ticket, another slip."""
    slip = Slip.objects.select_related("estate", "unit", "department").get(pk=link.slip_id)
    at = timezone.now()
    allowed = set(SLIP_STATES.allowed(slip.status))
    context = {
        "estate": slip.estate,
        "slip": slip,
        "secret": link.secret,
        "here": reverse("slip_link", args=[link.secret]),
        "clock": clock_of(slip, at),
        "due": day_and_time(slip.due_at),
        "may": {act: act in allowed for act in ("sign", "start", "complete")},
        "sign_form": sign or ContractorForm(region=slip.estate.phone_region),
        "start_form": start or StartForm(),
        "report": report or ReportForm(slip_pk=slip.pk),
        "parts": [str(part) for part in slip.parts.all()],
        "photos": photos_of(slip, lambda file: reverse("slip_link_file", args=[link.secret, file.pk])),
    }
    return render(request, "tickets/slip_link.html", context, status=status)
