"""Contracts and other papers of households, with the day they run out."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.inputs import bad_input, of_somebody, stays_of_somebody
from residents.models import Paper, Resident, Unit
from residents.services.kept import archive
from residents.services.papers import add_paper, edit_paper


class PaperSerializer(StrictModelSerializer):
    class Meta:
        model = Paper
        fields = (
            "id", "estate", "unit", "resident", "kind", "title", "number", "signed_on", "expires_on", "note",
            "is_archived", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class EditPaperSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(Paper.Kind.choices, required=False)
    title = serializers.CharField(max_length=120, required=False)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    signed_on = serializers.DateField(required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class NewPaperSerializer(EditPaperSerializer):
    """Of a unit, of a resident, or of both."""

    title = serializers.CharField(max_length=120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return of_somebody(attrs)


class PaperFilter(FilterSet):
    created_after = since("created_at")
    created_before = before("created_at")
    signed_after = since("signed_on")
    signed_before = before("signed_on")
    expires_after = since("expires_on")
    expires_before = before("expires_on")

    class Meta:
        model = Paper
        fields = ("estate", "unit", "resident", "kind", "number", "is_archived")


class PaperViewSet(DeskViewSet):
    """Papers of households; their pages are looked at in the house only."""

    queryset = Paper.objects.all()
    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("title", "number")
    ordering_fields = ("id", "number", "signed_on", "expires_on", "created_at")

    def rows(self) -> QuerySet[Paper]:
        rows: QuerySet[Paper] = Paper.objects.select_related("estate", "unit", "resident")
        return rows

    @extend_schema(request=NewPaperSerializer, responses={201: PaperSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewPaperSerializer)
        self.check_object_permissions(request, body.get("resident") or body["unit"])
        with bad_input("title_missing", "paper_ends_before"):
            return self.answer(add_paper(actor=request.user, **body), status=201)

    @extend_schema(request=EditPaperSerializer, responses=PaperSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        paper = self.get_object()
        version = self.expected_version(request, paper)
        body = stays_of_somebody(self.body(EditPaperSerializer), paper)
        with bad_input("paper_ends_before"):
            return self.answer(edit_paper(paper, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it."""
        paper = self.get_object()
        archive(paper, actor=request.user, version=self.expected_version(request, paper))
        return Response(status=204)
