"""Taking a file in and handing it out. Who may have it is asked by the view of the record it belongs to."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected, inspect, thumbnail
from helpdesk.attachments.models import Attachment
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User


def check_uploads(files: Iterable[UploadedFile]) -> list[Inspected]:
    """Every file of a request, written anew; Refused if there are too many or any one of them won't do."""
    files = list(files)
    if len(files) > settings.ATTACHMENTS_PER_REQUEST:
        raise Refused(
            "too_many_files",
            _("Send at most %(most)s files at a time.") % {"most": settings.ATTACHMENTS_PER_REQUEST},
            field="files",
        )
    return [
        inspect(cast(BinaryIO, f.file), name=f.name or "", max_bytes=settings.ATTACHMENT_MAX_BYTES)
        for f in files
    ]


@transaction.atomic
def attach(
    owner: models.Model,
    files: Iterable[Inspected],
    *,
    actor: User | None,
    estate: Estate,
    purpose: str = "",
    is_public: bool = False,
    at: datetime | None = None,
) -> list[Attachment]:
    """Keep inspected files with a record; Refused beyond the record's limit. What a rollback leaves on the disk is swept."""
    files = list(files)
    there = Attachment.objects.of(owner).count()
    if there + len(files) > settings.ATTACHMENTS_PER_TICKET:
        raise Refused("too_many_files", _("This record holds as many files as it can."), field="files")
    return [
        _keep(owner, f, actor=actor, estate=estate, purpose=purpose, is_public=is_public, at=at)
        for f in files
    ]


def _keep(
    owner: models.Model,
    file: Inspected,
    *,
    actor: User | None,
    estate: Estate,
    purpose: str,
    is_public: bool,
    at: datetime | None,
) -> Attachment:
    folder = f"{estate.pk}/{secrets.token_hex(2)}"
    stem = secrets.token_urlsafe(24)
    extension = file.name.rsplit(".", 1)[-1]
    path = default_storage.save(f"{folder}/{stem}.{extension}", ContentFile(file.data))
    small = ""
    if file.kind != "pdf":
        small = default_storage.save(f"{folder}/{stem}.small.jpg", ContentFile(thumbnail(file.data)))
    return Attachment.objects.create(
        estate=estate,
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        file=path,
        thumbnail=small,
        name=file.name,
        content_type=file.content_type,
        size=len(file.data),
        width=file.width or 0,
        height=file.height or 0,
        digest=hashlib.sha256(file.data).hexdigest(),
        purpose=purpose,
        is_public=is_public,
        added_by=actor,
        added_at=at or timezone.now(),
    )


def serve(attachment: Attachment, *, small: bool = False) -> HttpResponseBase:
    """The file as an answer: images may be shown, all else is a download; nothing in it can run. 404 if it is gone."""
    if small and not attachment.thumbnail:
        raise Http404
    name = (attachment.thumbnail if small else attachment.file).name or ""
    try:
        data = default_storage.open(name).read()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        BytesIO(data),
        as_attachment=not attachment.is_image,
        filename=attachment.name,
        content_type="image/jpeg" if small else attachment.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    return response
