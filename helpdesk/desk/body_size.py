"""How much a request may bring: said before anything of it is read or put on the disk."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.staff.middleware import from_header

WORDS = 64 * 1024 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
PUBLIC = ("/p/", "/api/")


class BodySizeMiddleware:
    """413 for a form with files that is larger than its page takes, 411 for a body that does not say how long it is.

    Django puts uploads into temporary files while it looks for the CSRF token, so strangers could fill the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.META.get("CONTENT_LENGTH") and request.headers.get("Transfer-Encoding"):
            return HttpResponse(status=411)
        if request.content_type == "multipart/form-data" and length_of(request) > most_of(request):
            with translation.override(from_header(request.headers.get("Accept-Language", ""))):
                says = _("This is more than can be sent at once. Go back and send fewer or smaller files.")
            return HttpResponse(says, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def most_of(request: HttpRequest) -> int:
    """Bytes: files for who has a session and for the pages of residents; for all else the words of a form."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return WORDS + settings.DATA_UPLOAD_MAX_NUMBER_FILES * settings.ATTACHMENT_MAX_BYTES
    if request.path_info.startswith(PUBLIC):
        return WORDS + settings.ATTACHMENTS_PER_REQUEST * settings.ATTACHMENT_MAX_BYTES
    return WORDS
