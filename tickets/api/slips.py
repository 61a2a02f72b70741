"""Slips: issued, signed for, done, verified."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import ALWAYS, FilterSet, before, since
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.attachments.models import Attachment
from helpdesk.estates.models import Department, Estate
from residents.api.files import sent_files
from residents.models import Unit
from tickets.api.ticket_serializers import (
    AttachmentSerializer,
    ReasonSerializer,
    UploadSerializer,
    refuse_other_estate,
)
from tickets.models import Slip, SlipPart, Ticket
from tickets.services import slip_links, slips
from tickets.services.files import add_files


class PartSerializer(StrictModelSerializer):
    class Meta:
        model = SlipPart
        fields = ("id", "name", "quantity", "unit")
        read_only_fields = fields


class SlipSerializer(StrictModelSerializer):
    parts = PartSerializer(many=True, read_only=True)

    class Meta:
        model = Slip
        fields = (
            "id", "number", "estate", "ticket", "unit", "kind", "status", "department", "instructions", "due_at",
            "sign_due_at", "issued_by", "issued_at", "signed_by", "signed_at", "contractor_name", "started_at", "done_by",
            "done_at", "report", "parts", "minutes_spent", "verified_by", "verified_at", "cancel_reason", "version",
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


class NewPartSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120)
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=Decimal("0.01"))
    unit = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class CompleteSerializer(StrictSerializer):
    report = serializers.CharField(max_length=10_000)
    parts = serializers.ListField(
        child=NewPartSerializer(), required=False, default=list, max_length=slips.MOST_PARTS
    )
    minutes_spent = serializers.IntegerField(min_value=1, max_value=43_200, required=False, allow_null=True)


class PhotoSerializer(AttachmentSerializer):
    purpose = serializers.CharField(help_text="before or after")


class PhotosSerializer(UploadSerializer):
    purpose = serializers.ChoiceField(["before", "after"], default="after")


class SlipFilter(FilterSet):
    due_after = since("due_at")
    due_before = before("due_at")
    issued_after = since("issued_at")
    issued_before = before("issued_at")
    sign_due_after = since("sign_due_at")
    sign_due_before = before("sign_due_at")
    started_after = since("started_at")
    started_before = before("started_at")
    signed_after = since("signed_at")
    signed_before = before("signed_at")
    done_after = since("done_at")
    done_before = before("done_at")
    verified_after = since("verified_at")
    verified_before = before("verified_at")

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
        "send_link": "slips.issue",
        "revoke_link": "slips.issue",
    }

    def permission_for(self, request: Request) -> str:
        """Whoever sees a slip sees its photos; who works on it adds some."""
        if self.action == "attachments" and request.method != "POST":
            return "slips.view"
        return super().permission_for(request)

    def rows(self) -> QuerySet[Slip]:
        return Slip.objects.prefetch_related("parts")

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
        body = self.body(CompleteSerializer)
        body["parts"] = [slips.Part(**part) for part in body["parts"]]
        return self.answer(slips.complete_slip(slip, actor=request.user, **body))

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

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"], url_path="send-link")
    def send_link(self, request: Request, pk: str) -> Response:
        """Send the contractor's link again, or a new one where it was made void."""
        slip = self.get_object()
        self.nothing_in_the_body()
        slip_links.send_link(slip, actor=request.user)
        return self.answer(slip)

    @extend_schema(request=None, responses=SlipSerializer)
    @action(detail=True, methods=["post"], url_path="revoke-link")
    def revoke_link(self, request: Request, pk: str) -> Response:
        """The contractor's link opens nothing from now on."""
        slip = self.get_object()
        self.nothing_in_the_body()
        return self.answer(slip_links.revoke_link(slip, actor=request.user))

    @extend_schema(
        methods=["GET"],
        operation_id="slips_attachments_list",
        responses=PhotoSerializer(many=True),
        filters=False,
    )
    @extend_schema(
        methods=["POST"],
        request={"multipart/form-data": PhotosSerializer},
        responses={201: PhotoSerializer(many=True)},
    )
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Response:
        slip = self.get_object(ALWAYS)
        if request.method != "POST":
            return self.part(Attachment.objects.of(slip), PhotoSerializer)
        purpose = request.data.get("purpose", "after")
        if purpose not in {"before", "after"}:
            raise ValidationError({"purpose": [_("It is before or after.")]}, code="invalid_choice")
        files = sent_files(request)
        kept = add_files(slip, files, actor=request.user, purpose=purpose)  # type: ignore[arg-type]
        return Response(PhotoSerializer(kept, many=True).data, status=201)
