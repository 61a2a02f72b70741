"""Collection at the door: today's route, and what was said, made for a phone."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.collection import DeferralForm, VisitForm
from billing.models import Bill, CollectionVisit, Deferral, PaymentPromise
from billing.selectors import arrears_of
from billing.services.collection import end_deferral, grant_deferral, record_visit
from billing.services.reminders import pauses_of, payer_of
from billing.services.route import RouteStop, route_of
from helpdesk.attachments.forms import clean_files
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import serve
from helpdesk.estates.business_time import NeverOpens, next_open
from helpdesk.estates.calendars import calling_calendar, local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.models import Resident, Unit
from residents.names_shown import full_name

LISTED = 20


@require_safe
@needs("collection.visit")
def collection_route(request: HttpRequest) -> HttpResponse:
    """The doors to knock at today, by door plate, and the visits made today."""
    require_here(request, "collection.visit")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    now = timezone.now()
    day = local(estate, now).date()
    made = CollectionVisit.objects.filter(estate=estate).select_related("unit", "by").order_by("-at")[:LISTED]
    context = {
        "stops": [_stop(stop, estate) for stop in route_of(estate, day)],
        "made": [_visit(visit, estate) for visit in made],
        "rests_until": _rests_until(estate, now),
    }
    return render(request, "billing/collection_route.html", context)


def _rests_until(estate: Estate, at: datetime) -> datetime | None:
    """When people may be disturbed again; None where they may be now, or never."""
    try:
        allowed = next_open(calling_calendar(estate), at)
    except NeverOpens:
        return None
    return localtime(allowed) if allowed > at else None


@require_http_methods(["GET", "POST"])
@needs("collection.visit")
def collection_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One door: what is owed, the earlier visits, and a form for this one."""
    unit = _unit(request, pk, "collection.visit")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VisitForm(*sent, bills=_open_bills(unit))
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                visit = _record(request, unit, form)
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
                status = REFUSED
            else:
                return done(
                    request, _("%(unit)s: written down") % {"unit": unit.code}, _after(request, visit)
                )
    return render(request, "billing/collection_visit.html", _visit_page(request, unit, form), status=status)


@require_safe
@needs("collection.visit")
def visit_notice_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A photo of the notice that was left; another visit's file is a 404."""
    rows = CollectionVisit.objects.select_related("estate")
    visit = get_visible(rows, request.user, "collection.visit", pk=pk)  # type: ignore[arg-type]
    found = Attachment.objects.of(visit).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


@require_POST
@needs("deferrals.grant")
def deferral_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager lets a household wait: no reminders until a day."""
    unit = _unit(request, pk, "deferrals.grant")
    form = DeferralForm(request.POST)
    status = INVALID
    if form.is_valid():
        try:
            grant_deferral(unit, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
            status = REFUSED
        else:
            return done(request, _("Deferred"), reverse("collection_visit", args=[unit.pk]))
    context = _visit_page(request, unit, VisitForm(bills=_open_bills(unit))) | {"deferral": form}
    return render(request, "billing/collection_visit.html", context, status=status)


@require_POST
@needs("deferrals.grant")
def deferral_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager ends a pause before its day."""
    rows = Deferral.objects.select_related("estate", "unit")
    deferral = get_visible(rows, request.user, "deferrals.grant", pk=pk)  # type: ignore[arg-type]
    end_deferral(deferral, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Reminders go on"), reverse("collection_visit", args=[deferral.unit_id]))


def _record(request: HttpRequest, unit: Unit, form: VisitForm) -> CollectionVisit:
    data = form.cleaned_data
    names = ("way", "met", "reason", "said", "passed_to", "left_notice", "form_token")
    return record_visit(
        unit,
        actor=request.user,  # type: ignore[arg-type]
        promise=form.promise(),
        doubted=form.doubts(),
        files=clean_files(data["files"]),
        **{name: data[name] for name in names},
    )


def _open_bills(unit: Unit) -> list[Bill]:
    """What somebody may doubt at the door: every bill that is not settled."""
    return list(Bill.objects.filter(unit=unit).unsettled().order_by("due_on", "id"))


def _visit_page(request: HttpRequest, unit: Unit, form: VisitForm) -> dict[str, Any]:
    day = local(unit.estate, timezone.now()).date()
    owed = arrears_of(unit)
    payer = payer_of(unit, day)
    bills = Bill.objects.overdue(day).filter(unit=unit).order_by("due_on", "id")[:LISTED]
    visits = list(CollectionVisit.objects.filter(unit=unit).select_related("unit", "by")[:LISTED])
    photos = _photos(visits)
    return {
        "unit": unit,
        "form": form,
        "deferral": DeferralForm(),
        "payer": full_name(payer) if payer else "",
        "owed": show_money(owed.amount, unit.estate.currency) if owed.amount else "",
        "since": owed.since,
        "bills": [(bill, show_money(bill.outstanding, unit.estate.currency)) for bill in bills],
        "visits": [_visit(visit, unit.estate) | {"files": photos.get(visit.pk, [])} for visit in visits],
        "promises": PaymentPromise.objects.filter(unit=unit).order_by("-id")[:5],
        "pauses": pauses_of(unit, day),
        "deferrals": Deferral.objects.filter(unit=unit, until__gt=day).order_by("until"),
        "script_url": _script_url(unit, payer),
        "may_defer": request.user.may("deferrals.grant", unit.estate_id),  # type: ignore[union-attr]
        "crumbs": [{"label": _("Collection"), "url": reverse("collection_route")}, {"label": unit.code}],
    }


def _script_url(unit: Unit, payer: Resident | None) -> str:
    """Where the estate's own words for the door stand, in the language of whoever pays."""
    language = (payer.language if payer else "") or unit.estate.language
    return f"{reverse('script_say', args=['door'])}?estate={unit.estate_id}&language={language}"


def _after(request: HttpRequest, visit: CollectionVisit) -> str:
    """The route; or, who may: which ticket the complaint is, or a message to whoever is to answer."""
    is_complaint = visit.reason == CollectionVisit.Reason.COMPLAINT
    if is_complaint and request.user.may("tickets.take", visit.estate_id):  # type: ignore[union-attr]
        return reverse("door_complaint", args=[visit.pk])
    if visit.passed_to and request.user.may("contacts.take", visit.estate_id):  # type: ignore[union-attr]
        return f"{reverse('contact_new')}?kind=message&unit={visit.unit_id}&door={visit.pk}"
    return reverse("collection_route")


def _photos(visits: list[CollectionVisit]) -> dict[int, list[dict[str, str]]]:
    """Visit -> its photos, as components/files.html wants them; one query for all."""
    kind = CollectionVisit._meta.label_lower
    found: dict[int, list[dict[str, str]]] = {}
    for file in Attachment.objects.filter(owner_type=kind, owner_id__in=[v.pk for v in visits]).order_by(
        "id"
    ):
        url = reverse("visit_notice_file", args=[file.owner_id, file.pk])
        shown = {"url": url, "name": file.name, "thumb_url": f"{url}?small" if file.thumbnail else ""}
        found.setdefault(file.owner_id, []).append(shown)
    return found


def _stop(stop: RouteStop, estate: Estate) -> dict[str, Any]:
    last = stop.last
    return {
        "unit": stop.unit,
        "owed": show_money(stop.owed.amount, estate.currency),
        "since": stop.owed.since,
        "disputed": stop.owed.is_disputed,
        "last": _visit(last, estate) if last else None,
        "broken": stop.broken,
    }


def _visit(visit: CollectionVisit, estate: Estate) -> dict[str, Any]:
    return {
        "unit": visit.unit,
        "at": visit.at,
        "by": visit.by,
        "way": visit.get_way_display() if visit.way == CollectionVisit.Way.PHONE else "",
        "met": visit.get_met_display(),
        "reason": visit.get_reason_display(),
        "said": visit.said,
        "passed_to": visit.passed_to,
        "owed": show_money(visit.owed, estate.currency),
    }


def _unit(request: HttpRequest, pk: int, permission: str) -> Unit:
    return get_visible(Unit.objects.select_related("estate"), request.user, permission, pk=pk)  # type: ignore[arg-type]
