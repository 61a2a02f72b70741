"""One error shape everywhere; a business refusal is a 409 with its own code, a badly formed value a 400 beside its field."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.handler import exception_handler as standard_handler
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, Throttled, ValidationError
from rest_framework.response import Response

from helpdesk.api.parsers import TooLarge
from helpdesk.lib.errors import LinkEnded, Refused, SentBefore, Stale, TooOften

# Refusals that only say that a value is badly formed: no rule of the trade, so 400 and not 409.
SHAPE = frozenset(
    {
        "file_empty", "file_type_refused", "image_broken", "image_too_large", "invalid_amount", "other_estate",
        "phone_invalid", "score_disagrees", "text_missing", "too_long", "too_many_files",
    }
)  # fmt: skip


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Unprocessable(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was used before with another request.")


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"
    default_detail = _("Somebody changed this meanwhile. Nothing was saved; read it again.")


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_code = "link_ended"


class Handler(ExceptionHandler):
    """Our refusals, and Django's about a request, in the terms of the framework."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Stale):
            return PreconditionFailed()
        if isinstance(exc, SentBefore):
            return Unprocessable()
        if isinstance(exc, TooOften):
            return Throttled(wait=exc.seconds, detail=exc.message)
        if isinstance(exc, LinkEnded):
            return Gone(exc.message)
        if isinstance(exc, Refused):
            return _in_terms_of_http(exc)
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, (SuspiciousOperation, UnreadablePostError)):
            return ParseError()
        return super().convert_known_exceptions(exc)


def _in_terms_of_http(refusal: Refused) -> APIException:
    field = refusal.field or ("files" if refusal.code.startswith(("file_", "image_")) else None)
    detail: Any = {field: [refusal.message]} if field else refusal.message
    if refusal.code in SHAPE:
        return ValidationError(detail, code=refusal.code)
    if refusal.code == "file_too_large":
        return TooLarge(detail, code=refusal.code)
    return Conflict(detail, code=refusal.code)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook; the class comes from settings so that the package's own tools see the same."""
    return standard_handler(exc, context)
