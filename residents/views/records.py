"""Changing a unit or a resident, and setting right who lived where; numbers; what two records have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.lib.errors import Refused
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.completeness import GAPS, completeness_of, units_lacking
from residents.duplicates import likely_duplicates
from residents.forms.records import HomeForm, OccupancyForm, ResidentForm, UnitForm
from residents.models import Building, Occupancy, Resident, Unit
from residents.names_shown import full_name
from residents.selectors import homes_of
from residents.services.merges import CHOSEN, merge_residents, what_goes_over
from residents.services.occupancies import correct_occupancy
from residents.services.phones import edit_phone, remove_phone
from residents.services.residents import add_occupancy, edit_resident
from residents.services.units import edit_unit
from residents.views.people import phones_of

PAGE = 50


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Areas, use, status of a unit."""
    unit = get_visible(Unit.objects.all(), request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    form = UnitForm(request.POST or None, instance=Unit.objects.get(pk=unit.pk))
    return _changed(request, unit, form, edit_unit, unit.code, reverse("unit_detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def resident_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on file of a resident."""
    resident = _resident(request, pk)
    form = ResidentForm(request.POST or None, instance=Resident.objects.get(pk=resident.pk))
    back = reverse("resident_detail", args=[pk])
    return _changed(request, resident, form, edit_resident, full_name(resident), back)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def home_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A resident belongs to one more unit."""
    resident = _resident(request, pk)
    form = HomeForm(request.POST or None, estate=resident.estate)
    context = {"title": _("One more unit"), "owner": full_name(resident), "back": _page(resident)}
    if request.method == "POST":
        if not form.is_valid():
            return _form(request, context, form, INVALID)
        data = dict(form.cleaned_data)
        try:
            add_occupancy(data.pop("unit"), resident, actor=request.user, **data)  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            return _form(request, context, form, REFUSED)
        return done(request, _("On file"), _page(resident))
    return _form(request, context, form)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def occupancy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Set right from when to when somebody belonged to a unit, and as what."""
    rows = Occupancy.objects.select_related("unit", "resident")
    occupancy = get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    form = OccupancyForm(request.POST or None, instance=Occupancy.objects.get(pk=occupancy.pk))
    owner = f"{occupancy.unit.code} {full_name(occupancy.resident)}"
    context = {
        "title": _("Who lives where, when"),
        "owner": owner,
        "back": reverse("unit_detail", args=[occupancy.unit_id]),
    }
    if request.method == "POST":
        if not form.is_valid():
            return _form(request, context, form, INVALID)
        try:
            correct_occupancy(occupancy, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            return _form(request, context, form, REFUSED)
        return done(request, _("Changed"), context["back"])
    return _form(request, context, form)


@require_POST
@needs("residents.write")
def phone_change(request: HttpRequest, pk: int, phone_pk: int) -> HttpResponse:
    """Ring this number first; it doesn't work, or works again; it is not theirs."""
    resident = _resident(request, pk)
    phone = get_object_or_404(resident.phones, pk=phone_pk)
    act = request.POST.get("act")
    user: Any = request.user
    if act == "first":
        edit_phone(phone, actor=user, is_primary=True)
    elif act in {"works", "dead"}:
        edit_phone(phone, actor=user, is_working=act == "works")
    elif act == "remove":
        remove_phone(phone, actor=user)
    else:
        return HttpResponse(status=400)
    return done(request, _("Changed"), _page(resident))


@require_safe
@needs("residents.view")
def gaps(request: HttpRequest) -> HttpResponse:
    """How complete the records are, and the units behind each gap."""
    require_here(request, "residents.view")
    estate, today = request.estate, timezone.localdate()  # type: ignore[attr-defined]
    written = request.GET.get("building", "")
    building = (
        Building.objects.filter(estate=estate, pk=int(written)).first()
        if written.isdecimal() and len(written) < 19
        else None
    )
    narrowed = f"&building={building.pk}" if building else ""
    figure = completeness_of(estate, today, building_id=building.pk if building else None)
    chosen = request.GET.get("gap", "")
    chosen = chosen if chosen in GAPS else next((key for key in GAPS if figure.gaps[key]), "nobody")
    rows = units_lacking(estate, chosen, today).order_by("code")
    if building:
        rows = rows.filter(building=building)
    after = request.GET.get("after", "")[:30]
    units = list((rows.filter(code__gt=after) if after else rows)[: PAGE + 1])
    context = {
        "building": building,
        "figure": figure,
        "units": units[:PAGE],
        "next_url": f"?gap={chosen}{narrowed}&after={units[PAGE - 1].code}" if len(units) > PAGE else "",
        "chips": [
            {
                "label": label,
                "url": f"?gap={key}{narrowed}",
                "active": key == chosen,
                "count": figure.gaps[key],
            }
            for key, label in GAPS.items()
        ],
    }
    return render(request, "residents/gaps.html", context)


@require_safe
@needs("residents.write")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Records that may be one person."""
    require_here(request, "residents.write")
    pairs = likely_duplicates(request.estate)  # type: ignore[attr-defined]
    rows = [(full_name(p.first), full_name(p.second), p.why, p.first.pk, p.second.pk) for p in pairs]
    return render(request, "residents/duplicates.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two records side by side: which stays, what of each is kept, and what goes over."""
    into, duplicate = _resident(request, pk), _resident(request, other)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        take = [name for name in CHOSEN if request.POST.get(f"take_{name}") == "duplicate"]
        seen = tuple(
            int(v) for v in request.POST.get("versions", "").split(",") if v.isdecimal() and len(v) < 10
        )
        try:
            merge_residents(
                duplicate,
                into=into,
                actor=request.user,  # type: ignore[arg-type]
                take=take,
                versions=seen if len(seen) == 2 else (0, 0),  # type: ignore[arg-type]
            )
        except Refused as refused:
            context["refusal"], status = str(refused.message), REFUSED
        else:
            return done(request, _("The two records are one now"), _page(into))
    context |= {
        "into": into,
        "duplicate": duplicate,
        "names": (full_name(into), full_name(duplicate)),
        "fields": [_side_by_side(name, into, duplicate) for name in CHOSEN],
        "phones": (phones_of(into), phones_of(duplicate)),
        "homes": (homes_of(into, timezone.localdate()), homes_of(duplicate, timezone.localdate())),
        "going": what_goes_over(duplicate),
        "versions": f"{duplicate.version},{into.version}",
        "swap_url": reverse("resident_merge", args=[other, pk]),
    }
    return render(request, "residents/merge.html", context, status=status)


def _side_by_side(name: str, into: Resident, duplicate: Resident) -> dict[str, Any]:
    values = [getattr(one, name) for one in (into, duplicate)]
    shown = [mask_identity(v) if name == "identity_number" and v else str(v) for v in values]
    return {
        "name": name,
        "label": Resident._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
        "into": shown[0],
        "duplicate": shown[1],
        "choice": bool(values[0] and values[1] and values[0] != values[1]),
    }


def _resident(request: HttpRequest, pk: int) -> Resident:
    rows = Resident.objects.select_related("estate").prefetch_related("phones")
    return get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]


def _page(resident: Resident) -> str:
    return reverse("resident_detail", args=[resident.pk])


def _changed(request: HttpRequest, obj: Any, form: Any, edit: Any, words: str, back: str) -> HttpResponse:
    context = {"title": _("Change the record"), "owner": words, "back": back, "row": obj}
    if request.method == "POST":
        if not form.is_valid():
            return _form(request, context, form, INVALID)
        version = request.POST.get("version", "")
        known = int(version) if version.isdecimal() and len(version) < 10 else None
        try:
            edit(obj, actor=request.user, version=known, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            return _form(request, context, form, REFUSED)
        return done(request, _("Changed"), back)
    return _form(request, context, form)


def _form(request: HttpRequest, context: dict[str, Any], form: Any, status: int = 200) -> HttpResponse:
    return render(request, "residents/record_form.html", context | {"form": form}, status=status)
