"""The units map: the question and the building stand in the address; a click opens the card beside it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from helpdesk.desk.units_map import QUESTIONS, buildings_shown, questions_for, totals_of, units_map
from helpdesk.estates.models import Estate
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.models import User
from residents.models import Building, Unit

LISTED = 300


@require_safe
@needs("residents.view")
def units_map_page(request: HttpRequest) -> HttpResponse:
    """`ask` is what is asked, `building` narrows it, `view=list` writes it down as a list, `unit` opens a card."""
    require_here(request, "residents.view")
    user: User = request.user  # type: ignore[assignment]
    estate: Estate = request.estate  # type: ignore[attr-defined]
    may_ask = questions_for(user, estate)
    ask = request.GET.get("ask", "")
    ask = ask if ask in may_ask else may_ask[0]
    buildings = list(Building.objects.filter(estate=estate, is_archived=False).order_by("code"))
    buildings.sort(key=lambda building: (len(building.code), building.code))
    count = Unit.objects.filter(estate=estate, is_archived=False, building__is_archived=False).count()
    shown, may_all = buildings_shown(buildings, request.GET.get("building", ""), count)
    now = timezone.now()
    drawn = units_map(user, estate, shown, question=ask, at=now)
    chosen = shown[0].code if len(shown) == 1 and (len(buildings) > 1 or not may_all) else ""
    as_list = request.GET.get("view") == "list"
    kept = {"ask": ask, "building": chosen, "view": "list" if as_list else ""}
    selected = _selected(request, estate)
    context: dict[str, Any] = {
        "map": drawn,
        "ask": ask,
        "tabs": [
            {
                "label": QUESTIONS[key][0],
                "icon": QUESTIONS[key][1],
                "url": _url(kept | {"ask": key}),
                "active": key == ask,
                "count": None,
            }
            for key in may_ask
        ],
        "buildings": buildings,
        "chosen": chosen,
        "may_all": may_all,
        "as_list": as_list,
        "view_url": _url(kept | {"view": "" if as_list else "list"}),
        "kept": {"ask": ask, "view": kept["view"]},
        "listed": drawn.cells[:LISTED],
        "left_off": max(len(drawn.cells) - LISTED, 0),
        "summary": _summary(len(shown), drawn.units),
        "selected": selected,
        "card_url": reverse("unit_card", args=[selected.pk]) if selected else "",
        "totals": totals_of(user, estate, shown[0], now) if len(shown) == 1 else [],
        "here": _url(kept),
    }
    return render(request, "desk/units_map.html", context)


def _selected(request: HttpRequest, estate: Estate) -> Unit | None:
    written = request.GET.get("unit", "")
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        return None
    return Unit.objects.filter(estate=estate, pk=int(written)).first()


def _url(query: dict[str, str]) -> str:
    return f"{reverse('units_map')}?{urlencode({name: value for name, value in query.items() if value})}"


def _summary(buildings: int, units: int) -> list[str]:
    return [
        ngettext("%(count)d building", "%(count)d buildings", buildings) % {"count": buildings},
        ngettext("%(count)d unit", "%(count)d units", units) % {"count": units},
    ]
