"""Parcels, letters and newspapers: received and told, collected, sent back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.models import Resident, Unit
from tickets.api.ticket_serializers import refuse_other_estate
from visitors.models import Parcel
from visitors.services.parcels import collect_parcel, receive_parcel, send_back_parcel


class ParcelSerializer(StrictModelSerializer):
    class Meta:
        model = Parcel
        fields = (
            "id", "estate", "unit", "resident", "kind", "status", "carrier", "reference", "shelf", "received_at",
            "received_by", "told_at", "ended_at", "ended_by", "collected_by", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewParcelSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False))
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(Parcel.Kind.choices, required=False, default=Parcel.Kind.PARCEL)
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    shelf = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["unit"].estate_id, "resident")
        return attrs


class CollectSerializer(StrictSerializer):
    collected_by = serializers.CharField(max_length=80)


class ParcelFilter(FilterSet):
    received_after = since("received_at")
    received_before = before("received_at")

    class Meta:
        model = Parcel
        fields = (
            "estate",
            "unit",
            "resident",
            "kind",
            "status",
            "carrier",
            "shelf",
            "received_by",
            "ended_by",
        )


class ParcelViewSet(DeskViewSet):
    """What stands at the desk for a household."""

    queryset = Parcel.objects.select_related("estate", "unit")
    serializer_class = ParcelSerializer
    filterset_class = ParcelFilter
    ordering_fields = ("id", "received_at", "status")
    search_fields = ("carrier", "reference", "shelf")
    permissions = {"*": "parcels.work"}

    @extend_schema(request=NewParcelSerializer, responses={201: ParcelSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewParcelSerializer)
        self.check_object_permissions(request, body["unit"])
        return self.answer(receive_parcel(actor=request.user, **body), status=201)

    @extend_schema(request=CollectSerializer, responses=ParcelSerializer)
    @action(detail=True, methods=["post"])
    def collect(self, request: Request, pk: str) -> Response:
        """Handed out, to whom."""
        parcel = self.get_object()
        return self.answer(collect_parcel(parcel, actor=request.user, **self.body(CollectSerializer)))

    @extend_schema(request=None, responses=ParcelSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """The carrier takes it back."""
        parcel = self.get_object()
        self.nothing_in_the_body()
        return self.answer(send_back_parcel(parcel, actor=request.user))
