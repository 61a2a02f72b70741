"""One pair of pages for all that is kept of a household: add, change, put away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import serve
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs
from residents.forms import household as forms
from residents.models import AccessCard, EmergencyContact, Note, Paper, Pet, Resident, Unit, Vehicle
from residents.services.cards import edit_card, end_card, issue_card
from residents.services.emergency_contacts import add_emergency_contact, edit_emergency_contact
from residents.services.kept import archive
from residents.services.notes import add_note, edit_note
from residents.services.papers import add_paper, edit_paper
from residents.services.pets import add_pet, edit_pet
from residents.services.vehicles import add_vehicle, edit_vehicle


@dataclass(frozen=True)
class Kind:
    """One kind of record: its form and its services."""

    model: Any
    form: Any
    add: Callable[..., Any]
    edit: Callable[..., Any]
    title: Any
    icon: str
    on_unit: bool = True


KINDS: dict[str, Kind] = {
    "vehicle": Kind(Vehicle, forms.VehicleForm, add_vehicle, edit_vehicle, gettext_lazy("Vehicle"), "truck"),
    "card": Kind(AccessCard, forms.CardForm, issue_card, edit_card, gettext_lazy("Card or permit"), "card"),
    "pet": Kind(Pet, forms.PetForm, add_pet, edit_pet, gettext_lazy("Pet"), "tag"),
    "paper": Kind(Paper, forms.PaperForm, add_paper, edit_paper, gettext_lazy("Paper"), "document"),
    "emergency": Kind(
        EmergencyContact,
        forms.EmergencyContactForm,
        add_emergency_contact,
        edit_emergency_contact,
        gettext_lazy("Emergency contact"),
        "alert",
        on_unit=False,
    ),
    "note": Kind(Note, forms.NoteForm, add_note, edit_note, gettext_lazy("Note for some"), "lock"),
}
ENDINGS = frozenset(AccessCard.Status.values) - {AccessCard.Status.ISSUED}


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new_of_unit(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One more record of a unit."""
    unit = get_visible(Unit.objects.select_related("estate"), request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    if kind not in KINDS or not KINDS[kind].on_unit:
        raise Http404
    return _new(request, KINDS[kind], unit)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new_of_resident(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One more record of a resident."""
    rows = Resident.objects.select_related("estate")
    resident = get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    if kind not in KINDS:
        raise Http404
    return _new(request, KINDS[kind], resident)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A record as it stands, to be changed."""
    which, row = _row(request, kind, pk)
    owner = row.resident or row.unit
    form = which.form(request.POST or None, request.FILES or None, instance=_copy(row), owner=owner)
    context = {"title": which.title, "owner": _words(owner), "back": _page(owner), "row": row, "kind": kind}
    if request.method == "POST":
        if not form.is_valid():
            return _show(request, context, form, INVALID)
        version = request.POST.get("version", "")
        try:
            which.edit(
                row,
                actor=request.user,
                version=int(version) if version.isdecimal() and len(version) < 10 else None,
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            return _show(request, context, form, REFUSED)
        return done(request, _("Changed"), _page(owner))
    return _show(request, context, form)


@require_POST
@needs("residents.write")
def put_away(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Archived; it stays in the history."""
    _kind, row = _row(request, kind, pk)
    archive(row, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Put away"), _page(row.resident or row.unit))


@require_POST
@needs("residents.write")
def card_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A card is lost, cancelled or returned."""
    _kind, card = _row(request, "card", pk)
    status = request.POST.get("status", "")
    try:
        end_card(card, actor=request.user, status=status if status in ENDINGS else "")  # type: ignore[arg-type]
    except Refused as refused:
        return HttpResponse(str(refused.message), status=REFUSED, content_type="text/plain; charset=utf-8")
    return done(request, str(AccessCard.Status(status).label), _page(card.resident or card.unit))


@require_safe
@needs("residents.view")
def paper_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A page of a paper; another record's file is a 404."""
    paper = get_visible(Paper.objects.all(), request.user, "residents.view", pk=pk)  # type: ignore[arg-type]
    found = Attachment.objects.of(paper).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


def _row(request: HttpRequest, kind: str, pk: int) -> tuple[Kind, Any]:
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].model.objects.select_related("unit__estate", "resident__estate")
    return KINDS[kind], get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]


def _new(request: HttpRequest, which: Kind, owner: Unit | Resident) -> HttpResponse:
    form = which.form(request.POST or None, request.FILES or None, owner=owner)
    context = {"title": which.title, "owner": _words(owner), "back": _page(owner)}
    if request.method == "POST":
        if not form.is_valid():
            return _show(request, context, form, INVALID)
        whose = {"unit" if isinstance(owner, Unit) else "resident": owner}
        try:
            which.add(actor=request.user, **form.cleaned_data | whose)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            return _show(request, context, form, REFUSED)
        return done(request, _("On file"), _page(owner))
    return _show(request, context, form)


def _copy(row: Any) -> Any:
    """What the form may fill in, so that the row itself stays as it was read."""
    return (
        type(row).objects.get(pk=row.pk) if not isinstance(row, Note) else Note._base_manager.get(pk=row.pk)
    )


def _page(owner: Unit | Resident) -> str:
    return reverse("unit_detail" if isinstance(owner, Unit) else "resident_detail", args=[owner.pk])


def _words(owner: Unit | Resident) -> str:
    return str(owner)


def _show(request: HttpRequest, context: dict[str, Any], form: Any, status: int = 200) -> HttpResponse:
    return render(request, "residents/record_form.html", context | {"form": form}, status=status)
