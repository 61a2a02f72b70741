"""`Idempotency-Key`: the first answer is kept with the change itself and replayed for a day."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.errors import Unprocessable
from helpdesk.api.parsers import TooLarge

KEPT_FOR = timedelta(hours=24)


class IdempotentMixin:
    """For viewsets: any POST may carry a key. The row is locked first, so of two at once the second waits and replays."""

    idempotency_required: tuple[str, ...] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or "Idempotency-Key" not in request.headers:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if response.status_code >= 400:
                # Nothing is kept of a refused request: put right, it may come again under the same key.
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.kept = None
        if request.method == "POST":
            self.kept = claim(request, required=getattr(self, "action", "") in self.idempotency_required)
            if self.kept and self.kept.status:
                raise Replay(self.kept)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replay):
            return Response(exc.kept.body, status=exc.kept.status, headers={"Idempotent-Replay": "true"})
        return super().handle_exception(exc)  # type: ignore[misc, no-any-return]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        kept = getattr(self, "kept", None)
        if kept and not kept.status and response.status_code < 400:
            response.render()
            kept.status, kept.body = response.status_code, json.loads(response.content or b"null")
            kept.save(update_fields=["status", "body"])
        return response


class Replay(Exception):
    """An answer to this key is there already."""

    def __init__(self, kept: Any) -> None:
        super().__init__(kept.key)
        self.kept = kept


def claim(request: Request, *, required: bool) -> Any:
    """The row of this request's key, locked; None without a key. 400 for a bad key, 422 for a key of another request."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise ValidationError({"Idempotency-Key": [_("This request needs an Idempotency-Key.")]}, code="required")
        return None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise ValidationError({"Idempotency-Key": [_("Use 1 to 255 printable ASCII characters.")]}, code="invalid")
    answers = apps.get_model("staff", "KeptAnswer").objects
    answers.filter(created_at__lt=timezone.now() - KEPT_FOR, owner=owner_of(request), key=key).delete()
    digest = _digest_of(request)
    answers.get_or_create(owner=owner_of(request), key=key, defaults={"request_digest": digest})
    kept = answers.select_for_update().get(owner=owner_of(request), key=key)
    if kept.request_digest != digest:
        raise Unprocessable
    return kept


def _digest_of(request: Request) -> str:
    """What makes two requests the same: path and body; of an upload, which is not read into memory, its length."""
    is_upload = request.content_type.startswith("multipart/")
    if not is_upload and int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooLarge
    body = request.META.get("CONTENT_LENGTH", "").encode() if is_upload else request._request.body
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + body).hexdigest()


def owner_of(request: Request) -> str:
    """Whose key it is: two people may choose the same one."""
    if request.user and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return "address:" + hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:32]
