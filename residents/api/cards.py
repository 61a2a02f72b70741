"""Cards and permits: issued, then lost, cancelled or returned."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.inputs import bad_input, of_somebody, stays_of_somebody
from residents.models import AccessCard, Resident, Unit
from residents.services.cards import edit_card, end_card, issue_card
from residents.services.kept import archive

ENDED = [choice for choice in AccessCard.Status.choices if choice[0] != AccessCard.Status.ISSUED]


class CardOfHouseholdSerializer(StrictModelSerializer):
    class Meta:
        model = AccessCard
        fields = (
            "id", "estate", "unit", "resident", "kind", "number", "status", "issued_on", "valid_until", "ended_on",
            "note", "is_archived", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class EditCardSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(AccessCard.Kind.choices, required=False)
    number = serializers.CharField(max_length=40, required=False)
    issued_on = serializers.DateField(required=False)
    valid_until = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class NewCardSerializer(EditCardSerializer):
    """Of a unit, of a resident, or of both."""

    number = serializers.CharField(max_length=40)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return of_somebody(attrs)


class EndCardSerializer(StrictSerializer):
    status = serializers.ChoiceField(ENDED)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CardFilter(FilterSet):
    issued_after = since("issued_on")
    issued_before = before("issued_on")
    valid_until_after = since("valid_until")
    valid_until_before = before("valid_until")

    class Meta:
        model = AccessCard
        fields = ("estate", "unit", "resident", "kind", "status", "number", "is_archived")


class CardViewSet(DeskViewSet):
    """Cards and permits of households."""

    queryset = AccessCard.objects.all()
    serializer_class = CardOfHouseholdSerializer
    filterset_class = CardFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("number",)
    ordering_fields = ("id", "number", "status", "issued_on", "valid_until", "created_at")

    def rows(self) -> QuerySet[AccessCard]:
        rows: QuerySet[AccessCard] = AccessCard.objects.select_related("unit", "resident")
        return rows

    @extend_schema(request=NewCardSerializer, responses={201: CardOfHouseholdSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewCardSerializer)
        self.check_object_permissions(request, body.get("resident") or body["unit"])
        with bad_input("number_missing"):
            return self.answer(issue_card(actor=request.user, **body), status=201)

    @extend_schema(request=EditCardSerializer, responses=CardOfHouseholdSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        card = self.get_object()
        version = self.expected_version(request, card)
        body = stays_of_somebody(self.body(EditCardSerializer), card)
        return self.answer(edit_card(card, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it."""
        card = self.get_object()
        archive(card, actor=request.user, version=self.expected_version(request, card))
        return Response(status=204)

    @extend_schema(request=EndCardSerializer, responses=CardOfHouseholdSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Lost, cancelled or returned."""
        card = self.get_object()
        return self.answer(end_card(card, actor=request.user, **self.body(EndCardSerializer)))
