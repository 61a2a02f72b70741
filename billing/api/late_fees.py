"""Late fee rules: what a contract says about lateness; where there is none, lateness costs nothing."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField, DayField, LedgerViewSet
from billing.models import LateFeePolicy
from billing.services import late_fees
from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.estates.models import Estate
from residents.models import Unit


class LateFeeRuleSerializer(StrictModelSerializer):
    class Meta:
        model = LateFeePolicy
        fields = (
            "id", "estate", "unit", "rate_per_day", "grace_days", "cap_percent", "minimum_balance", "since", "until",
            "set_by",
        )  # fmt: skip
        read_only_fields = fields


class NewLateFeeRuleSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    rate_per_day = serializers.DecimalField(max_digits=9, decimal_places=6)
    grace_days = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    cap_percent = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    minimum_balance = AmountField(required=False)
    since = DayField()
    until = DayField(required=False, allow_null=True)


class LastDaySerializer(StrictSerializer):
    until = DayField()


class LateFeeRuleFilter(FilterSet):
    class Meta:
        model = LateFeePolicy
        fields = ("estate", "unit", "since", "until")


class LateFeeRuleViewSet(LedgerViewSet):
    """Off by default; for bills due from a day on, for the estate or for one unit's contract."""

    queryset = LateFeePolicy.objects.all()
    serializer_class = LateFeeRuleSerializer
    filterset_class = LateFeeRuleFilter
    ordering_fields = ("id", "since")
    permissions = {"*": "billing.see_rates", "create": "billing.set_rates", "end": "billing.set_rates"}

    def rows(self) -> QuerySet[LateFeePolicy]:
        return LateFeePolicy.objects.select_related("estate")

    @extend_schema(request=NewLateFeeRuleSerializer, responses={201: LateFeeRuleSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewLateFeeRuleSerializer, "estate", late_fees.set_late_fee)

    @extend_schema(request=LastDaySerializer, responses=LateFeeRuleSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The last due date it holds for; what was posted stays."""
        policy = self.get_object()
        return self.answer(late_fees.end_late_fee(policy, actor=request.user, **self.body(LastDaySerializer)))
