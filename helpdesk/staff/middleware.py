"""Who reads, in which estate and in which language."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from helpdesk.estates.models import Estate

LANGUAGES = {code for code, _name in settings.LANGUAGES}


class ReaderMiddleware:
    """Sets `request.estate` (None for strangers), the language and the time zone of the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.estate = current_estate(request)  # type: ignore[attr-defined]
        language = language_of(request)
        zone = request.estate.time_zone if request.estate else settings.TIME_ZONE  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        # Pages of staff are full of people: on a screen that several use, "back" must not show them after log-out.
        if not is_api(request) and request.user.is_authenticated and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response


def speak_for(request: HttpRequest, estate: Estate) -> None:
    """A page without an account is the estate's own: its name, and its clock for what is written and read."""
    request.estate = estate  # type: ignore[attr-defined]
    timezone.activate(
        estate.time_zone
    )  # until the middleware, which sets it for each request, gives the answer back


def current_estate(request: HttpRequest):  # type: ignore[no-untyped-def]
    """The estate chosen in this session, or the one the user came to first; None for strangers."""
    if is_api(request) or not request.user.is_authenticated:
        return None
    memberships = request.user.memberships_now
    chosen = request.session.get("estate")
    by_choice = (m.estate for m in memberships if m.estate_id == chosen)
    first = min(memberships, key=lambda m: m.pk, default=None)
    return next(by_choice, first.estate if first else None)


def language_of(request: HttpRequest) -> str:
    """What was chosen, else the user's own language, else the browser's; the API follows Accept-Language alone."""
    if not is_api(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in LANGUAGES:
            return chosen
        own = getattr(request.user, "language", "")
        if own in LANGUAGES:
            return own
    return from_header(request.headers.get("Accept-Language", ""))


def from_header(header: str) -> str:
    """The first language of an Accept-Language header that is ours; English where none is."""
    for tag, _weight in parse_accept_lang_header(header[:200].lower()):
        if tag.startswith("zh"):
            traditional = {"zh-hant", "zh-tw", "zh-hk", "zh-mo"}
            return "zh-hant" if any(tag.startswith(t) for t in traditional) else "zh-hans"
        if tag.startswith("en"):
            return "en"
    return "en"


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
