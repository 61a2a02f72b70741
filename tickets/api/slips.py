"""Slips: issued, signed for, done, verified."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate
from residents.models import Unit
from tickets.api.ticket_serializers import ReasonSerializer, refuse_other_estate
from tickets.models import Slip, Ticket
from tickets.services import slips


class SlipSerializer(StrictModelSerializer):
    class Meta:
        model = Slip
        fields = (
            "id", "number", "estate", "ticket", "unit", "kind", "status", "department", "instructions", "due_at",
            "sign_due_at", "issued_by", "issued_at", "signed_by", "signed_at", "started_at", "done_by", "done_at",
            "report", "verified_by", "verified_at", "cancel_reason", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewSlipSerializer(StrictSerializer):
    ticket = VisibleKey(queryset=Ticket.objects.all(), required=False, allow_null=True)
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True), required=False)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(Slip.Kind.choices, default="work_order")
    department = VisibleKey(queryset=Department.objects.filter(is_active=True))
    instructions = serializers.CharField(max_length=10_000)
    due_at = MomentField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        estate_id = attrs["department"].estate_id
        refuse_other_estate(attrs, estate_id, "ticket", "unit")
        if attrs.get("estate") and attrs["estate"].pk != estate_id:
            raise ValidationError({"department": _("This belongs to another estate.")}, code="other_estate")
        attrs["estate"] = attrs["department"].estate
        return attrs


class CompleteSerializer(StrictSerializer):
    report = serializers.CharField(max_length=10_000)


class SlipFilter(FilterSet):
    due_after = since("due_at")
    due_before = before("due_at")
    issued_after = since("issued_at")
    issued_before = before("issued_at")

    class Meta:
        model = Slip
        fields = (
            "status", "kind", "ticket", "unit", "department", "issued_by", "signed_by", "done_by", "verified_by",
            "estate", "number",
        )  # fmt: skip


class SlipViewSet(DeskViewSet):
    """Work orders, coordination slips and non-conformity slips."""

    queryset = Slip.objects.all()
    serializer_class = SlipSerializer
    filterset_class = SlipFilter
    ordering_fields = ("id", "number", "status", "due_at", "issued_at")
    search_fields = ("number", "instructions", "report")
    permissions = {
        "*": "slips.do",
        "list": "slips.view",
        "retrieve": "slips.view",
        "create": "slips.issue",
        "verify": "slips.verify",
        "cancel": "slips.issue",
        "nudge": "slips.issue",
    }

    @extend_schema(request=NewSlipSerializer, responses={201: SlipSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewSlipSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(slips.issue_slip(actor=request.user, **body), status=201)

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        self.nothing_in_the_body()
        return self.answer(slips.sign_slip(slip, actor=request.user))

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        self.nothing_in_the_body()
        return self.answer(slips.start_slip(slip, actor=request.user))

    @extend_schema(request=CompleteSerializer, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        return self.answer(slips.complete_slip(slip, actor=request.user, **self.body(CompleteSerializer)))

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        self.nothing_in_the_body()
        return self.answer(slips.verify_slip(slip, actor=request.user))

    @extend_schema(request=ReasonSerializer, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        return self.answer(slips.cancel_slip(slip, actor=request.user, **self.body(ReasonSerializer)))

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"])
    def nudge(self, request: Request, pk: str) -> Response:
        slip = self.get_object()
        self.nothing_in_the_body()
        return self.answer(slips.nudge_slip(slip, actor=request.user))
