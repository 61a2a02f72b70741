"""Bearer tokens: the only way into the API."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from helpdesk.lib.crypto import digest_secret
from helpdesk.staff.models import ApiToken, User

# A write for each call would make every read of the API a write.
LAST_USED_EVERY = timedelta(minutes=5)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; a token in the URL or a cookie is never looked at."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2 or len(words[1]) > 200:
            raise AuthenticationFailed(_("Send one token: Authorization: Bearer <token>."))
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest_secret(words[1].decode("latin-1")))
            .first()
        )
        now = timezone.now()
        if token is None or not token.is_usable(now):
            raise AuthenticationFailed(_("This token is not known, has expired or was revoked."))
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = "helpdesk.staff.tokens.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
