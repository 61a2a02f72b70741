"""Decorations with their cards, inspections and violations."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import ALWAYS, FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.lib.phones import mask_phone
from residents.api.files import AsItIs, FileSerializer, FilesSerializer, hand_out, sent_files
from residents.api.moves import MoveReasonSerializer
from residents.files import files_of_decoration
from residents.models import (
    Decoration,
    DecorationInspection,
    DecorationViolation,
    Resident,
    Unit,
    WorkerPermit,
)
from residents.services import decoration_site as site
from residents.services.decorations import (
    add_drawings,
    apply_for_decoration,
    move_decoration,
    prolong_decoration,
)

UPLOAD: dict[str, Any] = {
    "request": {"multipart/form-data": FilesSerializer},
    "responses": {201: FileSerializer(many=True)},
}


class WorkerPermitSerializer(StrictModelSerializer):
    class Meta:
        model = WorkerPermit
        fields = (
            "id",
            "number",
            "name",
            "trade",
            "valid_from",
            "valid_until",
            "issued_at",
            "ended_at",
            "end_reason",
        )
        read_only_fields = fields


class InspectionSerializer(StrictModelSerializer):
    class Meta:
        model = DecorationInspection
        fields = ("id", "kind", "due_on", "done_at", "done_by", "is_sound", "findings")
        read_only_fields = fields


class ViolationSerializer(StrictModelSerializer):
    class Meta:
        model = DecorationViolation
        fields = (
            "id",
            "inspection",
            "what",
            "rectify_by",
            "found_by",
            "found_at",
            "rectified_at",
            "rectification",
        )
        read_only_fields = fields


class DecorationSerializer(StrictModelSerializer):
    foreman_phone = serializers.SerializerMethodField()
    permits = WorkerPermitSerializer(many=True, read_only=True)
    inspections = InspectionSerializer(many=True, read_only=True)
    violations = ViolationSerializer(many=True, read_only=True)

    class Meta:
        model = Decoration
        fields = (
            "id", "number", "estate", "unit", "status", "resident", "contractor", "foreman", "foreman_phone", "scope",
            "starts_on", "ends_on", "needs_deposit", "conditions", "end_reason", "applied_by", "applied_at",
            "decided_by", "decided_at", "started_at", "accepted_by", "accepted_at", "ended_at", "permits",
            "inspections", "violations", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_foreman_phone(self, job: Decoration) -> str | None:
        """Masked: the last four digits show; null where none is kept."""
        return mask_phone(job.foreman_phone) if job.foreman_phone else None


class NewDecorationSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False))
    resident = VisibleKey(
        queryset=Resident.objects.filter(is_archived=False), required=False, allow_null=True
    )
    contractor = serializers.CharField(max_length=120)
    foreman = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    foreman_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    scope = serializers.CharField(max_length=500)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class ApproveSerializer(StrictSerializer):
    conditions = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    needs_deposit = serializers.BooleanField(required=False, default=True)


class ProlongSerializer(StrictSerializer):
    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class NewPermitSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80)
    trade = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)


class NewInspectionSerializer(StrictSerializer):
    due_on = serializers.DateField()
    kind = serializers.ChoiceField(DecorationInspection.Kind.choices, required=False, default="routine")


class ResultSerializer(StrictSerializer):
    is_sound = serializers.BooleanField()
    findings = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    violation = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    rectify_by = serializers.DateField(required=False, allow_null=True, default=None)


class NewViolationSerializer(StrictSerializer):
    what = serializers.CharField(max_length=300)
    rectify_by = serializers.DateField()


class RectifySerializer(StrictSerializer):
    how = serializers.CharField(max_length=300)


class DecorationFilter(FilterSet):
    applied_after = since("applied_at")
    applied_before = before("applied_at")

    class Meta:
        model = Decoration
        fields = ("estate", "unit", "resident", "status", "number", "starts_on", "ends_on")


class DecorationViewSet(DeskViewSet):
    """Decorations from application to the deposit's return."""

    queryset = Decoration.objects.all()
    serializer_class = DecorationSerializer
    filterset_class = DecorationFilter
    ordering_fields = ("id", "number", "starts_on", "ends_on", "status")
    search_fields = ("number", "unit__code", "contractor", "scope")
    permissions = {
        **dict.fromkeys(("list", "retrieve", "attachment"), "residents.view"),
        **dict.fromkeys(("approve", "refuse", "prolong"), "decorations.decide"),
        **dict.fromkeys(("inspections", "inspect", "violations", "rectify"), "decorations.inspect"),
        **dict.fromkeys(("inspection_photos", "violation_photos"), "decorations.inspect"),
        "*": "residents.write",
    }

    def permission_for(self, request: Request) -> str:
        """Whoever sees the job sees its files; who works on it adds some."""
        if self.action == "attachments" and request.method != "POST":
            return "residents.view"
        return super().permission_for(request)

    def rows(self) -> QuerySet[Decoration]:
        parts = ("permits", "inspections", "violations")
        return Decoration.objects.select_related("estate", "unit__estate").prefetch_related(*parts)

    @extend_schema(request=NewDecorationSerializer, responses={201: DecorationSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewDecorationSerializer)
        self.check_object_permissions(request, body["unit"])
        return self.answer(apply_for_decoration(actor=request.user, **body), status=201)

    @extend_schema(request=ApproveSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The manager agrees, on conditions."""
        return self._moved("approve", **self._asked(ApproveSerializer))

    @extend_schema(request=MoveReasonSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """The manager does not agree."""
        return self._moved("refuse", **self._asked(MoveReasonSerializer))

    @extend_schema(request=None, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """The work begins: 409 clearances_open without its deposit."""
        return self._bare("start")

    @extend_schema(request=MoveReasonSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Nobody goes on until it is let go on."""
        return self._moved("stop", **self._asked(MoveReasonSerializer))

    @extend_schema(request=None, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """The work goes on."""
        return self._bare("resume")

    @extend_schema(request=None, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The work is accepted: 409 violations_open or acceptance_missing."""
        return self._bare("accept")

    @extend_schema(request=None, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Deposit back, cards back: 409 clearances_open before."""
        return self._bare("close")

    @extend_schema(request=MoveReasonSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """They think better of it."""
        return self._moved("cancel", **self._asked(MoveReasonSerializer))

    @extend_schema(request=ProlongSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def prolong(self, request: Request, pk: str) -> Response:
        """The manager lets the work last longer: 409 not_later, in_the_past, invalid_transition."""
        job = self.get_object()
        return self.answer(prolong_decoration(job, actor=request.user, **self.body(ProlongSerializer)))

    @extend_schema(
        methods=["GET"], operation_id="decorations_attachments_list", responses=FileSerializer(many=True),
        filters=False,
    )  # fmt: skip
    @extend_schema(methods=["POST"], **UPLOAD)
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Response:
        """All its files, its inspections' and violations' too; those sent here are drawings and papers of the job."""
        job = self.get_object(ALWAYS)
        if request.method != "POST":
            return self.part(files_of_decoration(job), FileSerializer)
        kept = add_drawings(job, sent_files(request), actor=request.user)
        return Response(FileSerializer(kept, many=True).data, status=201)

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(
        detail=True, methods=["get"], url_path=r"attachments/(?P<file>[0-9]{1,18})", url_name="attachment",
        content_negotiation_class=AsItIs,
    )  # fmt: skip
    def attachment(self, request: Request, pk: str, file: str) -> HttpResponseBase:
        """One file, as it is kept."""
        return hand_out(files_of_decoration(self.get_object()), file)

    @extend_schema(**UPLOAD)
    @action(
        detail=True, methods=["post"], url_path=r"inspections/(?P<part>[0-9]{1,18})/attachments",
        url_name="inspection-attachments", parser_classes=[MultiPartParser],
    )  # fmt: skip
    def inspection_photos(self, request: Request, pk: str, part: str) -> Response:
        """What the inspection saw."""
        return self._photos(request, DecorationInspection, part)

    @extend_schema(**UPLOAD)
    @action(
        detail=True, methods=["post"], url_path=r"violations/(?P<part>[0-9]{1,18})/attachments",
        url_name="violation-attachments", parser_classes=[MultiPartParser],
    )  # fmt: skip
    def violation_photos(self, request: Request, pk: str, part: str) -> Response:
        """What broke the rules, or how it was put right."""
        return self._photos(request, DecorationViolation, part)

    def _photos(self, request: Request, model: type[Model], part: str) -> Response:
        found = _part(self.get_object(), model, part)
        kept = site.add_site_photos(found, sent_files(request), actor=request.user)
        return Response(FileSerializer(kept, many=True).data, status=201)

    @extend_schema(request=NewPermitSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def permits(self, request: Request, pk: str) -> Response:
        """A worker's card."""
        job = self.get_object()
        site.issue_worker_permit(job, actor=request.user, **self.body(NewPermitSerializer))
        return self.answer(job)

    @extend_schema(request=MoveReasonSerializer, responses=DecorationSerializer)
    @action(
        detail=True, methods=["post"], url_path=r"permits/(?P<part>[0-9]{1,18})/end", url_name="permit-end"
    )
    def end_permit(self, request: Request, pk: str, part: str) -> Response:
        """The card came back, or was taken away."""
        job = self.get_object()
        body = self.body(MoveReasonSerializer)
        site.end_worker_permit(_part(job, WorkerPermit, part), actor=request.user, **body)
        return self.answer(job)

    @extend_schema(request=NewInspectionSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def inspections(self, request: Request, pk: str) -> Response:
        """Somebody is to look at the site by a day."""
        job = self.get_object()
        site.plan_inspection(job, actor=request.user, **self.body(NewInspectionSerializer))
        return self.answer(job)

    @extend_schema(request=ResultSerializer, responses=DecorationSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"inspections/(?P<part>[0-9]{1,18})/record",
        url_name="inspect",
    )
    def inspect(self, request: Request, pk: str, part: str) -> Response:
        """What was found."""
        job = self.get_object()
        body = self.body(ResultSerializer)
        site.record_inspection(_part(job, DecorationInspection, part), actor=request.user, **body)
        return self.answer(job)

    @extend_schema(request=NewViolationSerializer, responses=DecorationSerializer)
    @action(detail=True, methods=["post"])
    def violations(self, request: Request, pk: str) -> Response:
        """The rules were broken."""
        job = self.get_object()
        site.add_violation(job, actor=request.user, **self.body(NewViolationSerializer))
        return self.answer(job)

    @extend_schema(request=RectifySerializer, responses=DecorationSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"violations/(?P<part>[0-9]{1,18})/rectify",
        url_name="rectify",
    )
    def rectify(self, request: Request, pk: str, part: str) -> Response:
        """It was put right."""
        job = self.get_object()
        body = self.body(RectifySerializer)
        site.rectify_violation(_part(job, DecorationViolation, part), actor=request.user, **body)
        return self.answer(job)

    def _asked(self, serializer: Any) -> dict[str, Any]:
        # The object first: a stranger learns nothing from what is wrong with the body.
        self._job = self.get_object()
        return dict(self.body(serializer))

    def _bare(self, act: str) -> Response:
        self._job = self.get_object()
        self.nothing_in_the_body()
        return self._moved(act)

    def _moved(self, act: str, **data: Any) -> Response:
        return self.answer(move_decoration(self._job, act, actor=self.request.user, **data))


def _part(job: Decoration, model: type[Model], pk: str) -> Any:
    """A part of this very job; another job's is a 404."""
    found = model._default_manager.filter(decoration=job, pk=int(pk)).first()
    if found is None:
        raise Http404
    return found
