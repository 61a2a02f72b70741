"""One resident: how to reach them, where they live and lived; another number."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.errors import Refused
from helpdesk.lib.masking import mask_identity
from helpdesk.staff.access import get_visible, needs
from residents.duplicates import like
from residents.forms.residents import NewPhoneForm
from residents.models import Occupancy, Resident
from residents.names_shown import full_name
from residents.services.residents import add_phone
from residents.services.unmasking import IDENTITY
from residents.views.people import phones_of
from residents.views.shown import history_of, kept_parts


@require_safe
@needs("residents.view")
def resident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole record of one person or organisation."""
    resident = _resident(request, pk, "residents.view")
    return _show(request, resident, NewPhoneForm(region=resident.estate.phone_region))


@require_POST
@needs("residents.write")
def new_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Another number of a resident."""
    resident = _resident(request, pk, "residents.write")
    form = NewPhoneForm(request.POST, region=resident.estate.phone_region)
    if not form.is_valid():
        return _show(request, resident, form, status=422)
    try:
        add_phone(resident, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error("number", str(refused.message))
        return _show(request, resident, form, status=409)
    messages.success(request, _("The number is on file"))
    return HttpResponseRedirect(reverse("resident_detail", args=[resident.pk]), status=303)


def _resident(request: HttpRequest, pk: int, permission: str) -> Resident:
    rows = Resident.objects.select_related("estate", "contact_of", "merged_into").prefetch_related("phones")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def _show(request: HttpRequest, resident: Resident, form: NewPhoneForm, *, status: int = 200) -> HttpResponse:
    homes = Occupancy.objects.filter(resident=resident).select_related("unit").order_by("-since", "id")
    may_unmask = request.user.may("residents.unmask", resident.estate_id)  # type: ignore[union-attr]
    context = {
        "resident": resident,
        "name": full_name(resident),
        "phones": phones_of(resident),
        "homes": homes,
        "kept": kept_parts(resident, request.user),  # type: ignore[arg-type]
        "entries": history_of(resident),
        "alike": [(other.pk, full_name(other)) for other in like(resident)]
        if not resident.is_archived
        else [],
        "speakers": speakers_of(resident) if resident.kind == Resident.Kind.ORGANISATION else None,
        "facts": _facts(resident, may_unmask),
        "form": form,
        "may_unmask": may_unmask,
        "may_see_data": request.user.may("residents.personal_data", resident.estate_id),  # type: ignore[union-attr]
        "may_write": request.user.may("residents.write", resident.estate_id),  # type: ignore[union-attr]
    }
    return render(request, "residents/resident_detail.html", context, status=status)


def speakers_of(organisation: Resident) -> dict[str, list[dict[str, Any]]]:
    """Who speaks for an organisation now, with their numbers masked, and who did before."""
    now: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = []
    for one in organisation.contact_persons.prefetch_related("phones").order_by("name", "id"):
        shown = {"pk": one.pk, "name": full_name(one), "note": one.note, "phones": phones_of(one)}
        (before if one.is_archived else now).append(shown)
    return {"now": now, "before": before}


def _facts(resident: Resident, may_unmask: bool) -> list[dict[str, str]]:
    facts = [{"label": _("Kind"), "value": resident.get_kind_display()}]
    if resident.salutation:
        facts.append({"label": _("How to greet"), "value": resident.salutation})
    if resident.contact_of:
        url = reverse("resident_detail", args=[resident.contact_of.pk])
        facts.append({"label": _("Contact person of"), "value": full_name(resident.contact_of), "url": url})
    language = get_language_info(resident.language)["name_local"] if resident.language else _("not known")
    facts.append({"label": _("Language"), "value": language})
    facts.append({"label": _("E-mail"), "value": resident.email or _("none on file")})
    facts.append(
        {"label": _("Messages"), "value": _("agreed") if resident.accepts_messages else _("not wanted")}
    )
    if resident.do_not_disturb:
        facts.append({"label": _("Routine calls"), "value": _("do not disturb")})
    if resident.identity_number:
        url = reverse("resident_unmask", args=[resident.pk, IDENTITY]) if may_unmask else ""
        facts.append(
            {"label": _("Identity number"), "value": mask_identity(resident.identity_number), "url": url}
        )
    if resident.note:
        facts.append({"label": _("Note for the desk"), "value": resident.note})
    return facts
