"""The base of every serializer: a field that it does not know is a 400, not a silence."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from helpdesk.lib.keys import BIGGEST_ID


class Strict:
    """Refuses unknown and read-only keys in the body by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
            unknown = sorted(str(key) for key in set(data) - writable)
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("There is no such field, or it can't be written.")] for name in unknown},
                    code="unknown_field",
                )
        return super().to_internal_value(data)  # type: ignore[misc]


class StrictSerializer(Strict, serializers.Serializer[Any]):
    """A plain serializer for actions."""


class ChoiceOrNull(serializers.ChoiceField):
    """A choice that nobody has made yet is null, not an empty text."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) if value else None


class StrictModelSerializer(Strict, serializers.ModelSerializer[Any]):
    """A serializer of a model, with `fields` always written out."""

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if "choices" in kwargs and kwargs.pop("allow_blank", False):
            return ChoiceOrNull, kwargs | {"allow_null": True}
        return field_class, kwargs


class NothingSerializer(StrictSerializer):
    """The body of an action that takes none."""


class Key(serializers.PrimaryKeyRelatedField):
    """A foreign key in a body: a whole number, or its digits."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and data.isascii() and data.isdecimal() and len(data) < 20:
            data = int(data)
        if type(data) is not int:
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 0 <= data <= BIGGEST_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


class VisibleKey(Key):
    """An object that the caller can't see is as absent as one that does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.context["request"].user)  # type: ignore[union-attr]


class MomentField(serializers.DateTimeField):
    """A moment with its offset, in times that a clock may show."""

    default_error_messages = {
        "offset": gettext_lazy("Write the moment with its offset, such as 2026-11-17T10:42:00+08:00."),
        "range": gettext_lazy("This moment is too far away."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        if isinstance(value, str):
            written = self._parsed(value)
            if written is not None and is_naive(written):
                self.fail("offset")
            if written is not None and not 1900 <= written.year <= 2999:
                self.fail("range")
        return super().to_internal_value(value)

    @staticmethod
    def _parsed(value: str) -> datetime | None:
        try:
            return parse_datetime(value)
        except ValueError:
            return None
