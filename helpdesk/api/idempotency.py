"""`Idempotency-Key`: the first answer is kept with the change itself and replayed for a day."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.errors import Unprocessable
from helpdesk.lib.addresses import address_of

KEPT_FOR = timedelta(hours=24)
MOST_FORGOTTEN = 500  # at a time


class IdempotentMixin:
    """For views: any POST may carry a key. The row is locked first, so of two at once the second waits and replays."""

    idempotency_required: tuple[str, ...] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        handler = getattr(self, "post", None)
        if request.method == "POST" and handler is not None:
            self.post = lambda request, *args, **kwargs: self._once(handler, request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def _once(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        key = key_of(request, required=getattr(self, "action", "") in self.idempotency_required)
        if key is None:
            return handler(request, *args, **kwargs)
        # Before the lock: a slow sender keeps nobody waiting.
        digest = digest_of(request)
        # A refusal is an exception and takes the row with it: put right, the request may come again under its key.
        with transaction.atomic():
            kept = claim(owner_of(request), key, digest)
            if kept.status:
                return Response(
                    json.loads(kept.body), status=kept.status, headers={"Idempotent-Replay": "true"}
                )
            response = handler(request, *args, **kwargs)
            renderer = request.accepted_renderer
            kept.status = response.status_code
            kept.body = (renderer.render(response.data) or b"null").decode()
            kept.save(update_fields=["status", "body"])
        return response


def key_of(request: Request, *, required: bool) -> str | None:
    """The request's key, None without one; 400 for a bad key, or where one is required."""
    key = request.headers.get("Idempotency-Key")
    if key is None and required:
        raise ValidationError(
            {"Idempotency-Key": [_("This request needs an Idempotency-Key.")]}, code="required"
        )
    if key is not None and not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise ValidationError(
            {"Idempotency-Key": [_("Use 1 to 255 printable ASCII characters.")]}, code="invalid"
        )
    return key


def claim(owner: str, key: str, digest: str) -> Any:
    """The row of this key, locked; 422 if it belongs to another request."""
    answers = apps.get_model("staff", "KeptAnswer").objects
    forget_old(answers)
    answers.get_or_create(owner=owner, key=key, defaults={"request_digest": digest})
    kept = answers.select_for_update().get(owner=owner, key=key)
    if kept.request_digest != digest:
        raise Unprocessable
    return kept


def forget_old(answers: Any) -> int:
    """What is older than a day goes, whoever's it was: answers hold what people wrote. Returns how many went."""
    old = answers.filter(created_at__lt=timezone.now() - KEPT_FOR).select_for_update(skip_locked=True)
    gone, _by_model = answers.filter(pk__in=list(old.values_list("pk", flat=True)[:MOST_FORGOTTEN])).delete()
    return gone


def digest_of(request: Request) -> str:
    """What makes two requests the same: address and body; of an upload the fields and files, not their wrapping."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if hasattr(data, "lists"):  # a form
        data = [[name, [_content_of(part) for part in parts]] for name, parts in data.lists()]
    digest.update(json.dumps(data, sort_keys=True).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _content_of(part: Any) -> str:
    if not hasattr(part, "chunks"):
        return str(part)
    digest = hashlib.sha256(str(part.name).encode("utf-8", "surrogatepass"))
    for chunk in part.chunks():
        digest.update(chunk)
    part.seek(0)
    return digest.hexdigest()


def owner_of(request: Request) -> str:
    """Whose key it is: two people may choose the same one."""
    if request.user and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return "address:" + hashlib.sha256(address_of(request).encode()).hexdigest()[:32]
