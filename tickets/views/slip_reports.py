"""What the pages of staff and of contractors share about a slip: the report that comes in, and the photos shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import check_uploads
from helpdesk.lib.errors import Refused
from tickets.forms.slips import ReportForm
from tickets.models import Slip
from tickets.views.answers import INVALID, REFUSED

BEFORE = "before"


def take_report(request: HttpRequest, slip: Slip, complete: Callable[..., Slip]) -> tuple[ReportForm, int]:
    """The report form and 200, or what stands beside it with 422 or 409; `complete` gets what `complete_slip` takes."""
    form = ReportForm(request.POST, request.FILES, slip_pk=slip.pk)
    if not form.is_valid():
        return form, INVALID
    data = form.cleaned_data
    try:
        complete(
            report=data["report"],
            minutes_spent=data["minutes_spent"],
            before=check_uploads(data["before"]),
            files=check_uploads(data["files"]),
            parts=form.parts_used(),
            form_token=data["form_token"],
        )
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return form, REFUSED
    return form, 200


def photos_of(slip: Slip, url_of: Callable[[Attachment], str]) -> list[dict[str, Any]]:
    """Before and after, side by side; a side without photos is left out."""
    sides: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for file in Attachment.objects.of(slip):
        url = url_of(file)
        shown = {
            "url": url,
            "name": file.name,
            "thumb_url": f"{url}?small" if file.thumbnail else "",
            "size": "",
        }
        sides[file.purpose == BEFORE].append(shown)
    titles = {True: _("Before"), False: _("After")}
    return [{"title": titles[side], "files": files} for side, files in sides.items() if files]
