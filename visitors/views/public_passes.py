"""Without an account: a request for a pass, its one-use confirmation, and the owner's answer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.pages import REFUSED
from helpdesk.staff.middleware import speak_for
from tickets.clocks import day_and_time
from tickets.services.public import count_form
from visitors.forms.public_passes import AnswerForm, PublicGoodsFormSet, PublicPassForm
from visitors.models import ReleasePass
from visitors.services import consents, pass_requests
from visitors.services.pass_drafts import Goods

BAD = 400


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("name", "phone")
@never_cache
def public_pass(request: HttpRequest, estate_code: str) -> HttpResponse:
    """Ask for a pass. The answer is the same whether the unit or the person is known."""
    estate = get_object_or_404(Estate, code=estate_code, is_active=True)
    speak_for(request, estate)
    posted = request.POST if request.method == "POST" else None
    form = PublicPassForm(posted, region=estate.phone_region)
    lines = PublicGoodsFormSet(posted, prefix="item")
    if posted is not None and (form.is_valid() & lines.is_valid()):
        try:
            _ask(request, estate, form, lines)
        except TooOften:
            raise
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            return render(request, "visitors/public_pass_sent.html", {"estate": estate})
    wrong = form.errors or (posted is not None and not lines.is_valid())
    context = {"estate": estate, "form": form, "lines": lines}
    return render(request, "visitors/public_pass.html", context, status=BAD if wrong else 200)


def _ask(request: HttpRequest, estate: Estate, form: PublicPassForm, lines) -> None:  # type: ignore[no-untyped-def]
    said = form.cleaned_data
    if said["website"]:
        return  # a program's: it hears what a person would hear, and nothing is kept
    count_form(address_of(request))
    rows = [line.cleaned_data for line in lines.forms if line.cleaned_data.get("description")]
    pass_requests.ask_for_pass(
        estate,
        name=said["name"],
        phone=said["phone"],
        unit_code=said["unit"],
        relation=said["relation"],
        items=[Goods(row["description"], row["quantity"] or 1) for row in rows],
        on=said["date"],
        vehicle_plate=said["vehicle_plate"],
        language=get_language() or "",
        form_token=said["form_token"] or None,
    )


@require_http_methods(["GET", "POST"])
@never_cache
def pass_confirm_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Was it you? Answered once; afterwards the link is nobody's."""
    asked = pass_requests.open_request(secret, address=address_of(request))
    if asked is None:
        raise Http404
    speak_for(request, asked.estate)
    says = ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "no":
                pass_requests.disown_request(asked)
                says = _("Thank you. No pass is issued, and the front desk knows.")
            else:
                pass_requests.confirm_request(asked, actor=None)
                says = _(
                    "Thank you. Come to the front desk with an identity document: the pass is issued there."
                )
        except Refused as refused:
            return _private(request, "visitors/public_pass_confirm.html", asked, refusal=str(refused.message))
    return _private(request, "visitors/public_pass_confirm.html", asked, says=says)


@require_http_methods(["GET", "POST"])
@never_cache
def consent_link(request: HttpRequest, secret: str) -> HttpResponse:
    """May these goods leave your unit? Answered once; afterwards it shows what was answered."""
    consent = consents.open_consent(secret, address=address_of(request))
    if consent is None:
        raise Http404
    asked = consent.release_pass
    speak_for(request, asked.estate)
    form, refusal = AnswerForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            consent = consents.answer_consent(consent, agrees=said["answer"] == "given", note=said["note"])
        except Refused as refused:
            refusal = str(refused.message)
    return _private(
        request,
        "visitors/public_consent.html",
        asked,
        consent=consent,
        can_answer=consents.is_open(consent) and not refusal,
        refusal=refusal,
        form=form,
        status=BAD if form.errors else 200,
    )


def _private(
    request: HttpRequest, template: str, asked: ReleasePass, *, status: int = 200, **context: object
) -> HttpResponse:
    refused = bool(context.get("refusal"))
    shown = {
        "estate": asked.estate,
        "asked": asked,
        "items": list(asked.items.all()),
        "until": day_and_time(asked.valid_until),
        "now": timezone.now(),
    }
    response = render(request, template, shown | context, status=REFUSED if refused else status)
    # The address is the key: it must not travel on to anybody else.
    response["Referrer-Policy"] = "same-origin"
    return response
