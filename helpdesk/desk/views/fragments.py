"""Whether a page or a part of it was asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """A script asks with HX-Request, a link may with ?fragment=1."""
    return bool(request.headers.get("HX-Request")) or request.GET.get("fragment") == "1"


def render_either(request: HttpRequest, page: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """The fragment or the page around it; neither is kept by a cache, as both are full of people."""
    response = render(request, fragment if wants_fragment(request) else page, context)
    patch_vary_headers(response, ("HX-Request",))
    patch_cache_control(response, private=True, no_store=True)
    return response
