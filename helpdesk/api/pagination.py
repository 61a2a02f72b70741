"""Lists by cursor: the newest first, no counting, and each row once however many share a value."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as Unreadable
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from helpdesk.api.filters import ordering_of


@dataclass(frozen=True)
class Cursor:
    """The row to go on from: its value in the ordered column, its id, and whether to go back."""

    backwards: bool
    value: Any
    pk: int

    def __str__(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        value = str(value) if isinstance(value, Decimal) else value
        return urlsafe_b64encode(json.dumps([self.backwards, value, self.pk]).encode()).decode().rstrip("=")


def read_cursor(text: str, field: "Field[Any, Any]") -> Cursor:
    """The cursor that an address carries; a 400 for anything that we can't have written."""
    try:
        backwards, value, pk = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = field.to_python(value)
        strange = "\0" in str(value) or (
            isinstance(value, datetime) and (is_naive(value) or value.year < 1900)
        )
        if (
            strange
            or type(pk) is not int
            or type(backwards) is not bool
            or (value is None and not field.null)
        ):
            raise ValueError
    except (ValueError, TypeError, RecursionError, Unreadable) as error:
        raise ValidationError({"cursor": [_("This cursor is none of ours.")]}, code="invalid") from error
    return Cursor(backwards, value, pk)


def column_of(queryset: QuerySet[Any], name: str) -> "Field[Any, Any]":
    """The column of the table, or the one of that name that the view works out for its rows, never null."""
    worked_out = queryset.query.annotations.get(name)
    if worked_out is None:
        return queryset.model._meta.get_field(name)  # type: ignore[return-value]
    field = worked_out.output_field.clone()
    field.set_attributes_from_name(name)
    return field  # type: ignore[no-any-return]


class NewestFirst(BasePagination):
    """`{"next", "previous", "results"}`, 50 a page, up to 200 by `?page_size=`."""

    page_size = 50
    most = 200

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        self.request = request
        column, down = ordering_of(request, view)
        self.field = column_of(queryset, column)
        text = request.query_params.get("cursor")
        cursor = read_cursor(text, self.field) if text else None  # type: ignore[arg-type]
        size = self.size_of(request)
        backwards = cursor is not None and cursor.backwards
        queryset = self._ordered(queryset, down != backwards, nulls_last=not backwards)
        if cursor:
            queryset = queryset.filter(self._beyond(cursor, down != backwards))
        rows = list(queryset[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        self.has_next, self.has_previous = (True, more) if backwards else (more, cursor is not None)
        self.rows = rows[::-1] if backwards else rows
        return self.rows

    def size_of(self, request: Request) -> int:
        """How many rows; more than the most is the most, and what is no number is a 400."""
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise ValidationError({"page_size": [_("Write a number from 1 to 200.")]}, code="invalid")
        return min(int(text), self.most)

    def _ordered(self, queryset: QuerySet[Any], down: bool, *, nulls_last: bool) -> QuerySet[Any]:
        sign = "-" if down else ""
        if self.field.primary_key:  # type: ignore[union-attr]
            return queryset.order_by(f"{sign}pk")
        if not self.field.null:
            return queryset.order_by(sign + self.field.attname, f"{sign}pk")
        # The databases disagree about where nulls stand: ours stand at the end.
        places = {"nulls_last": True} if nulls_last else {"nulls_first": True}
        column = F(self.field.attname)
        return queryset.order_by(column.desc(**places) if down else column.asc(**places), f"{sign}pk")

    def _beyond(self, cursor: Cursor, down: bool) -> Q:
        """The rows after the cursor's in the direction of reading."""
        name, than = self.field.attname, "lt" if down else "gt"
        if self.field.primary_key:  # type: ignore[union-attr]
            return Q(**{f"pk__{than}": cursor.pk})
        level = Q(**{f"pk__{than}": cursor.pk})
        if cursor.value is None:
            rest = Q(**{f"{name}__isnull": True}) & level
            return rest | Q(**{f"{name}__isnull": False}) if cursor.backwards else rest
        further = Q(**{f"{name}__{than}": cursor.value}) | (Q(**{name: cursor.value}) & level)
        if self.field.null:
            return further if cursor.backwards else further | Q(**{f"{name}__isnull": True})
        # Said twice: by the first half the database can use its index.
        return Q(**{f"{name}__{than}e": cursor.value}) & further

    def _link(self, row: Model, *, backwards: bool) -> str:
        value = None if self.field.primary_key else getattr(row, self.field.attname)  # type: ignore[union-attr]
        value = row.pk if self.field.primary_key else value  # type: ignore[union-attr]
        return replace_query_param(
            self.request.build_absolute_uri(), "cursor", str(Cursor(backwards, value, row.pk))
        )

    def get_next_link(self) -> str | None:
        return self._link(self.rows[-1], backwards=False) if self.has_next and self.rows else None

    def get_previous_link(self) -> str | None:
        if self.has_previous and not self.rows:
            # Beyond the end: begin again.
            return remove_query_param(self.request.build_absolute_uri(), "cursor")
        return self._link(self.rows[0], backwards=True) if self.has_previous else None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.page_size}
        return [
            _parameter("cursor", "As given in `next` and `previous`.", {"type": "string"}),
            _parameter("page_size", "Rows a page.", size),
        ]


def _parameter(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": said, "schema": schema}
