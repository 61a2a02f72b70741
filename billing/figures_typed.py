"""Figures as people type, paste and export them: 1,234, １２３４, 1 234.5, 1,234 度."""

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from helpdesk.lib.errors import Refused

HIGHEST = Decimal(10) ** 9
LONGEST = 40
# Behind a reading stands what was measured, and nothing else: 12O is a slip of the finger, no 12 of something.
MEASURES = r"(度|千瓦时|千瓦時|吨|噸|方|立方|立方米|立方公尺|m3|kwh|t)?"
# A comma or a space parts thousands, so 1,5 is refused: it can be read in two ways.
FIGURE = re.compile(rf"([0-9]{{1,3}}(?:([, '])[0-9]{{3}})(?:\2[0-9]{{3}})*|[0-9]+)(\.[0-9]*)? ?{MEASURES}")


def reading_in(written: str) -> Decimal:
    """A reading to the thousandth; refused not_a_figure."""
    text = unicodedata.normalize("NFKC", written[: LONGEST + 1]).strip().lower()
    found = FIGURE.fullmatch(text) if len(text) <= LONGEST else None
    value = Decimal(re.sub(r"[, ']", "", found[1]) + (found[3] or "")) if found else HIGHEST
    if value >= HIGHEST:
        raise Refused("not_a_figure", _("Write a figure."), field="value")
    return value.quantize(Decimal("0.001"))
