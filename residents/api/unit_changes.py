"""Unit changes: asked for, decided, carried out."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.moves import MoveReasonSerializer
from residents.models import Resident, Unit, UnitChange
from residents.services import unit_changes


class UnitChangeSerializer(StrictModelSerializer):
    class Meta:
        model = UnitChange
        fields = (
            "id", "number", "estate", "kind", "status", "unit", "other_unit", "new_owner", "wanted_on",
            "carried_out_on", "reason", "decision_reason", "requested_by", "requested_at", "decided_by", "decided_at",
            "ended_by", "ended_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewUnitChangeSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False))
    kind = serializers.ChoiceField(UnitChange.Kind.choices)
    other_unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False), required=False, allow_null=True)
    new_owner = VisibleKey(
        queryset=Resident.objects.filter(is_archived=False), required=False, allow_null=True
    )
    wanted_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class WordSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CarryOutSerializer(StrictSerializer):
    on = serializers.DateField(required=False, allow_null=True, default=None)


class UnitChangeFilter(FilterSet):
    class Meta:
        model = UnitChange
        fields = (
            "estate",
            "unit",
            "other_unit",
            "new_owner",
            "kind",
            "status",
            "number",
            "wanted_on",
            "carried_out_on",
        )


class UnitChangeViewSet(DeskViewSet):
    """Exchange, transfer, giving back."""

    queryset = UnitChange.objects.select_related("estate", "unit__estate")
    serializer_class = UnitChangeSerializer
    filterset_class = UnitChangeFilter
    ordering_fields = ("id", "number", "wanted_on", "status")
    search_fields = ("number", "unit__code", "reason")
    permissions = {
        **dict.fromkeys(("list", "retrieve"), "residents.view"),
        **dict.fromkeys(("approve", "refuse"), "unit_changes.decide"),
        "*": "residents.write",
    }

    @extend_schema(request=NewUnitChangeSerializer, responses={201: UnitChangeSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewUnitChangeSerializer)
        self.check_object_permissions(request, body["unit"])
        return self.answer(unit_changes.request_change(actor=request.user, **body), status=201)

    @extend_schema(request=WordSerializer, responses=UnitChangeSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The manager agrees."""
        change = self.get_object()
        return self.answer(
            unit_changes.approve_change(change, actor=request.user, **self.body(WordSerializer))
        )

    @extend_schema(request=MoveReasonSerializer, responses=UnitChangeSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """The manager does not agree."""
        change = self.get_object()
        return self.answer(
            unit_changes.refuse_change(change, actor=request.user, **self.body(MoveReasonSerializer))
        )

    @extend_schema(request=CarryOutSerializer, responses=UnitChangeSerializer)
    @action(detail=True, methods=["post"], url_path="carry-out")
    def carry_out(self, request: Request, pk: str) -> Response:
        """From a day on the others belong here."""
        change = self.get_object()
        return self.answer(
            unit_changes.carry_out_change(change, actor=request.user, **self.body(CarryOutSerializer))
        )

    @extend_schema(request=MoveReasonSerializer, responses=UnitChangeSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """It does not take place."""
        change = self.get_object()
        return self.answer(
            unit_changes.cancel_change(change, actor=request.user, **self.body(MoveReasonSerializer))
        )
