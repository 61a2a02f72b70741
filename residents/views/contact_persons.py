"""Contact persons of an organisation: one more, one who is on file already, one who no longer speaks for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.phones import parse_phone
from helpdesk.staff.access import get_visible, needs
from residents.forms.contact_persons import ContactPersonForm
from residents.models import Resident
from residents.names_shown import full_name
from residents.selectors import homes_of, residents_by_number
from residents.services.contact_persons import add_contact_person, end_contact_person, name_contact_person

# Of those with one number, as many are offered.
MOST = 5


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who speaks for an organisation: new, or on file already, which the number tells."""
    organisation = _resident(request, pk)
    back = reverse("resident_detail", args=[pk])
    form = ContactPersonForm(request.POST or None, region=organisation.estate.phone_region)
    status, same = 200, []
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            answer = request.POST.get("person", "")
            same = _on_file(organisation, form.cleaned_data["phone"])
            try:
                if not same or answer == "new":
                    _add(organisation, request, form.cleaned_data)
                    return done(request, _("On file"), back)
                chosen = next((one for one in same if str(one.pk) == answer), None)
                if chosen is not None:
                    name_contact_person(chosen, of=organisation, actor=request.user)  # type: ignore[arg-type]
                    return done(request, _("On file"), back)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
    today = timezone.localdate()
    context = {
        "title": _("Contact person"),
        "owner": full_name(organisation),
        "back": back,
        "form": form,
        "same": [(one, full_name(one), homes_of(one, today)) for one in same],
    }
    return render(request, "residents/contact_person_new.html", context, status=status)


def _on_file(organisation: Resident, phone: str) -> list[Resident]:
    """People of the estate with this very number who speak for nobody yet."""
    e164 = parse_phone(phone, organisation.estate.phone_region) if phone else ""
    found = residents_by_number([organisation.estate_id], e164 or "")
    return [one for one in found if one.kind == Resident.Kind.PERSON and one.contact_of_id is None][:MOST]


def _add(organisation: Resident, request: HttpRequest, said: dict[str, Any]) -> None:
    details = dict(said)
    phone, label = details.pop("phone"), details.pop("phone_label")
    phones = [(phone, label)] if phone else []
    add_contact_person(organisation, actor=request.user, phones=phones, **details)  # type: ignore[arg-type]


@require_POST
@needs("residents.write")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """This person no longer speaks for the organisation."""
    person = _resident(request, pk)
    back = reverse("resident_detail", args=[person.contact_of_id or pk])
    try:
        end_contact_person(person, actor=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        return HttpResponse(str(refused.message), status=REFUSED, content_type="text/plain; charset=utf-8")
    return done(request, _("No longer a contact person"), back)


def _resident(request: HttpRequest, pk: int) -> Resident:
    rows = Resident.objects.select_related("estate", "contact_of")
    return get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
