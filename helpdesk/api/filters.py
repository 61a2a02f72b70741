"""Filters, ordering and search that refuse what they do not know instead of passing over it."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.rest_framework import FilterSet as BaseFilterSet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from helpdesk.lib.keys import BIGGEST_ID

LONGEST_SEARCH = 200
ALWAYS = {"page_size", "cursor", "ordering"}


class IdField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=BIGGEST_ID, **kwargs)


class IdFilter(django_filters.NumberFilter):
    """A foreign key by its id. An object of another estate finds nothing, just as an absent one."""

    field_class = IdField


class YesNoField(forms.Field):
    WORDS = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if str(value).lower() not in self.WORDS:
            raise forms.ValidationError(_("Write true or false."), code="invalid")
        return self.WORDS[str(value).lower()]


class YesNoFilter(django_filters.BooleanFilter):
    """true or false; anything else is a 400 instead of no filter at all."""

    field_class = YesNoField


class MomentField(django_filters.fields.IsoDateTimeField):
    """A moment of our own times: at the edges of the calendar a change of zone would fall off it."""

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        if moment is not None and not 1900 <= moment.year <= 2999:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        # An offset of seventeen hours is a moment like any other, but not to every database.
        return moment.astimezone(UTC) if moment is not None else None


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


def since(field: str) -> MomentFilter:
    """From this moment on."""
    return MomentFilter(field_name=field, lookup_expr="gte")


def before(field: str) -> MomentFilter:
    """Before this moment."""
    return MomentFilter(field_name=field, lookup_expr="lt")


class FilterSet(BaseFilterSet):
    """The base of every filter set."""

    FILTER_DEFAULTS = BaseFilterSet.FILTER_DEFAULTS | {
        models.ForeignKey: {"filter_class": IdFilter},
        models.BooleanField: {"filter_class": YesNoFilter},
    }


class StrictFilterBackend(DjangoFilterBackend):
    """Declared filters only; an unknown one is a 400 that names it."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        known = ALWAYS | set(filterset_class.base_filters if filterset_class else ())
        refuse_unknown(request, known | ({"search"} if view.search_fields else set()))
        return super().filter_queryset(request, queryset, view)


def refuse_unknown(request: Request, known: Iterable[str] = ()) -> None:
    """400 that names every parameter of the address that is not among the `known`."""
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        raise ValidationError(
            {name: [_("There is no such filter.")] for name in unknown}, code="unknown_filter"
        )


class Search(BaseFilterBackend):
    """`?search=`: what `view.search()` finds, or the words anywhere in the view's `search_fields`."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        words = request.query_params.get("search", "").strip()
        if "\0" in words or len(words) > LONGEST_SEARCH:
            raise ValidationError({"search": [_("Write 1 to 200 characters.")]}, code="invalid")
        return view.search(queryset, words) if words else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not view.search_fields:
            return []
        said = f"Words in {', '.join(view.search_fields)}."
        schema = {"type": "string", "maxLength": LONGEST_SEARCH}
        return [{"name": "search", "in": "query", "required": False, "description": said, "schema": schema}]


def contains(queryset: QuerySet[Any], fields: Iterable[str], words: str) -> QuerySet[Any]:
    """Rows that have every one of the words in some of the fields."""
    for word in words.split():
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        queryset = queryset.filter(anywhere)
    return queryset


class Ordering(BaseFilterBackend):
    """`?ordering=-created_at` among the view's `ordering_fields`; anything else is a 400."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        ordering_of(request, view)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        values = [sign + name for name in view.ordering_fields for sign in ("", "-")]
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": "Order of the list; the newest come first without it.",
                "schema": {"type": "string", "enum": values},
            }
        ]


def ordering_of(request: Request, view: Any) -> tuple[str, bool]:
    """The column to order by and whether it runs downwards: what was asked for, or the view's own order."""
    asked = request.query_params.get("ordering") or view.ordering
    name = asked.removeprefix("-")
    if asked != view.ordering and name not in view.ordering_fields:
        raise ValidationError(
            {"ordering": [_("This list can't be ordered by that.")]}, code="unknown_ordering"
        )
    return view.ordering_columns.get(name, name), asked.startswith("-")
