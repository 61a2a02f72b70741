"""What the house holds of one person, for who answers for it: seen, copied, corrected, held, forgotten."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.masking import mask_identity
from helpdesk.staff.access import get_visible, needs
from residents.forms.personal_data import CorrectionForm, IdentityForm, ReasonForm
from residents.models import Erasure, LegalHold, Resident
from residents.names_shown import full_name
from residents.services.identity_numbers import set_identity_number
from residents.services.persons_data import (
    Found,
    ask_erasure,
    find_all,
    holds_on,
    lift_hold,
    place_hold,
    withdraw_erasure,
)
from residents.services.persons_data_copy import copy_of
from residents.services.residents import edit_resident

NEEDED = "residents.personal_data"
CORRECTED = ("name", "other_name", "salutation", "email", "language", "accepts_messages")


@require_safe
@never_cache
@needs(NEEDED)
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Every place that holds something of a resident, and what can be done about it."""
    return _show(request, _resident(request, pk))


@require_POST
@never_cache
@needs(NEEDED)
def personal_data_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The copy to hand out, as a zip."""
    resident = _resident(request, pk)
    form = ReasonForm(request.POST, prefix="copy")
    if not form.is_valid():
        return _show(request, resident, copy=form)
    packed = copy_of(
        resident,
        actor=request.user,  # type: ignore[arg-type]
        reason=form.cleaned_data["reason"],
        address=ip_of(request),
    )
    headers = {
        "Content-Disposition": f'attachment; filename="resident-{resident.pk}.zip"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(packed, content_type="application/zip", headers=headers)


@require_POST
@needs(NEEDED)
def personal_data_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """What they say is wrong about them."""
    resident = _resident(request, pk)
    form = CorrectionForm(request.POST, prefix="correct")

    def correct() -> None:
        changes = {name: form.cleaned_data[name] for name in CORRECTED}
        edit_resident(resident, actor=request.user, version=form.cleaned_data["version"], **changes)  # type: ignore[arg-type]

    return _do(request, resident, form, "correct", correct, _("Corrected"))


@require_POST
@sensitive_post_parameters("identity-identity_number")
@needs(NEEDED)
def personal_data_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Another identity number, or none."""
    resident = _resident(request, pk)
    form = IdentityForm(request.POST, prefix="identity")

    def keep() -> None:
        set_identity_number(resident, actor=request.user, written=form.cleaned_data["identity_number"])  # type: ignore[arg-type]

    return _do(request, resident, form, "identity", keep, _("The identity number is changed"))


@require_POST
@needs(NEEDED)
def personal_data_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing of theirs is deleted until the hold is lifted."""
    resident = _resident(request, pk)
    form = ReasonForm(request.POST, prefix="hold")

    def hold() -> None:
        place_hold(resident, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]

    return _do(request, resident, form, "hold", hold, _("The hold is placed"))


@require_POST
@needs(NEEDED)
def personal_data_lift(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """The reason for a hold is gone."""
    resident = _resident(request, pk)
    lift_hold(get_object_or_404(LegalHold, pk=hold_pk, resident=resident), actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The hold is lifted"))
    return _back(resident)


@require_POST
@needs(NEEDED)
def personal_data_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget them: at once, or as soon as nothing holds the record."""
    resident = _resident(request, pk)
    form = ReasonForm(request.POST, prefix="erase")

    def erase() -> None:
        ask_erasure(resident, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]

    return _do(request, resident, form, "erase", erase, _("It is written down"))


@require_POST
@needs(NEEDED)
def personal_data_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """They no longer wish to be forgotten."""
    resident = _resident(request, pk)
    waiting = get_object_or_404(Erasure, resident=resident, status=Erasure.Status.WAITING)
    withdraw_erasure(waiting, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The wish is withdrawn"))
    return _back(resident)


def _resident(request: HttpRequest, pk: int) -> Resident:
    rows = Resident.objects.select_related("estate")
    return get_visible(rows, request.user, NEEDED, pk=pk)  # type: ignore[arg-type]


def _back(resident: Resident) -> HttpResponse:
    return HttpResponseRedirect(reverse("personal_data", args=[resident.pk]), status=303)


def _do(
    request: HttpRequest, resident: Resident, form: forms.Form, name: str, act: Any, done: str
) -> HttpResponse:
    """Do it and come back; a refusal or a gap stands beside its form, with what was typed."""
    if form.is_valid():
        try:
            act()
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, done)
            return _back(resident)
    return _show(request, resident, **{name: form})


def _show(request: HttpRequest, resident: Resident, **bound: forms.Form) -> HttpResponse:
    name = full_name(resident)
    empty: dict[str, forms.Form] = {
        "copy": ReasonForm(prefix="copy"),
        "hold": ReasonForm(prefix="hold"),
        "erase": ReasonForm(prefix="erase"),
        "identity": IdentityForm(prefix="identity"),
        "correct": CorrectionForm(prefix="correct", initial=_as_it_stands(resident)),
    }
    context = {
        "resident": resident,
        "name": name,
        "crumbs": [
            {"label": name, "url": reverse("resident_detail", args=[resident.pk])},
            {"label": _("Personal data")},
        ],
        "identity": mask_identity(resident.identity_number),
        "places": [_place(found) for found in find_all(resident)],
        "holds": LegalHold.objects.filter(resident=resident, lifted_at__isnull=True).select_related(
            "placed_by"
        ),
        "reasons": holds_on(resident),
        "erasure": Erasure.objects.filter(resident=resident).exclude(status=Erasure.Status.WITHDRAWN).first(),
        "now": timezone.now(),
        "forms": empty | bound,
    }
    status = 422 if bound else 200
    return render(request, "residents/personal_data.html", context, status=status)


def _as_it_stands(resident: Resident) -> dict[str, Any]:
    return {name: getattr(resident, name) for name in (*CORRECTED, "version")}


def _place(found: Found) -> dict[str, Any]:
    """One table in words: how many rows, which columns, how long they are kept, and what outlives an erasure."""
    fields = [field for field in found.table.fields if field.copied]
    model = found.table.model
    return {
        "title": found.table.title,
        "count": len(found.ids),
        "columns": ", ".join(str(model._meta.get_field(field.name).verbose_name) for field in fields),  # type: ignore[union-attr]
        "kept": sorted({str(field.keeping.words) for field in fields}),
        "stays": sorted({str(field.stays) for field in fields if field.stays}),
    }
