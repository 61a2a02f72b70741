"""When the bills of a run are dated and due, and which periods may be billed at all."""

from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from billing.calculation import bounds_of, month_number, period_before
from billing.drafting import period_of
from billing.models import BillingRun
from billing.services.ledger import local_day, settings_of
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused

LONGEST = timedelta(days=366)  # from a bill to the day it is due
BILLED_STATES = (BillingRun.Status.RUNNING, BillingRun.Status.DONE)


def usual_dates(
    estate: Estate, period: str, at: datetime, issued_on: date | None = None
) -> tuple[date, date]:
    """Dated the first of the period and due on the estate's day; of a run made late, counted from the day it is made.

    A bill is never due before people had as many days as they have of one that is made on the first.
    """
    first, _last = bounds_of(period)
    today = local_day(estate, at)
    issued_on = issued_on or max(first, today)
    due_day = settings_of(estate).due_day
    return issued_on, max(
        first.replace(day=due_day), max(issued_on, today) + timedelta(days=due_day - first.day)
    )


def dates_of_run(
    estate: Estate, period: str, at: datetime, issued_on: date | None, due_on: date | None
) -> tuple[date, date]:
    """What was asked for, else the usual. Refused date_out_of_bounds, not_in_order, day_is_past."""
    today = local_day(estate, at)
    before, _last = bounds_of(period_before(period))
    _first, last = bounds_of(period)
    if issued_on is not None and not before <= issued_on <= max(last, today):
        message = _("Bills are dated from the month before their period on to its last day, or today.")
        raise Refused("date_out_of_bounds", message, field="issued_on")
    issued_on, usual = usual_dates(estate, period, at, issued_on)
    return issued_on, _due_day(due_on or usual, issued_on, today)


def due_anew(
    estate: Estate, period: str, at: datetime, due_before: date, due_on: date | None = None
) -> tuple[date, date]:
    """When a bill that is made anew today is dated and due: what was asked for, else the later of its old day and the usual.

    Whoever got a wrong bill has as many days for the right one as for any other (docs/domain.md §9).
    Refused not_in_order, day_is_past, date_out_of_bounds.
    """
    today = local_day(estate, at)
    issued_on, usual = usual_dates(estate, period, at, today)
    return issued_on, _due_day(due_on, issued_on, today) if due_on else max(due_before, usual)


def _due_day(due_on: date, issued_on: date, today: date) -> date:
    """Refused not_in_order, day_is_past, date_out_of_bounds."""
    if due_on < issued_on:
        raise Refused("not_in_order", _("This lies before the day of the bill."), field="due_on")
    if due_on < today:
        raise Refused(
            "day_is_past", _("This day is past: the bills would be overdue at once."), field="due_on"
        )
    if due_on > issued_on + LONGEST:
        message = _("A bill is due within a year.")
        raise Refused("date_out_of_bounds", message, field="due_on")
    return due_on


def refuse_too_far(estate: Estate, period: str, at: datetime) -> None:
    """Refused period_too_far beyond next month on the estate's clock."""
    if period > period_of(local_day(estate, at), 1):
        message = _("This period is too far ahead: the next month is the last that can be billed.")
        raise Refused("period_too_far", message, field="period")


def months_skipped(estate: Estate, period: str) -> list[str]:
    """The periods between the last one that was billed before this, and this."""
    rows = BillingRun.objects.filter(estate=estate, status__in=BILLED_STATES, period__lt=period)
    last = rows.aggregate(last=Max("period"))["last"]
    months = month_number(period) - month_number(last) if last else 1
    return [period_before(period, back) for back in range(months - 1, 0, -1)]


def next_period(estate: Estate, at: datetime) -> str:
    """The period that is billed next, as a form offers it: the one after the last, at most next month."""
    today = local_day(estate, at)
    rows = BillingRun.objects.filter(estate=estate, status__in=BILLED_STATES)
    last = rows.aggregate(last=Max("period"))["last"]
    if last is None:
        return period_of(today)
    return min(period_before(last, -1), period_of(today, 1))
