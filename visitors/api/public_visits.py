"""Without a token: announcing a visitor. Whether a unit or a person exists is never told."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.serializers import MomentField, StrictSerializer
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.phones import complain_about_phone
from tickets.services.public import count_form
from visitors.api.public_passes import OpenView, ReceivedSerializer
from visitors.services import visit_requests
from visitors.services.visits import MOST_PEOPLE


class VisitRequestSerializer(StrictSerializer):
    estate_code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    unit_code = serializers.CharField(max_length=60)
    visitor_name = serializers.CharField(max_length=80)
    visitor_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    expected_at = MomentField(required=False, allow_null=True)
    party_size = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE, required=False, default=1)
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(["en", "zh-hans", "zh-hant"], required=False)


class PublicVisitsView(OpenView):
    @extend_schema(
        operation_id="public_visits_create",
        request=VisitRequestSerializer,
        responses={201: ReceivedSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Announce a visitor: a request, with no code until the household or the desk confirms it."""
        body = self.body(VisitRequestSerializer)
        estate = get_object_or_404(Estate, code=body.pop("estate_code"), is_active=True)
        for field in ("phone", "visitor_phone"):
            if body[field] and (complaint := complain_about_phone(body[field], estate.phone_region)):
                raise ValidationError({field: [complaint]}, code="phone_invalid")
        count_form(address_of(request))
        language = body.pop("language", None) or get_language() or ""
        visit_requests.ask_for_visit(estate, language=language, **body)
        said = _(
            "Your request has arrived. The household is asked to confirm it, or the front desk rings you."
        )
        return Response({"status": "received", "detail": said}, status=201)
