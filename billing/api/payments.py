"""Payments, refunds, deposits, invoice requests and closed days."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet, Sum
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.bills import WhySerializer
from billing.api.fields import AmountField, DayField, LedgerViewSet, within
from billing.models import (
    Allocation,
    Bill,
    ChargeItem,
    DayClosing,
    DayCount,
    Deposit,
    InvoiceRequest,
    Method,
    Payment,
    Refund,
)
from billing.services import closings, credit, deposits, invoices, payments
from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.estates.models import Estate
from residents.models import Decoration, Resident, Unit


class AllocationSerializer(StrictModelSerializer):
    class Meta:
        model = Allocation
        fields = ("bill", "line", "late_fee", "amount")
        read_only_fields = fields


class PaymentSerializer(StrictModelSerializer):
    receipt_number = serializers.CharField(source="receipt.number", read_only=True)
    status = serializers.SerializerMethodField()
    allocations = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()
    reversed_on = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "id", "number", "receipt_number", "estate", "unit", "amount", "currency", "method", "reference", "channel",
            "received_on", "value_on", "received_by", "status", "allocations", "credit", "reversed_on", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(["taken", "reversed"]))
    def get_status(self, payment: Payment) -> str:
        return "reversed" if hasattr(payment, "reversal") else "taken"

    @extend_schema_field(AllocationSerializer(many=True))
    def get_allocations(self, payment: Payment) -> Any:
        """What it settles now; nothing once it was reversed."""
        standing = [
            a
            for a in payment.allocations.all()
            if a.bill_id and not a.reverses_id and not hasattr(a, "reversal")
        ]
        return AllocationSerializer(standing, many=True).data

    @extend_schema_field(AmountField())
    def get_credit(self, payment: Payment) -> str:
        """What of it is still to be used."""
        return "0.00" if hasattr(payment, "reversal") else str(payment.credit)

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_reversed_on(self, payment: Payment) -> Any:
        return payment.reversal.received_on.isoformat() if hasattr(payment, "reversal") else None


class NewPaymentSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    amount = AmountField()
    currency = serializers.CharField(max_length=3, required=False)
    method = serializers.ChoiceField(Method.choices)
    reference = serializers.CharField(max_length=80, required=False, allow_blank=True)
    bills = serializers.ListField(
        child=VisibleKey(queryset=Bill.objects.all()), required=False, allow_empty=False, max_length=200
    )
    received_on = DayField(
        required=False,
        help_text="Today where it is left out. More than 31 days back is 409 `too_far_back` to whoever may not waive.",
    )


class PaymentFilter(FilterSet):
    status = django_filters.ChoiceFilter(
        choices=[("taken", "taken"), ("reversed", "reversed")], method="by_status"
    )
    received_after = django_filters.DateFilter(field_name="received_on", lookup_expr="gte")
    received_before = django_filters.DateFilter(field_name="received_on", lookup_expr="lt")

    class Meta:
        model = Payment
        fields = ("estate", "unit", "method", "channel", "number", "received_on", "received_by")

    def by_status(self, queryset: Any, name: str, value: str) -> QuerySet[Payment]:
        return queryset.filter(reversal__isnull=value == "taken")


class PaymentViewSet(LedgerViewSet):
    """Money received. Needs an Idempotency-Key, so that none is taken twice."""

    queryset = Payment.objects.all()
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter
    idempotency_required = ("create",)
    ordering_fields = ("id", "created_at", "number", "received_on")
    search_fields = ("number", "receipt__number", "reference", "unit__code")
    permissions = {"*": "billing.view", "create": "billing.take", "reverse": "billing.reverse"}

    def rows(self) -> QuerySet[Payment]:
        found = Payment.objects.filter(reverses__isnull=True).select_related("receipt", "reversal")
        return found.prefetch_related("allocations__reversal")

    @extend_schema(request=NewPaymentSerializer, responses={201: PaymentSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewPaymentSerializer, "unit", self._take)

    def _take(self, unit: Unit, **body: Any) -> Payment:
        return payments.take_payment(unit, channel=Payment.Channel.API, form_token=self.key_token(), **body)

    @extend_schema(request=WhySerializer, responses=PaymentSerializer)
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        payment = self.get_object()
        return self.answer(payments.reverse_payment(payment, actor=request.user, **self.body(WhySerializer)))


class RefundSerializer(StrictModelSerializer):
    class Meta:
        model = Refund
        fields = (
            "id",
            "number",
            "estate",
            "unit",
            "amount",
            "method",
            "reason",
            "on",
            "approved_by",
            "created_at",
        )
        read_only_fields = fields


class NewRefundSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    amount = AmountField()
    method = serializers.ChoiceField(Method.choices)
    reason = serializers.CharField(max_length=300)


class RefundFilter(FilterSet):
    class Meta:
        model = Refund
        fields = ("estate", "unit", "method", "number", "on")


class RefundViewSet(LedgerViewSet):
    """Credit given back. An Idempotency-Key gives it once, for ever."""

    queryset = Refund.objects.all()
    serializer_class = RefundSerializer
    filterset_class = RefundFilter
    ordering_fields = ("id", "created_at", "number")
    permissions = {"*": "billing.view", "create": "billing.reverse"}

    @extend_schema(request=NewRefundSerializer, responses={201: RefundSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewRefundSerializer, "unit", self._give)

    def _give(self, unit: Unit, **body: Any) -> Refund:
        return credit.refund_credit(unit, form_token=self.key_token(), **body)


class DepositSerializer(StrictModelSerializer):
    status = serializers.ChoiceField(Deposit.Status.choices, read_only=True)
    held = AmountField(read_only=True)

    class Meta:
        model = Deposit
        fields = (
            "id", "number", "estate", "unit", "charge_item", "payer", "decoration", "subject", "amount", "given_back",
            "deducted", "held", "status", "taken_on", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewDepositSerializer(StrictSerializer):
    unit = VisibleKey(queryset=Unit.objects.all())
    charge_item = VisibleKey(queryset=ChargeItem.objects.all())
    amount = AmountField()
    method = serializers.ChoiceField(Method.choices)
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    payer = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    decoration = VisibleKey(queryset=Decoration.objects.all(), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return within(attrs, "unit", "charge_item", "payer", "decoration")


class GiveBackSerializer(StrictSerializer):
    method = serializers.ChoiceField(Method.choices)
    amount = AmountField(required=False)
    deduct = AmountField(default=Decimal(0))
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class DepositFilter(FilterSet):
    status = django_filters.ChoiceFilter(choices=Deposit.Status.choices, method="by_status")

    class Meta:
        model = Deposit
        fields = ("estate", "unit", "charge_item", "payer", "decoration", "number", "taken_on")

    def by_status(self, queryset: Any, name: str, value: str) -> QuerySet[Deposit]:
        held = Q(amount__gt=F("given_back") + F("deducted"))
        return queryset.filter(held if value == Deposit.Status.HELD else ~held)


class DepositViewSet(LedgerViewSet):
    """Refundable deposits. An Idempotency-Key takes one, or gives it back, once for ever."""

    queryset = Deposit.objects.all()
    serializer_class = DepositSerializer
    filterset_class = DepositFilter
    ordering_fields = ("id", "created_at", "number")
    search_fields = ("number", "subject")
    permissions = {"*": "billing.view", "create": "billing.take", "give_back": "billing.reverse"}

    @extend_schema(request=NewDepositSerializer, responses={201: DepositSerializer})
    def create(self, request: Request) -> Response:
        return self.made(NewDepositSerializer, "unit", self._take)

    def _take(self, unit: Unit, **body: Any) -> Deposit:
        return deposits.take_deposit(unit, form_token=self.key_token(), **body)

    @extend_schema(request=GiveBackSerializer, responses=DepositSerializer)
    @action(detail=True, methods=["post"], url_path="give-back")
    def give_back(self, request: Request, pk: str) -> Response:
        deposit, body = self.get_object(), self.body(GiveBackSerializer)
        return self.answer(
            deposits.give_back(deposit, actor=request.user, form_token=self.key_token(), **body)
        )


class InvoiceSerializer(StrictModelSerializer):
    is_void = serializers.BooleanField(
        read_only=True, help_text="It waits for the invoice of a payment that was reversed."
    )
    amount = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceRequest
        fields = (
            "id", "estate", "payment", "title", "tax_number", "amount", "state", "is_void", "number", "note", "requested_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(AmountField())
    def get_amount(self, asked: InvoiceRequest) -> str:
        """What it was issued for; before that what is asked for, less what was given back of the payment since."""
        return str(asked.worth(asked.given_back or Decimal(0)))  # type: ignore[attr-defined]


class NewInvoiceSerializer(StrictSerializer):
    payment = VisibleKey(queryset=Payment.objects.filter(reverses__isnull=True))
    title = serializers.CharField(max_length=120)
    tax_number = serializers.CharField(
        max_length=30, required=False, allow_blank=True,
        help_text="In China 15, 18 or 20 digits and capital letters; elsewhere letters, digits and hyphens.",
    )  # fmt: skip
    amount = AmountField(required=False, help_text="All that was kept of the payment where it is left out.")


class SettleInvoiceSerializer(StrictSerializer):
    state = serializers.ChoiceField([c for c in InvoiceRequest.State.choices if c[0] != "requested"])
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Why; a refusal needs it (409 `note_required`).",
    )


class InvoiceFilter(FilterSet):
    class Meta:
        model = InvoiceRequest
        fields = ("estate", "payment", "state", "number")


class InvoiceViewSet(LedgerViewSet):
    """Requests for a tax invoice, which another system issues."""

    queryset = InvoiceRequest.objects.all()
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter
    ordering_fields = ("id", "number")
    permissions = {"*": "billing.view", "create": "billing.take", "settle": "billing.take"}

    def rows(self) -> QuerySet[InvoiceRequest]:
        back = Sum("payment__allocations__amount", filter=Q(payment__allocations__refund__isnull=False))
        rows = InvoiceRequest.objects.select_related("estate", "payment__reversal")
        return rows.annotate(given_back=back)

    @extend_schema(request=NewInvoiceSerializer, responses={201: InvoiceSerializer})
    def create(self, request: Request) -> Response:
        return self.made(
            NewInvoiceSerializer, "payment", lambda payment, **body: invoices.request_invoice(payment, **body)
        )

    @extend_schema(request=SettleInvoiceSerializer, responses=InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        asked = self.get_object()
        return self.answer(
            invoices.settle_invoice(asked, actor=request.user, **self.body(SettleInvoiceSerializer))
        )


class CountSerializer(StrictModelSerializer):
    class Meta:
        model = DayCount
        fields = ("method", "expected", "counted", "difference")
        read_only_fields = fields


class ClosingSerializer(StrictModelSerializer):
    counts = CountSerializer(many=True, read_only=True)

    class Meta:
        model = DayClosing
        fields = (
            "id", "estate", "day", "expected", "counted", "difference", "counts", "note", "closed_by", "closed_at",
        )  # fmt: skip
        read_only_fields = fields


class CountedSerializer(StrictSerializer):
    """What was found, by method."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {method: AmountField(required=False) for method in Method.values}


class NewClosingSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.all())
    day = DayField()
    counted = CountedSerializer(
        help_text="By method. Cash has to be there where any moved; what is left out is as the books say."
    )
    note = serializers.CharField(
        max_length=300, required=False, allow_blank=True,
        help_text="Why the count differs from the books: without it a difference is 409 `note_required`.",
    )  # fmt: skip


class ClosingFilter(FilterSet):
    class Meta:
        model = DayClosing
        fields = ("estate", "day", "closed_by")


class ClosingViewSet(LedgerViewSet):
    """Days that a cashier closed; nothing is posted into them any more."""

    queryset = DayClosing.objects.all()
    serializer_class = ClosingSerializer
    filterset_class = ClosingFilter
    ordering_fields = ("id", "day")
    permissions = {"*": "billing.view", "create": "billing.close_day"}

    def rows(self) -> QuerySet[DayClosing]:
        return DayClosing.objects.prefetch_related("counts")

    @extend_schema(request=NewClosingSerializer, responses={201: ClosingSerializer})
    def create(self, request: Request) -> Response:
        """Close a day, for good. A count that differs from the books needs a `note`: else 409 `note_required`."""
        return self.made(
            NewClosingSerializer, "estate", lambda estate, **body: closings.close_day(estate, **body)
        )
