"""Vehicles and the places they stand on."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.inputs import bad_input, same_estate
from residents.models import ParkingSpace, Resident, Unit, Vehicle
from residents.services.kept import archive
from residents.services.vehicles import add_vehicle, edit_vehicle


class VehicleSerializer(StrictModelSerializer):
    space_code = serializers.CharField(source="space.code", default=None, read_only=True)

    class Meta:
        model = Vehicle
        fields = (
            "id", "estate", "unit", "resident", "plate", "kind", "description", "space", "space_code", "note",
            "is_archived", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class EditVehicleSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    plate = serializers.CharField(max_length=20, required=False)
    kind = serializers.ChoiceField(Vehicle.Kind.choices, required=False)
    description = serializers.CharField(max_length=60, required=False, allow_blank=True)
    space = VisibleKey(queryset=ParkingSpace.objects.all(), required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class NewVehicleSerializer(EditVehicleSerializer):
    """Of a unit, of a resident, or of both."""

    plate = serializers.CharField(max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        owner = attrs.get("resident") or attrs.get("unit")
        if owner is None:
            raise serializers.ValidationError({"unit": ["Name a unit or a resident."]}, code="required")
        same_estate(attrs, owner.estate_id, "unit", "resident", "space")
        return attrs


class VehicleFilter(FilterSet):
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = Vehicle
        fields = ("estate", "unit", "resident", "space", "kind", "plate", "is_archived")


class VehicleViewSet(DeskViewSet):
    """Vehicles of households."""

    queryset = Vehicle.objects.all()
    serializer_class = VehicleSerializer
    filterset_class = VehicleFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("plate", "plate_key", "description")
    ordering_fields = ("id", "plate", "created_at")

    def rows(self) -> QuerySet[Vehicle]:
        return Vehicle.objects.select_related("space")

    @extend_schema(request=NewVehicleSerializer, responses={201: VehicleSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewVehicleSerializer)
        self.check_object_permissions(request, body.get("resident") or body["unit"])
        with bad_input("plate_missing"):
            vehicle = add_vehicle(actor=request.user, **body)
        return self.answer(vehicle, status=201)

    @extend_schema(request=EditVehicleSerializer, responses=VehicleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        vehicle = self.get_object()
        version = self.expected_version(request, vehicle)
        body = self.body(EditVehicleSerializer)
        same_estate(body, vehicle.estate_id, "unit", "resident", "space")
        if body.get("unit", vehicle.unit_id) is None and body.get("resident", vehicle.resident_id) is None:
            raise serializers.ValidationError({"unit": ["Name a unit or a resident."]}, code="required")
        with bad_input("plate_missing"):
            return self.answer(edit_vehicle(vehicle, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it."""
        vehicle = self.get_object()
        archive(vehicle, actor=request.user, version=self.expected_version(request, vehicle))
        return Response(status=204)
