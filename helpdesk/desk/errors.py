"""Error pages that need more than a template's name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: said plainly, with the way back; what was typed stays in the browser."""
    return render(request, "403.html", {"is_csrf": True}, status=403)
