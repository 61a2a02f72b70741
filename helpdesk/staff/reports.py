"""What every report of the API shares: the same question in the address, the same shape of the answer."""

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import refuse_unknown
from helpdesk.api.serializers import StrictSerializer, VisibleKey
from helpdesk.api.views import TableView
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate

LONGEST = 366


class QuestionSerializer(StrictSerializer):
    """What the address asks; without days, the last thirty."""

    estate = VisibleKey(queryset=Estate.objects.all(), required=False)
    to = serializers.DateField(required=False)
    group_by = serializers.CharField(required=False, max_length=20)
    from_ = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word that Python keeps for itself.
        fields = super().get_fields()
        fields["from"] = fields.pop("from_")
        return fields


class GroupSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True)
    figures = serializers.DictField(child=serializers.FloatField(allow_null=True))


class ReportSerializer(serializers.Serializer[Any]):
    estate = serializers.IntegerField()
    to = serializers.DateField()
    group_by = serializers.CharField(allow_null=True)
    total = serializers.DictField(child=serializers.FloatField(allow_null=True))
    groups = GroupSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.DateField()}


class ReportView(TableView, ABC):
    """One report: the period's figures, and the same for each group where one is asked for."""

    permission = "reports.view"
    groupings: dict[str, str] = {}

    @extend_schema(parameters=[QuestionSerializer], responses=ReportSerializer)
    def get(self, request: Request) -> Response:
        refuse_unknown(request, {"estate", "from", "to", "group_by"})
        question = QuestionSerializer(data=request.query_params.dict(), context={"request": request})
        question.is_valid(raise_exception=True)
        asked: dict[str, Any] = question.validated_data
        estate, first, last = self.days_of(request, asked)
        group_by = asked.get("group_by")
        if group_by and group_by not in self.groupings:
            raise ValidationError(
                {"group_by": [f"One of {', '.join(self.groupings)}."]}, code="invalid_choice"
            )
        at = timezone.now()
        scope = self.scope_of(request.user, estate, first, last)
        rows = self.figures(scope, at, self.groupings[group_by]) if group_by else []
        groups = [{"key": row.pop("key"), "figures": self.told(row)} for row in rows]
        body = {
            "estate": estate.pk,
            "from": first,
            "to": last,
            "group_by": group_by,
            "total": self.told(self.figures(scope, at, "")) | self.more(scope),
            "groups": [{**g, "key": None if g["key"] in (None, "") else str(g["key"])} for g in groups],
        }
        return Response(body)

    def days_of(self, request: Request, asked: dict[str, Any]) -> tuple[Estate, date, date]:
        """Which estate, from which day to which; 403 where the role shows no figures, 400 for days in disorder."""
        user: Any = request.user
        allowed = [m.estate_id for m in user.memberships_now if user.may(self.permission, m.estate_id)]
        estate = asked.get("estate") or Estate.objects.filter(pk__in=allowed).order_by("pk").first()
        if estate is None or estate.pk not in allowed:
            raise PermissionDenied
        last = asked.get("to") or local(estate, timezone.now()).date()
        first = asked.get("from") or last - timedelta(days=29)
        if not 0 <= (last - first).days < LONGEST or not 2000 <= first.year <= last.year <= 2999:
            raise ValidationError({"from": ["From one day to a later one, a year at most."]}, code="invalid")
        return estate, first, last

    # Each report answers these three; the rest is the same for all of them.

    @abstractmethod
    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Any:
        """What `figures` wants to know of the question."""

    @abstractmethod
    def figures(self, scope: Any, at: datetime, group_by: str) -> Any:
        """The figures of the whole scope, or with `group_by` a row for each group with its `key`."""

    @abstractmethod
    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        """One row of `figures` in the names of the API."""

    def more(self, scope: Any) -> dict[str, Any]:
        return {}
