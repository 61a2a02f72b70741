"""The base of every viewset: estate-scoped objects, the role table, strict input, ETags."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from helpdesk.api.errors import PreconditionFailed
from helpdesk.api.filters import (
    Ordering,
    Search,
    StrictFilterBackend,
    contains,
    refuse_unknown,
)
from helpdesk.api.permissions import ByTable
from helpdesk.api.serializers import NothingSerializer
from helpdesk.api.throttles import TokenThrottle
from helpdesk.api.views import DeskApi
from helpdesk.lib.keys import BIGGEST_ID


class DeskViewSet(DeskApi, viewsets.GenericViewSet):
    """Objects that the caller may see and nothing else; `permissions` maps an action to a string of the role table."""

    permission_classes = [ByTable]
    throttle_classes = [TokenThrottle]
    filter_backends = [StrictFilterBackend, Search, Ordering]
    lookup_value_regex = r"[0-9]{1,19}"
    permissions: dict[str, str] = {}
    search_fields: tuple[str, ...] = ()
    ordering = "-id"
    ordering_fields: tuple[str, ...] = ("id",)
    # Where a name in `ordering` is called otherwise in the table.
    ordering_columns: dict[str, str] = {}
    estate_column = "estate"

    def permission_for(self, request: Request) -> str:
        """The permission of the current action; an action missing from the table is a programming error."""
        return self.permissions.get(self.action) or self.permissions["*"]

    def rows(self) -> QuerySet[Any]:
        """The viewset's objects with what their serializer reads, whoever asks."""
        return self.queryset.all()  # type: ignore[union-attr]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows().none()
        return self.rows().visible_to(self.request.user)  # type: ignore[attr-defined]

    def search(self, queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows that `?search=` finds."""
        return contains(queryset, self.search_fields, words)

    def get_object(self, known: Iterable[str] = ()) -> Any:
        """The object that the address names; absent and foreign are the same 404, a role that may not is a 403."""
        refuse_unknown(self.request, known)
        found = self.find(int(self.kwargs["pk"])) if int(self.kwargs["pk"]) <= BIGGEST_ID else None
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def find(self, pk: int) -> Any:
        return self.get_queryset().filter(pk=pk).first()

    def answer(self, obj: Any, *, status: int = 200) -> Response:
        """The object as it now is, with its ETag where it has a version; an act may have moved it out of sight."""
        obj = self.rows().get(pk=obj.pk)
        response = Response(self.get_serializer(obj).data, status=status)
        if hasattr(obj, "version"):
            response["ETag"] = etag_of(obj)
        return response

    def within_role(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Without the estates in which the caller's role may not do this."""
        user, permission = self.request.user, self.permission_for(self.request)
        closed = [estate_id for estate_id in user.estate_ids if not user.may(permission, estate_id)]
        return queryset.exclude(**{f"{self.estate_column}__in": closed}) if closed else queryset

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.within_role(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    def part(
        self,
        queryset: QuerySet[Any],
        serializer: type[BaseSerializer[Any]],
        *,
        order_by: tuple[str, ...] = ("id",),
    ) -> Response:
        """What belongs to an object, as a list like any other: newest first by the first of `order_by`."""
        order = SimpleNamespace(ordering=f"-{order_by[0]}", ordering_fields=order_by, ordering_columns={})
        page = self.paginator.paginate_queryset(queryset, self.request, order)  # type: ignore[union-attr]
        return self.get_paginated_response(serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def nothing_in_the_body(self) -> None:
        """For actions that take no words: a 400 that names any field."""
        if self.request.data not in (None, ""):
            self.body(NothingSerializer)

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
