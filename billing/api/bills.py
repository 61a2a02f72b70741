"""The monthly run, and bills."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.fields import AmountField, DayField, LedgerViewSet, PeriodField, PeriodFilter, within
from billing.calculation import bounds_of
from billing.models import Bill, BillingRun, BillLine, ChargeItem, Dispute, Handover, RunProblem
from billing.selectors import totals_of_run
from billing.services import bills, disputes, late_fees, notices, runs, write_offs
from billing.services.ledger import local_day
from helpdesk.api.filters import FilterSet, YesNoFilter, refuse_unknown
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.estates.models import Estate
from helpdesk.lib.keys import BIGGEST_ID
from residents.models import Unit

MOST_PROBLEMS = 1000
BILL_STATUSES = [*Bill.Status.choices, ("overdue", "overdue")]


class WhySerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300)


# --- runs -------------------------------------------------------------------------------------------------------------


class ProblemSerializer(StrictModelSerializer):
    class Meta:
        model = RunProblem
        fields = ("unit", "charge_item", "code", "detail")
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class RunSerializer(StrictModelSerializer):
    problems = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = BillingRun
        fields = (
            "id", "estate", "period", "status", "issued_on", "due_on", "bills", "total", "problems", "progress",
            "previewed_by", "previewed_at", "confirmed_by", "confirmed_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, run: BillingRun) -> Any:
        """The first thousand."""
        return ProblemSerializer(run.problems.order_by("id")[:MOST_PROBLEMS], many=True).data

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, run: BillingRun) -> dict[str, int]:
        return {"done": run.done, "total": run.bills}


class RunSumSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    building = serializers.IntegerField()
    amount = AmountField()


class BillUnitSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())


class NewRunSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    period = PeriodField()
    issued_on = DayField(required=False)
    due_on = DayField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first = attrs.get("issued_on") or bounds_of(attrs["period"])[0]
        if attrs.get("due_on") and attrs["due_on"] < first:
            self.fields["due_on"].fail("invalid", format="YYYY-MM-DD")
        return attrs


# --- bills ------------------------------------------------------------------------------------------------------------


class LineSerializer(StrictModelSerializer):
    item = serializers.IntegerField(source="charge_item_id", read_only=True)
    explanation = serializers.JSONField(read_only=True)
    outstanding = AmountField(read_only=True)

    class Meta:
        model = BillLine
        fields = (
            "id", "item", "meter", "meter_from", "meter_to", "quantity", "rate", "amount", "paid", "written_off",
            "outstanding", "explanation",
        )  # fmt: skip
        read_only_fields = fields


class BillNoticeSerializer(StrictModelSerializer):
    class Meta:
        model = Handover
        fields = ("way", "received_by", "note", "handed_by", "at")
        read_only_fields = fields


class NewBillNoticeSerializer(StrictSerializer):
    way = serializers.ChoiceField(Handover.Way.choices)
    received_by = serializers.CharField(max_length=80, required=False, allow_blank=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ManyNoticesSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    bills = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=BIGGEST_ID),
        allow_empty=False,
        max_length=notices.MOST,
    )
    way = serializers.ChoiceField(Handover.Way.choices)
    handed_at = MomentField(required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One query however many; a bill of another estate is as absent as one that does not exist."""
        wanted = set(attrs["bills"])
        attrs["bills"] = list(Bill.objects.filter(estate=attrs["estate"], pk__in=wanted).order_by("id"))
        if missing := sorted(wanted - {bill.pk for bill in attrs["bills"]}):
            message = _("There is no such bill: %(ids)s.") % {"ids": ", ".join(map(str, missing[:10]))}
            raise ValidationError({"bills": message}, code="does_not_exist")
        return attrs


class HandedOverSerializer(serializers.Serializer[Any]):
    handed_over = serializers.ListField(child=serializers.IntegerField())
    left_out = serializers.ListField(child=serializers.IntegerField())


class BillSerializer(StrictModelSerializer):
    lines = LineSerializer(many=True, read_only=True)
    handovers = BillNoticeSerializer(many=True, read_only=True)
    status = serializers.SerializerMethodField()
    outstanding = AmountField(read_only=True)
    late_fee = serializers.SerializerMethodField()
    is_disputed = serializers.SerializerMethodField()

    class Meta:
        model = Bill
        fields = (
            "id", "number", "estate", "unit", "run", "kind", "period", "issued_on", "due_on", "currency", "status", "total",
            "paid", "written_off", "outstanding", "late_fee", "is_disputed", "replaces", "lines", "handovers",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(BILL_STATUSES))
    def get_status(self, bill: Bill) -> str:
        """Overdue once past due with something outstanding, whatever was paid."""
        return bill.status_on(local_day(bill.estate, timezone.now()))

    @extend_schema_field(AmountField())
    def get_late_fee(self, bill: Bill) -> str:
        """What is unpaid of its late fees, which are no part of its total."""
        return str(sum((fee.outstanding for fee in bill.late_fees.all()), Decimal("0.00")))

    def get_is_disputed(self, bill: Bill) -> bool:
        return bool(bill.open_disputes)  # type: ignore[attr-defined]


class PieceSerializer(StrictSerializer):
    item = VisibleKey(queryset=ChargeItem.objects.filter(kind="piece", is_active=True))
    quantity = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal("0.001"))


class NewBillSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    lines = serializers.ListField(child=PieceSerializer(), allow_empty=False, max_length=50)


class ReverseSerializer(WhySerializer):
    make_anew = serializers.BooleanField(required=False)
    due_on = DayField(required=False, help_text="When the bill made anew is due; else as usual.")


class SettleSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(Dispute.Outcome.choices, default=Dispute.Outcome.REJECTED)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PartSerializer(WhySerializer):
    amount = AmountField(required=False)


class BillFilter(FilterSet):
    period = PeriodFilter()
    status = django_filters.ChoiceFilter(choices=BILL_STATUSES, method="by_status")
    is_disputed = YesNoFilter(method="by_dispute")
    due_after = django_filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Bill
        fields = ("estate", "unit", "run", "kind", "period", "number", "due_on", "issued_on", "replaces")

    def by_status(self, queryset: Any, name: str, value: str) -> QuerySet[Bill]:
        late = queryset.overdue_at(timezone.now())
        return late if value == "overdue" else queryset.filter(status=value).exclude(pk__in=late.values("pk"))

    def by_dispute(self, queryset: Any, name: str, value: bool) -> QuerySet[Bill]:
        disputed = Dispute.objects.filter(settled_on__isnull=True).values("bill")
        return queryset.filter(pk__in=disputed) if value else queryset.exclude(pk__in=disputed)


def rows_of_bills() -> QuerySet[Bill]:
    """Bills with all that their serializer tells."""
    contested = Prefetch("disputes", Dispute.objects.filter(settled_on__isnull=True), to_attr="open_disputes")
    return Bill.objects.select_related("estate").prefetch_related(
        "lines", "late_fees", contested, Prefetch("handovers", Handover.objects.order_by("id"))
    )


class BillViewSet(LedgerViewSet):
    """Bills, never edited: a wrong one is reversed and made anew."""

    queryset = Bill.objects.all()
    serializer_class = BillSerializer
    filterset_class = BillFilter
    ordering_fields = ("id", "created_at", "number", "status", "due_on", "period")
    search_fields = ("number", "unit__code")
    permissions = {
        "list": "billing.view",
        "retrieve": "billing.view",
        "create": "billing.take",
        "reverse": "billing.reverse",
        "dispute": "billing.dispute",
        "settle_dispute": "billing.dispute",
        "write_off": "billing.waive",
        "waive_late_fee": "billing.waive",
        "hand_over": "billing.take",
        "hand_over_many": "billing.take",
        "*": "billing.view",
    }

    def rows(self) -> QuerySet[Bill]:
        return rows_of_bills()

    @extend_schema(request=NewBillSerializer, responses={201: BillSerializer})
    def create(self, request: Request) -> Response:
        """A counter sale: paid services by the piece, at today's rates. An Idempotency-Key sells once, for ever."""

        def make(unit: Unit, lines: list[dict[str, Any]], **kwargs: Any) -> Bill:
            pieces = [(line["item"], line["quantity"]) for line in lines]
            return bills.make_bill(unit, pieces=pieces, form_token=self.key_token(), **kwargs)

        return self.made(NewBillSerializer, "unit", make)

    @extend_schema(request=ReverseSerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        bill = self.get_object()
        return self.answer(bills.reverse_bill(bill, actor=request.user, **self.body(ReverseSerializer)))

    @extend_schema(request=NewBillNoticeSerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Its notice was handed over: to whom and how; who and when are the caller and now. A key counts once."""
        bill, body = self.get_object(), self.body(NewBillNoticeSerializer)
        notices.hand_over_bill(bill, actor=request.user, form_token=self.key_token(), **body)
        return self.answer(bill)

    @extend_schema(
        operation_id="bills_hand_over_many_create",
        request=ManyNoticesSerializer,
        responses=HandedOverSerializer,
    )
    @action(detail=False, methods=["post"], url_path="hand-over")
    def hand_over_many(self, request: Request) -> Response:
        """Up to 500 notices at once; those of reversed bills are left out. A key counts once for each bill."""
        body = self.body(ManyNoticesSerializer)
        self.check_object_permissions(request, body["estate"])
        handed = notices.hand_over_bills(
            body.pop("estate"), body["bills"], actor=request.user, form_token=self.key_token(),
            **{name: value for name, value in body.items() if name != "bills"},
        )  # fmt: skip
        done = {row.bill_id for row in handed}
        left_out = [bill.pk for bill in body["bills"] if bill.pk not in done]
        return Response({"handed_over": sorted(done), "left_out": left_out})

    @extend_schema(request=WhySerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, pk: str) -> Response:
        bill = self.get_object()
        disputes.open_dispute(bill, actor=request.user, **self.body(WhySerializer))
        return self.answer(bill)

    @extend_schema(request=SettleSerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"], url_path="settle-dispute")
    def settle_dispute(self, request: Request, pk: str) -> Response:
        bill = self.get_object()
        disputes.settle_dispute(bill, actor=request.user, **self.body(SettleSerializer))
        return self.answer(bill)

    @extend_schema(request=PartSerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: Request, pk: str) -> Response:
        return self._give_up(write_offs.write_off)

    @extend_schema(request=PartSerializer, responses=BillSerializer)
    @action(detail=True, methods=["post"], url_path="waive-late-fee")
    def waive_late_fee(self, request: Request, pk: str) -> Response:
        return self._give_up(late_fees.waive_late_fee)

    def _give_up(self, act: Callable[..., Any]) -> Response:
        """An Idempotency-Key gives up once, for ever."""
        bill, body = self.get_object(), self.body(PartSerializer)
        act(bill, actor=self.request.user, form_token=self.key_token(), **body)
        return self.answer(bill)


# --- the run's acts ---------------------------------------------------------------------------------------------------


class RunFilter(FilterSet):
    period = PeriodFilter()

    class Meta:
        model = BillingRun
        fields = ("estate", "period", "status", "issued_on", "due_on")


class RunViewSet(LedgerViewSet):
    """A period's bills: a preview, which is confirmed and then billed in the background."""

    queryset = BillingRun.objects.all()
    serializer_class = RunSerializer
    filterset_class = RunFilter
    ordering_fields = ("id", "period", "status", "due_on")
    permissions = {
        "*": "billing.run",
        "list": "billing.view",
        "retrieve": "billing.view",
        "totals": "billing.view",
    }

    @extend_schema(request=NewRunSerializer, responses={201: RunSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewRunSerializer, "estate", runs.preview_run)

    @extend_schema(request=None, responses={202: RunSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        run = self.get_object()
        self.nothing_in_the_body()
        return self.answer(runs.confirm_run(run, actor=request.user), status=202)

    @extend_schema(responses=RunSumSerializer(many=True))
    @action(detail=True)
    def totals(self, request: Request, pk: str) -> Response:
        """What the run would bill or billed, by charge item and building."""
        refuse_unknown(request)
        rows = [
            {"item": row["charge_item"], "building": row["building"], "amount": row["amount"]}
            for row in totals_of_run(self.get_object())
        ]
        return Response(RunSumSerializer(rows, many=True).data)

    @extend_schema(request=BillUnitSerializer, responses={201: BillSerializer})
    @action(detail=True, methods=["post"], url_path="bill-unit")
    def bill_unit(self, request: Request, pk: str) -> Response:
        """The bill of a unit that was left out when its period was billed."""
        run, body = self.get_object(), self.body(BillUnitSerializer)
        within(body | {"run": run}, "run", "unit")
        bill = bills.bill_left_out(run, body["unit"], actor=request.user)
        told = BillSerializer(rows_of_bills().get(pk=bill.pk), context=self.get_serializer_context())
        return Response(told.data, status=201)
