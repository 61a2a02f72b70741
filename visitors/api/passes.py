"""Release passes: drafted, consented to, overridden, issued, revoked, refused."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import (
    ChoiceOrNull,
    MomentField,
    StrictModelSerializer,
    StrictSerializer,
    VisibleKey,
)
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.lib.keys import BIGGEST_ID
from residents.models import Phone, Resident, Unit
from tickets.api.ticket_serializers import refuse_other_estate
from visitors.models import Consent, ReleaseItem, ReleasePass
from visitors.models.visits import DocumentType
from visitors.services import consents, pass_drafts, pass_requests, release_passes

MOST_PIECES = 9999


class ItemSerializer(StrictModelSerializer):
    left = serializers.IntegerField(read_only=True, help_text="Pieces that are still inside.")

    class Meta:
        model = ReleaseItem
        fields = ("id", "description", "detail", "quantity", "released", "left")
        read_only_fields = fields


class ConsentSerializer(StrictModelSerializer):
    class Meta:
        model = Consent
        fields = ("id", "owner", "phone", "way", "answer", "note", "asked_by", "asked_at", "answered_at")
        read_only_fields = fields


class PassSerializer(StrictModelSerializer):
    items = ItemSerializer(many=True, read_only=True)
    consents = ConsentSerializer(many=True, read_only=True)
    id_document_type = ChoiceOrNull(choices=DocumentType.choices, read_only=True)

    class Meta:
        model = ReleasePass
        fields = (
            "id", "number", "estate", "status", "code", "unit", "resident", "applicant_name", "applicant_relation",
            "id_document_type", "has_letter", "items", "vehicle_plate", "reason", "valid_from", "valid_until",
            "arrears_at_issue", "acknowledged_by", "override_by", "override_at", "override_reason", "consents",
            "issued_by", "issued_at", "end_reason", "ended_at", "is_request", "created_by", "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewItemSerializer(StrictSerializer):
    description = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)
    detail = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class NewPassSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False).select_related("estate"))
    applicant_name = serializers.CharField(max_length=80)
    applicant_relation = serializers.ChoiceField(ReleasePass.Relation.choices)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    id_document_type = serializers.ChoiceField(DocumentType.choices)
    has_letter = serializers.BooleanField(required=False, default=False)
    items = serializers.ListField(child=NewItemSerializer(), min_length=1, max_length=pass_drafts.MOST_ITEMS)
    vehicle_plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    valid_from = MomentField(required=False, help_text="From now on, unless said.")
    valid_until = MomentField(required=False, help_text="The end of the same day, unless said.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["unit"].estate_id, "resident")
        starts, ends = attrs.get("valid_from"), attrs.get("valid_until")
        if starts and ends and ends <= starts:
            raise ValidationError({"valid_until": [_("It ends before it begins.")]}, code="invalid")
        attrs["items"] = [pass_drafts.Goods(**item) for item in attrs["items"]]
        return attrs


class ConsentBodySerializer(StrictSerializer):
    telephoned = VisibleKey(queryset=Resident.objects.all(), help_text="An owner of the unit.")
    phone = serializers.IntegerField(
        min_value=0, max_value=BIGGEST_ID, help_text="One of their numbers on file."
    )
    note = serializers.CharField(max_length=300, help_text="What was said.")
    agrees = serializers.BooleanField(required=False, default=True)


class AskSerializer(StrictSerializer):
    owner = VisibleKey(queryset=Resident.objects.all())
    phone = serializers.IntegerField(
        min_value=0,
        max_value=BIGGEST_ID,
        required=False,
        allow_null=True,
        help_text="Without one the link goes to their e-mail address.",
    )


class PassReasonSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class DocumentSerializer(StrictSerializer):
    id_document_type = serializers.ChoiceField(DocumentType.choices)
    has_letter = serializers.BooleanField(required=False, default=False)


class IssueSerializer(StrictSerializer):
    acknowledge_arrears = serializers.BooleanField(required=False, default=False)


class PassFilter(FilterSet):
    valid_from_after = since("valid_from")
    valid_from_before = before("valid_from")
    valid_until_after = since("valid_until")
    valid_until_before = before("valid_until")
    created_after = since("created_at")
    created_before = before("created_at")
    issued_after = since("issued_at")
    issued_before = before("issued_at")

    class Meta:
        model = ReleasePass
        fields = (
            "status", "unit", "resident", "estate", "number", "applicant_relation", "vehicle_plate", "is_request",
            "issued_by", "created_by",
        )  # fmt: skip


class PassViewSet(DeskViewSet):
    """Goods leave the estate only with a pass."""

    queryset = ReleasePass.objects.all()
    serializer_class = PassSerializer
    filterset_class = PassFilter
    ordering_fields = ("id", "number", "status", "created_at", "valid_until", "issued_at")
    search_fields = ("number", "applicant_name", "vehicle_plate", "reason")
    permissions = {
        "*": "passes.work",
        "list": "passes.view",
        "retrieve": "passes.view",
        "override": "passes.override",
    }

    def rows(self) -> QuerySet[ReleasePass]:
        return ReleasePass.objects.prefetch_related("items", "consents")

    @extend_schema(request=NewPassSerializer, responses={201: PassSerializer})
    def create(self, request: Request) -> Response:
        """Write a pass down: it waits for the owner's consent, for an override, or to be issued."""
        body = self.body(NewPassSerializer)
        self.check_object_permissions(request, body["unit"])
        return self.answer(pass_drafts.draft_pass(actor=request.user, **body), status=201)  # type: ignore[arg-type]

    @extend_schema(request=DocumentSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def document(self, request: Request, pk: str) -> Response:
        """Which identity document was seen, where a request came in by the public form."""
        found = self.get_object()
        return self.answer(
            pass_drafts.see_document(found, actor=request.user, **self.body(DocumentSerializer))
        )

    @extend_schema(request=ConsentBodySerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def consent(self, request: Request, pk: str) -> Response:
        """What an owner said on a number that is on file; else 409 number_not_on_file."""
        found, body = self.get_object(), self.body(ConsentBodySerializer)
        body["phone"] = phone_of(body["telephoned"], body["phone"])
        return self.answer(consents.record_consent(found, actor=request.user, **body))

    @extend_schema(request=AskSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"], url_path="ask-owner")
    def ask_owner(self, request: Request, pk: str) -> Response:
        """Send an owner a link to answer by, once."""
        found, body = self.get_object(), self.body(AskSerializer)
        wanted = body.get("phone")
        phone = phone_of(body["owner"], wanted) if wanted is not None else None
        if wanted is not None and phone is None:
            raise consents.not_on_file()
        consents.ask_by_link(found, actor=request.user, owner=body["owner"], phone=phone)  # type: ignore[arg-type]
        return self.answer(found)

    @extend_schema(request=None, responses=PassSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-request")
    def confirm_request(self, request: Request, pk: str) -> Response:
        """The desk has asked the household itself whether a request of the public form is theirs."""
        found = self.get_object()
        self.nothing_in_the_body()
        return self.answer(pass_requests.confirm_request(found, actor=request.user))  # type: ignore[arg-type]

    @extend_schema(request=PassReasonSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, pk: str) -> Response:
        """A manager lets goods go although the unit owes."""
        found = self.get_object()
        return self.answer(
            release_passes.override_pass(found, actor=request.user, **self.body(PassReasonSerializer))
        )

    @extend_schema(request=IssueSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """The pass with its code; in arrears 409 until acknowledged or, where the estate blocks, overridden."""
        found = self.get_object()
        return self.answer(release_passes.issue_pass(found, actor=request.user, **self.body(IssueSerializer)))

    @extend_schema(request=PassReasonSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """From then on no gate lets anything out on it."""
        found = self.get_object()
        return self.answer(
            release_passes.revoke_pass(found, actor=request.user, **self.body(PassReasonSerializer))
        )

    @extend_schema(request=PassReasonSerializer, responses=PassSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """No pass, with the reason."""
        found = self.get_object()
        return self.answer(
            release_passes.refuse_pass(found, actor=request.user, **self.body(PassReasonSerializer))
        )


def phone_of(owner: Resident, pk: int) -> Phone | None:
    """The number, if it is one of theirs."""
    return Phone.objects.filter(pk=pk, resident=owner).first()
