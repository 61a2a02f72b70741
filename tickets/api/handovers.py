"""Handovers: drafted from what is open, given by one, taken by another."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import Key, StrictModelSerializer, StrictSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Shift
from tickets.models import Handover, HandoverLine
from tickets.scopes import shift_scope
from tickets.services import handovers


class HandoverLineSerializer(StrictModelSerializer):
    removed_reason = serializers.CharField(read_only=True)

    class Meta:
        model = HandoverLine
        fields = (
            "id", "kind", "about_id", "label", "due_at", "who", "what", "next_step", "note", "added_by", "removed_by",
            "removed_reason",
        )  # fmt: skip
        read_only_fields = fields


class ClosedItemSerializer(StrictSerializer):
    label = serializers.CharField(max_length=80)
    done = serializers.BooleanField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class HandoverSerializer(StrictModelSerializer):
    lines = HandoverLineSerializer(many=True, read_only=True)
    closing = ClosedItemSerializer(many=True, read_only=True)

    class Meta:
        model = Handover
        fields = (
            "id", "number", "estate", "shift", "shift_name", "day", "ends_at", "is_last", "status", "none_said",
            "remarks", "closing", "lines", "drafted_by", "created_at", "given_by", "given_at", "taken_by", "taken_at",
            "doubt",
        )  # fmt: skip
        read_only_fields = fields


class ShiftKey(Key):
    """A shift whose handovers the caller sees."""

    def get_queryset(self) -> QuerySet[Any]:
        user = self.context["request"].user
        return Shift.objects.filter(shift_scope(user)).select_related("estate", "department")


class DraftSerializer(StrictSerializer):
    shift = ShiftKey(queryset=Shift.objects.all())
    day = serializers.DateField()


class GiveSerializer(StrictSerializer):
    none_said = serializers.BooleanField(required=False, default=False)
    remarks = serializers.CharField(max_length=8000, required=False, allow_blank=True, default="")
    closing = ClosedItemSerializer(many=True, required=False, default=list)


class TakeSerializer(StrictSerializer):
    doubt = serializers.CharField(max_length=8000, required=False, allow_blank=True, default="")


class HandoverFilter(FilterSet):
    day_after = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    day_before = django_filters.DateFilter(field_name="day", lookup_expr="lt")
    ends_after = since("ends_at")
    ends_before = before("ends_at")
    created_after = since("created_at")
    created_before = before("created_at")
    given_after = since("given_at")
    given_before = before("given_at")
    taken_after = since("taken_at")
    taken_before = before("taken_at")

    class Meta:
        model = Handover
        fields = (
            "status",
            "estate",
            "shift",
            "day",
            "drafted_by",
            "given_by",
            "taken_by",
            "is_last",
            "number",
        )


class HandoverViewSet(DeskViewSet):
    """Handovers of the caller's estates."""

    queryset = Handover.objects.all()
    serializer_class = HandoverSerializer
    filterset_class = HandoverFilter
    ordering_fields = ("id", "number", "status", "created_at", "day", "ends_at")
    search_fields = ("number", "shift_name", "remarks", "doubt")
    permissions = {"*": "handovers.write", "list": "handovers.view", "retrieve": "handovers.view"}

    def rows(self) -> QuerySet[Handover]:
        return Handover.objects.prefetch_related("lines")

    @extend_schema(request=DraftSerializer, responses={201: HandoverSerializer})
    def create(self, request: Request) -> Response:
        """Draft the handover of a shift and day from what is open; the same again brings the draft up to date."""
        body = self.body(DraftSerializer)
        self.check_object_permissions(request, body["shift"])
        return self.answer(handovers.draft_handover(actor=request.user, **body), status=201)

    @extend_schema(request=None, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: str) -> Response:
        """Bring the lines up to date."""
        handover = self.get_object()
        self.nothing_in_the_body()
        return self.answer(handovers.refresh_handover(handover, actor=request.user))

    @extend_schema(request=GiveSerializer, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    def give(self, request: Request, pk: str) -> Response:
        """The first signature."""
        handover = self.get_object()
        return self.answer(handovers.give_handover(handover, actor=request.user, **self.body(GiveSerializer)))

    @extend_schema(request=TakeSerializer, responses=HandoverSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """The second signature, by somebody else."""
        handover = self.get_object()
        return self.answer(handovers.take_handover(handover, actor=request.user, **self.body(TakeSerializer)))
