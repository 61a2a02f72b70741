"""The car park: its places, whose they are, what stands on them."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.forms.parking_spaces import ParkingSpaceForm
from residents.models import ParkingSpace, Vehicle
from residents.services.parking_spaces import add_space, archive_space, edit_space
from residents.views.shown import history_of

PAGE = 50


@require_safe
@needs("residents.view")
def space_list(request: HttpRequest) -> HttpResponse:
    """Places by their numbers; those that are free, or of one kind, by a chip."""
    require_here(request, "residents.view")
    estate = request.estate  # type: ignore[attr-defined]
    every = ParkingSpace.objects.filter(estate=estate, is_archived=False)
    free = every.filter(unit__isnull=True).exclude(kind=ParkingSpace.Kind.PUBLIC)
    kinds = {kind: every.filter(kind=kind) for kind in ParkingSpace.Kind.values}
    offered = {"": every, "free": free} | kinds
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in offered else ""
    labels = {"": _("All places"), "free": _("Free")} | dict(ParkingSpace.Kind.choices)
    rows = offered[chosen]
    after = request.GET.get("after", "")[:20].replace("\0", "")
    vehicles = Prefetch("vehicles", Vehicle.objects.filter(is_archived=False).order_by("id"))
    found = rows.filter(code__gt=after) if after else rows
    spaces = list(found.select_related("unit").prefetch_related(vehicles).order_by("code")[: PAGE + 1])
    context = {
        "spaces": spaces[:PAGE],
        "next_url": f"?show={chosen}&after={spaces[PAGE - 1].code}" if len(spaces) > PAGE else "",
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "chips": [
            {"label": label, "url": f"?show={key}", "active": key == chosen, "count": offered[key].count()}
            for key, label in labels.items()
        ],
    }
    return render(request, "residents/parking_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def space_new(request: HttpRequest) -> HttpResponse:
    """One more place in the car park."""
    require_here(request, "residents.write")
    estate = request.estate  # type: ignore[attr-defined]
    form = ParkingSpaceForm(request.POST or None, estate=estate)

    def add(data: dict[str, Any]) -> None:
        add_space(estate=estate, actor=request.user, **data)  # type: ignore[arg-type]

    return _done_or_shown(request, form, {"title": _("A parking place")}, add, _("On file"))


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def space_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another number, kind or household."""
    space = _space(request, pk)
    copy = ParkingSpace.objects.select_related("unit").get(pk=space.pk)
    form = ParkingSpaceForm(request.POST or None, instance=copy, estate=space.estate)
    context = {
        "title": _("Parking place %(code)s") % {"code": space.code},
        "row": space,
        "away_url": reverse("parking_archive", args=[pk]),
        "entries": history_of(space),
    }

    def change(data: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        known = int(version) if version.isdecimal() and len(version) < 10 else None
        edit_space(space, actor=request.user, version=known, **data)  # type: ignore[arg-type]

    return _done_or_shown(request, form, context, change, _("Changed"))


@require_POST
@needs("residents.write")
def space_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """The place is no more; it stays in the history."""
    try:
        archive_space(_space(request, pk), actor=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        return HttpResponse(str(refused.message), status=REFUSED, content_type="text/plain; charset=utf-8")
    return done(request, _("Put away"), reverse("parking_list"))


def _space(request: HttpRequest, pk: int) -> ParkingSpace:
    rows = ParkingSpace.objects.select_related("estate", "unit")
    return get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]


def _done_or_shown(
    request: HttpRequest, form: Any, context: dict[str, Any], do: Any, said: str
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                do(form.cleaned_data)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
            else:
                return done(request, said, reverse("parking_list"))
    context |= {"owner": "", "back": reverse("parking_list"), "form": form}
    return render(request, "residents/record_form.html", context, status=status)
