"""Ringing one resident after another: the next person, the script beside, the record in one click."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from helpdesk.estates.models import Estate
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from tickets.calling import waiting_for
from tickets.models import FollowUp
from tickets.views.follow_ups import ABOUT, calling_sentence, show

MOST_SKIPPED = 100


@require_GET
@needs("follow_ups.record")
def next_call(request: HttpRequest) -> HttpResponse:
    """The next person to ring; `skip` in the address names those whom the clerk leaves for later."""
    user: User = request.user  # type: ignore[assignment]
    estate: Estate = request.estate  # type: ignore[attr-defined]
    at = timezone.now()
    skipped = skipped_in(request)
    waiting = waiting_for(user, estate, at).exclude(pk__in=skipped)
    visit = waiting.select_related(*ABOUT).first()
    if visit is None:
        return render(request, "tickets/follow_up_next.html", nobody(request, estate, skipped))
    skip = "&".join(f"skip={pk}" for pk in [*skipped, visit.pk])
    return show(
        request,
        visit,
        calling={"left": waiting.count() - 1, "skip_url": f"{reverse('follow_up_next')}?{skip}"},
    )


def skipped_in(request: HttpRequest) -> list[int]:
    """Ids in the address; what is no id is none."""
    written = request.GET.getlist("skip")[:MOST_SKIPPED]
    return [int(pk) for pk in written if pk.isascii() and pk.isdecimal() and len(pk) < 19]


def nobody(request: HttpRequest, estate: Estate, skipped: list[int]) -> dict[str, Any]:
    """Why the list is empty, and when it goes on."""
    rows = FollowUp.objects.visible_to(request.user).scheduled().filter(estate=estate)  # type: ignore[attr-defined]
    coming = rows.order_by("scheduled_at").first()
    return {
        "hours": calling_sentence(estate, timezone.now()),
        "coming": coming.scheduled_at if coming else None,
        "skipped": bool(skipped),
        "crumbs": [
            {"label": _("Follow-ups"), "url": reverse("follow_up_list")},
            {"label": pgettext("to ring somebody", "Call")},
        ],
    }
