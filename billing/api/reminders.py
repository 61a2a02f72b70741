"""Reminders, to be read: which bill was reminded of at which rung, and in which notice the household was told."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from billing.api.fields import AmountField, LedgerViewSet
from billing.models import Reminder, ReminderNotice
from helpdesk.api.filters import FilterSet, YesNoFilter
from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.notifications.models import Message


class ReminderNoticeSerializer(StrictModelSerializer):
    """What went out that day; its words, with name and amounts, stay in the house."""

    message_status = serializers.ChoiceField(
        Message.Status.choices, source="message.status", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = ReminderNotice
        fields = (
            "id", "day", "level", "way", "channel", "language", "total", "message_status", "done_at", "done_by", "done_note",
            "withdrawn_at",
        )  # fmt: skip
        read_only_fields = fields


class ReminderSerializer(StrictModelSerializer):
    number = serializers.CharField(source="bill.number", read_only=True)
    outstanding = AmountField(read_only=True)
    notice = ReminderNoticeSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Reminder
        fields = (
            "id", "estate", "unit", "bill", "number", "level", "day", "outstanding", "is_dropped", "notice", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ReminderFilter(FilterSet):
    is_sent = YesNoFilter(field_name="notice", lookup_expr="isnull", exclude=True)
    way = django_filters.CharFilter(field_name="notice__way")
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = Reminder
        fields = ("estate", "unit", "bill", "level", "day", "is_dropped")


class ReminderViewSet(LedgerViewSet):
    """Exactly one for each bill and rung."""

    queryset = Reminder.objects.all()
    serializer_class = ReminderSerializer
    filterset_class = ReminderFilter
    ordering_fields = ("id", "created_at", "day", "level")
    search_fields = ("bill__number", "unit__code")
    permissions = {"*": "reminders.view"}

    def rows(self) -> QuerySet[Reminder]:
        return Reminder.objects.select_related("bill", "notice__message")
