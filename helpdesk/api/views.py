"""Views that stand alone: those that ask the role table, and the answer to an address that is none."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from helpdesk.api.idempotency import IdempotentMixin
from helpdesk.api.permissions import ByTable
from helpdesk.api.throttles import TokenThrottle


class DeskApi(IdempotentMixin):
    """What every view of the API has: keys, bodies checked by a serializer, answers that no cache keeps."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return super().default_response_headers | {"Cache-Control": "no-store"}  # type: ignore[misc, no-any-return]

    def body(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The checked body; a 400 that names what is wrong with it."""
        request: Request = self.request  # type: ignore[attr-defined]
        checked = serializer(data=request.data, context={"request": request, "view": self})
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


class TableView(DeskApi, APIView):
    """A view of its own that asks the role table for `permission`."""

    permission_classes = [ByTable]
    throttle_classes = [TokenThrottle]
    permission = ""

    def permission_for(self, request: Request) -> str:
        return self.permission


@extend_schema(exclude=True)
class NowhereView(APIView):
    """Whatever is no address of ours, in the API's own error shape. A missing last slash is one: nothing is guessed."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404

    def get(self, request: Request, path: str) -> Response:
        raise Http404
