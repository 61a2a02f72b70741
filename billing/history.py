"""The history of bills, payments, deposits, runs, items and meters: who did what when, with the figures of the deed."""

import re
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.audit.models import Entry

MOST = 50
DEEDS = {
    "bill.issued": gettext_lazy("issued the bill"),
    "bill.reversed": gettext_lazy("reversed the bill"),
    "bill.handed_over": gettext_lazy("handed the notice over"),
    "bill.disputed": gettext_lazy("noted that the resident contests it"),
    "bill.dispute_settled": gettext_lazy("settled the dispute"),
    "bill.written_off": gettext_lazy("wrote it off"),
    "billing.previewed": gettext_lazy("previewed the bills"),
    "billing.confirmed": gettext_lazy("confirmed the bills"),
    "billing.done": gettext_lazy("made all bills"),
    "charge_item.added": gettext_lazy("put the item on file"),
    "charge_item.changed": gettext_lazy("changed the item"),
    "rate.set": gettext_lazy("set a rate"),
    "rate.ended": gettext_lazy("ended a rate"),
    "shared_cost.entered": gettext_lazy("entered a shared cost"),
    "meter.added": gettext_lazy("put the meter on file"),
    "meter.removed": gettext_lazy("took the meter out"),
    "reading.taken": gettext_lazy("kept a reading"),
    "reading.withdrawn": gettext_lazy("withdrew a reading"),
    "payment.taken": gettext_lazy("took the payment"),
    "payment.reversed": gettext_lazy("took the payment back"),
    "receipt.printed": gettext_lazy("printed the receipt"),
    "invoice.requested": gettext_lazy("asked for an invoice"),
    "invoice.issued": gettext_lazy("noted that the invoice is issued"),
    "invoice.refused": gettext_lazy("noted that the invoice is refused"),
    "deposit.taken": gettext_lazy("took the deposit"),
    "deposit.given_back": gettext_lazy("gave the deposit back"),
}
# Figures of a deed that a line shows, in this order; what has no name here explains itself.
FIGURES = {
    "period": "%(value)s",
    "total": "%(value)s",
    "amount": "%(value)s",
    "deducted": gettext_lazy("kept %(value)s"),
    "prints": gettext_lazy("copy %(value)s"),
    "number": "%(value)s",
    "value": "%(value)s",
    "was": gettext_lazy("before %(value)s"),
    "initial_value": gettext_lazy("first reading %(value)s"),
    "final_value": gettext_lazy("last reading %(value)s"),
    "bills": pgettext_lazy("how many", "bills %(value)s"),
    "since": gettext_lazy("from %(value)s"),
    "until": gettext_lazy("until %(value)s"),
    "replaces": gettext_lazy("in place of %(value)s"),
    "reason": "%(value)s",
    "note": "%(value)s",
}
SUMS = ("total", "amount", "deducted")
SUM = re.compile(r"-?[0-9]+\.[0-9]{2}")
NOTHING = ("0", "0.00")  # what was kept of a deposit that went back whole


def history_of(obj: models.Model) -> list[dict[str, Any]]:
    """The newest fifty lines, oldest first, as components/history.html shows them."""
    newest = Entry.objects.about(obj).reverse()[:MOST]
    return [
        {
            "at": entry.at,
            "icon": "clock",
            "who": entry.actor_name or _("The system"),
            "sentence": str(DEEDS.get(entry.verb, entry.verb)),
            "aside": ", ".join(_figures(entry.data)),
        }
        for entry in reversed(newest)
    ]


def _figures(data: dict[str, Any]) -> list[str]:
    told = {name: value for name, value in data.items() if value and value not in NOTHING}
    return [
        str(words) % {"value": _shown(name, told[name])} for name, words in FIGURES.items() if name in told
    ]


def _shown(name: str, value: Any) -> Any:
    """A sum with its thousands parted, as everywhere; a rate keeps all its places."""
    return f"{Decimal(value):,.2f}" if name in SUMS and SUM.fullmatch(str(value)) else value
