"""Amounts: exact, two places, rounded half up once a line."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from helpdesk.lib.errors import Refused

CENT = Decimal("0.01")
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
TOO_BIG = re.compile(r"[0-9]{11,}(\.[0-9]*)?")
THOUSANDS = re.compile(r"([+-]?[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]*)?", re.ASCII)


def round_money(amount: Decimal) -> Decimal:
    """To two places, halves away from zero as on every bill; ValueError for what is no number."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount")
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_money(text: str) -> Decimal:
    """The amount that was typed; refused (`invalid_amount`) unless it is plain digits with at most two places."""
    if isinstance(text, str) and TOO_BIG.fullmatch(text):
        raise Refused("invalid_amount", _("The amount is too big."))
    if not isinstance(text, str) or not AMOUNT.fullmatch(text):
        raise Refused("invalid_amount", _("Write the amount in digits, such as 1234.50."))
    return Decimal(text).quantize(CENT)


def without_thousands(text: str) -> str:
    """1,234.50 → 1234.50. Commas that part no thousands stay, so that 12,50 is never taken for 1250."""
    return text.replace(",", "") if THOUSANDS.fullmatch(text) else text


def show_money(amount: Decimal, currency: str) -> str:
    """An amount as people read it: ¥1,284.60, HK$90.00, USD 12.00; a minus stands in front."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{mark_of(currency)}{abs(amount):,.2f}"


def show_change(amount: Decimal, currency: str) -> str:
    """A difference: +¥5.00, -¥5.00; nothing stands before ¥0.00."""
    return ("+" if amount > 0 else "") + show_money(amount, currency)


def mark_of(currency: str) -> str:
    """What stands before an amount."""
    return SIGNS.get(currency, f"{currency} ")


SIGNS = {"CNY": "¥", "HKD": "HK$", "TWD": "NT$", "MOP": "MOP$", "USD": "US$", "EUR": "€", "GBP": "£"}
