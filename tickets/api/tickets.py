"""Tickets and everything that is done to them."""

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import ALWAYS, FilterSet, YesNoFilter, before, since
from helpdesk.attachments.models import Attachment
from helpdesk.audit.models import Entry
from residents.api.files import sent_files
from tickets.api.clock_acts import ClockActs
from tickets.api.ticket_serializers import (
    AssignSerializer,
    AttachmentSerializer,
    ClassifySerializer,
    EditTicketSerializer,
    HandOverSerializer,
    HistorySerializer,
    MergeSerializer,
    NewReplySerializer,
    NewTicketSerializer,
    PrioritySerializer,
    ReasonSerializer,
    ReplySerializer,
    ResolveSerializer,
    SimilarSerializer,
    TakenTicketSerializer,
    TicketSerializer,
    TickSerializer,
    UploadSerializer,
    refuse_other_estate,
)
from tickets.models import ComplaintClass, Reply, Step, Ticket
from tickets.selectors import perhaps_same
from tickets.services import replies, tickets
from tickets.services.files import add_files
from tickets.services.tickets.repeated import reporter_of

READS = {"list": "tickets.view", "retrieve": "tickets.view", "history": "tickets.view"}
# Read by GET what the same address writes by POST.
READ_AND_WRITTEN = ("replies", "attachments")


class TicketFilter(FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Ticket.Status.choices)
    complaint_class = django_filters.MultipleChoiceFilter(choices=ComplaintClass.choices)
    overdue = YesNoFilter(method="by_overdue")
    forwarded = YesNoFilter(field_name="forwarding", lookup_expr="isnull", exclude=True)
    paused = YesNoFilter(field_name="paused_since", lookup_expr="isnull", exclude=True)
    incident = django_filters.NumberFilter(field_name="incident_report__incident")
    created_after = since("created_at")
    created_before = before("created_at")
    response_due_after = since("response_due_at")
    response_due_before = before("response_due_at")
    resolution_due_after = since("resolution_due_at")
    resolution_due_before = before("resolution_due_at")
    on_site_due_after = since("on_site_due_at")
    on_site_due_before = before("on_site_due_at")
    responded_after = since("responded_at")
    responded_before = before("responded_at")
    resolved_after = since("resolved_at")
    resolved_before = before("resolved_at")
    closed_after = since("closed_at")
    closed_before = before("closed_at")
    paused_since_after = since("paused_since")
    paused_since_before = before("paused_since")
    warranty_until_after = django_filters.DateFilter(field_name="warranty_until", lookup_expr="gte")
    warranty_until_before = django_filters.DateFilter(field_name="warranty_until", lookup_expr="lt")

    class Meta:
        model = Ticket
        fields = (
            "status", "complaint_class", "priority", "topic", "department", "responsible", "handler", "unit", "resident",
            "channel", "estate", "created_by", "merged_into", "number",
        )  # fmt: skip

    def by_overdue(self, queryset: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        late = Ticket.objects.overdue(timezone.now()).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class TicketViewSet(ClockActs):
    """Tickets of the caller's estates, as far as the role sees them."""

    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    ordering = "-created_at"
    ordering_fields = (
        "id",
        "created_at",
        "number",
        "status",
        "response_due_at",
        "resolution_due_at",
        "priority",
        "topic",
        "resolved_at",
        "closed_at",
    )
    search_fields = ("number", "subject", "description", "replies", "reporter")
    permissions = {"*": "tickets.work", "create": "tickets.take", "release": "tickets.release_reply"} | READS

    def permission_for(self, request: Request) -> str:
        if self.action in READ_AND_WRITTEN and request.method in {"GET", "HEAD"}:
            return "tickets.view"
        return super().permission_for(request)

    def rows(self) -> QuerySet[Ticket]:
        steps = Prefetch("steps", Step.objects.order_by("position"))
        return Ticket.objects.select_related("forwarding").prefetch_related(steps)

    def search(self, queryset: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
        return queryset.search(words)  # type: ignore[attr-defined, no-any-return]

    @extend_schema(request=NewTicketSerializer, responses={201: TakenTicketSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewTicketSerializer)
        self.check_object_permissions(request, body["estate"])
        ticket = tickets.take_ticket(actor=request.user, **body)
        said = self.answer(ticket, status=201)
        same = perhaps_same(request.user, ticket.estate, reporter_of(ticket), ticket.topic, but_for=ticket.pk)  # type: ignore[arg-type]
        said.data["similar"] = SimilarSerializer(same, many=True, context=self.get_serializer_context()).data
        return said

    @extend_schema(request=EditTicketSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        version = self.expected_version(request, ticket)
        body = self.body(EditTicketSerializer)
        refuse_other_estate(body, ticket.estate_id, "unit", "resident")
        return self.answer(tickets.edit_ticket(ticket, actor=request.user, version=version, **body))

    @extend_schema(request=ClassifySerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def classify(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(
            tickets.classify_ticket(ticket, actor=request.user, **self.body(ClassifySerializer))
        )

    @extend_schema(request=AssignSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.assign_ticket(ticket, actor=request.user, **self.body(AssignSerializer)))

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        self.nothing_in_the_body()
        return self.answer(tickets.start_ticket(ticket, actor=request.user))

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path="new-link")
    def new_link(self, request: Request, pk: str) -> Response:
        """The resident's old link opens nothing any more; a new one is sent."""
        ticket = self.get_object()
        self.nothing_in_the_body()
        return self.answer(tickets.renew_link(ticket, actor=request.user))

    @extend_schema(request=PrioritySerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(tickets.set_priority(ticket, actor=request.user, **self.body(PrioritySerializer)))

    @extend_schema(request=HandOverSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        return self.answer(
            tickets.hand_over_responsibility(ticket, actor=request.user, **self.body(HandOverSerializer))
        )

    @extend_schema(request=TickSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<key>[a-z_]{1,20})")
    def steps(self, request: Request, pk: str, key: str) -> Response:
        ticket = self.get_object()
        get_object_or_404(ticket.steps.all(), key=key)
        return self.answer(
            tickets.tick_step(ticket, actor=request.user, key=key, **self.body(TickSerializer))
        )

    @extend_schema(
        methods=["GET"],
        operation_id="tickets_replies_list",
        responses=ReplySerializer(many=True),
        filters=False,
    )
    @extend_schema(methods=["POST"], request=NewReplySerializer, responses={201: ReplySerializer})
    @action(detail=True, methods=["get", "post"])
    def replies(self, request: Request, pk: str) -> Response:
        ticket = self.get_object(ALWAYS)
        if request.method != "POST":
            return self.part(ticket.replies.all(), ReplySerializer)
        reply = replies.add_reply(ticket, actor=request.user, **self.body(NewReplySerializer))
        return Response(ReplySerializer(reply).data, status=201)

    @extend_schema(request=None, responses=ReplySerializer)
    @action(detail=True, methods=["post"], url_path=r"replies/(?P<reply>[0-9]{1,18})/release")
    def release(self, request: Request, pk: str, reply: str) -> Response:
        held = self._reply(reply)
        self.nothing_in_the_body()
        return Response(ReplySerializer(replies.release_reply(held, actor=request.user)).data)

    @extend_schema(request=ReasonSerializer, responses=ReplySerializer)
    @action(detail=True, methods=["post"], url_path=r"replies/(?P<reply>[0-9]{1,18})/withdraw")
    def withdraw(self, request: Request, pk: str, reply: str) -> Response:
        held = self._reply(reply)
        taken_back = replies.withdraw_reply(held, actor=request.user, **self.body(ReasonSerializer))
        return Response(ReplySerializer(taken_back).data)

    def _reply(self, pk: str) -> Reply:
        return get_object_or_404(self.get_object().replies.all(), pk=pk)

    @extend_schema(
        methods=["GET"],
        operation_id="tickets_attachments_list",
        responses=AttachmentSerializer(many=True),
        filters=False,
    )
    @extend_schema(
        methods=["POST"],
        request={"multipart/form-data": UploadSerializer},
        responses={201: AttachmentSerializer(many=True)},
    )
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Response:
        ticket = self.get_object(ALWAYS)
        if request.method != "POST":
            return self.part(Attachment.objects.of(ticket), AttachmentSerializer)
        files = sent_files(request)
        kept = add_files(ticket, files, actor=request.user)  # type: ignore[arg-type]
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

    @extend_schema(operation_id="tickets_history_list", responses=HistorySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def history(self, request: Request, pk: str) -> Response:
        return self.part(
            Entry.objects.about(self.get_object(ALWAYS)), HistorySerializer, order_by=("at", "id")
        )
