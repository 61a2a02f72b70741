"""Is this process alive, and is what it leans on there? Answered before sessions, hosts and languages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from helpdesk.notifications.selectors import last_beat, oldest_waiting

BROKER_PATIENCE = 0.5  # seconds


class HealthMiddleware:
    """Answers /healthz and /readyz first, so that neither needs an allowed host, a session or TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path == "/readyz":
            return _ready()
        return self.get_response(request)


def _ready() -> JsonResponse:
    now = timezone.now()
    report: dict[str, Any] = {"database": "ok", "broker": broker_state()}
    try:
        report["oldest_waiting_seconds"] = _age(oldest_waiting(now), now)
        report["last_beat_seconds"] = _age(last_beat(), now)
    except DatabaseError:
        # A connection that broke must not be handed to the next request.
        connection.close()
        report["database"] = "unreachable"
    status = 200 if report["database"] == "ok" else 503
    return JsonResponse(report, status=status, headers={"Cache-Control": "no-store"})


def broker_state() -> str:
    """Either "ok", "unreachable", or "not asked" for a broker that is no server; waits half a second at most."""
    if not settings.CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
        return "not asked"
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_timeout=BROKER_PATIENCE, socket_connect_timeout=BROKER_PATIENCE
    )
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, int((now - moment).total_seconds()))
