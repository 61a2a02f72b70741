"""The registers: calls, callers, letters, messages."""

from typing import Any

import django_filters
from django.db.models import Case, CharField, QuerySet, Value, When
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, YesNoFilter, before, since
from helpdesk.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.api.ticket_serializers import ColleagueKey, refuse_other_estate
from tickets.models import Contact, LetterClass, Slip, Ticket
from tickets.models.contacts import WAITS
from tickets.services import contacts, letters

STATUSES = [("open", "open"), ("done", "done")]


class ContactSerializer(StrictModelSerializer):
    phone = serializers.SerializerMethodField()
    status = serializers.ChoiceField(STATUSES, read_only=True)
    waits_for = serializers.CharField(read_only=True)

    class Meta:
        model = Contact
        fields = (
            "id", "estate", "number", "kind", "status", "waits_for", "direction", "unit", "resident", "name", "phone",
            "summary", "ticket", "slip", "letter_class", "source", "addressee", "call_back_at", "called_back_at",
            "called_back_by", "done_at", "done_by", "outcome", "taken_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_phone(self, contact: Contact) -> str:
        """Masked."""
        return mask_phone(contact.phone) if contact.phone else ""


class NewContactSerializer(StrictSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    kind = serializers.ChoiceField(Contact.Kind.choices)
    direction = serializers.ChoiceField(Contact.Direction.choices, default="in")
    resident = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)
    unit = VisibleKey(queryset=Unit.objects.all(), required=False, allow_null=True)
    ticket = VisibleKey(queryset=Ticket.objects.all(), required=False, allow_null=True)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    call_back_at = MomentField(required=False, allow_null=True)
    letter_class = serializers.ChoiceField(LetterClass.choices, required=False)
    source = serializers.ChoiceField(Contact.Source.choices, required=False)
    department = VisibleKey(queryset=Department.objects.all(), required=False, allow_null=True)
    praised = ColleagueKey(queryset=User.objects.all(), required=False, allow_null=True)
    addressee = ColleagueKey(queryset=User.objects.all(), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_other_estate(attrs, attrs["estate"].pk, "unit", "resident", "ticket", "department")
        return attrs


class CalledBackSerializer(StrictSerializer):
    follow_up = serializers.BooleanField(
        default=True, help_text="Whether somebody asks later how it went, where no ticket or slip does."
    )


class DoneSerializer(StrictSerializer):
    outcome = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class LinkSerializer(StrictSerializer):
    ticket = VisibleKey(queryset=Ticket.objects.all())


class LetterClassSerializer(StrictSerializer):
    letter_class = serializers.ChoiceField(LetterClass.choices)
    department = VisibleKey(queryset=Department.objects.all(), required=False, allow_null=True)
    praised = ColleagueKey(queryset=User.objects.all(), required=False, allow_null=True)


class DecisionSerializer(StrictSerializer):
    issue = serializers.BooleanField()
    department = VisibleKey(queryset=Department.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(Slip.Kind.choices, default=Slip.Kind.COORDINATION)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ContactFilter(FilterSet):
    status = django_filters.ChoiceFilter(choices=STATUSES, method="by_status")
    created_after = since("created_at")
    created_before = before("created_at")
    call_back_after = since("call_back_at")
    call_back_before = before("call_back_at")
    called_back_after = since("called_back_at")
    called_back_before = before("called_back_at")
    done_after = since("done_at")
    done_before = before("done_at")
    call_back_open = YesNoFilter(method="by_call_back")

    class Meta:
        model = Contact
        fields = (
            "kind", "direction", "unit", "resident", "ticket", "slip", "letter_class", "source", "addressee",
            "taken_by", "called_back_by", "done_by", "number", "estate",
        )  # fmt: skip

    def by_status(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        is_open = Contact.objects.open().values("pk")
        return queryset.filter(pk__in=is_open) if value == "open" else queryset.exclude(pk__in=is_open)

    def by_call_back(self, queryset: QuerySet[Contact], name: str, value: bool) -> QuerySet[Contact]:
        is_open = Contact.objects.call_backs_open().order_by().values("pk")
        return queryset.filter(pk__in=is_open) if value else queryset.exclude(pk__in=is_open)


class ContactViewSet(DeskViewSet):
    """Entries of the registers, and what is still to be done about them."""

    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    ordering_fields = ("id", "created_at", "call_back_at", "number", "status")
    ordering_columns = {"status": "status_now"}
    search_fields = ("name", "summary", "number")
    permissions = {
        "*": "contacts.take",
        "list": "contacts.view",
        "retrieve": "contacts.view",
        "decide": "letters.decide",
    }

    def rows(self) -> QuerySet[Contact]:
        now = Case(When(WAITS, then=Value("open")), default=Value("done"), output_field=CharField())
        return Contact.objects.annotate(status_now=now)

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewContactSerializer)
        self.check_object_permissions(request, body["estate"])
        return self.answer(contacts.take_contact(actor=request.user, **body), status=201)

    @extend_schema(request=CalledBackSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="called-back")
    def called_back(self, request: Request, pk: str) -> Response:
        contact = self.get_object()
        body = self.body(CalledBackSerializer)
        return self.answer(contacts.mark_called_back(contact, actor=request.user, **body))

    @extend_schema(request=DoneSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """A message was passed on, or administration has seen to a letter."""
        contact = self.get_object()
        return self.answer(contacts.mark_done(contact, actor=request.user, **self.body(DoneSerializer)))

    @extend_schema(request=LinkSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: str) -> Response:
        """The same matter as a ticket that there is."""
        contact = self.get_object()
        return self.answer(contacts.link_contact(contact, actor=request.user, **self.body(LinkSerializer)))

    @extend_schema(request=LetterClassSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="letter-class")
    def letter_class(self, request: Request, pk: str) -> Response:
        """The kind of a letter that came in without one; what follows from it happens at once."""
        contact = self.get_object()
        body = self.body(LetterClassSerializer)
        return self.answer(letters.class_letter(contact, actor=request.user, **body))

    @extend_schema(request=DecisionSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Whether a letter that complains gets a slip."""
        contact = self.get_object()
        return self.answer(
            letters.decide_letter(contact, actor=request.user, **self.body(DecisionSerializer))
        )
