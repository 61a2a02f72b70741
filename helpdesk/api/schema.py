"""The OpenAPI description: every operation tells of the errors that it may answer, in their one shape."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import AllowAny

WITH_A_BODY = ("POST", "PUT", "PATCH")
MEANINGS = {
    "400": "Bad input; each error names its field.",
    "401": "No token, or one that is not known, has expired or was revoked.",
    "403": "The role, or the token's scope, does not allow it.",
    "404": "There is no such thing for you.",
    "405": "Not by this method.",
    "409": "A rule says no; its code is stable.",
    "410": "The link was right once and opens nothing any more.",
    "412": "It changed meanwhile; nothing was saved.",
    "413": "Too large.",
    "415": "Not in this format.",
    "422": "The Idempotency-Key belongs to another request.",
    "429": "Too often; Retry-After says when to try again.",
}


class OneErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorSerializer(serializers.Serializer[Any]):
    """The shape of every answer from 400 on."""

    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    errors = OneErrorSerializer(many=True)


class DeskSchema(AutoSchema):
    """Tags a path by its noun, so that the page of documents reads like the desk, and adds headers and errors."""

    def get_tags(self) -> list[str]:
        words = [w for w in self.path.split("/") if w and not w.startswith("{")]
        return [words[2] if len(words) > 2 else words[-1]]

    def _headers(self) -> list[dict[str, Any]]:
        def header(name: str, said: str, **schema: Any) -> dict[str, Any]:
            return {"name": name, "in": "header", "required": False, "description": said, "schema": schema}

        if self.method == "POST":
            said = "The first answer to this key is kept for 24 hours and replayed."
            return [header("Idempotency-Key", said, type="string", pattern="^[ -~]{1,255}$")]
        if self.method in ("PATCH", "DELETE"):
            return [header("If-Match", "The ETag that was read; 412 if it changed meanwhile.", type="string")]
        return []

    def _get_parameters(self) -> list[dict[str, Any]]:
        return [*super()._get_parameters(), *self._headers()]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction=direction)  # type: ignore[arg-type]
        errors = {}
        for code in self._error_codes():
            errors[code] = self._get_response_for_code(ErrorSerializer, code)
            errors[code]["description"] = MEANINGS[code]
        return {**bodies, **errors}

    def _error_codes(self) -> list[str]:
        codes = {"400", "405"}
        if not any(isinstance(permission, AllowAny) for permission in self.view.get_permissions()):
            codes |= {"401", "403", "429"}
        if "{" in self.path:
            codes.add("404")
        if self.method in WITH_A_BODY:
            codes |= {"404", "409", "413", "415", "422", "429"}
        if self.method == "DELETE":
            codes.add("409")
        if self.method in ("PATCH", "DELETE"):
            codes.add("412")
        if "secret" in self.path:
            codes |= {"410", "429"}
        return sorted(codes)
