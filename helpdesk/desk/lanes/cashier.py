"""The cashier's day: takings and days to close, lines of the bank, invoices, doors to collect at."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing.models import BankFile, InvoiceRequest
from billing.selectors import given_back_of
from billing.services.closings import expected_of
from billing.services.route import RouteStop, route_of
from billing.waiting import bank_files_to_review, invoices_waiting, open_days
from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined, line_of, plate_of
from helpdesk.desk.matters import language_of, short_day
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from tickets.clocks import clock_until

DAY = timedelta(days=1)


def days_to_close(estate: Estate, at: datetime) -> Lane:
    """What today brought so far, and the days on which money moved and nobody counted the drawer."""
    midnight = _midnight(estate, at)
    today = midnight.date()
    # Today first: it is being counted; then whatever has waited longest.
    days = sorted(open_days(estate, today), key=lambda found: (found[0] != today, found[0]))
    taken = show_money(sum(expected_of(estate, today).values()), estate.currency)
    lane = Lane(
        "days",
        _("Days to close"),
        "cash",
        empty=_("Every day with takings is closed."),
        note=_("%(amount)s taken today") % {"amount": taken},
        all_url=reverse("closing"),
    )
    return lane.fill(days[: READ + 1], lambda found: _day(found[0], found[1], midnight, at))


def _day(day: date, receipts: int, midnight: datetime, at: datetime) -> tuple[Row, Due]:
    ends = midnight - (midnight.date() - day) + DAY
    url = f"{reverse('closing')}?day={day}"
    is_today = day == midnight.date()
    counted = ngettext("%(count)d receipt", "%(count)d receipts", receipts) % {"count": receipts}
    row = {
        "id": f"day-{day}",
        "url": url,
        "name": date_format(day, "MONTH_DAY_FORMAT"),
        "line": joined([date_format(day, "D"), counted if receipts else _("refunds or deposits")]),
        "action": {"label": _("Close the day"), "url": url},
    }
    if is_today:
        row["chip"] = {"label": _("Today"), "icon": "clock"}
    else:
        row["clock"] = clock_until(ends, since=ends - DAY, at=at)
    return row, Due(ends, "cash", _("Close the day"), url)


def bank_lines(estate: Estate, at: datetime) -> Lane:
    """Files of the bank with lines of which nobody knows yet whose they are."""
    lane = Lane(
        "bank",
        _("Bank lines to look at"),
        "bank",
        empty=_("No line of the bank waits."),
        all_url=reverse("bank_file_list"),
    )
    ends = _midnight(estate, at) + DAY
    return lane.fill(bank_files_to_review(estate)[: READ + 1], lambda file: _bank_file(file, ends))


def _bank_file(file: BankFile, ends: datetime) -> tuple[Row, Due]:
    url = reverse("bank_file_detail", args=[file.pk])
    count = file.to_review  # type: ignore[attr-defined]
    row = {
        "id": f"bank-{file.pk}",
        "url": url,
        "chip": {"label": short_day(file.created_at), "icon": "calendar"},
        "name": file.file_name,
        "name_lang": language_of(file.file_name),
        "line": ngettext("%(count)d line to look at", "%(count)d lines to look at", count) % {"count": count},
        "action": {"label": pgettext("a link", "Open"), "url": url},
    }
    return row, Due(ends, "bank", file.file_name, url)


def invoices(estate: Estate, at: datetime) -> Lane:
    """Invoices that were asked for, the longest waiting first."""
    lane = Lane(
        "invoices",
        _("Invoices asked for"),
        "document",
        empty=_("Nobody waits for an invoice."),
        all_url=reverse("invoice_list"),
    )
    rows = invoices_waiting(estate).select_related("payment__unit", "payment__receipt")
    ends = _midnight(estate, at) + DAY
    found = list(rows.order_by("requested_at", "id")[: READ + 1])
    given_back = given_back_of(asked.payment_id for asked in found)

    def fill(asked: InvoiceRequest) -> tuple[Row, Due]:
        worth = asked.worth(given_back.get(asked.payment_id, Decimal(0)))
        return _invoice(asked, show_money(worth, estate.currency), ends)

    return lane.fill(found, fill)


def _invoice(asked: InvoiceRequest, amount: str, ends: datetime) -> tuple[Row, Due]:
    payment, url = asked.payment, reverse("invoice_list")
    row = {
        "id": f"invoice-{asked.pk}",
        "url": reverse("payment_detail", args=[payment.pk]),
        "chip": {"label": short_day(asked.requested_at), "icon": "calendar"},
        "plate": _account(payment.unit.pk, payment.unit.code),
        "name": asked.title,
        "name_lang": language_of(asked.title),
        **line_of(joined([payment.receipt.number, amount])),
        "action": {"label": pgettext("an invoice request", "Deal with it"), "url": url},
    }
    return row, Due(ends, "document", asked.title, url)


def doors_to_collect(estate: Estate, at: datetime) -> Lane:
    """The doors of today's collection route, in the order of the house."""
    lane = Lane(
        "doors",
        _("Arrears to collect"),
        "home",
        empty=_("No door to knock at today."),
        all_url=reverse("collection_route"),
    )
    midnight = _midnight(estate, at)
    return lane.fill(route_of(estate, midnight.date()), lambda stop: _door(stop, estate, midnight))


def _door(stop: RouteStop, estate: Estate, midnight: datetime) -> tuple[Row, Due]:
    url = reverse("collection_visit", args=[stop.unit.pk])
    days = stop.owed.days(midnight.date())
    row = {
        "id": f"door-{stop.unit.pk}",
        "url": url,
        "plate": plate_of(stop.unit),
        "chip": {"label": ngettext("%(count)d day", "%(count)d days", days) % {"count": days}},
        "owed": show_money(stop.owed.amount, estate.currency),
        "line": _("since %(day)s") % {"day": stop.owed.since},
        "second": _("a promise was not kept") if stop.broken else "",
        "action": {"label": _("At the door"), "url": url},
    }
    return row, Due(midnight + DAY, "home", stop.unit.code, url)


def _account(pk: int, code: str) -> dict[str, str]:
    return {"code": code, "url": reverse("unit_account", args=[pk])}


def _midnight(estate: Estate, at: datetime) -> datetime:
    """When today began on the estate's clock."""
    return local(estate, at).replace(hour=0, minute=0, second=0, microsecond=0)
