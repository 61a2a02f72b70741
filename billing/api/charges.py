"""Charge items, rates, shared costs, exemptions and leases."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField, DayField, LedgerViewSet, PeriodField, PeriodFilter, within
from billing.api.late_fees import LastDaySerializer
from billing.models import ChargeItem, Exemption, Lease, Rate, SharedCost
from billing.services import charges
from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.estates.models import Estate
from residents.models import Building, Resident, Unit

MOST = {"max_digits": 9, "decimal_places": 4, "min_value": 0}


class ChargeItemSerializer(StrictModelSerializer):
    class Meta:
        model = ChargeItem
        fields = (
            "id", "estate", "code", "name", "name_zh_hans", "name_zh_hant", "kind", "measure", "bears_late_fee", "is_active",
        )  # fmt: skip
        read_only_fields = fields


class NewChargeItemSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    code = serializers.RegexField(r"^[-a-zA-Z0-9_]{1,30}\Z")
    name = serializers.CharField(max_length=80)
    name_zh_hans = serializers.CharField(max_length=80, required=False, allow_blank=True)
    name_zh_hant = serializers.CharField(max_length=80, required=False, allow_blank=True)
    kind = serializers.ChoiceField(ChargeItem.Kind.choices)
    measure = serializers.CharField(max_length=20, required=False, allow_blank=True)
    bears_late_fee = serializers.BooleanField(required=False)


class EditChargeItemSerializer(StrictSerializer):
    """Its code and kind stand, as bills were made by them."""

    name = serializers.CharField(max_length=80, required=False)
    name_zh_hans = serializers.CharField(max_length=80, required=False, allow_blank=True)
    name_zh_hant = serializers.CharField(max_length=80, required=False, allow_blank=True)
    measure = serializers.CharField(max_length=20, required=False, allow_blank=True)
    bears_late_fee = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class ChargeItemFilter(FilterSet):
    class Meta:
        model = ChargeItem
        fields = ("estate", "code", "kind", "is_active")


class ChargeItemViewSet(LedgerViewSet):
    """What is charged for."""

    queryset = ChargeItem.objects.all()
    serializer_class = ChargeItemSerializer
    filterset_class = ChargeItemFilter
    ordering_fields = ("id", "code")
    search_fields = ("code", "name", "name_zh_hans", "name_zh_hant")
    permissions = {
        "*": "billing.see_rates",
        "create": "billing.set_rates",
        "partial_update": "billing.set_rates",
    }

    @extend_schema(request=EditChargeItemSerializer, responses=ChargeItemSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        item = self.get_object()
        body = self.body(EditChargeItemSerializer)
        return self.answer(charges.change_charge_item(item, actor=request.user, **body))

    @extend_schema(request=NewChargeItemSerializer, responses={201: ChargeItemSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewChargeItemSerializer, "estate", charges.add_charge_item)


class RateSerializer(StrictModelSerializer):
    tiers = serializers.JSONField(read_only=True)

    class Meta:
        model = Rate
        fields = (
            "id",
            "estate",
            "charge_item",
            "amount",
            "tiers",
            "building",
            "use",
            "unit",
            "since",
            "until",
            "set_at",
        )
        read_only_fields = fields


class TierSerializer(StrictSerializer):
    up_to = serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True, required=False)
    rate = serializers.DecimalField(**MOST)


class NewRateSerializer(StrictSerializer):
    charge_item = VisibleKey(queryset=ChargeItem.objects.all())
    amount = serializers.DecimalField(**MOST)
    tiers = TierSerializer(many=True, required=False)
    building = VisibleKey(queryset=Building.objects.all(), required=False, allow_null=True)
    use = serializers.ChoiceField(Unit.Use.choices, required=False)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    since = DayField()
    until = DayField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(bool(attrs.get(name)) for name in ("building", "use", "unit")) > 1:
            raise serializers.ValidationError({"unit": _("A rate has one scope.")}, code="one_scope")
        if attrs.get("until") and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": _("This lies before its beginning.")}, code="invalid")
        return within(attrs, "charge_item", "building", "unit")


class RateFilter(FilterSet):
    class Meta:
        model = Rate
        fields = ("estate", "charge_item", "building", "unit", "use", "since", "until")


class RateViewSet(LedgerViewSet):
    """Prices from a day on; one that was in force stays as it was."""

    queryset = Rate.objects.all()
    serializer_class = RateSerializer
    filterset_class = RateFilter
    ordering_fields = ("id", "since")
    permissions = {"*": "billing.see_rates", "create": "billing.set_rates", "end": "billing.set_rates"}

    @extend_schema(request=NewRateSerializer, responses={201: RateSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewRateSerializer, "charge_item", charges.set_rate)

    @extend_schema(request=LastDaySerializer, responses=RateSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Its last day; what was billed stays."""
        found = self.get_object()
        return self.answer(charges.end_rate(found, actor=request.user, **self.body(LastDaySerializer)))


class SharedCostSerializer(StrictModelSerializer):
    class Meta:
        model = SharedCost
        fields = ("id", "estate", "charge_item", "building", "period", "amount", "entered_at")
        read_only_fields = fields


class NewSharedCostSerializer(StrictSerializer):
    charge_item = VisibleKey(queryset=ChargeItem.objects.filter(kind="shared"))
    building = VisibleKey(queryset=Building.objects.all(), required=False, allow_null=True)
    period = PeriodField()
    amount = AmountField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return within(attrs, "charge_item", "building")


class SharedCostFilter(FilterSet):
    period = PeriodFilter()

    class Meta:
        model = SharedCost
        fields = ("estate", "charge_item", "building", "period")


class SharedCostViewSet(LedgerViewSet):
    """What shared uses cost, borne by area."""

    queryset = SharedCost.objects.all()
    serializer_class = SharedCostSerializer
    filterset_class = SharedCostFilter
    ordering_fields = ("id", "period")
    permissions = {"*": "billing.see_rates", "create": "billing.run"}

    @extend_schema(request=NewSharedCostSerializer, responses={201: SharedCostSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewSharedCostSerializer, "charge_item", charges.enter_shared_cost)


class ExemptionSerializer(StrictModelSerializer):
    class Meta:
        model = Exemption
        fields = ("id", "estate", "unit", "charge_item", "percent", "reason", "approved_by", "since", "until")
        read_only_fields = fields


class NewExemptionSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    charge_item = VisibleKey(queryset=ChargeItem.objects.all(), required=False, allow_null=True)
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)
    reason = serializers.CharField(max_length=300)
    since = DayField()
    until = DayField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": _("This lies before its beginning.")}, code="invalid")
        if not attrs["percent"]:
            raise serializers.ValidationError({"percent": _("This changes nothing.")}, code="invalid")
        return within(attrs, "unit", "charge_item")


class ExemptionFilter(FilterSet):
    class Meta:
        model = Exemption
        fields = ("estate", "unit", "charge_item", "since", "until")


class ExemptionViewSet(LedgerViewSet):
    """Discounts with their approver and last day."""

    queryset = Exemption.objects.all()
    serializer_class = ExemptionSerializer
    filterset_class = ExemptionFilter
    ordering_fields = ("id", "since", "until")
    permissions = {"*": "billing.see_rates", "create": "billing.waive", "end": "billing.waive"}

    @extend_schema(request=NewExemptionSerializer, responses={201: ExemptionSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewExemptionSerializer, "unit", charges.grant_exemption)

    @extend_schema(request=LastDaySerializer, responses=ExemptionSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """An earlier last day; what was billed with it stays."""
        found = self.get_object()
        return self.answer(charges.end_exemption(found, actor=request.user, **self.body(LastDaySerializer)))


class LeaseSerializer(StrictModelSerializer):
    class Meta:
        model = Lease
        fields = (
            "id", "estate", "unit", "charge_item", "tenant", "subject", "quantity", "monthly_rent", "since", "until",
        )  # fmt: skip
        read_only_fields = fields


class NewLeaseSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    charge_item = VisibleKey(queryset=ChargeItem.objects.filter(kind="contract"))
    tenant = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    subject = serializers.CharField(max_length=120)
    quantity = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False
    )
    monthly_rent = AmountField()
    since = DayField()
    until = DayField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("until") and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": _("This lies before its beginning.")}, code="invalid")
        return within(attrs, "unit", "charge_item", "tenant")


class LeaseFilter(FilterSet):
    class Meta:
        model = Lease
        fields = ("estate", "unit", "charge_item", "tenant", "since", "until")


class LeaseViewSet(LedgerViewSet):
    """Contracts by which a unit pays every month."""

    queryset = Lease.objects.all()
    serializer_class = LeaseSerializer
    filterset_class = LeaseFilter
    ordering_fields = ("id", "since", "until")
    search_fields = ("subject",)
    permissions = {"*": "billing.view", "create": "billing.run", "end": "billing.run"}

    @extend_schema(request=NewLeaseSerializer, responses={201: LeaseSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewLeaseSerializer, "unit", charges.add_lease)

    @extend_schema(request=LastDaySerializer, responses=LeaseSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The contract's last day."""
        found = self.get_object()
        return self.answer(charges.end_lease(found, actor=request.user, **self.body(LastDaySerializer)))
