"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The sender's address; behind PROXY_COUNT proxies what the outermost of them wrote, never what a sender claims."""
    written = request.headers.get("X-Forwarded-For", "")
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    if proxies and written:
        addresses = written.split(",")
        return addresses[-min(proxies, len(addresses))].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
