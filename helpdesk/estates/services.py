"""Numbers that people read: one series for each estate, kind and year, without gaps or repeats."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from helpdesk.estates.models import Estate, NumberSeries
from helpdesk.lib.codes import format_number


def next_number(estate: Estate, series: str, at: datetime) -> str:
    """The next number of a series, such as T-2026-000123; the counter's row stays locked until the caller commits."""
    year = at.astimezone(ZoneInfo(estate.time_zone)).year
    return format_number(series, year, next_serials(estate, series, year))


def next_serials(estate: Estate, series: str, year: int, count: int = 1) -> int:
    """Takes `count` numbers of a series at once and returns the first; the counter's row stays locked until the commit."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number is taken inside the transaction that uses it, or it leaves a gap.")
    rows = NumberSeries.objects.filter(estate=estate, series=series, year=year)
    if not rows.update(last=F("last") + count):
        NumberSeries.objects.get_or_create(estate=estate, series=series, year=year)
        rows.update(last=F("last") + count)
    return rows.values_list("last", flat=True).get() - count + 1
