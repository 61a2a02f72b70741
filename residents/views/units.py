"""Units: the list by building, one door with its people, and a new person behind it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import parse_phone
from helpdesk.staff.access import get_visible, needs, require_here
from residents.caller_numbers import remembered_number
from residents.expiring import count_expiring
from residents.forms.residents import NewPersonForm
from residents.models import Building, Occupancy, Resident, Unit
from residents.names_shown import full_name
from residents.selectors import first_contacts_of, people_of, residents_by_number
from residents.services.residents import add_occupancy, add_resident
from residents.views.people import shown_people
from residents.views.shown import history_of, kept_parts, keys_of
from residents.views.unit_procedures import procedures_of

LIST_SIZE = 50


@require_safe
@needs("residents.view")
def resident_list(request: HttpRequest) -> HttpResponse:
    """Units of the estate by door plate with their first contact; `building` narrows it, `after` is the last plate read."""
    require_here(request, "residents.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    buildings = list(Building.objects.filter(estate=estate, is_archived=False).order_by("code"))
    chosen = request.GET.get("building", "")
    rows = Unit.objects.filter(estate=estate, is_archived=False)
    if chosen:
        rows = rows.filter(building__code=chosen)
    units, next_after = _one_page(rows, request.GET.get("after", "")[:30])
    contacts = first_contacts_of([unit.pk for unit in units], timezone.localdate())
    next_url = ""
    if next_after:
        query = request.GET.copy()
        query["after"] = next_after
        next_url = f"?{query.urlencode()}"
    context = {
        "rows": [
            (unit, full_name(contacts[unit.pk]) if unit.pk in contacts else "", contacts.get(unit.pk))
            for unit in units
        ],
        "chips": _chips(buildings, chosen),
        "next_url": next_url,
        "first_url": "?" + urlencode({"building": chosen}) if chosen else reverse("resident_list"),
        "is_first": not request.GET.get("after"),
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "running_out": count_expiring(estate.pk, timezone.localdate()),
        "may_import": request.user.may("residents.import", estate.pk),  # type: ignore[union-attr]
    }
    return render(request, "residents/resident_list.html", context)


def _one_page(rows: QuerySet[Unit], after: str) -> tuple[list[Unit], str]:
    if after:
        rows = rows.filter(code__gt=after)
    units = list(rows.order_by("code")[: LIST_SIZE + 1])
    return units[:LIST_SIZE], units[LIST_SIZE - 1].code if len(units) > LIST_SIZE else ""


def _chips(buildings: list[Building], chosen: str) -> list[dict[str, object]]:
    chips: list[dict[str, object]] = [
        {"label": _("All buildings"), "url": reverse("resident_list"), "active": not chosen}
    ]
    chips += [
        {"label": str(b), "url": "?" + urlencode({"building": b.code}), "active": chosen == b.code}
        for b in buildings
    ]
    return chips


@require_safe
@needs("residents.view")
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One door: what it is, who belongs to it, and who did before."""
    unit = _unit(request, pk, "residents.view")
    today = timezone.localdate()
    before = (
        Occupancy.objects.filter(unit=unit, until__lt=today)
        .select_related("resident")
        .prefetch_related("resident__phones")
        .order_by("-until", "id")[:LIST_SIZE]
    )
    context = {
        "unit": unit,
        "people": shown_people(people_of(unit, today)),
        "before": [(row, full_name(row.resident)) for row in before],
        "kept": kept_parts(unit, request.user),  # type: ignore[arg-type]
        "keys": keys_of(unit),
        "spaces": list(unit.parking_spaces.filter(is_archived=False)),
        "entries": history_of(unit),
        "may_write": request.user.may("residents.write", unit.estate_id),  # type: ignore[union-attr]
        "may_see_fees": request.user.may("billing.view", unit.estate_id),  # type: ignore[union-attr]
        "procedures": procedures_of(unit),
    }
    return render(request, "residents/unit_detail.html", context)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody new behind a door: the person, one number, and since when they belong there."""
    unit = _unit(request, pk, "residents.write")
    # The number that was typed into the box and belongs to nobody yet.
    number = remembered_number(request.session)
    form = NewPersonForm(
        request.POST or None,
        region=unit.estate.phone_region,
        today=timezone.localdate(),
        initial={"phone": number} if number and not residents_with(unit, number) else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            name = _put_on_file(request, unit, form)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("%(name)s is on file") % {"name": name})
            return HttpResponseRedirect(reverse("unit_detail", args=[unit.pk]), status=303)
    status = 422 if form.errors else 200
    return render(request, "residents/new_person.html", {"unit": unit, "form": form}, status=status)


def residents_with(unit: Unit, number: str) -> list[Resident]:
    """Who has that number already."""
    e164 = parse_phone(number, unit.estate.phone_region)
    return residents_by_number([unit.estate_id], e164) if e164 else []


def _put_on_file(request: HttpRequest, unit: Unit, form: NewPersonForm) -> str:
    data = form.cleaned_data
    details = ("kind", "name", "other_name", "salutation", "email", "language", "accepts_messages", "note")
    phones = [(data["phone"], data["phone_label"])] if data["phone"] else []
    with transaction.atomic():
        resident = add_resident(
            estate=unit.estate,
            actor=request.user,  # type: ignore[arg-type]
            phones=phones,
            **{name: data[name] for name in details},
        )
        add_occupancy(
            unit,
            resident,
            actor=request.user,  # type: ignore[arg-type]
            relation=data["relation"],
            since=data["since"],
            is_primary=data["is_primary"],
            is_payer=data["is_payer"],
        )
    return full_name(resident)


def _unit(request: HttpRequest, pk: int, permission: str) -> Unit:
    return get_visible(Unit.objects.select_related("estate", "building"), request.user, permission, pk=pk)  # type: ignore[arg-type]
