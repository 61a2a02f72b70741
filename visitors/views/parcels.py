"""Parcels, letters and newspapers 快件: one line to enter, one click to hand out (docs/domain.md §10)."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here
from residents.selectors import unit_on_file
from visitors.forms.parcels import ParcelForm
from visitors.models import Parcel
from visitors.services.parcels import REMINDED, collect_parcel, receive_parcel, send_back_parcel

S = Parcel.Status


@require_GET
@needs("parcels.work")
def parcel_list(request: HttpRequest) -> HttpResponse:
    """What waits, the newest first; or what was collected, or went back."""
    require_here(request, "parcels.work")
    return show(request, ParcelForm(estate=request.estate))  # type: ignore[attr-defined]


@require_POST
@needs("parcels.work")
def new(request: HttpRequest) -> HttpResponse:
    """One more thing stands at the desk; the household is told."""
    require_here(request, "parcels.work")
    form = ParcelForm(request.POST, estate=request.estate)  # type: ignore[attr-defined]
    if not form.is_valid():
        return show(request, form, status=INVALID)
    try:
        parcel = receive_parcel(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, form, status=REFUSED)
    words = (
        _("Received for %(unit)s; the household is told") if parcel.told_at else _("Received for %(unit)s")
    )
    return done(request, words % {"unit": parcel.unit.code}, reverse("parcel_list"))


@require_POST
@needs("parcels.work")
def collect(request: HttpRequest, pk: int) -> HttpResponse:
    """Handed out, to whom."""
    parcel = parcel_for(request, pk)
    collect_parcel(
        parcel, actor=request.user, collected_by=request.POST.get("collected_by", "").replace("\0", "")
    )  # type: ignore[arg-type]
    return done(request, _("Handed out for %(unit)s") % {"unit": parcel.unit.code}, reverse("parcel_list"))


@require_POST
@needs("parcels.work")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The carrier takes it back."""
    parcel = parcel_for(request, pk)
    send_back_parcel(parcel, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Sent back: %(unit)s") % {"unit": parcel.unit.code}, reverse("parcel_list"))


def parcel_for(request: HttpRequest, pk: int) -> Parcel:
    rows = Parcel.objects.select_related("estate", "unit")
    return get_visible(rows, request.user, "parcels.work", pk=pk)  # type: ignore[arg-type]


def show(request: HttpRequest, form: ParcelForm, *, status: int = 200) -> HttpResponse:
    estate = request.estate  # type: ignore[attr-defined]
    chosen = request.GET.get("status", S.RECEIVED)
    chosen = chosen if chosen in S.values else S.RECEIVED
    rows = Parcel.objects.filter(estate=estate, status=chosen).select_related(
        "unit", "received_by", "ended_by"
    )
    wanted = request.GET.get("unit", "").strip()
    if wanted:
        unit = unit_on_file(wanted, estate)
        rows = rows.filter(unit=unit) if unit else rows.none()
    page = Page(rows, request.GET, field="received_at")
    context = {
        "rows": [{"parcel": one, "is_late": is_late(one)} for one in page.rows],
        "pager": page.pager,
        "waits": chosen == S.RECEIVED,
        "form": form,
        "clear_url": f"?status={chosen}" if wanted else "",
        "chips": [
            {"label": label, "url": f"?status={key}", "active": key == chosen} for key, label in words()
        ],
        "crumbs": [{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": _("Parcels")}],
    }
    return render(request, "visitors/parcel_list.html", context, status=status)


def words() -> list[tuple[str, Any]]:
    return [(S.RECEIVED, _("Waiting")), (S.COLLECTED, S.COLLECTED.label), (S.RETURNED, S.RETURNED.label)]


def is_late(parcel: Parcel) -> bool:
    """Whether it has stood here until the household is told again."""
    return parcel.received_at <= timezone.now() - timedelta(days=REMINDED[0])
