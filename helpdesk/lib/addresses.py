"""Where a request comes from."""

from ipaddress import ip_address

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


def ip_of(request: HttpRequest) -> str | None:
    """The sender's address for the access log; None where it is no address."""
    try:
        return str(ip_address(address_of(request)))
    except ValueError:
        return None
