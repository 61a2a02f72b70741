"""Keys at the desk: hung up, lent, taken back, lost."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import BooleanFilter
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused
from residents.api.inputs import bad_input, same_estate
from residents.models import DeskKey, KeyLoan, Unit
from residents.services.keys import (
    add_key,
    archive_key,
    edit_key,
    find_key,
    lend_key,
    lose_key,
    take_key_back,
)


class KeyLoanSerializer(StrictModelSerializer):
    class Meta:
        model = KeyLoan
        fields = ("id", "borrower", "department", "purpose", "lent_at", "lent_by", "due_at")


class KeySerializer(StrictModelSerializer):
    loan = serializers.SerializerMethodField()

    class Meta:
        model = DeskKey
        fields = (
            "id", "estate", "code", "label", "kind", "unit", "place", "is_lost", "loan", "is_archived", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(KeyLoanSerializer(allow_null=True))
    def get_loan(self, key: DeskKey) -> Any:
        """Who has it now; null while it hangs at the desk."""
        return KeyLoanSerializer(key.loans_out[0]).data if key.loans_out else None  # type: ignore[attr-defined]


class EditKeySerializer(StrictSerializer):
    code = serializers.CharField(max_length=20, required=False)
    label = serializers.CharField(max_length=80, required=False)
    place = serializers.CharField(max_length=40, required=False, allow_blank=True)


class NewKeySerializer(StrictSerializer):
    """`unit` is needed unless the key is public."""

    estate = VisibleKey(queryset=Estate.objects.all())
    code = serializers.CharField(max_length=20)
    label = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(DeskKey.Kind.choices, required=False)
    unit = VisibleKey(queryset=Unit.objects.filter(is_archived=False), required=False, allow_null=True)
    place = serializers.CharField(max_length=40, required=False, allow_blank=True)


class LendSerializer(StrictSerializer):
    borrower = serializers.CharField(max_length=80)
    due_at = serializers.DateTimeField()
    department = VisibleKey(queryset=Department.objects.all(), required=False, allow_null=True)
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True)


class BackSerializer(StrictSerializer):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class LoseSerializer(StrictSerializer):
    note = serializers.CharField(
        max_length=300, help_text="How it was lost, and what is done about the lock."
    )


class KeyFilter(FilterSet):
    is_lent = BooleanFilter(method="lent")
    overdue = BooleanFilter(method="late")

    class Meta:
        model = DeskKey
        fields = ("estate", "unit", "kind", "code", "is_lost", "is_archived")

    def lent(self, rows: QuerySet[DeskKey], _name: str, value: bool) -> QuerySet[DeskKey]:
        out = KeyLoan.objects.filter(ended_at__isnull=True).values("key")
        return rows.filter(pk__in=out) if value else rows.exclude(pk__in=out)

    def late(self, rows: QuerySet[DeskKey], _name: str, value: bool) -> QuerySet[DeskKey]:
        late = KeyLoan.objects.filter(ended_at__isnull=True, due_at__lt=timezone.now()).values("key")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class KeyViewSet(DeskViewSet):
    """The key book."""

    queryset = DeskKey.objects.all()
    serializer_class = KeySerializer
    filterset_class = KeyFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("code", "label", "place")
    ordering_fields = ("id", "code")

    def rows(self) -> QuerySet[DeskKey]:
        out = KeyLoan.objects.filter(ended_at__isnull=True)
        return DeskKey.objects.select_related("estate", "unit").prefetch_related(
            Prefetch("loans", out, to_attr="loans_out")
        )

    @extend_schema(request=NewKeySerializer, responses={201: KeySerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewKeySerializer)
        self.check_object_permissions(request, body["estate"])
        same_estate(body, body["estate"].pk, "unit")
        with bad_input("unit_missing"):
            return self.answer(add_key(actor=request.user, **body), status=201)

    @extend_schema(request=EditKeySerializer, responses=KeySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        key = self.get_object()
        version = self.expected_version(request, key)
        body = self.body(EditKeySerializer)
        return self.answer(edit_key(key, actor=request.user, version=version, **body))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """The key leaves the desk: archived."""
        archive_key(self.get_object(), actor=request.user)
        return Response(status=204)

    @extend_schema(request=LendSerializer, responses=KeySerializer)
    @action(detail=True, methods=["post"])
    def lend(self, request: Request, pk: str) -> Response:
        """Somebody takes it, until a moment."""
        key = self.get_object()
        body = self.body(LendSerializer)
        same_estate(body, key.estate_id, "department")
        with bad_input("borrower_missing", "due_in_the_past"):
            lend_key(key, actor=request.user, **body)
        return self.answer(key)

    @extend_schema(request=BackSerializer, responses=KeySerializer)
    @action(detail=True, methods=["post"])
    def back(self, request: Request, pk: str) -> Response:
        """It hangs at the desk again."""
        key = self.get_object()
        body = self.body(BackSerializer)
        take_key_back(loan_of(key), actor=request.user, **body)
        return self.answer(key)

    @extend_schema(request=LoseSerializer, responses=KeySerializer)
    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: str) -> Response:
        """Whoever had it can't bring it back."""
        key = self.get_object()
        body = self.body(LoseSerializer)
        lose_key(loan_of(key), actor=request.user, **body)
        return self.answer(key)

    @extend_schema(request=None, responses=KeySerializer)
    @action(detail=True, methods=["post"])
    def found(self, request: Request, pk: str) -> Response:
        """A lost key has turned up; it hangs at the desk again."""
        key = self.get_object()
        find_key(key, actor=request.user)
        return self.answer(key)


def loan_of(key: Any) -> KeyLoan:
    """Who has the key. Refused: not_lent."""
    if not key.loans_out:
        raise Refused("not_lent", _("Nobody has this key."))
    loan: KeyLoan = key.loans_out[0]
    return loan
