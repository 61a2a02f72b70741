"""Follow-up visits: what is planned, who was reached, how it went."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter, before, since
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer
from helpdesk.api.viewsets import DeskViewSet
from tickets.models import Attempt, FollowUp
from tickets.services import follow_ups


class AttemptSerializer(StrictModelSerializer):
    channel = serializers.CharField(source="via", read_only=True)

    class Meta:
        model = Attempt
        fields = ("id", "at", "by", "reached", "channel", "note")
        read_only_fields = fields


class FollowUpSerializer(StrictModelSerializer):
    channel = serializers.CharField(source="via", read_only=True)
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = FollowUp
        fields = (
            "id", "estate", "ticket", "slip", "contact", "routine", "unit", "resident", "round", "due_at", "scheduled_at",
            "wished_at", "status", "cancel_reason", "assignee", "outcome", "score", "suggestion", "channel", "recorded_by",
            "recorded_at", "attempts", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewAttemptSerializer(StrictSerializer):
    reached = serializers.BooleanField()
    channel = serializers.ChoiceField(FollowUp.Via.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class RecordSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(FollowUp.Outcome.choices)
    score = serializers.IntegerField(min_value=1, max_value=5)
    suggestion = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    channel = serializers.ChoiceField(FollowUp.Via.choices, required=False, default="phone")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if follow_ups.outcome_of(attrs["score"]) != attrs["outcome"]:
            raise ValidationError(
                {"score": _("4 or 5 is satisfied, 3 so-so, 1 or 2 dissatisfied.")}, code="score_disagrees"
            )
        return attrs


class WishSerializer(StrictSerializer):
    wished_at = MomentField()


class FollowUpFilter(FilterSet):
    due_after = since("due_at")
    due_before = before("due_at")
    scheduled_after = since("scheduled_at")
    scheduled_before = before("scheduled_at")
    wished_after = since("wished_at")
    wished_before = before("wished_at")
    recorded_after = since("recorded_at")
    recorded_before = before("recorded_at")
    created_after = since("created_at")
    created_before = before("created_at")
    overdue = YesNoFilter(method="by_overdue")

    class Meta:
        model = FollowUp
        fields = (
            "status", "ticket", "slip", "contact", "routine", "unit", "resident", "assignee", "recorded_by", "outcome",
            "estate",
        )  # fmt: skip

    def by_overdue(self, queryset: QuerySet[FollowUp], name: str, value: bool) -> QuerySet[FollowUp]:
        late = FollowUp.objects.late(timezone.now()).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class FollowUpViewSet(DeskViewSet):
    """Follow-up visits of the tickets and slips that the caller sees."""

    queryset = FollowUp.objects.all()
    serializer_class = FollowUpSerializer
    filterset_class = FollowUpFilter
    ordering_fields = ("id", "due_at", "scheduled_at", "status", "created_at")
    search_fields = ("ticket__number", "slip__number", "unit__code", "suggestion")
    permissions = {"*": "follow_ups.record", "list": "follow_ups.view", "retrieve": "follow_ups.view"}

    def rows(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.prefetch_related("attempts")

    @extend_schema(request=NewAttemptSerializer, responses=FollowUpSerializer)
    @action(detail=True, methods=["post"])
    def attempt(self, request: Request, pk: str) -> Response:
        visit = self.get_object()
        body = self.body(NewAttemptSerializer)
        body["via"] = body.pop("channel")
        return self.answer(follow_ups.record_attempt(visit, actor=request.user, **body))

    @extend_schema(request=RecordSerializer, responses=FollowUpSerializer)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: str) -> Response:
        visit = self.get_object()
        body = self.body(RecordSerializer)
        body["via"] = body.pop("channel")
        return self.answer(follow_ups.record_follow_up(visit, actor=request.user, **body))

    @extend_schema(request=WishSerializer, responses=FollowUpSerializer)
    @action(detail=True, methods=["post"])
    def wish(self, request: Request, pk: str) -> Response:
        visit = self.get_object()
        return self.answer(follow_ups.wish_time(visit, actor=request.user, **self.body(WishSerializer)))
