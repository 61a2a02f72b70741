"""The suggestion alone: nothing is stored."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.permissions import ByTable
from helpdesk.api.serializers import StrictSerializer
from helpdesk.api.throttles import TokenThrottle
from tickets.api.tickets import LONGEST, SuggestionSerializer
from tickets.classification import classify


class TextSerializer(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST)


class ClassifyView(APIView):
    """What the software would suggest for a text."""

    permission_classes = [ByTable]
    throttle_classes = [TokenThrottle]

    def permission_for(self, request: Request) -> str:
        return "tickets.view"

    @extend_schema(request=TextSerializer, responses=SuggestionSerializer)
    def post(self, request: Request) -> Response:
        body = TextSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(classify(body.validated_data["text"]).as_json())
