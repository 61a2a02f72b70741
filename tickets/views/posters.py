"""The poster for the lobby, with the form's address as a QR code."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from helpdesk.estates.models import Estate
from helpdesk.lib.qr import qr_path
from helpdesk.staff.access import get_visible, needs


@needs("estates.view")
def poster(request: HttpRequest, estate_code: str) -> HttpResponse:
    """One A4 page in three languages; for staff of the estate, who hang it up."""
    estate = get_visible(
        Estate.objects.filter(is_active=True), request.user, "estates.view", code=estate_code
    )
    url = settings.SITE_URL + reverse("public_form", args=[estate.code])
    size, path = qr_path(url)
    return render(
        request,
        "tickets/public_poster.html",
        {"estate": estate, "url": url, "qr_size": size, "qr_path": path},
    )
