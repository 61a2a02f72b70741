"""Acts on a release pass: each a POST that leads back to its page, or shows it again with what is wrong."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import needs
from visitors.forms import passes as forms
from visitors.models import ReleasePass
from visitors.pass_selectors import owners_of
from visitors.services import consents, pass_drafts, pass_requests, release_passes
from visitors.views.passes import page_of, pass_for, show_pass, user_of

Act = Callable[[dict[str, Any]], Any]


@require_POST
@needs("passes.work")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk has asked the household itself."""
    asked = pass_for(request, pk, "passes.work")
    pass_requests.confirm_request(asked, actor=user_of(request))
    return done(request, _("Request confirmed"), page_of(asked))


@require_POST
@needs("passes.work")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Which document was seen."""
    found = pass_for(request, pk, "passes.work")
    form = forms.DocumentForm(request.POST, request.FILES)
    return _act(
        request,
        found,
        ("document_form", form),
        lambda said: pass_drafts.see_document(found, actor=user_of(request), **said),
        _("Document seen"),
    )


@require_POST
@needs("passes.work")
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """A call to an owner, and what they said."""
    found = pass_for(request, pk, "passes.work")
    form = forms.ConsentForm(request.POST, owners=owners_of(found, timezone.now()))
    agrees = request.POST.get("answer") != "refused"

    def act(said: dict[str, Any]) -> None:
        owner, phone = said["number"]
        consents.record_consent(
            found, actor=user_of(request), telephoned=owner, phone=phone, note=said["note"], agrees=agrees
        )

    return _act(request, found, ("consent_form", form), act, _("Written down what the owner said"))


@require_POST
@needs("passes.work")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an owner the link to answer by."""
    found = pass_for(request, pk, "passes.work")
    form = forms.LinkForm(request.POST, owners=owners_of(found, timezone.now()))

    def act(said: dict[str, Any]) -> None:
        owner, phone = said["number"]
        consents.ask_by_link(found, actor=user_of(request), owner=owner, phone=phone)

    return _act(request, found, ("link_form", form), act, _("The link was sent"))


@require_POST
@needs("passes.override")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager lets goods go although the unit owes."""
    found = pass_for(request, pk, "passes.override")
    form = forms.ReasonForm(request.POST, auto_id="override_%s")
    return _act(
        request,
        found,
        ("override_form", form),
        lambda said: release_passes.override_pass(found, actor=user_of(request), **said),
        _("Overridden"),
    )


@require_POST
@needs("passes.work")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Number, code, paper."""
    found = pass_for(request, pk, "passes.work")
    form = forms.IssueForm(request.POST)
    return _act(
        request,
        found,
        ("issue_form", form),
        lambda said: release_passes.issue_pass(found, actor=user_of(request), **said),
        _("Issued. Print it, or show the code."),
    )


@require_POST
@needs("passes.work")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """No pass, with the reason."""
    found = pass_for(request, pk, "passes.work")
    form = forms.ReasonForm(request.POST, auto_id="refuse_%s")
    return _act(
        request,
        found,
        ("refuse_form", form),
        lambda said: release_passes.refuse_pass(found, actor=user_of(request), **said),
        _("Refused"),
    )


@require_POST
@needs("passes.work")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The pass opens no gate any more."""
    found = pass_for(request, pk, "passes.work")
    form = forms.ReasonForm(request.POST, auto_id="revoke_%s")
    return _act(
        request,
        found,
        ("revoke_form", form),
        lambda said: release_passes.revoke_pass(found, actor=user_of(request), **said),
        _("Revoked"),
    )


def _act(
    request: HttpRequest, found: ReleasePass, named: tuple[str, Form], act: Act, says: str
) -> HttpResponse:
    """Do it and go back to the page; a mistake or a refusal stands beside its own form."""
    name, form = named
    if not form.is_valid():
        return show_pass(request, found, status=INVALID, **{name: form})
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_pass(request, pass_for(request, found.pk, "passes.view"), status=REFUSED, **{name: form})
    return done(request, says, page_of(found))
