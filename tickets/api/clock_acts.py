"""What stops a ticket's clock, sets another, or sends it to the manager, by the API."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.serializers import MomentField, StrictSerializer
from helpdesk.api.viewsets import DeskViewSet
from tickets.models import Forwarding, Pause
from tickets.services import tickets


class PauseSerializer(StrictSerializer):
    reason = serializers.ChoiceField(Pause.Reason.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    until = MomentField(required=False, allow_null=True)


class ForwardSerializer(StrictSerializer):
    sender = serializers.ChoiceField(Forwarding.Sender.choices)
    sender_name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    answer_due_at = MomentField(required=False, allow_null=True)


class AnswerBackSerializer(StrictSerializer):
    answer = serializers.CharField(max_length=10_000, allow_blank=True, default="")
    via = serializers.ChoiceField(Forwarding.Via.choices)
    answered_at = MomentField(required=False, allow_null=True)


class SeriousSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class WarrantySerializer(StrictSerializer):
    builder = serializers.CharField(max_length=120, allow_blank=True)
    warranty_until = serializers.DateField(required=False, allow_null=True)


class ClockActs(DeskViewSet):
    """Actions of the ticket viewset; each answers with the ticket as it now is."""

    def act(self, service: Callable[..., Any], shape: type[StrictSerializer]) -> Response:
        ticket = self.get_object()
        return self.answer(service(ticket, actor=self.request.user, **self.body(shape)))

    @extend_schema(request=PauseSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self.act(tickets.pause_ticket, PauseSerializer)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        ticket = self.get_object()
        self.nothing_in_the_body()
        return self.answer(tickets.resume_ticket(ticket, actor=request.user))  # type: ignore[arg-type]

    @extend_schema(request=ForwardSerializer)
    @action(detail=True, methods=["post"])
    def forward(self, request: Request, pk: str) -> Response:
        return self.act(tickets.note_forwarding, ForwardSerializer)

    @extend_schema(request=AnswerBackSerializer)
    @action(detail=True, methods=["post"], url_path="answer-back")
    def answer_back(self, request: Request, pk: str) -> Response:
        return self.act(tickets.answer_back, AnswerBackSerializer)

    @extend_schema(request=SeriousSerializer)
    @action(detail=True, methods=["post"])
    def serious(self, request: Request, pk: str) -> Response:
        return self.act(tickets.report_serious, SeriousSerializer)

    @extend_schema(request=WarrantySerializer)
    @action(detail=True, methods=["post"])
    def warranty(self, request: Request, pk: str) -> Response:
        return self.act(tickets.set_warranty, WarrantySerializer)
