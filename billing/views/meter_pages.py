"""One meter with its readings, a new one, one in place of another; readings from a file; the monthly table."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.calculation import PERIOD
from billing.forms.meters import MeterForm, ReadingsFileForm, ReplaceForm
from billing.history import history_of
from billing.meter_table import HEADS, meter_sums, meter_table
from billing.models import ChargeItem, Meter
from billing.services.meter_files import Outcome, take_readings_file
from billing.services.meters import add_meter, replace_meter
from billing.views.acting import refusing, send
from billing.views.papers import paper
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.sheets import FORMATS, as_file
from helpdesk.staff.access import get_visible, needs, require_here

SHOWN = 36  # readings


@require_http_methods(["GET", "POST"])
@needs("billing.set_meters")
def meter_new(request: HttpRequest) -> HttpResponse:
    """A meter of a unit."""
    require_here(request, "billing.set_meters")
    estate = request.estate  # type: ignore[attr-defined]
    today = local(estate, timezone.now()).date()
    form = MeterForm(request.POST or None, estate=estate, initial={"installed_on": today})
    status = 200
    if request.method == "POST":
        made: list[Meter] = []
        status = send(form, lambda **data: made.append(add_meter(**data)), actor=request.user)
        if made:
            return done(request, _("The meter is on file"), reverse("meter_detail", args=[made[0].pk]))
    context = {"form": form, "crumbs": [*_crumbs(), {"label": _("New meter")}]}
    return render(request, "billing/meter_form.html", context, status=status)


@require_safe
@needs("billing.read_meters")
def meter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it hangs, what it showed month by month, what it replaced."""
    return _page(request, _meter(request, pk, "billing.read_meters"))


@require_POST
@needs("billing.set_meters")
def meter_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """The old one's last reading is charged, then the new one goes on."""
    meter = _meter(request, pk, "billing.set_meters")
    form = ReplaceForm(request.POST)
    new: list[Meter] = []
    status = INVALID
    if form.is_valid():
        data = form.cleaned_data
        status = refusing(form, lambda: new.append(replace_meter(meter, actor=request.user, **data)))  # type: ignore[arg-type]
    if new:
        return done(request, _("The meter was replaced"), reverse("meter_detail", args=[new[0].pk]))
    return _page(request, meter, status, replace=form)


def _page(request: HttpRequest, meter: Meter, status: int = 200, **forms: Any) -> HttpResponse:
    today = local(meter.estate, timezone.now()).date()
    may_set = meter.removed_on is None and request.user.may("billing.set_meters", meter.estate_id)  # type: ignore[union-attr]
    context = {
        "meter": meter,
        "readings": list(meter.readings.select_related("read_by").order_by("-period")[:SHOWN]),
        "new_one": Meter.objects.filter(replaces=meter).first(),
        "history": history_of(meter),
        "replace": ReplaceForm(initial={"replaced_on": today}) if may_set else None,
        "may_set": may_set,
        "crumbs": [*_crumbs(), {"label": meter.number}],
    }
    return render(request, "billing/meter_detail.html", context | forms, status=status)


@require_POST
@needs("billing.read_meters")
def meter_file(request: HttpRequest) -> HttpResponse:
    """Readings of a month from a spreadsheet; the page says which rows were not kept, and why."""
    require_here(request, "billing.read_meters")
    item, period = _asked(request, request.POST)
    form = ReadingsFileForm(request.POST, request.FILES)
    outcome, status = None, INVALID
    if form.is_valid() and item is not None:
        upload = form.cleaned_data["file"]
        try:
            outcome = take_readings_file(
                item,
                actor=request.user,  # type: ignore[arg-type]
                period=period,
                name=upload.name,
                data=upload.read(),
            )
            status = 200
        except Refused as refusal:
            form.add_error("file", str(refusal.message))
            status = REFUSED
    grid = f"{reverse('meter_grid')}?period={period}&item={item.pk if item else ''}"
    if outcome is not None and not outcome.wrong:
        return done(request, _kept(outcome), grid)
    context: dict[str, Any] = {
        "form": form,
        "outcome": outcome,
        "kept": _kept(outcome) if outcome else "",
        "item": item,
    }
    context |= {
        "period": period,
        "grid_url": grid,
        "crumbs": [*_crumbs(), {"label": _("Readings from a file")}],
    }
    return render(request, "billing/meter_file.html", context, status=status)


def _kept(outcome: Outcome) -> str:
    return ngettext("%(count)d reading is kept", "%(count)d readings are kept", outcome.kept) % {
        "count": outcome.kept
    }


@require_safe
@needs("billing.read_meters")
def meter_month(request: HttpRequest) -> HttpResponseBase:
    """The monthly meter table, on paper or as a file."""
    require_here(request, "billing.read_meters")
    item, period = _asked(request, request.GET)
    rows = meter_table(item, period) if item else []
    kind = request.GET.get("format")
    if kind in FORMATS:
        header = [str(head) for head in HEADS]
        return as_file(
            f"meters-{item.code if item else ''}-{period}", kind, header, [row.cells for row in rows]
        )
    missing = sum(1 for row in rows if row.value is None)
    context = {
        "rows": rows,
        "sums": meter_sums(rows),
        "item": item,
        "period": period,
        "missing": missing,
        "estate": request.estate,  # type: ignore[attr-defined]
    }
    name = f"meters-{item.code if item else ''}-{period}"
    return paper(request, "billing/meter_month_print.html", context, name=name)


def _asked(request: HttpRequest, sent: Any) -> tuple[ChargeItem | None, str]:
    """The metered item and the month that are asked for, or the first one and this month."""
    estate = request.estate  # type: ignore[attr-defined]
    items = list(ChargeItem.objects.filter(estate=estate, kind="metered").order_by("-is_active", "code"))
    item = next((i for i in items if str(i.pk) == sent.get("item")), items[0] if items else None)
    period = sent.get("period", "")
    return item, period if PERIOD.fullmatch(period) else f"{local(estate, timezone.now()):%Y-%m}"


def _meter(request: HttpRequest, pk: int, permission: str) -> Meter:
    rows = Meter.objects.select_related("estate", "unit", "charge_item", "replaces")
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def _crumbs() -> list[dict[str, Any]]:
    return [
        {"label": _("Fees"), "url": reverse("fees_home")},
        {"label": _("Meter readings"), "url": reverse("meter_grid")},
    ]
