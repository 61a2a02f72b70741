"""Meters and readings; what is wrong with one is said before it is billed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.calculation import PERIOD, bounds_of
from billing.models import BillingRun, BillLine, ChargeItem, DraftLine, Meter, MeterReading
from billing.services.run_dates import refuse_too_far
from billing.services.runs import outdate_previews
from helpdesk.audit.services import Event, record, record_many
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Unit


@transaction.atomic
def add_meter(
    unit: Unit,
    *,
    actor: User | None,
    charge_item: ChargeItem,
    number: str,
    installed_on: date,
    initial_value: Decimal = Decimal(0),
    digits: int = 6,
    multiplier: Decimal = Decimal(1),
    replaces: Meter | None = None,
) -> Meter:
    """A meter of a unit. Refused other_estate, already_there, not_metered, beyond_its_digits."""
    if charge_item.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="charge_item")
    if charge_item.kind != ChargeItem.Kind.METERED:
        raise Refused("not_metered", _("This item is not charged by meter."), field="charge_item")
    if Meter.objects.filter(charge_item=charge_item, number=number).exists():
        raise Refused("already_there", _("There is a meter of this number."), field="number")
    _require_shown(digits, initial_value, "initial_value")
    meter = Meter.objects.create(
        estate_id=unit.estate_id, unit=unit, charge_item=charge_item, number=number, installed_on=installed_on,
        initial_value=initial_value, billed_value=initial_value, digits=digits, multiplier=multiplier, replaces=replaces,
    )  # fmt: skip
    outdate_previews(unit.estate, since=f"{installed_on:%Y-%m}")
    record("meter.added", meter, actor=actor, filed_under=unit, initial_value=str(initial_value))
    return meter


@transaction.atomic
def replace_meter(
    meter: Meter,
    *,
    actor: User | None,
    final_value: Decimal,
    replaced_on: date,
    number: str,
    initial_value: Decimal = Decimal(0),
    digits: int | None = None,
    at: datetime | None = None,
) -> Meter:
    """Takes a last reading of the old meter and puts a new one in its place; both are charged.

    Refused already_replaced, day_not_begun, not_in_order, beyond_its_digits, reading_backwards, already_there.
    """
    outdate_previews(meter.estate, since=f"{replaced_on:%Y-%m}")
    meter = locked(meter)
    if meter.removed_on is not None or Meter.objects.filter(replaces=meter).exists():
        raise Refused("already_replaced", _("This meter was replaced already."))
    if replaced_on > local(meter.estate, at or timezone.now()).date():
        raise Refused("day_not_begun", _("This day has not begun yet."), field="replaced_on")
    if replaced_on < meter.installed_on:
        raise Refused("not_in_order", _("The meter was put in later than that."), field="replaced_on")
    period = period_to_read(meter.estate, replaced_on)
    if MeterReading.objects.filter(meter=meter, period__gt=period).exists():
        # It would be charged up to that one, and the new meter from its first day.
        message = _("The meter was read in a later month than that.")
        raise Refused("not_in_order", message, field="replaced_on")
    try:
        take_reading(meter, actor=actor, period=period, value=final_value, read_on=replaced_on)
    except Refused as refusal:
        if refusal.field == "value":
            refusal.field = "final_value"
        raise
    meter.removed_on = replaced_on
    meter.save(update_fields=["removed_on"])
    record("meter.removed", meter, actor=actor, filed_under=meter.unit, final_value=str(final_value))
    return add_meter(
        meter.unit, actor=actor, charge_item=meter.charge_item, number=number, installed_on=replaced_on,
        initial_value=initial_value, digits=digits or meter.digits, multiplier=meter.multiplier, replaces=meter,
    )  # fmt: skip


def locked(meter: Meter) -> Meter:
    """The meter as it is now, until the commit nobody else's."""
    rows = Meter.objects.select_for_update(of=("self",)).select_related("estate", "unit", "charge_item")
    return rows.get(pk=meter.pk)


def _require_shown(digits: int, value: Decimal, field: str) -> None:
    """Refused beyond_its_digits: a meter of five digits shows no 100000."""
    if value >= Decimal(10) ** digits:
        message = _("A meter of %(count)d digits does not show this.") % {"count": digits}
        raise Refused("beyond_its_digits", message, field=field)


def period_to_read(estate: Estate, on: date) -> str:
    """The period that a reading of this day is billed in: its month, or the one after the last that was billed."""
    month = f"{on:%Y-%m}"
    runs = BillingRun.objects.filter(
        estate=estate, status__in=[BillingRun.Status.RUNNING, BillingRun.Status.DONE]
    )
    billed = runs.order_by("-period").values_list("period", flat=True).first()
    if billed is None or billed < month:
        return month
    _first, last = bounds_of(billed)
    return f"{last + timedelta(days=1):%Y-%m}"


@transaction.atomic
def take_reading(
    meter: Meter,
    *,
    actor: User | None,
    period: str,
    value: Decimal,
    read_on: date | None = None,
    rolled_over: bool = False,
    is_confirmed: bool = False,
    source: str = MeterReading.Source.GRID,
    at: datetime | None = None,
) -> MeterReading:
    """What a meter showed at the end of a period, or today while that is still to come; again corrects it until billed.

    Refused period_invalid, beyond_its_digits, reading_backwards (less than the one before, unless it began again at
    zero), meter_taken_out (later than its last one), reading_billed; as it is read `at` a moment, period_too_far (beyond
    next month) and day_not_begun.
    """
    if not PERIOD.fullmatch(period):
        raise Refused("period_invalid", _("Write the period as 2026-11."), field="period")
    if at is not None:
        _refuse_to_come(meter.estate, period, read_on, at)
    # Before the meter: a preview that is being made takes them in this order too.
    outdate_previews(meter.estate, since=period)
    meter = locked(meter)
    _require_shown(meter.digits, value, "value")
    _require_hung(meter, period)
    before = reading_before(meter, period)
    if value < before and not rolled_over:
        raise Refused("reading_backwards", _("This is less than the reading before."), field="value")
    _first, last = bounds_of(period)
    today = local(meter.estate, timezone.now()).date()
    values = {"value": value, "read_on": read_on or min(last, today), "rolled_over": rolled_over, "is_confirmed": is_confirmed,
              "source": source, "read_by": actor, "estate_id": meter.estate_id}  # fmt: skip
    old = MeterReading.objects.filter(meter=meter, period=period).first()
    if old is not None and is_billed(old):
        raise Refused("reading_billed", _("This reading was billed; reverse the bill first."), field="period")
    reading, _made = MeterReading.objects.update_or_create(meter=meter, period=period, defaults=values)
    was = str(old.value) if old else None
    record("reading.taken", reading, actor=actor, filed_under=meter, period=period, value=str(value), was=was)
    return reading


def _require_hung(meter: Meter, period: str) -> None:
    if meter.removed_on is None:
        return
    last = MeterReading.objects.filter(meter=meter).aggregate(last=Max("period"))["last"]
    if last and period > last:
        raise Refused("meter_taken_out", _("This meter was replaced already."), field="period")


def _refuse_to_come(estate: Estate, period: str, read_on: date | None, at: datetime) -> None:
    """A year mistyped would keep a reading where no run looks for it."""
    refuse_too_far(estate, period, at)
    if read_on is not None and read_on > local(estate, at).date():
        raise Refused("day_not_begun", _("This day has not begun yet."), field="read_on")


def reading_before(meter: Meter, period: str) -> Decimal:
    """The value of the last reading before a period; the first one of the meter where there is none."""
    rows = MeterReading.objects.filter(meter=meter, period__lt=period).order_by("-period")
    value = rows.values_list("value", flat=True).first()
    return meter.initial_value if value is None else value  # one that began again may show nothing


@transaction.atomic
def withdraw_reading(reading: MeterReading, *, actor: User | None, reason: str = "") -> MeterReading:
    """A wrong reading is as if it had not been taken; what it was stays in the history.

    Refused already_billed (a bill that stands, or is being made, used it), meter_taken_out (the last one of a meter that
    hangs no more is corrected, not withdrawn), invalid_transition (it was withdrawn before).
    """
    outdate_previews(reading.meter.estate, since=reading.period)
    meter = locked(reading.meter)
    reading = MeterReading.every.get(pk=reading.pk)
    if reading.withdrawn_at is not None:
        raise Refused("invalid_transition", _("This reading was withdrawn."))
    if is_billed(reading) or DraftLine.objects.filter(reading=reading, run__status="running").exists():
        raise Refused("already_billed", _("This reading was billed; reverse the bill first."))
    later = MeterReading.objects.filter(meter=meter, period__gt=reading.period)
    if meter.removed_on is not None and not later.exists():
        raise Refused("meter_taken_out", _("The meter was taken out with this reading: correct it instead."))
    reading.withdrawn_at = timezone.now()
    reading.save(update_fields=["withdrawn_at"])
    told = {"period": reading.period, "value": str(reading.value)} | (
        {"reason": reason[:300]} if reason else {}
    )
    record_many([Event("reading.withdrawn", reading, told, meter)], actor=actor, at=reading.withdrawn_at)
    return reading


def is_billed(reading: MeterReading) -> bool:
    return BillLine.objects.filter(reading=reading).exclude(bill__status="reversed").exists()


@transaction.atomic
def take_readings(rows: Iterable[dict], *, actor: User | None) -> list[MeterReading]:
    """Many readings, all or none: rows of take_reading's arguments with their meter. The first refusal ends it."""
    return [take_reading(row.pop("meter"), actor=actor, **row) for row in map(dict, rows)]
