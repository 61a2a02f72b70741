"""The suggestion alone: nothing is stored."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.serializers import StrictSerializer
from helpdesk.api.views import TableView
from tickets.api.ticket_serializers import LONGEST, SuggestionSerializer
from tickets.classification import classify
from tickets.services.learning import model_in_use


class TextSerializer(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST)


class ClassifyView(TableView):
    """What the software would suggest for a text."""

    permission = "tickets.view"

    @extend_schema(operation_id="classify", request=TextSerializer, responses=SuggestionSerializer)
    def post(self, request: Request) -> Response:
        return Response(classify(self.body(TextSerializer)["text"], model=model_in_use()).as_json())
