"""One error shape everywhere; a business refusal is a 409 with its own code."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.handler import exception_handler as standard_handler
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from helpdesk.lib.errors import Refused, Stale


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


class Handler(ExceptionHandler):
    """Our refusals, in the terms of the framework."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Stale):
            return PreconditionFailed()
        if isinstance(exc, Refused):
            return Conflict(detail=exc.message, code=exc.code)
        return super().convert_known_exceptions(exc)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook; the class comes from settings so that the package's own tools see the same."""
    return standard_handler(exc, context)
