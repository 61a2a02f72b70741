"""Meter readings of a period: a grid that takes a column from a spreadsheet; what looks wrong is found before billing."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from billing.calculation import PERIOD, bounds_of
from billing.drafting import Usual, counted, period_of
from billing.figures_typed import reading_in
from billing.forms.meters import ReadingsFileForm
from billing.models import ChargeItem, Meter, MeterReading
from billing.services.meters import period_to_read, take_reading, withdraw_reading
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import REFUSED, done
from helpdesk.staff.access import needs, require_here

SIZE = 500  # meters on a page: an estate's column is pasted at once


@require_http_methods(["GET", "POST"])
@needs("billing.read_meters")
def meter_grid(request: HttpRequest) -> HttpResponse:
    """One row a meter: the reading before, this one, the use; wrong ones stay in their box with the reason."""
    require_here(request, "billing.read_meters")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else request.GET
    period = sent.get("period", "")
    if not PERIOD.fullmatch(period):
        today = local(estate, timezone.now()).date()
        # Where next month is billed already the one after takes no reading yet; what was estimated can still be read.
        period = min(period_to_read(estate, today), period_of(today, 1))
    items = list(ChargeItem.objects.filter(estate=estate, kind="metered", is_active=True).order_by("code"))
    item = next((i for i in items if str(i.pk) == sent.get("item")), items[0] if items else None)
    meters = _meters(estate, item, period, sent.get("after", "")[:40]) if item else []
    typed: dict[int, str] = {}
    errors: dict[int, str] = {}
    counts = Counter[str]()
    status = 200
    if request.method == "POST":
        typed = {m.pk: request.POST.get(f"m{m.pk}", "").strip() for m in meters}
        counts, errors = _save(request, meters[:SIZE], period, typed)
        # A box that nobody touched shows what is on file by now, not what was when the page was opened.
        typed = {pk: text for pk, text in typed.items() if text != request.POST.get(f"was{pk}")}
        if not errors:
            again = f"{reverse('meter_grid')}?period={period}&item={item.pk if item else ''}"
            return done(request, _said(counts), again)
        status = REFUSED
    rows = _rows(estate, meters[:SIZE], period, typed, errors)
    context = {
        "period": period,
        "items": items,
        "item": item,
        "rows": rows,
        "missing": sum(1 for row in rows if not row["was"]),
        "unusual": sum(1 for row in rows if row["unusual"]),
        "errors": len(errors),
        "kept_none": not counts.total(),
        "next_after": meters[SIZE - 1].number if len(meters) > SIZE else "",
        "after": sent.get("after", ""),
        "may_set": request.user.may("billing.set_meters", estate.pk),  # type: ignore[union-attr]
        "file_form": ReadingsFileForm(),
    }
    return render(request, "billing/meter_grid.html", context, status=status)


def _meters(estate: Estate, item: ChargeItem, period: str, after: str) -> list[Meter]:
    """Those that hang, and those that were taken out in the period or since: a last reading may have to be checked.

    It may lie in a later period than the day, where that day's was billed already.
    """
    of_period = MeterReading.objects.filter(meter=OuterRef("pk"), period=period)
    before = MeterReading.objects.filter(meter=OuterRef("pk"), period__lt=period).order_by("-period")
    rows = Meter.objects.filter(estate=estate, charge_item=item)
    rows = rows.annotate(before=Subquery(before.values("value")[:1]))
    rows = rows.filter(
        Q(removed_on__isnull=True) | Q(removed_on__gte=bounds_of(period)[0]) | Exists(of_period)
    )
    return list(rows.filter(number__gt=after).select_related("unit").order_by("number")[: SIZE + 1])


def _save(
    request: HttpRequest, meters: list[Meter], period: str, typed: dict[int, str]
) -> tuple[Counter[str], dict[int, str]]:
    """Every reading that is right is kept, one whose box was cleared is withdrawn; the rest come back with the reason."""
    counts, errors = Counter[str](), {}
    for meter in meters:
        text, was = typed[meter.pk], request.POST.get(f"was{meter.pk}", "")
        try:
            with transaction.atomic():
                if text:
                    counts["kept"] += _save_one(request, meter, period, text)
                elif was:
                    counts["withdrawn"] += _withdraw(request, meter, period, was)
        except Refused as refusal:
            errors[meter.pk] = str(refusal.message)
    return counts, errors


def _said(counts: Counter[str]) -> str:
    told = []
    if counts["kept"] or not counts["withdrawn"]:
        n = counts["kept"]
        told.append(ngettext("%(count)d reading is kept", "%(count)d readings are kept", n) % {"count": n})
    if n := counts["withdrawn"]:
        words = ngettext("%(count)d reading is withdrawn", "%(count)d readings are withdrawn", n)
        told.append(words % {"count": n})
    return pgettext("between facts", ", ").join(told)


def _withdraw(request: HttpRequest, meter: Meter, period: str, was: str) -> bool:
    """The reading that stood in the box when the page was opened; one that came in meanwhile is not touched."""
    known = MeterReading.objects.filter(meter=meter, period=period).first()
    if known is None:
        return False
    if _plain(known.value) != was:
        raise Refused("changed_meanwhile", _("A colleague kept another reading meanwhile: look again."))
    withdraw_reading(known, actor=request.user)  # type: ignore[arg-type]
    return True


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _save_one(request: HttpRequest, meter: Meter, period: str, text: str) -> bool:
    value = reading_in(text)
    known = MeterReading.objects.filter(meter=meter, period=period).first()
    was = request.POST.get(f"was{meter.pk}")
    if was is not None and was != (_plain(known.value) if known else ""):
        if text == was:
            return False  # not touched here; a colleague kept another or withdrew it
        if known and known.value != value:
            raise Refused("changed_meanwhile", _("A colleague kept another reading meanwhile: look again."))
    confirmed = bool(request.POST.get(f"ok{meter.pk}"))
    rolled = bool(request.POST.get(f"roll{meter.pk}"))
    if known and known.value == value and known.is_confirmed >= confirmed and known.rolled_over == rolled:
        return False
    take_reading(
        meter,
        actor=request.user,  # type: ignore[arg-type]
        period=period,
        value=value,
        read_on=known.read_on if known and meter.removed_on else None,
        rolled_over=rolled,
        is_confirmed=confirmed,
        at=timezone.now(),
    )
    return True


def _rows(
    estate: Estate, meters: list[Meter], period: str, typed: dict[int, str], errors: dict[int, str]
) -> list[dict[str, Any]]:
    ids = [meter.pk for meter in meters]
    usual = Usual(estate, period, meters, MeterReading.objects.filter(meter__in=ids))
    now = {r.meter_id: r for r in MeterReading.objects.filter(meter__in=ids, period=period)}
    return [_row(meter, now.get(meter.pk), usual, typed, errors) for meter in meters]


def _row(
    meter: Any, reading: MeterReading | None, usual: Usual, typed: dict[int, str], errors: dict[int, str]
) -> dict[str, Any]:
    last = meter.before if meter.before is not None else meter.initial_value
    limit = usual.limit(meter, usual.period)
    return {
        "meter": meter,
        "before": _plain(last),
        # What was cleared and could not be withdrawn stays on file, and in its box.
        "value": typed.get(meter.pk) or (_plain(reading.value) if reading else ""),
        "was": _plain(reading.value) if reading else "",
        "use": f"{counted(meter, last, reading).normalize():f}" if reading else "",
        "usual": f"{limit.a_month:.1f}" if limit.a_month is not None else "",
        "most": f"{limit.most.normalize():f}" if limit.most is not None else "",
        "multiplier": f"{meter.multiplier.normalize():f}",
        "turn": 10**meter.digits,
        "estimated": bool(reading and reading.source == MeterReading.Source.ESTIMATE),
        "rolled": bool(reading and reading.rolled_over),
        "confirmed": bool(reading and reading.is_confirmed),
        "unusual": bool(reading and usual.far_beyond(meter, reading)),
        "error": errors.get(meter.pk, ""),
    }
