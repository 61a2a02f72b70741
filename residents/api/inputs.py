"""What the residents' part of the API refuses as bad input: masked values sent back, numbers that nobody can dial."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import complain_about_phone

# Stars of our own masks, and those that people type instead.
STARS = frozenset("*＊•●")


class NotMaskedField(serializers.CharField):
    """A text that is given out masked: the mask sent back is refused, so that nobody writes stars over a number."""

    default_error_messages = {
        "masked": gettext_lazy("This is the masked value. Leave the field out, or send the whole one.")
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if STARS & set(text):
            self.fail("masked")
        return str(text)


def check_number(number: str, region: str, attr: str) -> None:
    """400 that names the field where nobody could dial the number."""
    complaint = complain_about_phone(number, region)
    if complaint:
        raise serializers.ValidationError({attr: [complaint]}, code="phone_unreadable")


def same_estate(attrs: dict[str, Any], estate_id: int | None, *names: str) -> None:
    """400 for an object of another estate of the caller's."""
    for name in names:
        other = attrs.get(name)
        if other is not None and other.estate_id != estate_id:
            raise serializers.ValidationError(
                {name: [_("It belongs to another estate.")]}, code="other_estate"
            )


def of_somebody(attrs: dict[str, Any]) -> dict[str, Any]:
    """A new record of a unit, of a resident, or of both of one estate."""
    owner = attrs.get("resident") or attrs.get("unit")
    if owner is None:
        raise _nobody()
    same_estate(attrs, owner.estate_id, "unit", "resident")
    return attrs


def stays_of_somebody(attrs: dict[str, Any], row: Any) -> dict[str, Any]:
    """A change that leaves the record its unit or its resident, both of its own estate."""
    same_estate(attrs, row.estate_id, "unit", "resident")
    if attrs.get("unit", row.unit_id) is None and attrs.get("resident", row.resident_id) is None:
        raise _nobody()
    return attrs


def _nobody() -> serializers.ValidationError:
    return serializers.ValidationError({"unit": ["Name a unit or a resident."]}, code="required")


@contextmanager
def bad_input(*codes: str) -> Iterator[None]:
    """Refusals that only say that a value can't be read are a 400 beside their field, not a business refusal."""
    try:
        yield
    except Refused as refused:
        if refused.code not in codes:
            raise
        raise serializers.ValidationError(
            {refused.field or "non_field_errors": [str(refused.message)]}, code=refused.code
        ) from refused
