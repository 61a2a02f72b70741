"""The page Visitors: today in three columns, expected, inside, left; the one that a shift looks at (docs/domain.md §6)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.staff.access import needs, require_here
from helpdesk.staff.models import User
from visitors.door_rows import Draw, Reader, expected_row, gone_row, inside_row, rows_with
from visitors.models import Visit
from visitors.selectors import expected_today, gone_today, inside_now, overstayed

SHOWN = 100
REFRESH_SECONDS = 30


@require_safe
@needs("visits.view")
def board(request: HttpRequest) -> HttpResponse:
    """Who comes, who is inside and for how long, who left today."""
    require_here(request, "visits.view")
    user: User = request.user  # type: ignore[assignment]
    estate, at = request.estate, timezone.now()  # type: ignore[attr-defined]
    reader = Reader(user, estate, at, back="visit_board")
    works = user.may("visits.work", estate.pk)
    new = {"empty_url": reverse("visit_new"), "empty_label": _("New visitor")} if works else {}
    columns = [
        lane("expected", _("Expected"), "qr", expected_today(estate, at), expected_row, reader)
        | {"empty": _("Nobody is expected any more today.")}
        | new,
        lane("inside", _("Inside"), "inside", inside_now(estate), inside_row, reader)
        | {"empty": _("Nobody is inside.")},
        lane("left", _("Left"), "tick", gone_today(estate, at), gone_row, reader)
        | {"empty": _("Nobody has left yet today.")},
    ]
    context = {
        "columns": columns,
        "at": at,
        "late": overstayed(estate, at).count(),
        "asked": Visit.objects.filter(estate=estate, status="expected", confirmed_at__isnull=True).count(),
        "works": works,
        "may_parcels": user.may("parcels.work", estate.pk),
        "may_watch": user.may("watch_list.write", estate.pk),
        "refresh_url": reverse("visit_board"),
        "refresh_every": REFRESH_SECONDS,
    }
    wants_part = bool(request.headers.get("HX-Request"))
    return render(
        request, "visitors/_visit_board.html" if wants_part else "visitors/visit_board.html", context
    )


def lane(
    key: str, title: str, icon: str, found: QuerySet[Visit], draw: Draw, reader: Reader
) -> dict[str, Any]:
    """One column, as components/lane.html wants it; beyond a hundred the list shows the rest."""
    visits = list(rows_with(found)[: SHOWN + 1])
    return {
        "key": key,
        "title": title,
        "icon": icon,
        "count": f"{SHOWN}+" if len(visits) > SHOWN else str(len(visits)),
        "rows": [draw(visit, reader) for visit in visits[:SHOWN]],
        "all_url": f"{reverse('visit_list')}?status={key}",
    }
