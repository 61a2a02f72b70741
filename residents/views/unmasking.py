"""One masked field of a resident, shown for five minutes to who gives a reason."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.staff.access import get_visible, needs
from residents.forms.personal_data import UnmaskForm
from residents.models import Resident
from residents.names_shown import full_name
from residents.services.unmasking import (
    IDENTITY,
    SHOWN_SECONDS,
    Shown,
    masked,
    needs_case,
    open_cases,
    unmask,
)


@require_http_methods(["GET", "POST"])
@never_cache
@needs("residents.unmask")
def resident_unmask(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """The question what for; answered, the value, which leaves the page by itself after five minutes."""
    rows = Resident.objects.select_related("estate")
    resident = get_visible(rows, request.user, "residents.unmask", pk=pk)  # type: ignore[arg-type]
    value = masked(resident, field)
    if value is None:
        raise Http404
    shown: Shown | None = None
    form = _form(request, resident)
    if request.method == "POST" and form.is_valid():
        try:
            shown = unmask(
                resident,
                actor=request.user,  # type: ignore[arg-type]
                field=field,
                reason=form.cleaned_data["reason"],
                case=form.cleaned_data.get("case", ""),
                address=ip_of(request),
            )
        except TooOften:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    return _answer(request, resident, field, form, value, shown)


def _form(request: HttpRequest, resident: Resident) -> UnmaskForm:
    asked = needs_case(request.user, resident)  # type: ignore[arg-type]
    cases = open_cases(resident) if asked else []
    return UnmaskForm(request.POST if request.method == "POST" else None, cases=cases, needs_case=asked)


def _answer(
    request: HttpRequest, resident: Resident, field: str, form: UnmaskForm, value: str, shown: Shown | None
) -> HttpResponse:
    address = reverse("resident_unmask", args=[resident.pk, field])
    label = _("Identity number") if field == IDENTITY else _("Telephone")
    context = {
        "resident": resident,
        "crumbs": [
            {"label": full_name(resident), "url": reverse("resident_detail", args=[resident.pk])},
            {"label": label},
        ],
        "label": label,
        "form": form,
        "masked": value,
        "shown": shown,
        "no_case": "case" in form.fields and not form.fields["case"].choices,  # type: ignore[attr-defined]
        "url": address,
    }
    fragment = request.headers.get("HX-Request")
    template = "residents/_personal_unmask.html" if fragment else "residents/personal_unmask.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    if shown and not fragment:
        # Without a script too the value leaves the page when its time is over.
        response["Refresh"] = f"{SHOWN_SECONDS}; url={address}"
    return response
