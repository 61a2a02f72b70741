"""What spans the apps: the one box, the caller card, the schema and the page of documents."""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Reminder
from billing.selectors import hears_arrears
from helpdesk.api.filters import refuse_unknown
from helpdesk.api.views import TableView
from helpdesk.desk.caller_cards import CallerCard, caller_card
from helpdesk.desk.hits import NEEDS
from helpdesk.desk.lookup import LONGEST_QUERY, look_up
from helpdesk.lib.keys import BIGGEST_ID
from residents.api.residents import PhoneSerializer
from residents.models import KeyLoan, Occupancy, Unit, Vehicle
from residents.selectors import people_of
from tickets.models import Ticket
from visitors.models import ReleasePass, Visit


class SchemaView(SpectacularAPIView):
    """The OpenAPI description, as YAML or, by `Accept` or `?format=json`, as JSON."""

    content_negotiation_class = DefaultContentNegotiation


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The browsable documents, from our own files; the one page that needs inline styles."""


class HitSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(list(NEEDS))
    id = serializers.IntegerField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, hit: Any) -> str:
        return settings.SITE_URL + hit.url


class HitsSerializer(serializers.Serializer[Any]):
    results = HitSerializer(many=True)


class LookupView(TableView):
    """The one box: telephone number or its last digits, unit, name, number."""

    permission = "residents.view"

    @extend_schema(
        operation_id="lookup",
        parameters=[OpenApiParameter("q", str, required=True)],
        responses=HitsSerializer,
    )
    def get(self, request: Request) -> Response:
        refuse_unknown(request, {"q"})
        query = request.query_params.get("q", "").strip()
        if not query or len(query) > LONGEST_QUERY or "\0" in query:
            raise ValidationError(
                {"q": [_("Write 1 to %(most)s characters.") % {"most": LONGEST_QUERY}]}, code="invalid"
            )
        hits = [hit for hit in look_up(request.user, query) if _within(request, hit.kind)]
        return Response(HitsSerializer({"results": hits}).data)


def _within(request: Request, kind: str) -> bool:
    """A token without tickets:read learns of no ticket by this way either, one without billing:read of no bill."""
    return bool(request.auth.opens(NEEDS[kind]))


class CardPersonSerializer(serializers.ModelSerializer[Occupancy]):
    name = serializers.CharField(source="resident.name")
    hears_arrears = serializers.SerializerMethodField(
        help_text="Whether they may be told what the unit owes."
    )
    phones = PhoneSerializer(source="resident.phones", many=True)

    class Meta:
        model = Occupancy
        fields = ("resident", "name", "relation", "is_primary", "is_payer", "hears_arrears", "phones")

    def get_hears_arrears(self, row: Occupancy) -> bool:
        return hears_arrears(row)


class CardTicketSerializer(serializers.ModelSerializer[Ticket]):
    class Meta:
        model = Ticket
        fields = ("id", "number", "status", "subject", "topic", "priority", "created_at")


class CardPassSerializer(serializers.ModelSerializer[ReleasePass]):
    class Meta:
        model = ReleasePass
        fields = ("id", "number", "status", "applicant_name", "valid_until")


class CardVisitSerializer(serializers.ModelSerializer[Visit]):
    visitor_name = serializers.SerializerMethodField(help_text="Masked.")

    class Meta:
        model = Visit
        fields = (
            "id",
            "number",
            "status",
            "visitor_name",
            "purpose",
            "expected_at",
            "arrived_at",
            "stay_until",
        )

    def get_visitor_name(self, visit: Visit) -> str:
        return str(visit.visitor_name)


class CardReminderSerializer(serializers.ModelSerializer[Reminder]):
    number = serializers.CharField(source="bill.number", help_text="Of the bill.")

    class Meta:
        model = Reminder
        fields = ("id", "bill", "number", "level", "day", "outstanding")


class CardVehicleSerializer(serializers.ModelSerializer[Vehicle]):
    class Meta:
        model = Vehicle
        fields = ("id", "plate", "kind", "description", "space")


class CardKeySerializer(serializers.ModelSerializer[KeyLoan]):
    label = serializers.CharField(source="key.label", help_text="What the key opens.")

    class Meta:
        model = KeyLoan
        fields = ("id", "key", "label", "borrower", "lent_at", "due_at")


class CardSerializer(serializers.Serializer[Any]):
    """Who lives there, what is open and what was last. Tickets only for who may see tickets."""

    unit = serializers.IntegerField(source="unit.pk")
    code = serializers.CharField(source="unit.code")
    people = serializers.SerializerMethodField()
    calls_in_30_days = serializers.SerializerMethodField()
    open_tickets = serializers.SerializerMethodField()
    last_tickets = serializers.SerializerMethodField()
    arrears = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()
    open_passes = serializers.SerializerMethodField()
    visitors = serializers.SerializerMethodField()
    reminders = serializers.SerializerMethodField()
    vehicles = serializers.SerializerMethodField()
    keys_out = serializers.SerializerMethodField()

    @extend_schema_field(CardPersonSerializer(many=True))
    def get_people(self, card: CallerCard) -> Any:
        return CardPersonSerializer(people_of(card.unit, timezone.localdate(card.at)), many=True).data

    def get_calls_in_30_days(self, card: CallerCard) -> int | None:
        """Null for who may not see the registers."""
        return card.calls.count if card.calls and self.context["with_tickets"] else None

    def get_arrears(self, card: CallerCard) -> str | None:
        """What is past due; null for who may not see accounts."""
        return str(card.arrears.amount) if card.arrears and self.context["with_accounts"] else None

    def get_credit(self, card: CallerCard) -> str | None:
        """What was paid ahead; null for who may not see accounts."""
        return str(card.arrears.credit) if card.arrears and self.context["with_accounts"] else None

    @extend_schema_field(CardPassSerializer(many=True))
    def get_open_passes(self, card: CallerCard) -> Any:
        """Passes that wait or still open a gate; none for who may not see passes."""
        return CardPassSerializer(card.passes, many=True).data if self.context["with_passes"] else []

    @extend_schema_field(CardVisitSerializer(many=True))
    def get_visitors(self, card: CallerCard) -> Any:
        """Who is inside, then who is expected today; none for who may not see visits."""
        return CardVisitSerializer(card.visitors, many=True).data if self.context["with_visits"] else []

    @extend_schema_field(CardReminderSerializer(many=True))
    def get_reminders(self, card: CallerCard) -> Any:
        """The last five that went out or wait; none for who may not see accounts."""
        if not card.arrears or not self.context["with_reminders"]:
            return []
        rows = Reminder.objects.filter(unit=card.unit, is_dropped=False).select_related("bill")
        return CardReminderSerializer(rows.order_by("-day", "-id")[:5], many=True).data

    @extend_schema_field(CardVehicleSerializer(many=True))
    def get_vehicles(self, card: CallerCard) -> Any:
        return CardVehicleSerializer(card.vehicles, many=True).data

    @extend_schema_field(CardKeySerializer(many=True))
    def get_keys_out(self, card: CallerCard) -> Any:
        """Keys of the unit that the desk has lent, the earliest due first."""
        return CardKeySerializer(card.keys_out, many=True).data

    @extend_schema_field(CardTicketSerializer(many=True))
    def get_open_tickets(self, card: CallerCard) -> Any:
        return self._tickets([matter.ticket for matter in card.open_matters])

    @extend_schema_field(CardTicketSerializer(many=True))
    def get_last_tickets(self, card: CallerCard) -> Any:
        return self._tickets([matter.ticket for matter in card.matters])

    def _tickets(self, tickets: list[Ticket]) -> Any:
        return CardTicketSerializer(tickets, many=True).data if self.context["with_tickets"] else []


class CardView(TableView):
    """A unit's caller card, its numbers masked."""

    permission = "residents.view"

    @extend_schema(operation_id="units_card", responses=CardSerializer)
    def get(self, request: Request, pk: str) -> Response:
        refuse_unknown(request)
        units = Unit.objects.visible_to(request.user).select_related("estate")
        unit = units.filter(pk=pk).first() if int(pk) <= BIGGEST_ID else None
        if unit is None:
            raise Http404
        self.check_object_permissions(request, unit)
        card = caller_card(request.user, unit=unit)
        with_tickets = request.auth.opens("tickets.view") and request.user.may("tickets.view", unit.estate_id)
        shown = {
            "with_tickets": with_tickets,
            "with_reminders": request.auth.opens("reminders.view"),
            "with_accounts": request.auth.opens("billing.view"),
            "with_passes": request.auth.opens("passes.view"),
            "with_visits": request.auth.opens("visits.view"),
        }
        return Response(CardSerializer(card, context=shown).data)
