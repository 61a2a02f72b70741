"""Meters and their readings."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import DayField, LedgerViewSet, PeriodField, PeriodFilter, within
from billing.models import ChargeItem, Meter, MeterReading
from billing.services import meters
from billing.services.ledger import local_day
from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from residents.models import Unit

VALUE = {"max_digits": 12, "decimal_places": 3, "min_value": Decimal(0)}


class MeterSerializer(StrictModelSerializer):
    class Meta:
        model = Meter
        fields = (
            "id", "estate", "unit", "charge_item", "number", "digits", "multiplier", "installed_on", "initial_value",
            "removed_on", "replaces", "billed_value",
        )  # fmt: skip
        read_only_fields = fields


class NewMeterSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    charge_item = VisibleKey(queryset=ChargeItem.objects.all())
    number = serializers.CharField(max_length=40)
    installed_on = DayField(required=False)
    initial_value = serializers.DecimalField(**VALUE, required=False)
    digits = serializers.IntegerField(min_value=3, max_value=9, required=False)
    multiplier = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("installed_on", local_day(attrs["unit"].estate, timezone.now()))
        return within(attrs, "unit", "charge_item")


class ReplaceMeterSerializer(StrictSerializer):
    final_value = serializers.DecimalField(**VALUE)
    replaced_on = DayField()
    number = serializers.CharField(max_length=40)
    initial_value = serializers.DecimalField(**VALUE, required=False)
    digits = serializers.IntegerField(min_value=3, max_value=9, required=False)


class MeterFilter(FilterSet):
    class Meta:
        model = Meter
        fields = ("estate", "unit", "charge_item", "number", "installed_on", "removed_on")


class MeterViewSet(LedgerViewSet):
    """Meters of units."""

    queryset = Meter.objects.all()
    serializer_class = MeterSerializer
    filterset_class = MeterFilter
    ordering_fields = ("id", "number")
    search_fields = ("number",)
    permissions = {"*": "billing.see_rates", "create": "billing.set_meters", "replace": "billing.set_meters"}

    @extend_schema(request=NewMeterSerializer, responses={201: MeterSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewMeterSerializer, "unit", lambda unit, **body: meters.add_meter(unit, **body))

    @extend_schema(request=ReplaceMeterSerializer, responses=MeterSerializer)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """The new meter."""
        meter = self.get_object()
        return self.answer(
            meters.replace_meter(meter, actor=request.user, **self.body(ReplaceMeterSerializer))
        )


class ReadingSerializer(StrictModelSerializer):
    class Meta:
        model = MeterReading
        fields = (
            "id", "estate", "meter", "period", "read_on", "value", "rolled_over", "source", "is_confirmed", "read_by",
            "created_at", "withdrawn_at",
        )  # fmt: skip
        read_only_fields = fields


class WithdrawSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class NewReadingSerializer(StrictSerializer):
    meter = VisibleKey(queryset=Meter.objects.all())
    period = PeriodField(required=False)
    read_on = DayField(required=False)
    value = serializers.DecimalField(**VALUE)
    rolled_over = serializers.BooleanField(required=False)
    is_confirmed = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        day = attrs.get("read_on") or local_day(attrs["meter"].estate, timezone.now())
        if "period" not in attrs and not 2000 <= day.year < 2100:
            self.fields["period"].fail("invalid")
        attrs.setdefault("period", f"{day:%Y-%m}")
        return attrs


class ReadingFilter(FilterSet):
    period = PeriodFilter()

    class Meta:
        model = MeterReading
        fields = ("estate", "meter", "period", "read_on", "source", "is_confirmed")


class ReadingViewSet(LedgerViewSet):
    """What meters showed; a reading of the same period again corrects it until it is billed."""

    queryset = MeterReading.objects.all()
    serializer_class = ReadingSerializer
    filterset_class = ReadingFilter
    ordering_fields = ("id", "created_at", "period", "read_on")
    permissions = {"*": "billing.view", "create": "billing.read_meters", "withdraw": "billing.read_meters"}

    @extend_schema(request=NewReadingSerializer, responses={201: ReadingSerializer})
    def create(self, request: Request) -> Response:
        def take(meter: Meter, **body: Any) -> MeterReading:
            return meters.take_reading(meter, source=MeterReading.Source.API, at=timezone.now(), **body)

        return self.made(NewReadingSerializer, "meter", take)

    @extend_schema(request=WithdrawSerializer, responses=ReadingSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """A wrong reading that no bill used; it is gone from here then, and stays in its meter's history."""
        reading = self.get_object()
        withdrawn = meters.withdraw_reading(reading, actor=request.user, **self.body(WithdrawSerializer))
        return Response(self.get_serializer(withdrawn).data)
