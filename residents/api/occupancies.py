"""Who belongs to which unit, in which relation, from when to when."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.inputs import same_estate
from residents.models import Occupancy, Resident, Unit
from residents.services.occupancies import correct_occupancy, end_today
from residents.services.residents import add_occupancy


class OccupancySerializer(StrictModelSerializer):
    class Meta:
        model = Occupancy
        fields = ("id", "unit", "resident", "relation", "since", "until", "is_primary", "is_payer")
        read_only_fields = fields


class EditOccupancySerializer(StrictSerializer):
    relation = serializers.ChoiceField(Occupancy.Relation.choices, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False, allow_null=True)
    is_primary = serializers.BooleanField(required=False)
    is_payer = serializers.BooleanField(required=False)


class NewOccupancySerializer(EditOccupancySerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    resident = VisibleKey(queryset=Resident.objects.all())
    relation = serializers.ChoiceField(Occupancy.Relation.choices)
    since = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        same_estate(attrs, attrs["unit"].estate_id, "resident")
        in_order(attrs["since"], attrs.get("until"))
        return attrs


class OccupancyFilter(FilterSet):
    current = YesNoFilter(method="by_today", help_text="Those of today.")
    since_from = DateFilter(field_name="since", lookup_expr="gte")
    since_to = DateFilter(field_name="since", lookup_expr="lte")
    until_from = DateFilter(field_name="until", lookup_expr="gte")
    until_to = DateFilter(field_name="until", lookup_expr="lte")

    class Meta:
        model = Occupancy
        fields = ("unit", "resident", "relation", "is_primary", "is_payer")

    def by_today(self, rows: QuerySet[Occupancy], name: str, wanted: bool) -> QuerySet[Occupancy]:
        here = Occupancy.objects.today(timezone.now())
        return rows.filter(pk__in=here) if wanted else rows.exclude(pk__in=here)


class OccupancyViewSet(DeskViewSet):
    """Occupancies; `until` is the last day, null while no end is known."""

    queryset = Occupancy.objects.all()
    serializer_class = OccupancySerializer
    filterset_class = OccupancyFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    ordering_fields = ("id", "since", "until")
    estate_column = "unit__estate"

    def rows(self) -> QuerySet[Occupancy]:
        return Occupancy.objects.select_related("unit")

    @extend_schema(request=NewOccupancySerializer, responses={201: OccupancySerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewOccupancySerializer)
        self.check_object_permissions(request, body["unit"])
        unit, resident = body.pop("unit"), body.pop("resident")
        return self.answer(add_occupancy(unit, resident, actor=request.user, **body), status=201)

    @extend_schema(request=EditOccupancySerializer, responses=OccupancySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        occupancy = self.get_object()
        body = self.body(EditOccupancySerializer)
        in_order(body.get("since", occupancy.since), body.get("until", occupancy.until))
        return self.answer(correct_occupancy(occupancy, actor=request.user, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Ends it today, where it is not over yet; it stays as history."""
        occupancy = self.get_object()
        end_today(occupancy, actor=request.user)
        return Response(status=204)


def in_order(since: Any, until: Any) -> None:
    if until is not None and until < since:
        raise serializers.ValidationError(
            {"until": [_("The last day lies before the first.")]}, code="ends_before_it_begins"
        )
