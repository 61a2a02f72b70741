"""The base of every viewset: estate-scoped objects, the role table, strict input, ETags."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.errors import PreconditionFailed
from helpdesk.api.filters import Ordering, StrictFilterBackend, ordering_of
from helpdesk.api.idempotency import IdempotentMixin
from helpdesk.api.pagination import NewestFirst
from helpdesk.api.permissions import ByTable
from helpdesk.api.throttles import TokenThrottle

BIGGEST_ID = 2**63 - 1


class DeskViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """Objects that the caller may see and nothing else; `permissions` maps an action to a string of the role table."""

    permission_classes = [ByTable]
    throttle_classes = [TokenThrottle]
    filter_backends = [StrictFilterBackend, Ordering]
    lookup_value_regex = r"[0-9]{1,19}"
    permissions: dict[str, str] = {}
    ordering: tuple[str, ...] = ("-id",)
    ordering_fields: tuple[str, ...] = ("id",)

    def permission_for(self, request: Request) -> str:
        """The permission of the current action; an action missing from the table is a programming error."""
        return self.permissions.get(self.action) or self.permissions["*"]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()  # type: ignore[union-attr]
        return self.queryset.visible_to(self.request.user)  # type: ignore[union-attr]

    def get_object(self) -> Any:
        if int(self.kwargs["pk"]) > BIGGEST_ID:
            raise Http404
        return super().get_object()

    def paginate_queryset(self, queryset: QuerySet[Any]) -> Any:
        paginator = self.paginator
        if isinstance(paginator, NewestFirst):
            paginator.get_ordering = lambda request, queryset, view: ordering_of(request, view)  # type: ignore[method-assign, assignment]
        return super().paginate_queryset(queryset)

    def answer(self, obj: Any, *, status: int = 200) -> Response:
        """The object as it now is, with its ETag where it has a version."""
        obj = self.get_queryset().get(pk=obj.pk)
        response = Response(self.get_serializer(obj).data, status=status)
        if hasattr(obj, "version"):
            response["ETag"] = etag_of(obj)
        return response

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def expected_version(self, request: Request, obj: Any) -> int | None:
        """The version that `If-Match` names; 412 if the object has moved on. None without the header."""
        wanted = request.headers.get("If-Match")
        if wanted is None or wanted.strip() == "*":
            return None
        if etag_of(obj) not in {tag.strip() for tag in wanted.split(",")}:
            raise PreconditionFailed
        return int(obj.version)


def etag_of(obj: Any) -> str:
    """A strong tag from the version that each change counts up."""
    return f'"{obj._meta.model_name}-{obj.pk}-{obj.version}"'
