"""Reports of the fees: the very figures of page and dashboard; money as decimal strings, rates in per cent."""

from datetime import date, datetime
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from billing.api.fields import AmountField
from billing.figures import AGES, ZERO, Span, ageing, collection_figures, rate_of
from helpdesk.estates.models import Estate
from helpdesk.staff.reports import GroupSerializer, ReportSerializer, ReportView

MONEY = ("billed", "paid", "prior", "prior_paid", "written_off")
RATES = (("rate", "paid", "billed"), ("prior_rate", "prior_paid", "prior"))
BOTH = ("", "before_")


class CollectionFiguresSerializer(serializers.Serializer[Any]):
    """Of the period, and (`before_…`) of the one it is compared with."""

    def get_fields(self) -> dict[str, Any]:
        money: dict[str, Any] = {prefix + name: AmountField() for prefix in BOTH for name in MONEY}
        rates = {
            prefix + name: serializers.FloatField(allow_null=True)
            for prefix in BOTH
            for name, _part, _whole in RATES
        }
        return money | rates


class CollectionGroupSerializer(GroupSerializer):
    figures = CollectionFiguresSerializer()


class CollectionReportSerializer(ReportSerializer):
    total = CollectionFiguresSerializer()
    groups = CollectionGroupSerializer(many=True)


class AgeingFiguresSerializer(serializers.Serializer[Any]):
    """By the upper end of each row in days."""

    def get_fields(self) -> dict[str, Any]:
        return {name: AmountField() for name in (*map(str, AGES), "older", "sum")}


class AgeingGroupSerializer(GroupSerializer):
    figures = AgeingFiguresSerializer()


class AgeingReportSerializer(ReportSerializer):
    total = AgeingFiguresSerializer()
    groups = AgeingGroupSerializer(many=True)


@extend_schema_view(get=extend_schema(responses=CollectionReportSerializer))
class CollectionView(ReportView):
    """Billed, collected and prior arrears in the period and the one before; the rates in per cent."""

    permission = "billing.figures"
    groupings = {name: name for name in ("item", "building", "use", "period")}

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Span:
        return Span(estate, first, last)

    def figures(self, scope: Span, at: datetime, group_by: str) -> Any:
        return collection_figures(scope, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        rates = {
            prefix + name: rate_of(row[prefix + part], row[prefix + whole])
            for prefix in BOTH
            for name, part, whole in RATES
        }
        return {name: f"{amount:.2f}" for name, amount in row.items()} | rates


@extend_schema_view(get=extend_schema(responses=AgeingReportSerializer))
class AgeingView(ReportView):
    """What is past due and unpaid on the last day, by days since it fell due: up to 30, 60, 90, 180, 365, and beyond."""

    permission = "billing.figures"
    groupings = {name: name for name in ("item", "building", "use", "period")}

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Span:
        return Span(estate, first, last)

    def figures(self, scope: Span, at: datetime, group_by: str) -> Any:
        rows = ageing(scope, group_by=group_by)
        if not group_by:
            return {row["age"]: row["amount"] for row in rows}
        found: dict[Any, dict[Any, Any]] = {}
        for row in rows:
            found.setdefault(row["key"], {"key": row["key"]})[row["age"]] = row["amount"]
        return list(found.values())

    def told(self, row: dict[Any, Any]) -> dict[str, Any]:
        named = {str(age) if age else "older": f"{row.get(age, ZERO):.2f}" for age in (*AGES, 0)}
        return named | {"sum": f"{sum(row.values(), ZERO):.2f}"}
