"""Praise: on the wall, with a copy to the department."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.api.ticket_serializers import ColleagueKey, refuse_other_estate
from tickets.models import Praise
from tickets.services.praise import register_praise


class PraiseSerializer(StrictModelSerializer):
    class Meta:
        model = Praise
        fields = (
            "id", "estate", "praised", "department", "words", "from_name", "unit", "contact", "is_on_wall",
            "taken_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewPraiseSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    words = serializers.CharField(max_length=10_000)
    praised = ColleagueKey(queryset=User.objects.all(), required=False, allow_null=True)
    department = VisibleKey(queryset=Department.objects.all(), required=False, allow_null=True)
    from_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    is_on_wall = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "unit", "department")
        return attrs


class PraiseFilter(FilterSet):
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = Praise
        fields = ("praised", "department", "unit", "contact", "is_on_wall", "taken_by", "estate")


class PraiseViewSet(DeskViewSet):
    """Praise that residents gave."""

    queryset = Praise.objects.all()
    serializer_class = PraiseSerializer
    filterset_class = PraiseFilter
    ordering_fields = ("id", "created_at")
    search_fields = ("words", "from_name")
    permissions = {"*": "praise.register", "list": "praise.view", "retrieve": "praise.view"}

    @extend_schema(request=NewPraiseSerializer, responses={201: PraiseSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewPraiseSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(register_praise(actor=request.user, **body), status=201)
