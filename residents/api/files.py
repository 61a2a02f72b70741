"""Photos and papers of moves and decorations: sent in, listed, handed out."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import check_uploads, serve


class FilesSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)


class FileSerializer(serializers.Serializer[Any]):
    """`owner` and `owner_type` say which part of the record it belongs to."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    owner_type = serializers.SerializerMethodField(help_text="decoration, inspection, violation or fixture")
    owner = serializers.IntegerField(source="owner_id")

    def get_owner_type(self, file: Attachment) -> str:
        """The last word of the table's name."""
        return {
            "residents.decoration": "decoration",
            "residents.decorationinspection": "inspection",
            "residents.decorationviolation": "violation",
            "residents.fixtureitem": "fixture",
        }[file.owner_type]


class AsItIs(DefaultContentNegotiation):
    """Whatever the client says it accepts: a file has the type that it has, and what goes wrong is said in JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def sent_files(request: Request) -> list[Inspected]:
    """The files of a multipart request, looked at; 400 where none was sent."""
    if not request.FILES:
        raise ValidationError({"files": [_("No file was sent.")]}, code="required")
    return check_uploads(f for _name, parts in request.FILES.lists() for f in parts)


def hand_out(files: QuerySet[Attachment], pk: str) -> HttpResponseBase:
    """One of these files; any other is a 404."""
    return serve(get_object_or_404(files, pk=int(pk)))
