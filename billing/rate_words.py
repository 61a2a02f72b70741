"""Rates as people say them: ¥3.20 / m², the steps of a tariff, and for whom they hold."""

from decimal import Decimal

from django.utils.translation import gettext as _

from billing.models import ChargeItem, Rate
from helpdesk.lib.money import SIGNS
from residents.models import Unit


def price(amount: Decimal, currency: str, measure: str) -> str:
    """¥0.5283 / kWh: two places at least, and no noughts beyond them."""
    whole, _point, places = f"{amount:.4f}".partition(".")
    shown = f"{SIGNS.get(currency, f'{currency} ')}{whole}.{places[:2]}{places[2:].rstrip('0')}"
    return f"{shown} / {measure}" if measure else shown


def rate_in_words(rate: Rate, item: ChargeItem, currency: str) -> str:
    """The price, with every step of a tariff before what lies beyond the last one."""
    steps: list[str] = []
    for tier in rate.tiers:
        cost = price(Decimal(tier["rate"]), currency, item.measure)
        if tier["up_to"] is None:
            return ", ".join([*steps, _("beyond it %(price)s") % {"price": cost}])
        steps.append(
            _("up to %(end)s %(price)s") % {"end": f"{Decimal(tier['up_to']).normalize():f}", "price": cost}
        )
    last = price(rate.amount, currency, item.measure)
    return ", ".join([*steps, _("beyond it %(price)s") % {"price": last}]) if steps else last


def scope_in_words(rate: Rate) -> str:
    """For whom it holds."""
    if rate.unit:
        return rate.unit.code
    if rate.building:
        return _("Building %(code)s") % {"code": rate.building.code}
    return str(Unit.Use(rate.use).label) if rate.use else _("The whole estate")
