"""Filters, ordering and search that refuse what they do not know instead of passing over it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

ALWAYS = {"page_size", "cursor", "ordering", "search", "format"}


class StrictFilterBackend(DjangoFilterBackend):
    """Declared filters only; an unknown one is a 400 that names it."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        known = ALWAYS | set(filterset_class.base_filters if filterset_class else ())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in unknown}, code="unknown_filter")
        return super().filter_queryset(request, queryset, view)


class Ordering(BaseFilterBackend):
    """`?ordering=-created_at` among the view's `ordering_fields`; anything else is a 400."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        ordering_of(request, view)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = getattr(view, "ordering_fields", ("id",))
        values = [sign + name for name in names for sign in ("", "-")]
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": "Order of the list.",
                "schema": {"type": "string", "enum": values},
            }
        ]


def ordering_of(request: Request, view: Any) -> tuple[str, ...]:
    """The asked order ending in the id, so that a cursor is never ambiguous; the view's own order otherwise."""
    asked = request.query_params.get("ordering")
    if asked is None:
        return tuple(getattr(view, "ordering", ("-id",)))
    name = asked.removeprefix("-")
    if name not in getattr(view, "ordering_fields", ("id",)):
        raise ValidationError({"ordering": [_("This list can't be ordered by that.")]}, code="unknown_ordering")
    sign = "-" if asked.startswith("-") else ""
    return (asked,) if name == "id" else (asked, f"{sign}id")
