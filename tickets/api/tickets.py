"""Tickets and everything that is done to them."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.attachments.services import attach, check_uploads
from helpdesk.audit.models import Entry
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.api.fields import ColleagueKey, VisibleKey
from tickets.classification import Suggestion
from tickets.models import Channel, ComplaintClass, Finding, Priority, Reply, Step, Ticket, Topic
from tickets.procedures import title_of
from tickets.services import replies, tickets

LONGEST = 10_000


class StepSerializer(StrictModelSerializer):
    title = serializers.SerializerMethodField()

    class Meta:
        model = Step
        fields = ("key", "title", "done_by", "done_at", "not_needed", "reason")

    def get_title(self, step: Step) -> str:
        return str(title_of(step.key))


class ShareSerializer(serializers.Serializer[Any]):
    complaint_class = serializers.ChoiceField(ComplaintClass.choices)
    confidence = serializers.FloatField(min_value=0, max_value=1)


class SuggestionSerializer(serializers.Serializer[Any]):
    """What the software thinks, and why; the clerk decides."""

    complaint_class = serializers.ChoiceField(ComplaintClass.choices)
    confidence = serializers.FloatField(min_value=0, max_value=1)
    reasons = serializers.ListField(child=serializers.CharField())
    ranking = ShareSerializer(many=True)
    is_unsure = serializers.BooleanField()
    possibly_valid = serializers.BooleanField()
    topic = serializers.CharField(allow_null=True)
    priority = serializers.CharField()
    model_version = serializers.CharField()


class TicketSerializer(StrictModelSerializer):
    """A ticket, read; the same object in lists and alone."""

    complaint_class = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()
    reporter_phone = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()
    steps = StepSerializer(many=True, read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "id", "number", "estate", "status", "channel", "subject", "description", "language", "topic", "priority",
            "complaint_class", "is_communication", "suggestion", "finding", "unit", "resident", "reporter_name",
            "reporter_phone", "unit_as_written", "responsible", "handler", "department", "response_due_at",
            "resolution_due_at", "responded_at", "resolved_at", "closed_at", "is_overdue", "is_serious", "reopened",
            "resolution", "closing_reason", "merged_into", "steps", "created_by", "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(ComplaintClass.choices, allow_null=True))
    def get_complaint_class(self, ticket: Ticket) -> str | None:
        """Null until somebody has judged."""
        return ticket.complaint_class or None

    @extend_schema_field(SuggestionSerializer(allow_null=True))
    def get_suggestion(self, ticket: Ticket) -> dict[str, Any] | None:
        return Suggestion.from_stored(ticket.suggestion).as_json() if ticket.suggestion else None

    def get_reporter_phone(self, ticket: Ticket) -> str:
        return mask_phone(ticket.reporter_phone) if ticket.reporter_phone else ""

    def get_is_overdue(self, ticket: Ticket) -> bool:
        return ticket.is_overdue(timezone.now())


class NewTicketSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    channel = serializers.ChoiceField(Channel.choices)
    description = serializers.CharField(max_length=LONGEST)
    subject = serializers.CharField(max_length=120, required=False, allow_blank=True)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    reporter_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    reporter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    topic = serializers.ChoiceField(Topic.choices, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    complaint_class = serializers.ChoiceField(ComplaintClass.choices, required=False)
    language = serializers.ChoiceField(["en", "zh-hans", "zh-hant"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("unit", "resident"):
            if attrs.get(name) and attrs[name].estate_id != attrs["estate"].pk:
                raise ValidationError({name: _("This belongs to another estate.")}, code="other_estate")
        return attrs


class EditTicketSerializer(StrictSerializer):
    subject = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=LONGEST, required=False)
    topic = serializers.ChoiceField(Topic.choices, required=False)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)


class ClassifySerializer(StrictSerializer):
    complaint_class = serializers.ChoiceField(ComplaintClass.choices)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AssignSerializer(StrictSerializer):
    department = VisibleKey(queryset=Department.objects.filter(is_active=True))
    handler = ColleagueKey(queryset=User.objects.all(), required=False, allow_null=True, default=None)


class TickSerializer(StrictSerializer):
    not_needed = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    finding = serializers.ChoiceField(Finding.choices, required=False, default="")


class ReasonSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ResolveSerializer(StrictSerializer):
    resolution = serializers.CharField(max_length=LONGEST)


class MergeSerializer(StrictSerializer):
    into = VisibleKey(queryset=Ticket.objects.all())


class NewReplySerializer(StrictSerializer):
    body = serializers.CharField(max_length=LONGEST)
    visibility = serializers.ChoiceField(Reply.Visibility.choices, default="internal")


class ReplySerializer(StrictModelSerializer):
    class Meta:
        model = Reply
        fields = (
            "id", "ticket", "body", "visibility", "state", "author", "from_resident", "promises", "created_at",
            "released_by", "released_at",
        )  # fmt: skip
        read_only_fields = fields


class HistorySerializer(StrictModelSerializer):
    class Meta:
        model = Entry
        fields = ("id", "at", "actor", "actor_name", "verb", "target_type", "target_id", "target_label", "data")
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()


class TicketFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Ticket.Status.choices)
    complaint_class = django_filters.MultipleChoiceFilter(choices=ComplaintClass.choices)
    overdue = django_filters.BooleanFilter(method="by_overdue")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Ticket
        fields = (
            "status", "complaint_class", "priority", "topic", "department", "responsible", "handler", "unit", "resident",
            "channel", "estate",
        )  # fmt: skip

    def by_overdue(self, queryset: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        late = Ticket.objects.overdue(timezone.now()).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class TicketViewSet(DeskViewSet):
    """Tickets of the caller's estates, as far as the role sees them."""

    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    ordering = ("-created_at", "-id")
    ordering_fields = ("id", "created_at", "number", "status", "response_due_at", "resolution_due_at", "priority")
    permissions = {
        "*": "tickets.work",
        "list": "tickets.view",
        "retrieve": "tickets.view",
        "history": "tickets.view",
        "create": "tickets.take",
        "release": "tickets.release_reply",
    }

    def permission_for(self, request: Request) -> str:
        if self.action == "replies" and request.method == "GET":
            return "tickets.view"
        return super().permission_for(request)

    def get_queryset(self) -> QuerySet[Ticket]:
        return super().get_queryset().prefetch_related(Prefetch("steps", Step.objects.order_by("position")))

    def filter_queryset(self, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        queryset = super().filter_queryset(queryset)
        words = self.request.query_params.get("search", "").strip()
        return queryset.search(words) if words else queryset  # type: ignore[attr-defined, no-any-return]

    def body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked body of an action."""
        checked = serializer(data=self.request.data, context=self.get_serializer_context())
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    @extend_schema(request=NewTicketSerializer, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewTicketSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(tickets.take_ticket(actor=request.user, **body), status=201)

    @extend_schema(request=EditTicketSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        version = self.expected_version(request, ticket)
        body = self.body(EditTicketSerializer)
        for name in ("unit", "resident"):
            if body.get(name) and body[name].estate_id != ticket.estate_id:
                raise ValidationError({name: _("This belongs to another estate.")}, code="other_estate")
        return self.answer(tickets.edit_ticket(ticket, actor=request.user, version=version, **body))

    @extend_schema(request=ClassifySerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def classify(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.classify_ticket(ticket, actor=request.user, **self.body(ClassifySerializer)))

    @extend_schema(request=AssignSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.assign_ticket(ticket, actor=request.user, **self.body(AssignSerializer)))

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        return self.answer(tickets.start_ticket(self.get_object(), actor=request.user))

    @extend_schema(request=TickSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<key>[a-z_]{1,20})")
    def steps(self, request: Request, pk: str, key: str) -> Response:
        ticket = self.get_object()
        get_object_or_404(ticket.steps.all(), key=key)
        return self.answer(tickets.tick_step(ticket, actor=request.user, key=key, **self.body(TickSerializer)))

    @extend_schema(methods=["GET"], responses=ReplySerializer(many=True), filters=False)
    @extend_schema(methods=["POST"], request=NewReplySerializer, responses={201: ReplySerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def replies(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        if request.method == "GET":
            return Response({"results": ReplySerializer(ticket.replies.all(), many=True).data})
        reply = replies.add_reply(ticket, actor=request.user, **self.body(NewReplySerializer))
        return Response(ReplySerializer(reply).data, status=201)

    @extend_schema(request=None, responses=ReplySerializer)
    @action(detail=True, methods=["post"], url_path=r"replies/(?P<reply>[0-9]{1,18})/release")
    def release(self, request: Request, pk: str, reply: str) -> Response:
        held = get_object_or_404(self.get_object().replies.all(), pk=reply)
        return Response(ReplySerializer(replies.release_reply(held, actor=request.user)).data)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer(many=True)})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        if not request.FILES:
            raise ValidationError({"files": [_("No file was sent.")]}, code="required")
        files = check_uploads(f for _name, parts in request.FILES.lists() for f in parts)
        kept = attach(ticket, files, actor=request.user, estate=ticket.estate)
        return Response(AttachmentSerializer(kept, many=True).data, status=201)

    @extend_schema(request=ResolveSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.resolve_ticket(ticket, actor=request.user, **self.body(ResolveSerializer)))

    @extend_schema(request=ReasonSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.close_ticket(ticket, actor=request.user, **self.body(ReasonSerializer)))

    @extend_schema(request=ReasonSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.reopen_ticket(ticket, actor=request.user, **self.body(ReasonSerializer)))

    @extend_schema(request=ReasonSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.decline_ticket(ticket, actor=request.user, **self.body(ReasonSerializer)))

    @extend_schema(request=MergeSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.merge_tickets(ticket, actor=request.user, **self.body(MergeSerializer)))

    @extend_schema(responses=OpenApiResponse(HistorySerializer(many=True)), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, pk: str) -> Response:
        entries = Entry.objects.about(self.get_object())
        return Response({"results": HistorySerializer(entries, many=True).data})
