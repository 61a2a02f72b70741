"""Incidents, their callers, and the notice to all who reported them."""

from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import ALWAYS, FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.audit.models import Entry
from helpdesk.estates.models import Estate
from residents.models import Building, Resident, Unit
from tickets.api.ticket_serializers import HistorySerializer, ReasonSerializer, refuse_other_estate
from tickets.models import Contact, Incident, IncidentNotice, Ticket, Topic
from tickets.services import incident_notices, incidents

READS = {"list": "incidents.view", "retrieve": "incidents.view", "history": "incidents.view"}


class NoticeSerializer(StrictModelSerializer):
    class Meta:
        model = IncidentNotice
        fields = (
            "id", "incident", "texts", "promises", "state", "author", "created_at", "released_by", "released_at",
            "sent_at", "reached", "unreached",
        )  # fmt: skip
        read_only_fields = fields


class IncidentSerializer(StrictModelSerializer):
    callers = serializers.IntegerField(read_only=True, help_text="Reports that belong to it.")
    tickets = serializers.SerializerMethodField()
    notices = NoticeSerializer(many=True, read_only=True)

    class Meta:
        model = Incident
        fields = (
            "id", "number", "estate", "status", "kind", "title", "details", "topic", "building", "place", "callers",
            "tickets", "notices", "opened_at", "opened_by", "closed_at", "closed_by", "summary", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_tickets(self, incident: Incident) -> list[int]:
        """Ids of the tickets that belong to it."""
        return [report.ticket_id for report in incident.reports.all() if report.ticket_id]


class NewIncidentSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    kind = serializers.ChoiceField(Incident.Kind.choices)
    title = serializers.CharField(max_length=120)
    details = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    topic = serializers.ChoiceField(Topic.choices, required=False)
    building = VisibleKey(queryset=Building.objects.all(), required=False, allow_null=True)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "building")
        return attrs


class EditIncidentSerializer(StrictSerializer):
    kind = serializers.ChoiceField(Incident.Kind.choices, required=False)
    title = serializers.CharField(max_length=120, required=False)
    details = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    topic = serializers.ChoiceField(Topic.choices, required=False)
    building = VisibleKey(queryset=Building.objects.all(), required=False, allow_null=True)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)


class CallerSerializer(StrictSerializer):
    """A unit, a resident, a name, a number or an entry of the register: one is enough."""

    contact = VisibleKey(queryset=Contact.objects.all(), required=False, allow_null=True)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    with_ticket = serializers.BooleanField(required=False, default=False)


class JoinSerializer(StrictSerializer):
    ticket = VisibleKey(queryset=Ticket.objects.all())


class NoteSerializer(StrictSerializer):
    body = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    whom = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class TextsSerializer(StrictSerializer):
    """One text a language."""

    def get_fields(self) -> dict[str, Any]:
        names = ("en", "zh-hans", "zh-hant")
        return {
            name: serializers.CharField(max_length=2000, required=False, allow_blank=True) for name in names
        }


class NotifySerializer(StrictSerializer):
    texts = TextsSerializer()


class CloseIncidentSerializer(StrictSerializer):
    summary = serializers.CharField(max_length=10_000, allow_blank=True, default="")


class IncidentFilter(FilterSet):
    opened_after = since("opened_at")
    opened_before = before("opened_at")
    closed_after = since("closed_at")
    closed_before = before("closed_at")

    class Meta:
        model = Incident
        fields = ("status", "kind", "topic", "building", "estate", "opened_by", "closed_by", "number")


class IncidentViewSet(DeskViewSet):
    """Incidents of the caller's estates."""

    queryset = Incident.objects.all()
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    ordering = "-opened_at"
    ordering_fields = ("id", "opened_at", "closed_at", "number", "status")
    search_fields = ("number", "title", "place", "details")
    permissions = {"*": "incidents.work", "release": "tickets.release_reply"} | READS

    def rows(self) -> QuerySet[Incident]:
        return Incident.objects.annotate(callers=Count("reports")).prefetch_related("reports", "notices")

    @extend_schema(request=NewIncidentSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewIncidentSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(incidents.open_incident(actor=request.user, **body), status=201)

    @extend_schema(request=EditIncidentSerializer, responses=IncidentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        version = self.expected_version(request, incident)
        body = self.body(EditIncidentSerializer)
        refuse_other_estate(body, incident.estate_id, "building")
        return self.answer(incidents.edit_incident(incident, actor=request.user, version=version, **body))

    @extend_schema(request=CallerSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"], url_path="add-caller")
    def add_caller(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        body = self.body(CallerSerializer)
        refuse_other_estate(body, incident.estate_id, "contact", "unit", "resident")
        incidents.add_caller(incident, actor=request.user, **body)
        return self.answer(incident)

    @extend_schema(request=JoinSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        body = self.body(JoinSerializer)
        refuse_other_estate(body, incident.estate_id, "ticket")
        incidents.join_ticket(incident, actor=request.user, **body)
        return self.answer(incident)

    @extend_schema(request=NoteSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        incidents.note_incident(incident, actor=request.user, **self.body(NoteSerializer))
        return self.answer(incident)

    @extend_schema(request=NotifySerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def notify(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        incident_notices.notify_reporters(incident, actor=request.user, **self.body(NotifySerializer))  # type: ignore[arg-type]
        return self.answer(incident)

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], url_path=r"notices/(?P<notice>[0-9]{1,18})/release")
    def release(self, request: Request, pk: str, notice: str) -> Response:
        held = get_object_or_404(self.get_object().notices.all(), pk=notice)
        self.nothing_in_the_body()
        return Response(
            NoticeSerializer(incident_notices.release_notice(held, actor=request.user)).data  # type: ignore[arg-type]
        )

    @extend_schema(request=ReasonSerializer, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], url_path=r"notices/(?P<notice>[0-9]{1,18})/withdraw")
    def withdraw(self, request: Request, pk: str, notice: str) -> Response:
        held = get_object_or_404(self.get_object().notices.all(), pk=notice)
        body = self.body(ReasonSerializer)
        taken_back = incident_notices.withdraw_notice(held, actor=request.user, **body)  # type: ignore[arg-type]
        return Response(NoticeSerializer(taken_back).data)

    @extend_schema(request=CloseIncidentSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        return self.answer(
            incidents.close_incident(incident, actor=request.user, **self.body(CloseIncidentSerializer))
        )

    @extend_schema(request=ReasonSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        return self.answer(
            incidents.reopen_incident(incident, actor=request.user, **self.body(ReasonSerializer))
        )

    @extend_schema(
        operation_id="incidents_history_list", responses=HistorySerializer(many=True), filters=False
    )
    @action(detail=True, methods=["get"])
    def history(self, request: Request, pk: str) -> Response:
        return self.part(
            Entry.objects.about(self.get_object(ALWAYS)), HistorySerializer, order_by=("at", "id")
        )
