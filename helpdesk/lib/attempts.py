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


def take_attempt(what: str, address: str, *, most: int, seconds: int) -> bool:
    """Count one more attempt unless `most` stand already; one that is refused neither counts nor prolongs the wait."""
    if attempts(what, address) >= most:
        return False
    count = note_attempt(what, address, seconds=seconds)
    # Not every cache keeps the time that a count has left when it goes up.
    cache.touch(_key(what, address), seconds)
    return count <= most


def give_back(what: str, address: str, *, seconds: int) -> None:
    """The last attempt was a good one and does not count."""
    left = attempts(what, address) - 1
    if left > 0:
        cache.set(_key(what, address), left, timeout=seconds)
    else:
        forget_attempts(what, address)


def forget_attempts(what: str, address: str) -> None:
    """Nothing stands against `address` any more."""
    cache.delete(_key(what, address))


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
