"""A release pass on paper: half a page for the gate, and the stub that stays at the desk. Never what is owed."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.lib.errors import Refused
from helpdesk.lib.pdf import has_pdf, pdf_answer
from helpdesk.lib.qr import qr_path
from helpdesk.staff.access import needs
from visitors.models import Consent, ReleasePass
from visitors.views.pass_steps import consent_words
from visitors.views.passes import pass_for

EMPTY_LINES = 4


@require_GET
@needs("passes.view")
def pass_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of an issued pass."""
    return render(request, "visitors/pass_print.html", paper(pass_for(request, pk, "passes.view")))


@require_GET
@needs("passes.view")
def pass_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as PDF."""
    found = pass_for(request, pk, "passes.view")
    return pdf_answer(request, "visitors/pass_print.html", paper(found), name=found.number)


def paper(release_pass: ReleasePass) -> dict[str, Any]:
    """What the paper says. Refused not_issued: a draft has no code, and an ended pass opens nothing."""
    if release_pass.status not in ReleasePass.RELEASABLE or not release_pass.code:
        raise Refused("not_issued", _("Only a pass that is issued and still open is printed."))
    url = settings.SITE_URL + reverse("gate_pass", args=[release_pass.code])
    size, path = qr_path(url)
    items = list(release_pass.items.all())
    given = release_pass.consents.filter(answer=Consent.Answer.GIVEN).select_related(
        "owner", "phone", "asked_by"
    )
    consent = given.order_by("-answered_at", "-pk").first()
    return {
        "release_pass": release_pass,
        "estate": release_pass.estate,
        "items": items,
        "pieces": sum(item.quantity for item in items),
        "code": code_in_two(release_pass.code),
        "url": url,
        "qr_size": size,
        "qr_path": path,
        "consent": consent,
        "consent_words": consent_words(consent) if consent else "",
        "has_pdf": has_pdf(),
    }


def code_in_two(code: str) -> str:
    """As it is read aloud: K7MQP-2XRDA."""
    return f"{code[:5]}-{code[5:]}"
