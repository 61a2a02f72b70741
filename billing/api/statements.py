"""A unit's account."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField
from billing.models import AccountEntry, ChargeItem
from billing.selectors import Statement, StatementRow, statement_of
from helpdesk.api.filters import BIGGEST_ID, refuse_unknown
from helpdesk.api.views import TableView
from residents.models import Unit


class EntrySerializer(serializers.Serializer[Any]):
    date = serializers.DateField(source="entry.on")
    kind = serializers.ChoiceField(AccountEntry.Kind.choices, source="entry.kind")
    number = serializers.CharField(source="entry.number")
    debit = AmountField()
    credit = AmountField()
    balance = AmountField()
    explanation = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_explanation(self, row: StatementRow) -> list[dict[str, Any]]:
        """Why the amount is what it is: lines with quantity, rate and reading, days of a late fee, what a payment settled."""
        return [{key: _plain(value) for key, value in part.items()} for part in row.lines]


def _plain(value: Any) -> Any:
    if isinstance(value, ChargeItem):
        return value.pk
    return value if value is None or isinstance(value, (bool, int, list, dict)) else str(value)


class StatementSerializer(serializers.Serializer[Any]):
    outstanding = AmountField(source="arrears.outstanding")
    arrears = AmountField(source="arrears.amount")
    arrears_since = serializers.DateField(source="arrears.since", allow_null=True)
    credit = AmountField(source="arrears.credit")
    balance = AmountField()
    entries = serializers.SerializerMethodField()

    @extend_schema_field(EntrySerializer(many=True))
    def get_entries(self, statement: Statement) -> Any:
        return EntrySerializer(statement.rows, many=True).data


class StatementView(TableView):
    """What a unit owes and why: every entry of its account with the balance after it, oldest first."""

    permission = "billing.view"

    @extend_schema(operation_id="units_statement", responses=StatementSerializer)
    def get(self, request: Request, pk: str) -> Response:
        refuse_unknown(request)
        units = Unit.objects.visible_to(request.user).select_related("estate")
        unit = units.filter(pk=pk).first() if int(pk) <= BIGGEST_ID else None
        if unit is None:
            raise Http404
        self.check_object_permissions(request, unit)
        return Response(StatementSerializer(statement_of(unit)).data)
