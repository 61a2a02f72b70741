"""Visits at the door 上门催收: what was said there, and what they promised; nobody promises for the company."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField, DayField, LedgerViewSet
from billing.models import Bill, CollectionVisit, Deferral, PaymentPromise
from billing.services import collection
from helpdesk.api.filters import FilterSet, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.attachments.models import Attachment
from residents.api.files import sent_files
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
            "id", "estate", "unit", "at", "by", "way", "met", "reason", "said", "passed_to", "left_notice", "owed",
            "owed_since", "promises", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewNoticePhotoSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)


class NoticePhotoSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()


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
    way = serializers.ChoiceField(CollectionVisit.Way.choices, required=False)
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
        fields = ("estate", "unit", "by", "way", "met", "reason", "left_notice", "owed_since")


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
            return collection.record_visit(promise=promised, form_token=self.key_token(), **kwargs)

        return self.made(NewCollectionVisitSerializer, "unit", make)

    @extend_schema(
        methods=["GET"],
        operation_id="collection_visits_photos_list",
        responses=NoticePhotoSerializer(many=True),
        filters=False,
    )
    @extend_schema(
        methods=["POST"],
        request={"multipart/form-data": NewNoticePhotoSerializer},
        responses={201: NoticePhotoSerializer(many=True)},
    )
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def photos(self, request: Request, pk: str) -> Response:
        """Photos of the notice that was left there."""
        visit = self.get_object()
        if request.method != "POST":
            return self.part(Attachment.objects.of(visit), NoticePhotoSerializer)
        files = sent_files(request)
        kept = collection.add_notice_photos(visit, files, actor=request.user)  # type: ignore[arg-type]
        return Response(NoticePhotoSerializer(kept, many=True).data, status=201)


class DeferralSerializer(StrictModelSerializer):
    class Meta:
        model = Deferral
        fields = ("id", "estate", "unit", "kind", "since", "until", "reason", "approved_by", "created_at")
        read_only_fields = fields


class NewDeferralSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    until = DayField()
    since = DayField(required=False)
    reason = serializers.CharField(max_length=300)


class DeferralFilter(FilterSet):
    running_on = django_filters.DateFilter(method="running", label=gettext_lazy("running on"))

    class Meta:
        model = Deferral
        fields = ("estate", "unit", "kind", "since", "until")

    def running(self, rows: QuerySet[Deferral], name: str, value: date) -> QuerySet[Deferral]:
        return rows.filter(since__lte=value, until__gte=value)


class DeferralViewSet(LedgerViewSet):
    """Reminders that wait: for hardship, which a manager grants, or for a complaint."""

    queryset = Deferral.objects.all()
    serializer_class = DeferralSerializer
    filterset_class = DeferralFilter
    ordering_fields = ("id", "created_at", "since", "until")
    search_fields = ("unit__code", "reason")
    permissions = {"*": "collection.visit", "create": "deferrals.grant", "end": "deferrals.grant"}

    @extend_schema(request=NewDeferralSerializer, responses={201: DeferralSerializer})
    def create(self, request: Request) -> Response:
        return self.made(
            NewDeferralSerializer, "unit", lambda unit, **body: collection.grant_deferral(unit, **body)
        )

    @extend_schema(request=None, responses=DeferralSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Reminders go on from tomorrow."""
        deferral = self.get_object()
        self.nothing_in_the_body()
        return self.answer(collection.end_deferral(deferral, actor=request.user))  # type: ignore[arg-type]
