"""What residents' own programs may do: send a matter, read how it stands, answer, rate. No token; throttled."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
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
from helpdesk.attachments.models import Attachment
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.phones import complain_about_phone
from tickets.models import Ticket
from tickets.progress import joined_with, progress_of
from tickets.services import follow_ups, public, replies

LONGEST = 5000


class NewPublicTicketSerializer(StrictSerializer):
    estate_code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    unit_code = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    description = serializers.CharField(max_length=LONGEST)
    language = serializers.ChoiceField(["en", "zh-hans", "zh-hant"], required=False)


class ReceiptSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    track_url = serializers.URLField()


class PublicFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    content_type = serializers.CharField()
    url = serializers.URLField()


class PublicReplySerializer(serializers.Serializer[Any]):
    body = serializers.CharField()
    from_resident = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    files = PublicFileSerializer(many=True)


class MarkSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    line = serializers.CharField()
    state = serializers.ChoiceField(["done", "current", "open"])
    at = serializers.DateTimeField(allow_null=True)


class PublicTicketSerializer(serializers.Serializer[Any]):
    """Plain words for the resident: never the class."""

    number = serializers.CharField()
    status = serializers.CharField()
    headline = serializers.CharField()
    detail = serializers.CharField()
    created_at = serializers.DateTimeField()
    progress = MarkSerializer(many=True)
    replies = PublicReplySerializer(many=True)
    files = PublicFileSerializer(many=True)
    can_reply = serializers.BooleanField()
    can_rate = serializers.BooleanField()


class WordsSerializer(StrictSerializer):
    body = serializers.CharField(max_length=LONGEST)


class RatingSerializer(StrictSerializer):
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


def shown_files(ticket: Ticket, files: Iterable[Attachment]) -> list[dict[str, str]]:
    """Photos and papers with the address that opens each, behind the same secret."""
    if not ticket.track_secret:
        return []
    return [
        {
            "name": f.name,
            "content_type": f.content_type,
            "url": settings.SITE_URL + reverse("track_file", args=[ticket.track_secret, f.pk]),
        }
        for f in files
    ]


class PublicView(DeskApi, APIView):
    """Open to anybody; too many forms or wrong secrets from one address answer 429."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []

    def ticket(self, secret: str) -> Ticket:
        found = public.open_link(secret, address=address_of(self.request))
        if found is None:
            raise Http404
        return found

    def shown(self, ticket: Ticket, status: int = 200) -> Response:
        progress = progress_of(ticket)
        data = {
            "number": ticket.number,
            "status": joined_with(ticket).status,
            "headline": progress.headline,
            "detail": progress.detail,
            "created_at": ticket.created_at,
            "progress": progress.marks,
            "replies": [
                {
                    "body": reply.body,
                    "from_resident": reply.from_resident,
                    "created_at": reply.created_at,
                    "files": shown_files(ticket, progress.photos.get(reply.pk, [])),
                }
                for reply in progress.replies
            ],
            "files": shown_files(ticket, Attachment.objects.of(ticket).filter(is_public=True)),
            "can_reply": progress.can_reply,
            "can_rate": progress.can_rate,
        }
        return Response(PublicTicketSerializer(data).data, status=status)


class PublicTicketsView(PublicView):
    @extend_schema(
        operation_id="public_tickets_create",
        request=NewPublicTicketSerializer,
        responses={201: ReceiptSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Send a matter; the answer does not tell whether unit or person are known."""
        body = self.body(NewPublicTicketSerializer)
        estate = get_object_or_404(Estate, code=body.pop("estate_code"), is_active=True)
        complaint = complain_about_phone(body["phone"], estate.phone_region)
        if complaint:
            raise ValidationError({"phone": [complaint]}, code="phone_invalid")
        public.count_form(address_of(request))
        language = body.pop("language", None) or get_language() or ""
        ticket = public.submit_form(estate, language=language, **body)
        track_url = settings.SITE_URL + reverse("track", args=[ticket.track_secret])
        return Response({"number": ticket.number, "track_url": track_url}, status=201)


class PublicTicketView(PublicView):
    @extend_schema(responses=PublicTicketSerializer, auth=[])
    def get(self, request: Request, secret: str) -> Response:
        """How the matter behind a secret link stands."""
        refuse_unknown(request)
        return self.shown(self.ticket(secret))


class PublicReplyView(PublicView):
    @extend_schema(request=WordsSerializer, responses={201: PublicTicketSerializer}, auth=[])
    def post(self, request: Request, secret: str) -> Response:
        """A few lines from the resident."""
        ticket = self.ticket(secret)
        body = self.body(WordsSerializer)
        public.count_reply(address_of(request))
        replies.add_resident_reply(ticket, **body)
        return self.shown(ticket, status=201)


class PublicRatingView(PublicView):
    @extend_schema(request=RatingSerializer, responses=PublicTicketSerializer, auth=[])
    def post(self, request: Request, secret: str) -> Response:
        """The resident's rating, which counts as the follow-up visit."""
        ticket = self.ticket(secret)
        follow_ups.rate_by_link(ticket, **self.body(RatingSerializer))
        ticket.refresh_from_db()
        return self.shown(ticket)
