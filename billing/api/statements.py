"""A unit's account."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField
from billing.models import AccountEntry, ChargeItem
from billing.selectors import Statement, StatementRow, arrears_of, statement_of
from billing.services.credit import use_credit
from helpdesk.api.filters import refuse_unknown
from helpdesk.api.serializers import NothingSerializer
from helpdesk.api.views import TableView
from helpdesk.lib.keys import BIGGEST_ID
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


class UsedCreditSerializer(serializers.Serializer[Any]):
    used = AmountField()
    outstanding = AmountField()
    credit = AmountField()


class AccountView(TableView):
    """A view of one unit's account."""

    def unit(self, pk: str) -> Unit:
        """The unit; absent and foreign are the same 404, a role that may not is a 403."""
        refuse_unknown(self.request)
        units = Unit.objects.visible_to(self.request.user).select_related("estate")
        unit = units.filter(pk=pk).first() if int(pk) <= BIGGEST_ID else None
        if unit is None:
            raise Http404
        self.check_object_permissions(self.request, unit)
        return unit  # type: ignore[no-any-return]


class StatementView(AccountView):
    """What a unit owes and why: every entry of its account with the balance after it, oldest first."""

    permission = "billing.view"

    @extend_schema(operation_id="units_statement", responses=StatementSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(StatementSerializer(statement_of(self.unit(pk))).data)


class UseCreditView(AccountView):
    """What a unit has paid ahead settles what is open, the oldest first. An Idempotency-Key gives the first answer again."""

    permission = "billing.take"

    @extend_schema(operation_id="units_use_credit", request=None, responses=UsedCreditSerializer)
    def post(self, request: Request, pk: str) -> Response:
        unit = self.unit(pk)
        if request.data not in (None, ""):
            self.body(NothingSerializer)
        used = use_credit(unit, actor=request.user)
        left = arrears_of(unit)
        said = {"used": used, "outstanding": left.outstanding, "credit": left.credit}
        return Response(UsedCreditSerializer(said).data)
