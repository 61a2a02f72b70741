"""The Desk, the messages under the bell, the choice of estate, the style page."""

from typing import Any

from django.contrib import messages as flashes
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.desk.day import desk_day
from helpdesk.desk.specimens import specimens
from helpdesk.desk.views.fragments import render_either
from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from helpdesk.notifications.selectors import inbox_of
from helpdesk.notifications.services import mark_read
from helpdesk.staff.access import needs
from helpdesk.staff.roles import role_in

INBOX_SHOWN = 50
REFRESH_SECONDS = 30


@require_safe
@needs("desk.view")
def desk(request: HttpRequest) -> HttpResponse:
    """What is due now, in the lanes that this person's role may see."""
    user, estate = request.user, request.estate  # type: ignore[attr-defined]
    day = desk_day(user, estate)
    membership = role_in(user, estate.pk)
    context = {
        "day": day,
        "refresh_url": reverse("desk"),
        "refresh_every": REFRESH_SECONDS,
        "role": membership.role if membership else "",
    }
    return render_either(request, "desk/desk.html", "desk/_day.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("desk.view")
def messages(request: HttpRequest) -> HttpResponse:
    """What the house told this person; a POST takes one message (`message`) or all of them off the count."""
    if request.method == "POST":
        return _read(request)
    inbox = [_shown(message) for message in inbox_of(request.user).select_related("estate")[:INBOX_SHOWN]]  # type: ignore[arg-type]
    return render(
        request, "desk/messages.html", {"inbox": inbox, "has_unread": any(not m["read"] for m in inbox)}
    )


def _read(request: HttpRequest) -> HttpResponse:
    written = request.POST.get("message", "")
    if not written:
        mark_read(request.user)  # type: ignore[arg-type]
        flashes.success(request, _("All messages are read"))
        return HttpResponseRedirect(reverse("messages"), status=303)
    if not written.isdecimal() or len(written) > 18:
        raise BadRequest
    message = inbox_of(request.user).filter(pk=int(written)).first()  # type: ignore[arg-type]
    if message is None:
        raise Http404
    mark_read(request.user, message_id=message.pk)  # type: ignore[arg-type]
    return HttpResponseRedirect(safe_path(request, message.link, reverse("messages")), status=303)


def _shown(message: Message) -> dict[str, Any]:
    # Kept in the language of the day it was written; read in the one of today.
    message.language = get_language() or message.language
    subject, body = rendered(message)
    return {
        "id": message.pk,
        "at": message.created_at,
        "subject": subject,
        "body": body,
        "read": bool(message.read_at),
    }


@require_POST
@needs("desk.view")
def switch_estate(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own estates from now on; a foreign one is a 404."""
    written = request.POST.get("estate", "")
    chosen = int(written) if written.isdecimal() and len(written) < 19 else None
    if chosen not in request.user.estate_ids:  # type: ignore[union-attr]
        raise Http404
    request.session["estate"] = chosen
    # The page one comes from may belong to the other estate: lists and the Desk open, a record would be a 404.
    return HttpResponseRedirect(safe_path(request, request.POST.get("next", ""), reverse("desk")), status=303)


def safe_path(request: HttpRequest, wanted: str, otherwise: str) -> str:
    """`wanted` if it is an address of ours."""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}
    )
    return wanted if ours else otherwise


@require_safe
@needs("desk.view")
def styles(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with invented rows."""
    return render(request, "desk/styles.html", specimens(timezone.now()))
