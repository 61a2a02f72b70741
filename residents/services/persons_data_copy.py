"""The copy of everything that is held of a person, to hand to them: for a program, for the eye, and their photos."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from helpdesk.attachments.models import Attachment
from helpdesk.audit.services import log_access, record
from helpdesk.lib.errors import Refused
from helpdesk.lib.personal_data import Table
from helpdesk.lib.sealed import clear
from helpdesk.staff.models import User
from residents.models import Resident
from residents.services.persons_data import Found, find_all

MOST_ROWS = 5_000  # of one table; nobody has more
ALWAYS = (models.DateTimeField, models.DateField)
FILES = "attachments.attachment"


@transaction.atomic
def copy_of(
    resident: Resident, *, actor: User, reason: str, address: str | None = None, at: datetime | None = None
) -> bytes:
    """A zip with data.json, data.html and their photos; that it was made is kept. Refused: reason_required."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    everything = find_all(resident)
    parts = [part for found in everything if (part := part_of(found))["rows"]]
    log_access(
        resident, "copy", actor=actor, estate_id=resident.estate_id, reason=reason.strip(), address=address
    )
    record("resident.data_copied", resident, actor=actor, at=at, reason=reason.strip()[:200])
    return _packed(resident, parts, everything, at)


def part_of(found: Found) -> dict[str, Any]:
    """What one table says about them, in words: {title, table, rows: [{label: value}]}."""
    rows = found.rows if found.table.copied is None else found.rows.filter(found.table.copied)
    return {
        "title": found.table.title,
        "table": found.table.label,
        "rows": [dict(_facts(found.table, row)) for row in rows[:MOST_ROWS]],
    }


def _facts(table: Table, row: models.Model) -> Iterator[tuple[str, str]]:
    copied = {field.name for field in table.fields if field.copied}
    for field in row._meta.concrete_fields:
        told = field.name in copied or field.name == "number"
        if not told and not field.choices and not isinstance(field, ALWAYS):
            continue
        value = _said(row, field)
        if value:
            yield capfirst(str(field.verbose_name)), value


def _said(row: models.Model, field: Any) -> str:
    value = getattr(row, field.attname)
    if value in (None, "", {}, []):
        return ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    # The one place beside unmasking where a seal is opened to be read: the person's own copy.
    return clear(value) if isinstance(value, str) else str(value)


def _packed(resident: Resident, parts: list[dict[str, Any]], everything: list[Found], at: datetime) -> bytes:
    context = {"resident": resident, "estate": resident.estate, "parts": parts, "at": at}
    data = {"estate": str(resident.estate), "made_at": at.isoformat(), "data": parts}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        archive.writestr("data.html", render_to_string("residents/personal_copy.html", context))
        for name, content in _photos(everything):
            archive.writestr(f"files/{name}", content)
    return packed.getvalue()


def _photos(everything: list[Found]) -> Iterator[tuple[str, bytes]]:
    """Files that they sent or were shown; what the staff keep among themselves is not theirs."""
    ids = next((found.ids for found in everything if found.table.label == FILES), [])
    for file in Attachment.objects.filter(pk__in=ids, is_public=True).order_by("pk"):
        with file.file.open("rb") as stream:
            yield f"{file.pk}-{file.name}", stream.read()
