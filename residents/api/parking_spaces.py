"""Places in the car park, and whose they are."""

from django.db.models import QuerySet
from django_filters import BooleanFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Estate
from residents.api.inputs import bad_input, same_estate
from residents.models import ParkingSpace, Unit
from residents.services.parking_spaces import add_space, archive_space, edit_space


class ParkingSpaceSerializer(StrictModelSerializer):
    class Meta:
        model = ParkingSpace
        fields = ("id", "estate", "code", "kind", "unit", "is_archived")
        read_only_fields = fields


class EditParkingSpaceSerializer(StrictSerializer):
    code = serializers.CharField(max_length=20, required=False)
    kind = serializers.ChoiceField(ParkingSpace.Kind.choices, required=False)
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False), required=False, allow_null=True)


class NewParkingSpaceSerializer(EditParkingSpaceSerializer):
    estate = VisibleKey(queryset=Estate.objects.all())
    code = serializers.CharField(max_length=20)


class ParkingSpaceFilter(FilterSet):
    is_free = BooleanFilter("unit", "isnull")

    class Meta:
        model = ParkingSpace
        fields = ("estate", "unit", "kind", "code", "is_archived")


class ParkingSpaceViewSet(DeskViewSet):
    """The car park."""

    queryset = ParkingSpace.objects.all()
    serializer_class = ParkingSpaceSerializer
    filterset_class = ParkingSpaceFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("code",)
    ordering_fields = ("id", "code")

    def rows(self) -> QuerySet[ParkingSpace]:
        rows: QuerySet[ParkingSpace] = ParkingSpace.objects.select_related("unit")
        return rows

    @extend_schema(request=NewParkingSpaceSerializer, responses={201: ParkingSpaceSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewParkingSpaceSerializer)
        self.check_object_permissions(request, body["estate"])
        same_estate(body, body["estate"].pk, "unit")
        with bad_input("code_missing", "public_space"):
            return self.answer(add_space(actor=request.user, **body), status=201)

    @extend_schema(request=EditParkingSpaceSerializer, responses=ParkingSpaceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        space = self.get_object()
        version = self.expected_version(request, space)
        body = self.body(EditParkingSpaceSerializer)
        same_estate(body, space.estate_id, "unit")
        with bad_input("code_missing", "public_space"):
            return self.answer(edit_space(space, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it."""
        space = self.get_object()
        archive_space(space, actor=request.user, version=self.expected_version(request, space))
        return Response(status=204)
