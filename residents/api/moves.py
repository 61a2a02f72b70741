"""Moves with their checklist and their sheet of fixtures."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import ALWAYS, FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from residents.api.files import AsItIs, FileSerializer, FilesSerializer, hand_out, sent_files
from residents.clearances import permission_of
from residents.files import files_of_move
from residents.models import (
    FixtureItem,
    FixturesHandover,
    Move,
    MoveKind,
    MovePerson,
    MoveStep,
    Occupancy,
    Resident,
    Unit,
)
from residents.services import moves
from residents.services.fixtures import add_fixture_photos
from residents.services.moves import CheckedStep, checklist


class MovePersonSerializer(StrictModelSerializer):
    class Meta:
        model = MovePerson
        fields = ("id", "resident", "relation", "is_primary", "is_payer")
        read_only_fields = fields


class CheckedStepSerializer(StrictSerializer):
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(MoveStep.State.choices)
    says = serializers.CharField(allow_blank=True)
    by_itself = serializers.BooleanField()
    is_let_pass = serializers.BooleanField()
    done_by = serializers.IntegerField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class FixtureItemSerializer(StrictModelSerializer):
    class Meta:
        model = FixtureItem
        fields = ("id", "position", "name", "quantity", "state", "before", "note")
        read_only_fields = fields


class FixturesSerializer(StrictModelSerializer):
    """Who signed and when; the strokes of a signature never leave the house."""

    items = FixtureItemSerializer(many=True, read_only=True)
    is_signed = serializers.BooleanField(read_only=True)

    class Meta:
        model = FixturesHandover
        fields = (
            "id", "remarks", "resident_name", "resident_signed_at", "staff", "staff_signed_at", "is_signed", "items",
            "version",
        )  # fmt: skip
        read_only_fields = fields


class MoveSerializer(StrictModelSerializer):
    people = MovePersonSerializer(many=True, read_only=True)
    fixtures = serializers.SerializerMethodField()

    class Meta:
        model = Move
        fields = (
            "id", "number", "estate", "kind", "unit", "status", "planned_on", "completed_on", "mailing_address", "note",
            "override_by", "override_at", "override_reason", "end_reason", "opened_by", "opened_at", "ended_by",
            "ended_at", "people", "fixtures", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(FixturesSerializer(allow_null=True))
    def get_fixtures(self, move: Move) -> Any:
        """Null until the sheet is begun."""
        sheet = getattr(move, "fixtures", None)
        return FixturesSerializer(sheet).data if sheet else None


class NewMoveSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False))
    kind = serializers.ChoiceField(MoveKind.choices)
    planned_on = serializers.DateField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class EditMoveSerializer(StrictSerializer):
    planned_on = serializers.DateField(required=False)
    mailing_address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class NewMovePersonSerializer(StrictSerializer):
    relation = serializers.ChoiceField(Occupancy.Relation.choices)
    resident = VisibleKey(
        queryset=Resident.objects.filter(is_archived=False), required=False, allow_null=True
    )
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    is_primary = serializers.BooleanField(required=False, allow_null=True, default=None)
    is_payer = serializers.BooleanField(required=False, allow_null=True, default=None)


class MoveTickSerializer(StrictSerializer):
    not_needed = serializers.BooleanField(required=False, default=False)
    undo = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CompleteMoveSerializer(StrictSerializer):
    on = serializers.DateField(required=False, allow_null=True, default=None)


class MoveReasonSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class OverrideMoveSerializer(MoveReasonSerializer):
    steps = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, allow_null=True, default=None,
        help_text="Keys of the open steps that are let pass; without it all that are open now.",
    )  # fmt: skip


class MoveFilter(FilterSet):
    opened_after = since("opened_at")
    opened_before = before("opened_at")

    class Meta:
        model = Move
        fields = ("estate", "unit", "kind", "status", "number", "planned_on", "completed_on")


class MoveViewSet(DeskViewSet):
    """Moving in and out: opened, settled step by step, completed."""

    queryset = Move.objects.all()
    serializer_class = MoveSerializer
    filterset_class = MoveFilter
    ordering_fields = ("id", "number", "planned_on", "status")
    search_fields = ("number", "unit__code")
    permissions = {
        **dict.fromkeys(("list", "retrieve", "steps", "attachments", "attachment"), "residents.view"),
        "override": "moves.override",
        "*": "residents.write",
    }

    def rows(self) -> QuerySet[Move]:
        related = ("estate", "unit__estate", "fixtures")
        return Move.objects.select_related(*related).prefetch_related("people", "fixtures__items")

    @extend_schema(request=NewMoveSerializer, responses={201: MoveSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewMoveSerializer)
        self.check_object_permissions(request, body["unit"])
        return self.answer(moves.open_move(actor=request.user, **body), status=201)

    @extend_schema(request=EditMoveSerializer, responses=MoveSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        move = self.get_object()
        version = self.expected_version(request, move)
        body = self.body(EditMoveSerializer)
        return self.answer(moves.edit_move(move, actor=request.user, version=version, **body))

    @extend_schema(responses=CheckedStepSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def steps(self, request: Request, pk: str) -> Response:
        """The checklist as it stands now; sums only for who may see accounts."""
        move = self.get_object()
        rows = [_step(request.user, move, checked) for checked in checklist(move, timezone.now())]
        return Response(CheckedStepSerializer(rows, many=True).data)

    @extend_schema(request=MoveTickSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<key>[a-z0-9_]{1,20})")
    def tick(self, request: Request, pk: str, key: str) -> Response:
        """By hand, or as not needed with a reason; `undo` opens it again."""
        move = self.get_object()
        moves.tick_move_step(move, key, actor=request.user, **self.body(MoveTickSerializer))
        return self.answer(move)

    @extend_schema(request=NewMovePersonSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def people(self, request: Request, pk: str) -> Response:
        """Somebody more moves in."""
        move = self.get_object()
        moves.add_move_person(move, actor=request.user, **self.body(NewMovePersonSerializer))
        return self.answer(move)

    @extend_schema(request=OverrideMoveSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, pk: str) -> Response:
        """A manager lets it pass with what is open now; what opens later is not covered."""
        move = self.get_object()
        body = self.body(OverrideMoveSerializer)
        return self.answer(moves.override_move(move, actor=request.user, **body))

    @extend_schema(operation_id="moves_attachments_list", responses=FileSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def attachments(self, request: Request, pk: str) -> Response:
        """The photos of its sheet of fixtures."""
        return self.part(files_of_move(self.get_object(ALWAYS)), FileSerializer)

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(
        detail=True, methods=["get"], url_path=r"attachments/(?P<photo>[0-9]{1,18})", url_name="attachment",
        content_negotiation_class=AsItIs,
    )  # fmt: skip
    def attachment(self, request: Request, pk: str, photo: str) -> HttpResponseBase:
        """One photo, as it is kept."""
        return hand_out(files_of_move(self.get_object()), photo)

    @extend_schema(
        request={"multipart/form-data": FilesSerializer}, responses={201: FileSerializer(many=True)}
    )
    @action(
        detail=True, methods=["post"], url_path=r"fixtures/(?P<fixture>[0-9]{1,18})/attachments",
        url_name="fixture-attachments", parser_classes=[MultiPartParser],
    )  # fmt: skip
    def add_photos(self, request: Request, pk: str, fixture: str) -> Response:
        """Photos of one line of the sheet: 409 signed_already once somebody has signed."""
        move = self.get_object()
        line = FixtureItem.objects.select_related("handover__move").filter(
            handover__move=move, pk=int(fixture)
        )
        kept = add_fixture_photos(get_object_or_404(line), sent_files(request), actor=request.user)
        return Response(FileSerializer(kept, many=True).data, status=201)

    @extend_schema(request=CompleteMoveSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """It took place: 409 steps_open while anything is."""
        move = self.get_object()
        return self.answer(moves.complete_move(move, actor=request.user, **self.body(CompleteMoveSerializer)))

    @extend_schema(request=MoveReasonSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """It does not take place."""
        move = self.get_object()
        return self.answer(moves.cancel_move(move, actor=request.user, **self.body(MoveReasonSerializer)))


def _step(user: Any, move: Move, checked: CheckedStep) -> dict[str, Any]:
    permission = permission_of(checked.step.key, move.kind)
    may_read = not permission or user.may(permission, move.estate_id)
    is_mine = checked.answer is None or checked.step.state == MoveStep.State.NOT_NEEDED
    says = checked.step.note if is_mine else checked.answer.says  # type: ignore[union-attr]
    is_waived = checked.step.state == MoveStep.State.NOT_NEEDED
    return {
        "key": checked.step.key,
        "title": checked.title,
        "state": checked.state,
        "says": says if may_read or is_waived else "",
        "by_itself": checked.answer is not None,
        "is_let_pass": checked.step.let_pass_at is not None,
        "done_by": checked.step.by_id,
        "done_at": checked.step.at,
    }
