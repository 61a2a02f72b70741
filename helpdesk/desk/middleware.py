"""A business refusal that no form caught: said on the page it came from, or on a page of its own."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme

from helpdesk.desk.figures import forget_figures
from helpdesk.lib.errors import LinkEnded, Refused, TooOften


class RefusalMiddleware:
    """Turns an uncaught `Refused` on a page into a sentence on the page before; the API has its own 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No text of ours holds a NUL and PostgreSQL takes none: an address with one is nobody's.
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path_info.startswith("/api/"):
            raise BadRequest
        response = self.get_response(request)
        if (
            response.status_code == 405
            and request.method == "GET"
            and not request.path_info.startswith("/api/")
        ):
            return form_missing(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused) or request.path_info.startswith("/api/"):
            return None
        if isinstance(error, TooOften):
            return too_often(request, error)
        if isinstance(error, LinkEnded):
            return link_ended(request, error)
        back = request.headers.get("Referer", "")
        came_from_us = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        if request.method == "POST" and came_from_us and not request.headers.get("HX-Request"):
            messages.error(request, str(error.message))
            return redirect(back)
        return render(request, "409.html", {"message": error.message, "code": error.code}, status=409)


class OwnDeedsMiddleware:
    """After a person has done something the figures of their frame are counted anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        looked = request.method in {"GET", "HEAD", "OPTIONS"} or request.path_info.startswith("/api/")
        user = getattr(request, "user", None)
        if not looked and user is not None and user.is_authenticated:
            forget_figures(user)  # type: ignore[arg-type]
        return response


def form_missing(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """Whoever comes to the address of an act without its form: by a reload, another language, a log-in in between."""
    response = render(request, "405.html", {"back": page_above(request.path_info)}, status=405)
    response["Allow"] = refused["Allow"]
    return response


def page_above(path: str) -> str:
    """The nearest address above that exists, `/fees/units/4/` for `/fees/units/4/pay/`; empty where it is the first page."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            return path.strip("/") and path
    return ""


def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """The page that asks for patience, with the time for programs."""
    response = render(request, "429.html", {"message": error.message}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


def link_ended(request: HttpRequest, error: LinkEnded) -> HttpResponse:
    """The page behind a link whose time is over: whom to ring, and nothing of what it once opened."""
    request.estate = error.estate  # type: ignore[attr-defined]
    context = {"message": error.message, "estate": error.estate}
    response = render(request, "410.html", context, status=410)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response
