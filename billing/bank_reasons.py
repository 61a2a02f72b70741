"""Why a row of a bank's file waits or can't be read: kept as a code with its figures, said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.bank_sheets import METHODS
from residents.importing.values import readers_words

WORDS = {
    # A row that can't be read.
    "date_missing": _("The date is missing."),
    "day_not_begun": _("This day has not begun yet."),
    "too_far_back": _("More than a year back: a manager has to take it by hand."),
    "date_unreadable": _("“%(text)s” is no date, such as 2024-05-01."),
    "date_two_ways": _("%(text)s can be read two ways: write the year first, such as 2024-05-01."),
    "amount_unreadable": _("“%(text)s” is no amount."),
    "word_unknown": _("“%(text)s” is not known here. Write one of: %(usual)s."),
    "too_long": _("Longer than %(count)d characters."),
    "digits_lost": _("The spreadsheet lost the last digits. Format the column as text and type it again."),
    "became_a_date": _(
        "The spreadsheet turned this into a date. Format the column as text and type it again."
    ),
    # A line of which nobody knows whose it is.
    "several_units": _("The line names more than one unit."),
    "not_on_file": _("Unit or bill are not on file here."),
    "several_owe": _("More than one unit of this payer owes just that."),
    "nothing_owed": _("The payer is known, but nothing of this amount is owed."),
    "unit_unknown": _("Nothing in the line says which unit."),
    "same_reference": _("“%(file)s” has the same reference with another amount, date or payer."),
    # A line that the ledger refused.
    "day_closed": _("Every day up to today is closed: post it tomorrow."),
}


def reason_kept(code: str, text: str = "", data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`why_code`, `why_data` and `why` of a line; `text` is kept where there are no words for the code."""
    if code in WORDS:
        return {"why_code": code, "why_data": dict(data or {}), "why": ""}
    return {"why_code": code[:40], "why_data": {}, "why": text[:300]}


def reason_in_words(code: str, data: Mapping[str, Any], text: str = "") -> str:
    """The sentence in the language in force; `text` as it was kept where there are no words for the code."""
    if code not in WORDS:
        return text
    told = {"usual": readers_words(METHODS)} if code == "word_unknown" else {}
    return str(WORDS[code]) % {"text": "", "file": "", "count": 0, **data, **told}
