"""Without a token: asking for a pass, and the owner's answer. Whether a unit or a person exists is never told."""

from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.filters import refuse_unknown
from helpdesk.api.serializers import StrictSerializer
from helpdesk.api.views import DeskApi
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.phones import complain_about_phone
from tickets.services.public import count_form
from visitors.api.passes import NewItemSerializer
from visitors.forms.public_passes import MOST_LINES
from visitors.models import Consent, ReleasePass
from visitors.services import consents, pass_requests
from visitors.services.pass_drafts import Goods


class PassRequestSerializer(StrictSerializer):
    estate_code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    unit_code = serializers.CharField(max_length=60)
    relation = serializers.ChoiceField(ReleasePass.Relation.choices, required=False, default="agent")
    items = serializers.ListField(child=NewItemSerializer(), min_length=1, max_length=MOST_LINES)
    date = serializers.DateField(required=False, help_text="Today, unless said.")
    vehicle_plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(["en", "zh-hans", "zh-hant"], required=False)


class ReceivedSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    detail = serializers.CharField()


class AskedItemSerializer(serializers.Serializer[Any]):
    description = serializers.CharField()
    detail = serializers.CharField()
    quantity = serializers.IntegerField()


class AskedSerializer(serializers.Serializer[Any]):
    """What an owner is asked: never what is owed."""

    unit_code = serializers.CharField(source="release_pass.unit.code")
    applicant_name = serializers.CharField(source="release_pass.applicant_name")
    applicant_relation = serializers.CharField(source="release_pass.applicant_relation")
    vehicle_plate = serializers.CharField(source="release_pass.vehicle_plate")
    valid_from = serializers.DateTimeField(source="release_pass.valid_from")
    valid_until = serializers.DateTimeField(source="release_pass.valid_until")
    items = AskedItemSerializer(source="release_pass.items", many=True)
    answer = serializers.ChoiceField(Consent.Answer.choices)
    answered_at = serializers.DateTimeField(allow_null=True)
    can_answer = serializers.SerializerMethodField()

    def get_can_answer(self, consent: Consent) -> bool:
        return consents.is_open(consent)


class ConsentAnswerSerializer(StrictSerializer):
    answer = serializers.ChoiceField(["given", "refused"])
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OpenView(DeskApi, APIView):
    """Open to anybody; too many forms or wrong secrets from one address answer 429."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []


class PublicPassesView(OpenView):
    @extend_schema(
        operation_id="public_release_passes_create",
        request=PassRequestSerializer,
        responses={201: ReceivedSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Ask for a pass: a request, with no code until the household or the desk confirms it."""
        body = self.body(PassRequestSerializer)
        estate = get_object_or_404(Estate, code=body.pop("estate_code"), is_active=True)
        if complaint := complain_about_phone(body["phone"], estate.phone_region):
            raise ValidationError({"phone": [complaint]}, code="phone_invalid")
        count_form(address_of(request))
        items = [Goods(**item) for item in body.pop("items")]
        language = body.pop("language", None) or get_language() or ""
        pass_requests.ask_for_pass(estate, items=items, on=body.pop("date", None), language=language, **body)
        said = _(
            "Your request has arrived. The household is asked to confirm it, or the front desk rings you."
        )
        return Response({"status": "received", "detail": said}, status=201)


class PublicConsentView(OpenView):
    def consent(self, secret: str) -> Consent:
        refuse_unknown(self.request)
        found = consents.open_consent(secret, address=address_of(self.request))
        if found is None:
            raise Http404
        return found

    @extend_schema(operation_id="public_consents_retrieve", responses=AskedSerializer, auth=[])
    def get(self, request: Request, secret: str) -> Response:
        """What an owner is asked by their link."""
        return Response(AskedSerializer(self.consent(secret)).data)

    @extend_schema(
        operation_id="public_consents_create",
        request=ConsentAnswerSerializer,
        responses=AskedSerializer,
        auth=[],
    )
    def post(self, request: Request, secret: str) -> Response:
        """The owner's answer, once: 409 already_answered."""
        found, body = self.consent(secret), self.body(ConsentAnswerSerializer)
        agrees = body["answer"] == "given"
        consents.answer_consent(found, agrees=agrees, note=body["note"])
        return Response(AskedSerializer(self.consent(secret)).data)
