"""Buildings and units, to read."""

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from rest_framework import serializers

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import DeskViewSet
from residents.models import Building, Occupancy, Unit


class BuildingSerializer(StrictModelSerializer):
    class Meta:
        model = Building
        fields = ("id", "estate", "code", "name", "floors", "is_archived")


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
            "id", "estate", "building", "code", "entrance", "floor", "area_m2", "use", "status", "owner", "occupants",
            "is_archived",
        )  # fmt: skip

    def get_owner(self, unit: Unit) -> int | None:
        """The id of the resident who owns the unit, the first of several."""
        owners = (o.resident_id for o in unit.current_occupancies if o.relation == "owner")  # type: ignore[attr-defined]
        return next(owners, None)


class BuildingFilter(FilterSet):
    class Meta:
        model = Building
        fields = ("estate", "code", "is_archived")


class UnitFilter(FilterSet):
    class Meta:
        model = Unit
        fields = ("estate", "building", "code", "use", "status", "is_archived")


class BuildingViewSet(DeskViewSet):
    """Buildings of the caller's estates."""

    queryset = Building.objects.all()
    serializer_class = BuildingSerializer
    filterset_class = BuildingFilter
    permissions = {"*": "residents.view"}
    search_fields = ("code", "name")
    ordering_fields = ("id", "code")


class UnitViewSet(DeskViewSet):
    """Units with whoever belongs to them today."""

    queryset = Unit.objects.all()
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    permissions = {"*": "residents.view"}
    search_fields = ("code",)
    ordering_fields = ("id", "code", "status", "floor")

    def rows(self) -> QuerySet[Unit]:
        today = (
            Occupancy.objects.current(timezone.localdate())
            .select_related("resident")
            .order_by("-is_primary", "id")
        )
        return Unit.objects.prefetch_related(Prefetch("occupancies", today, to_attr="current_occupancies"))
