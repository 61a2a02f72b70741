"""Buildings and units."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Estate
from residents.api.inputs import bad_input, same_estate
from residents.models import Building, Occupancy, Unit
from residents.services.units import (
    add_building,
    add_unit,
    archive_building,
    archive_unit,
    edit_building,
    edit_unit,
)

READS = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
UNREADABLE = ("plate_unreadable", "plate_of_another_building", "area_not_positive", "net_above_gross")


class BuildingSerializer(StrictModelSerializer):
    class Meta:
        model = Building
        fields = ("id", "estate", "code", "name", "floors", "is_archived")
        read_only_fields = fields


class NewBuildingSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    code = serializers.CharField(max_length=10)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    floors = serializers.IntegerField(min_value=1, max_value=300, required=False, default=1)


class EditBuildingSerializer(StrictSerializer):
    code = serializers.CharField(max_length=10, required=False)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    floors = serializers.IntegerField(min_value=1, max_value=300, required=False)


class OccupantSerializer(StrictModelSerializer):
    name = serializers.CharField(source="resident.name", read_only=True)

    class Meta:
        model = Occupancy
        fields = ("id", "resident", "name", "relation", "since", "until", "is_primary", "is_payer")


class UnitSerializer(StrictModelSerializer):
    owner = serializers.SerializerMethodField()
    occupants = OccupantSerializer(source="current_occupancies", many=True, read_only=True)

    class Meta:
        model = Unit
        fields = (
            "id", "estate", "building", "code", "entrance", "floor", "area_m2", "net_area_m2", "use", "status", "owner",
            "occupants", "is_archived",
        )  # fmt: skip
        read_only_fields = fields

    def get_owner(self, unit: Unit) -> int | None:
        """The id of the resident who owns the unit, the first of several."""
        owners = (o.resident_id for o in unit.current_occupancies if o.relation == "owner")  # type: ignore[attr-defined]
        return next(owners, None)


class EditUnitSerializer(StrictSerializer):
    entrance = serializers.CharField(max_length=10, required=False, allow_blank=True)
    floor = serializers.IntegerField(min_value=-20, max_value=300, required=False)
    area_m2 = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, required=False)
    net_area_m2 = serializers.DecimalField(max_digits=9, decimal_places=2, required=False, allow_null=True)
    use = serializers.ChoiceField(Unit.Use.choices, required=False)
    status = serializers.ChoiceField(Unit.Status.choices, required=False)


class NewUnitSerializer(EditUnitSerializer):
    """`code` is the whole door plate in any usual writing; `estate` is the building's and may be left out."""

    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True), required=False)
    building = VisibleKey(queryset=Building.objects.all())
    code = serializers.CharField(max_length=60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        estate = attrs.pop("estate", None)
        if estate is not None:
            same_estate(attrs, estate.pk, "building")
        return attrs


class BuildingFilter(FilterSet):
    class Meta:
        model = Building
        fields = ("estate", "code", "is_archived")


class UnitFilter(FilterSet):
    class Meta:
        model = Unit
        fields = ("estate", "building", "code", "entrance", "floor", "use", "status", "is_archived")


class BuildingViewSet(DeskViewSet):
    """Buildings of the caller's estates."""

    queryset = Building.objects.all()
    serializer_class = BuildingSerializer
    filterset_class = BuildingFilter
    permissions = READS
    search_fields = ("code", "name")
    ordering_fields = ("id", "code")

    @extend_schema(request=NewBuildingSerializer, responses={201: BuildingSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewBuildingSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(add_building(actor=request.user, **body), status=201)

    @extend_schema(request=EditBuildingSerializer, responses=BuildingSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        building = self.get_object()
        return self.answer(edit_building(building, actor=request.user, **self.body(EditBuildingSerializer)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it."""
        archive_building(self.get_object(), actor=request.user)
        return Response(status=204)


class UnitViewSet(DeskViewSet):
    """Units with whoever belongs to them today."""

    queryset = Unit.objects.all()
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    permissions = READS
    search_fields = ("code",)
    ordering_fields = ("id", "code", "status", "floor")

    def rows(self) -> QuerySet[Unit]:
        today = (
            Occupancy.objects.today(timezone.now()).select_related("resident").order_by("-is_primary", "id")
        )
        return Unit.objects.prefetch_related(Prefetch("occupancies", today, to_attr="current_occupancies"))

    @extend_schema(request=NewUnitSerializer, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewUnitSerializer)
        self.check_object_permissions(request, body["building"])
        with bad_input(*UNREADABLE):
            unit = add_unit(actor=request.user, **body)
        return self.answer(unit, status=201)

    @extend_schema(request=EditUnitSerializer, responses=UnitSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        unit = self.get_object()
        version = self.expected_version(request, unit)
        body = self.body(EditUnitSerializer)
        with bad_input(*UNREADABLE):
            return self.answer(edit_unit(unit, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it; 409 `lived_in` while somebody belongs to it."""
        unit = self.get_object()
        archive_unit(unit, actor=request.user, version=self.expected_version(request, unit))
        return Response(status=204)
