"""The whole ladder at a glance: how many households stand at which rung, what they owe, and in whose words they are told."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.models import ReminderStep, ReminderText
from billing.rungs import Standing, households_at, standings
from billing.services.ledger import local_day
from billing.services.reminders import Rung, ladder_of
from billing.views.ladders import rung_title
from helpdesk.estates.models import Estate
from helpdesk.lib.money import show_money
from helpdesk.staff.access import needs, require_here
from residents.models import Unit

LISTED = 100


@require_safe
@needs("reminders.view")
def reminder_overview(request: HttpRequest) -> HttpResponse:
    """A row for each rung with its totals; below, who stands at the chosen one."""
    require_here(request, "reminders.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    day = local_day(estate, timezone.now())
    rungs = {rung.level: rung for rung in ladder_of(estate)}
    found = standings(estate, day)
    # A rung that was taken off the ladder still has those who stand there.
    levels = sorted({0, *found} - rungs.keys()) + list(rungs)
    asked = request.GET.get("level", "")
    level = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in levels else None
    own = set(ReminderText.objects.filter(estate=estate).values_list("level", "language"))
    rows = [
        _row(estate, n, rungs.get(n), found.get(n, Standing(n)), own) | {"chosen": n == level} for n in levels
    ]
    context = {
        "rows": rows,
        "sums": _sums(estate, list(found.values())),
        "chosen": next((row for row in rows if row["chosen"]), None),
        "households": _households(estate, day, level) if level is not None else [],
        "most": LISTED,
        "may_set": request.user.may("reminders.settings", estate.pk),  # type: ignore[union-attr]
        "crumbs": [
            {"label": _("Fees"), "url": reverse("fees_home")},
            {"label": _("Reminders"), "url": reverse("reminder_list")},
            {"label": _("Who stands where")},
        ],
    }
    return render(request, "billing/reminder_overview.html", context)


def _row(
    estate: Estate, level: int, rung: Rung | None, standing: Standing, own: set[tuple[int, str]]
) -> dict[str, Any]:
    is_message = rung is not None and rung.way == ReminderStep.Way.MESSAGE
    return {
        "level": level,
        "title": rung_title(rung) if rung else _("Taken off the ladder") if level else _("Not reminded yet"),
        "way": rung.way_label if rung else "",
        "standing": standing,
        "owed": show_money(standing.owed, estate.currency),
        "is_message": is_message,
        "languages": [
            {"name": name, "url": reverse("reminder_text", args=[level, code])}
            for code, name in settings.LANGUAGES
            if is_message and (level, code) in own
        ],
    }


def _sums(estate: Estate, found: list[Standing]) -> dict[str, Any]:
    return {
        "households": sum(row.households for row in found),
        "bills": sum(row.bills for row in found),
        "waiting": sum(row.waiting for row in found),
        "owed": show_money(sum((row.owed for row in found), Standing(0).owed), estate.currency),
    }


def _households(estate: Estate, day: date, level: int) -> list[dict[str, Any]]:
    rows = households_at(estate, day, level, most=LISTED)
    units = Unit.objects.in_bulk([row.unit_id for row in rows])
    return [
        {
            "unit": units[row.unit_id],
            "bills": row.bills,
            "days": (day - row.since).days,
            "owed": show_money(row.owed, estate.currency),
            "waits": row.waits,
        }
        for row in rows
    ]
