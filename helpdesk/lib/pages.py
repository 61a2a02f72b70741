"""What every act on a page ends with: a redirect that says what was done, or the page again with the refusal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

INVALID, REFUSED = 422, 409


class SeeOther(HttpResponseRedirect):
    """After a POST: whatever the browser repeats, it repeats a GET."""

    status_code = 303


def done(request: HttpRequest, message: Any, url: str) -> HttpResponse:
    """Say what was done, on the page that follows: `url`, or the Desk where the act was pressed on the Desk."""
    messages.success(request, message)
    return SeeOther(reverse("desk") if request.POST.get("next") == "desk" else url)
