"""The watch list: who looked is kept here as on the page."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.audit.services import log_access
from helpdesk.estates.calendars import estates_by_day
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import ip_of
from visitors.api.visits import refuse_masked
from visitors.models import WatchEntry
from visitors.services.watching import add_watch_entry, end_watch_entry


class WatchEntrySerializer(StrictModelSerializer):
    name = serializers.SerializerMethodField(help_text="Masked.")

    class Meta:
        model = WatchEntry
        fields = ("id", "estate", "name", "plate", "source", "ends_on", "created_by", "created_at", "version")
        read_only_fields = fields

    def get_name(self, entry: WatchEntry) -> str:
        return str(entry.name)


class WatchReasonSerializer(WatchEntrySerializer):
    """One entry with its reason; reading it is written down."""

    class Meta(WatchEntrySerializer.Meta):
        fields = (*WatchEntrySerializer.Meta.fields, "reason")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class NewWatchEntrySerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=300)
    source = serializers.CharField(max_length=120)
    ends_on = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_masked(attrs, "name", "phone")
        return attrs


class EndWatchSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class WatchFilter(FilterSet):
    running = YesNoFilter(method="by_running")
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = WatchEntry
        fields = ("estate", "plate", "created_by")

    def by_running(self, queryset: QuerySet[WatchEntry], name: str, value: bool) -> QuerySet[WatchEntry]:
        runs = Q(pk__in=())
        for today, estates in estates_by_day(timezone.now()).items():
            runs |= Q(estate__in=estates, ends_on__gte=today)
        return queryset.filter(runs if value else ~runs)


class WatchViewSet(DeskViewSet):
    """Whom the clerk should look at twice, for a reason, until a day."""

    queryset = WatchEntry.objects.all()
    serializer_class = WatchReasonSerializer
    filterset_class = WatchFilter
    ordering_fields = ("id", "ends_on", "created_at")
    search_fields = ("source",)
    permissions = {"*": "watch_list.write"}

    def get_serializer_class(self) -> Any:
        return WatchEntrySerializer if self.action == "list" else WatchReasonSerializer

    def answer(self, obj: Any, *, status: int = 200) -> Response:
        log_access(
            obj,
            "reason",
            actor=self.request.user,  # type: ignore[arg-type]
            estate_id=obj.estate_id,
            reason="watch list",
            address=ip_of(self.request),
        )
        return super().answer(obj, status=status)

    @extend_schema(request=NewWatchEntrySerializer, responses={201: WatchReasonSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewWatchEntrySerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(add_watch_entry(actor=request.user, **body), status=201)

    @extend_schema(request=EndWatchSerializer, responses=WatchReasonSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """It warns nobody any more."""
        entry = self.get_object()
        return self.answer(end_watch_entry(entry, actor=request.user, **self.body(EndWatchSerializer)))
