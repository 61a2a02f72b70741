"""What spans the apps: the one box, the caller card, and the page of documents."""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.permissions import ByTable
from helpdesk.api.throttles import TokenThrottle
from helpdesk.api.viewsets import BIGGEST_ID
from helpdesk.desk.caller_cards import CallerCard, caller_card
from helpdesk.desk.lookup import look_up
from residents.models import Unit
from tickets.models import Ticket

LONGEST_QUERY = 200


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The browsable documents, from our own files; the one page that needs inline styles."""


class HitSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["unit", "resident", "ticket", "slip"])
    id = serializers.IntegerField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, hit: Any) -> str:
        return settings.SITE_URL + hit.url


class HitsSerializer(serializers.Serializer[Any]):
    results = HitSerializer(many=True)


class TableView(APIView):
    """A view of its own that asks the role table."""

    permission_classes = [ByTable]
    throttle_classes = [TokenThrottle]
    permission = ""

    def permission_for(self, request: Request) -> str:
        return self.permission


class LookupView(TableView):
    """The one box: telephone number or its last digits, unit, name, number."""

    permission = "residents.view"

    @extend_schema(parameters=[OpenApiParameter("q", str, required=True)], responses=HitsSerializer)
    def get(self, request: Request) -> Response:
        unknown = sorted(set(request.query_params) - {"q", "format"})
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in unknown}, code="unknown_filter")
        query = request.query_params.get("q", "").strip()
        if not query or len(query) > LONGEST_QUERY:
            raise ValidationError({"q": [_("Write 1 to 200 characters.")]}, code="invalid")
        hits = [h for h in look_up(request.user, query) if _within(request, h.kind)]
        return Response(HitsSerializer({"results": hits}).data)


def _within(request: Request, kind: str) -> bool:
    """A token without tickets:read learns of no ticket by this way either."""
    return kind in {"unit", "resident"} or bool(request.auth.opens("tickets.view"))


class CardPhoneSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField(help_text="Masked.")
    label = serializers.CharField()
    is_primary = serializers.BooleanField()


class CardPersonSerializer(serializers.Serializer[Any]):
    resident = serializers.IntegerField(source="resident.pk")
    name = serializers.CharField()
    relation = serializers.CharField(source="role")
    is_primary = serializers.BooleanField()
    is_payer = serializers.BooleanField()
    phones = CardPhoneSerializer(many=True)


class CardTicketSerializer(serializers.ModelSerializer[Ticket]):
    class Meta:
        model = Ticket
        fields = ("id", "number", "status", "subject", "topic", "priority", "created_at")


class CardSerializer(serializers.Serializer[Any]):
    """Who lives there, what is open and what was last."""

    unit = serializers.IntegerField(source="unit.pk")
    code = serializers.CharField(source="unit.code")
    people = CardPersonSerializer(many=True)
    calls_in_30_days = serializers.SerializerMethodField()
    open_tickets = serializers.SerializerMethodField()
    last_tickets = serializers.SerializerMethodField()

    def get_calls_in_30_days(self, card: CallerCard) -> int:
        return card.calls.count if card.calls else 0

    def get_open_tickets(self, card: CallerCard) -> list[dict[str, Any]]:
        return self._tickets([m.ticket for m in card.open_matters])

    def get_last_tickets(self, card: CallerCard) -> list[dict[str, Any]]:
        return self._tickets([m.ticket for m in card.matters])

    def _tickets(self, tickets: list[Ticket]) -> list[dict[str, Any]]:
        return list(CardTicketSerializer(tickets, many=True).data) if self.context["with_tickets"] else []


class CardView(TableView):
    """A unit's caller card."""

    permission = "residents.view"

    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, pk: int) -> Response:
        unit = Unit.objects.visible_to(request.user).select_related("estate").filter(pk=min(pk, BIGGEST_ID)).first()
        if unit is None:
            raise Http404
        if not request.user.may(self.permission, unit.estate_id):
            raise PermissionDenied
        card = caller_card(request.user, unit=unit)
        with_tickets = request.auth.opens("tickets.view") and request.user.may("tickets.view", unit.estate_id)
        return Response(CardSerializer(card, context={"with_tickets": with_tickets}).data)
