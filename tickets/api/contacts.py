"""The registers: calls, callers, letters, messages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter, before, since
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Estate
from helpdesk.lib.phones import mask_phone
from residents.models import Resident, Unit
from tickets.api.ticket_serializers import refuse_other_estate
from tickets.models import Contact, Ticket
from tickets.services import contacts


class ContactSerializer(StrictModelSerializer):
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = (
            "id", "estate", "kind", "direction", "unit", "resident", "name", "phone", "summary", "ticket",
            "call_back_at", "called_back_at", "called_back_by", "taken_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_phone(self, contact: Contact) -> str:
        """Masked."""
        return mask_phone(contact.phone) if contact.phone else ""


class NewContactSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    # Letters and messages have rules of their own and get their own fields with them.
    kind = serializers.ChoiceField([Contact.Kind.CALL.value, Contact.Kind.COUNTER.value])
    direction = serializers.ChoiceField(Contact.Direction.choices, default="in")
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    ticket = VisibleKey(queryset=Ticket.objects.all(), required=False, allow_null=True)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    call_back_at = MomentField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "unit", "resident", "ticket")
        return attrs


class ContactFilter(FilterSet):
    created_after = since("created_at")
    created_before = before("created_at")
    call_back_after = since("call_back_at")
    call_back_before = before("call_back_at")
    call_back_open = YesNoFilter(method="by_call_back")

    class Meta:
        model = Contact
        fields = ("kind", "direction", "unit", "resident", "ticket", "taken_by", "called_back_by", "estate")

    def by_call_back(self, queryset: QuerySet[Contact], name: str, value: bool) -> QuerySet[Contact]:
        is_open = Contact.objects.call_backs_open().order_by().values("pk")
        return queryset.filter(pk__in=is_open) if value else queryset.exclude(pk__in=is_open)


class ContactViewSet(DeskViewSet):
    """Entries of the registers, and the call-backs they promise."""

    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    ordering_fields = ("id", "created_at", "call_back_at")
    search_fields = ("name", "summary")
    permissions = {"*": "contacts.take", "list": "contacts.view", "retrieve": "contacts.view"}

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewContactSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(contacts.take_contact(actor=request.user, **body), status=201)

    @extend_schema(request=None, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="called-back")
    def called_back(self, request: Request, pk: str) -> Response:
        contact = self.get_object()
        self.nothing_in_the_body()
        return self.answer(contacts.mark_called_back(contact, actor=request.user))
