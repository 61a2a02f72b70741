"""Without an account: a visitor is announced, and the household confirms it by a one-use link (docs/domain.md §6)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.pages import REFUSED
from helpdesk.lib.sealed import clear
from helpdesk.staff.middleware import speak_for
from tickets.clocks import day_and_time
from tickets.services.public import count_form
from visitors.forms.public_visits import PublicVisitForm
from visitors.models import Visit
from visitors.services import visit_requests
from visitors.views.visit_links import private

BAD = 400
SAID = ("name", "phone", "visitor_name", "visitor_phone", "expected_at", "party_size", "plate")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("name", "phone", "visitor_name", "visitor_phone")
@never_cache
def public_visit(request: HttpRequest, estate_code: str) -> HttpResponse:
    """Announce a visitor. The answer is the same whether the unit or the person is known."""
    estate = get_object_or_404(Estate, code=estate_code, is_active=True)
    speak_for(request, estate)
    form = PublicVisitForm(request.POST if request.method == "POST" else None, region=estate.phone_region)
    if form.is_bound and form.is_valid():
        try:
            _ask(request, estate, form)
        except TooOften:
            raise
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            return render(request, "visitors/public_visit_sent.html", {"estate": estate})
    context = {"estate": estate, "form": form}
    return render(request, "visitors/public_visit.html", context, status=BAD if form.errors else 200)


def _ask(request: HttpRequest, estate: Estate, form: PublicVisitForm) -> None:
    said = form.cleaned_data
    if said["website"]:
        return  # a program's: it hears what a person would hear, and nothing is kept
    count_form(address_of(request))
    visit_requests.ask_for_visit(
        estate,
        unit_code=said["unit"],
        language=get_language() or "",
        form_token=said["form_token"] or None,
        **{name: said[name] for name in SAID},
    )


@require_http_methods(["GET", "POST"])
@never_cache
def visit_confirm_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Do you expect this visitor? Answered once; afterwards the link is nobody's."""
    asked = visit_requests.open_request(secret, address=address_of(request))
    if asked is None:
        raise Http404
    speak_for(request, asked.estate)
    says, refusal, invitation = "", "", ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "no":
                visit_requests.disown_request(asked)
                says = _("Thank you. Nobody is let in on it, and the front desk knows.")
            else:
                visit = visit_requests.confirm_request(asked, actor=None)
                invitation = reverse("visit_invitation", args=[visit.code])
                says = _("Thank you. Your visitor shows this QR code at the gate or the front desk.")
        except Refused as refused:
            refusal = str(refused.message)
    return private(_page(request, asked, says, refusal, invitation))


def _page(request: HttpRequest, asked: Visit, says: str, refusal: str, invitation: str) -> HttpResponse:
    context = {
        "estate": asked.estate,
        "visit": asked,
        "name": "" if says else clear(asked.visitor_name),
        "expected": day_and_time(asked.expected_at) if asked.expected_at else "",
        "says": says,
        "refusal": refusal,
        "invitation_url": invitation,
    }
    status = REFUSED if refusal else 200
    return render(request, "visitors/public_visit_confirm.html", context, status=status)
