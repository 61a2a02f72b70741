"""Contact persons of an organisation: one more, one who is on file already, one who no longer speaks for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs
from residents.forms.contact_persons import ContactPersonForm
from residents.models import Resident
from residents.names_shown import full_name
from residents.services.contact_persons import add_contact_person, end_contact_person


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody new who speaks for an organisation."""
    organisation = _resident(request, pk)
    back = reverse("resident_detail", args=[pk])
    form = ContactPersonForm(request.POST or None, region=organisation.estate.phone_region)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            data = dict(form.cleaned_data)
            phone, label = data.pop("phone"), data.pop("phone_label")
            try:
                add_contact_person(
                    organisation,
                    actor=request.user,  # type: ignore[arg-type]
                    phones=[(phone, label)] if phone else [],
                    **data,
                )
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
            else:
                return done(request, _("On file"), back)
    context = {"title": _("Contact person"), "owner": full_name(organisation), "back": back, "form": form}
    return render(request, "residents/record_form.html", context, status=status)


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
