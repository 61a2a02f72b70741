"""Counting attempts from one address, in a cache that all processes share."""

import hashlib
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.core.cache import cache


def note_attempt(what: str, address: str, *, seconds: int) -> int:
    """Count one more attempt at `what` from `address`; returns how many there were in the current span of `seconds`."""
    key = _key(what, address)
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=seconds)
        return 1


def attempts(what: str, address: str) -> int:
    """How many attempts at `what` stand against `address` now."""
    return int(cache.get(_key(what, address), 0))


def _key(what: str, address: str) -> str:
    return f"attempts:{what}:{hashlib.sha256(_sender(address).encode()).hexdigest()[:32]}"


def _sender(address: str) -> str:
    """Whom an address belongs to: with IPv6 a household has a whole /64 to send from; what is no address stays as it is."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((known, 64), strict=False))
