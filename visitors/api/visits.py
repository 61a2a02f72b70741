"""Visits: announced, checked in and out, refused, reported to security."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter, before, since
from helpdesk.api.serializers import (
    ChoiceOrNull,
    MomentField,
    StrictModelSerializer,
    StrictSerializer,
    VisibleKey,
)
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.phones import mask_phone
from residents.models import Resident, Unit
from tickets.api.ticket_serializers import refuse_other_estate
from visitors.models import Visit
from visitors.models.visits import DocumentType
from visitors.selectors import expected_on, span_of
from visitors.services import host_answers, office_callers, visit_requests, visit_watch, visits

MASKED = "*"


class VisitSerializer(StrictModelSerializer):
    visitor_name = serializers.SerializerMethodField(help_text="Masked.")
    visitor_phone = serializers.SerializerMethodField(help_text="Masked.")
    id_document_type = ChoiceOrNull(choices=DocumentType.choices, read_only=True)
    overstayed = serializers.SerializerMethodField()

    class Meta:
        model = Visit
        fields = (
            "id", "number", "estate", "kind", "status", "code", "visitor_name", "visitor_phone", "purpose", "unit",
            "host", "department", "expected_at", "comes_until", "party_size", "plate", "carries", "id_document_type",
            "id_last_four", "badge", "seated_at", "host_told_at", "host_answer", "host_answered_at", "arrived_at", "arrived_by",
            "stay_until", "overstayed", "left_at", "left_by", "refuse_reason", "refused_at", "confirmed_at", "created_by",
            "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_visitor_name(self, visit: Visit) -> str:
        return str(visit.visitor_name)

    def get_visitor_phone(self, visit: Visit) -> str:
        return mask_phone(visit.visitor_phone) if visit.visitor_phone else ""

    def get_overstayed(self, visit: Visit) -> bool:
        """Inside for longer than they may stay."""
        until = visit.stay_until
        return visit.status == Visit.Status.INSIDE and until is not None and until < timezone.now()


class NewVisitSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    visitor_name = serializers.CharField(max_length=80)
    visitor_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False), required=False, allow_null=True)
    host = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    department = VisibleKey(
        queryset=Department.objects.filter(is_active=True), required=False, allow_null=True
    )
    expected_at = MomentField(required=False, allow_null=True)
    party_size = serializers.IntegerField(
        min_value=1, max_value=visits.MOST_PEOPLE, required=False, default=1
    )
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    carries = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    comes_until = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="A contractor's pass: in and out each day until then, with the same code.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "unit", "host", "department")
        refuse_masked(attrs, "visitor_name", "visitor_phone")
        return attrs


def refuse_masked(attrs: dict[str, Any], *names: str) -> None:
    """400 for what was read here masked and comes back as if it were the value."""
    masked = {name: [_("A masked value can't be sent back.")] for name in names if MASKED in attrs[name]}
    if masked:
        raise ValidationError(masked, code="masked")


class CheckInSerializer(StrictSerializer):
    id_document_type = serializers.ChoiceField(DocumentType.choices)
    badge = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    id_number = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="Only where the estate requires it; its last four and a keyed hash are kept.",
    )
    stay_until = MomentField(required=False, allow_null=True)
    acknowledge_watch_list = serializers.BooleanField(required=False, default=False)


class RefuseVisitSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class SuspiciousSerializer(StrictSerializer):
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class HostAnswerSerializer(StrictSerializer):
    answer = serializers.ChoiceField(Visit.Answer.choices)


class ExtendSerializer(StrictSerializer):
    until = MomentField()


class VisitFilter(FilterSet):
    inside = YesNoFilter(method="by_inside")
    overstayed = YesNoFilter(method="by_overstay")
    expected_on = django_filters.DateFilter(method="by_day")
    expected_after = since("expected_at")
    expected_before = before("expected_at")
    arrived_after = since("arrived_at")
    arrived_before = before("arrived_at")
    left_after = since("left_at")
    left_before = before("left_at")
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = Visit
        fields = (
            "status", "kind", "unit", "host", "department", "plate", "badge", "estate", "number", "arrived_by", "left_by",
            "created_by",
        )  # fmt: skip

    def by_inside(self, queryset: QuerySet[Visit], name: str, value: bool) -> QuerySet[Visit]:
        inside = Q(status=Visit.Status.INSIDE)
        return queryset.filter(inside) if value else queryset.exclude(inside)

    def by_overstay(self, queryset: QuerySet[Visit], name: str, value: bool) -> QuerySet[Visit]:
        late = Q(pk__in=Visit.objects.overstayed(timezone.now()).values("pk"))
        return queryset.filter(late) if value else queryset.exclude(late)

    def by_day(self, queryset: QuerySet[Visit], name: str, value: date) -> QuerySet[Visit]:
        """On each estate's own clock."""
        if not 1900 <= value.year <= 2999:
            return queryset.none()
        meant = Q(pk__in=[])
        for estate in Estate.objects.filter(pk__in=self.request.user.estate_ids):
            meant |= Q(expected_on(*span_of(estate, value)), estate=estate)
        return queryset.filter(meant)


class VisitViewSet(DeskViewSet):
    """Who is expected, who is inside, who left."""

    queryset = Visit.objects.all()
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    ordering_fields = ("id", "number", "status", "created_at", "expected_at", "arrived_at")
    search_fields = ("number", "purpose", "plate", "badge")
    permissions = {"*": "visits.work", "list": "visits.view", "retrieve": "visits.view"}

    @extend_schema(request=NewVisitSerializer, responses={201: VisitSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewVisitSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(visits.announce_visit(actor=request.user, **body), status=201)

    @extend_schema(request=CheckInSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, pk: str) -> Response:
        """Admitted, with the kind of document that was seen; the host is told."""
        visit = self.get_object()
        return self.answer(visits.check_in(visit, actor=request.user, **self.body(CheckInSerializer)))

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def seat(self, request: Request, pk: str) -> Response:
        """A caller on the office was shown to the waiting area and offered tea."""
        visit = self.get_object()
        self.nothing_in_the_body()
        return self.answer(office_callers.seat_caller(visit, actor=request.user))

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"], url_path="check-out")
    def check_out(self, request: Request, pk: str) -> Response:
        visit = self.get_object()
        self.nothing_in_the_body()
        return self.answer(visits.check_out(visit, actor=request.user))

    @extend_schema(request=RefuseVisitSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Not admitted, with the reason."""
        visit = self.get_object()
        return self.answer(visits.refuse_visit(visit, actor=request.user, **self.body(RefuseVisitSerializer)))

    @extend_schema(request=SuspiciousSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"], url_path="report-suspicious")
    def report_suspicious(self, request: Request, pk: str) -> Response:
        """Security is told at once: an incident with its ticket."""
        visit = self.get_object()
        visit_watch.report_suspicious(visit, actor=request.user, **self.body(SuspiciousSerializer))
        return self.answer(visit)

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """The desk has asked the household about a request of the public form."""
        visit = self.get_object()
        self.nothing_in_the_body()
        return self.answer(visit_requests.confirm_request(visit, actor=request.user))

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"], url_path="tell-host")
    def tell_host(self, request: Request, pk: str) -> Response:
        """The host gets a link to answer by."""
        visit = self.get_object()
        self.nothing_in_the_body()
        return self.answer(host_answers.tell_host(visit, actor=request.user))

    @extend_schema(request=HostAnswerSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"], url_path="host-answer")
    def host_answer(self, request: Request, pk: str) -> Response:
        """What the host said on the telephone."""
        visit = self.get_object()
        body = self.body(HostAnswerSerializer)
        return self.answer(host_answers.answer_for_host(visit, actor=request.user, **body))

    @extend_schema(request=ExtendSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """May stay until then."""
        visit = self.get_object()
        return self.answer(visits.extend_stay(visit, actor=request.user, **self.body(ExtendSerializer)))
