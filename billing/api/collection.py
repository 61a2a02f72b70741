"""Visits at the door 上门催收: what was said there, and what they promised; nobody promises for the company."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField, LedgerViewSet
from billing.models import Bill, CollectionVisit, PaymentPromise
from billing.services import collection
from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from residents.models import Unit


class PaymentPromiseSerializer(StrictModelSerializer):
    amount = AmountField(read_only=True, allow_null=True)

    class Meta:
        model = PaymentPromise
        fields = ("id", "promised_by", "promised_for", "amount", "made_on", "settled_on", "outcome")
        read_only_fields = fields


class CollectionVisitSerializer(StrictModelSerializer):
    promises = PaymentPromiseSerializer(many=True, read_only=True)
    owed = AmountField(read_only=True)

    class Meta:
        model = CollectionVisit
        fields = (
            "id", "estate", "unit", "at", "by", "met", "reason", "said", "passed_to", "left_notice", "owed", "owed_since",
            "promises", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewPromiseSerializer(StrictSerializer):
    who = serializers.CharField(max_length=80)
    day = serializers.DateField()
    amount = AmountField(required=False, allow_null=True)


class NewCollectionVisitSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    met = serializers.ChoiceField(CollectionVisit.Met.choices)
    reason = serializers.ChoiceField(CollectionVisit.Reason.choices, required=False, allow_blank=True)
    said = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    passed_to = serializers.CharField(max_length=80, required=False, allow_blank=True)
    left_notice = serializers.BooleanField(required=False)
    promise = NewPromiseSerializer(required=False, allow_null=True)
    doubted = serializers.ListField(
        child=VisibleKey(queryset=Bill.objects.all()), required=False, max_length=200
    )


class VisitFilter(FilterSet):
    at_after = since("at")
    at_before = before("at")
    outcome = django_filters.ChoiceFilter(
        field_name="promises__outcome", choices=PaymentPromise.Outcome.choices, distinct=True
    )

    class Meta:
        model = CollectionVisit
        fields = ("estate", "unit", "by", "met", "reason", "left_notice", "owed_since")


class CollectionVisitViewSet(LedgerViewSet):
    """What happened at a door is written down once and never changed."""

    queryset = CollectionVisit.objects.all()
    serializer_class = CollectionVisitSerializer
    filterset_class = VisitFilter
    ordering_fields = ("id", "created_at", "at")
    search_fields = ("unit__code", "said")
    permissions = {"*": "collection.visit"}

    def rows(self) -> QuerySet[CollectionVisit]:
        return CollectionVisit.objects.prefetch_related("promises")

    @extend_schema(request=NewCollectionVisitSerializer, responses={201: CollectionVisitSerializer})
    def create(self, request: Request) -> Response:
        """An open complaint, or a doubt that names no bill, pauses the reminders for 30 days; a promise, until its day.

        Bills that are `doubted` are disputed; nothing else waits for them.
        """

        def make(promise: dict[str, Any] | None = None, **kwargs: Any) -> CollectionVisit:
            promised = collection.Promised(**promise) if promise else None
            return collection.record_visit(promise=promised, **kwargs)

        return self.made(NewCollectionVisitSerializer, "unit", make)
