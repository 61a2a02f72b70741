"""Tickets and what belongs to them, as the API reads and writes them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from helpdesk.api.serializers import Key, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.audit.models import Entry
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.classification import Suggestion
from tickets.models import (
    SETTABLE_PRIORITIES,
    Channel,
    ComplaintClass,
    Finding,
    Forwarding,
    Priority,
    Reply,
    Step,
    Ticket,
    Topic,
)
from tickets.procedures import title_of_step

LONGEST = 10_000


class ColleagueKey(Key):
    """A member of staff who shares an estate with the caller."""

    def get_queryset(self) -> QuerySet[User]:
        mine = self.context["request"].user.estate_ids
        rows = super().get_queryset().filter(is_active=True)
        return rows.filter(memberships__estate_id__in=mine, memberships__is_active=True).distinct()


def refuse_other_estate(attrs: dict[str, Any], estate_id: int, *names: str) -> None:
    """400 beside the first of these that belongs to another estate than `estate_id`."""
    for name in names:
        if attrs.get(name) and attrs[name].estate_id != estate_id:
            raise ValidationError({name: _("This belongs to another estate.")}, code="other_estate")


class StepSerializer(StrictModelSerializer):
    title = serializers.SerializerMethodField()

    class Meta:
        model = Step
        fields = ("key", "title", "done_by", "done_at", "not_needed", "reason")

    def get_title(self, step: Step) -> str:
        return title_of_step(step)


class ForwardingSerializer(StrictModelSerializer):
    """Who forwarded the matter, and how they were answered."""

    class Meta:
        model = Forwarding
        fields = (
            "sender", "sender_name", "number", "answer_due_at", "answered_at", "answered_by", "answered_via", "answer",
        )  # fmt: skip
        read_only_fields = fields


class ShareSerializer(serializers.Serializer[Any]):
    complaint_class = serializers.ChoiceField(ComplaintClass.choices)
    confidence = serializers.FloatField(min_value=0, max_value=1)


class SuggestionSerializer(serializers.Serializer[Any]):
    """What the software thinks, and why; the clerk decides."""

    complaint_class = serializers.ChoiceField(ComplaintClass.choices)
    confidence = serializers.FloatField(min_value=0, max_value=1)
    reasons = serializers.ListField(child=serializers.CharField())
    ranking = ShareSerializer(many=True)
    against = serializers.CharField(allow_null=True, help_text="What speaks against the class, if anything.")
    is_unsure = serializers.BooleanField()
    possibly_valid = serializers.BooleanField()
    topic = serializers.CharField(allow_null=True)
    priority = serializers.CharField()
    serious = serializers.ListField(
        child=serializers.CharField(), help_text="Why it is a serious matter, if it is."
    )
    model_version = serializers.CharField()
    examples = serializers.IntegerField(help_text="How many examples the model has learnt from.")


class TicketSerializer(StrictModelSerializer):
    """A ticket, read; the same object in lists and alone."""

    complaint_class = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()
    reporter_phone = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()
    steps = StepSerializer(many=True, read_only=True)
    forwarding = ForwardingSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Ticket
        fields = (
            "id", "number", "estate", "status", "channel", "subject", "description", "language", "topic", "priority",
            "complaint_class", "is_communication", "suggestion", "finding", "unit", "resident", "reporter_name",
            "reporter_phone", "unit_as_written", "responsible", "handler", "department", "response_due_at",
            "resolution_due_at", "responded_at", "resolved_at", "closed_at", "is_overdue", "is_serious", "reopened",
            "resolution", "closing_reason", "merged_into", "on_site_due_at", "paused_since", "forwarding", "builder",
            "warranty_until", "steps", "created_by", "created_at", "version",
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


class SimilarSerializer(StrictModelSerializer):
    """An unresolved ticket that may be the same matter."""

    class Meta:
        model = Ticket
        fields = ("id", "number", "subject", "description", "status", "topic", "unit", "created_at")
        read_only_fields = fields


class TakenTicketSerializer(TicketSerializer):
    """A ticket as it was just taken, with what may be the same matter."""

    similar = SimilarSerializer(
        many=True,
        read_only=True,
        help_text="At most three, the newest first; whoever asked decides.",
    )

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "similar")
        read_only_fields = fields


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
    priority = serializers.ChoiceField(SETTABLE_PRIORITIES, required=False)
    complaint_class = serializers.ChoiceField(ComplaintClass.choices, required=False)
    language = serializers.ChoiceField(["en", "zh-hans", "zh-hant"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "unit", "resident")
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


class PrioritySerializer(StrictSerializer):
    priority = serializers.ChoiceField(Priority.choices)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class HandOverSerializer(StrictSerializer):
    to = ColleagueKey(queryset=User.objects.all())
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ResolveSerializer(StrictSerializer):
    resolution = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")


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
        fields = (
            "id",
            "at",
            "actor",
            "actor_name",
            "verb",
            "target_type",
            "target_id",
            "target_label",
            "data",
        )
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
