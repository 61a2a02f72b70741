"""What the fees' serializers and viewsets share."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from billing.calculation import PERIOD
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.lib.moments import FIRST_DAY, LAST_DAY

WHOLE_PERIOD = rf"^{PERIOD.pattern}\Z"
AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)


@extend_schema_field(OpenApiTypes.STR)
class AmountField(serializers.Field):
    """Money: ASCII digits with at most two places; whether it may be nothing or less is the service's business."""

    default_error_messages = {"invalid": gettext_lazy("Write the amount in digits, such as 1234.50.")}

    def to_internal_value(self, data: Any) -> Decimal:
        if (
            isinstance(data, bool)
            or not isinstance(data, (str, int, float))
            or not AMOUNT.fullmatch(str(data))
        ):
            self.fail("invalid")
        return Decimal(str(data))

    def to_representation(self, value: Any) -> str:
        return str(value)


class PeriodField(serializers.RegexField):
    """A period such as 2026-11."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(WHOLE_PERIOD, **kwargs)


class PeriodFormField(forms.RegexField):
    default_error_messages = {"invalid": gettext_lazy("Write the period as 2026-11.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(WHOLE_PERIOD, **kwargs)


class PeriodFilter(django_filters.CharFilter):
    """A period such as 2026-11; what is none is a 400, not a list without rows."""

    field_class = PeriodFormField


class DayField(serializers.DateField):
    """A day that books may hold."""

    default_error_messages = {"range": gettext_lazy("Write a day from 1990 on.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("range")
        return day


class LedgerViewSet(DeskViewSet):
    """A page of the ledger: read by everybody who reads fees, written by an act of its own."""

    def made(
        self, serializer: type[serializers.BaseSerializer[Any]], of: str, make: Callable[..., Any]
    ) -> Any:
        """201 with what `make` made of the checked body, once the caller may in the estate of its field `of`."""
        body = self.body(serializer)
        self.check_object_permissions(self.request, body[of])
        return self.answer(make(actor=self.request.user, **body), status=201)

    def key_token(self) -> str | None:
        """The caller's Idempotency-Key as a `form_token`, None without one.

        Beside the kept answer, which goes after a day: a key moves money once, for ever.
        """
        key = self.request.headers.get("Idempotency-Key")
        return "api " + hashlib.sha256(f"{self.request.user.pk} {key}".encode()).hexdigest() if key else None


def within(attrs: dict[str, Any], of: str, *names: str) -> dict[str, Any]:
    """400 beside the first field that belongs to another estate than the field `of`."""
    home = attrs[of].pk if attrs[of]._meta.label == "estates.Estate" else attrs[of].estate_id
    for name in names:
        if attrs.get(name) and attrs[name].estate_id != home:
            raise ValidationError({name: _("This belongs to another estate.")}, code="other_estate")
    return attrs
