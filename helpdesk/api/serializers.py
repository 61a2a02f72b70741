"""The base of every serializer: a field that it does not know is a 400, not a silence."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Strict:
    """Refuses unknown and read-only keys in the body by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
            unknown = sorted(str(key) for key in set(data) - writable)
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("There is no such field, or it can't be written.")] for name in unknown}, code="unknown_field"
                )
        return super().to_internal_value(data)  # type: ignore[misc]


class StrictSerializer(Strict, serializers.Serializer[Any]):
    """A plain serializer for actions."""


class StrictModelSerializer(Strict, serializers.ModelSerializer[Any]):
    """A serializer of a model, with `fields` always written out."""
