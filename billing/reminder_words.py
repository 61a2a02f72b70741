"""The words of reminders: the house's own for each rung, what an estate may put in, and what no reminder may say.

Cutting water or power to collect fees is against the law, so wording that threatens it is refused (docs/domain.md §9).
"""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold

PLACEHOLDERS = ("name", "unit", "bills", "total", "estate", "telephone")
# Folded: small letters, simplified.
THREATS = re.compile(
    r"[停断切掐限][\s、，]*(?:水|电|气|暖|梯|供水|供电|供气)|停止(?:供|提供)?(?:水|电|气)|(?:水|电|气)[将会]?(?:被)?(?:停|切断|中断)"
    r"|(?:cut|shut|turn|switch)(?:ting|ing)?\s*(?:off)?\s+(?:\w+\s+){0,3}(?:water|power|electricity|gas|lift|heating)"
    r"|(?:water|power|electricity|gas|heating)\s+(?:\w+\s+){0,3}(?:cut|shut|disconnect|turned|switched)"
    r"|disconnect(?:ion|ed|ing)?|限制门禁|取消门禁|锁门|blacklist|黑名单|公示名单|张贴公示|name\s+and\s+shame"
)


HOUSE_WORDS: dict[str, tuple[Promise | str, Promise | str]] = {
    "before": (
        gettext_lazy("Your management fees are due soon"),
        gettext_lazy(
            "Dear %(name)s, for %(unit)s there is to pay:\n%(bills)s\nTotal: %(total)s. "
            "If you have paid already, please take no notice. Questions: %(telephone)s."
        ),
    ),
    "due": (
        gettext_lazy("Your management fees are due"),
        gettext_lazy(
            "Dear %(name)s, the following is due now for %(unit)s:\n%(bills)s\nTotal: %(total)s. "
            "If you have paid already, please take no notice. Questions: %(telephone)s."
        ),
    ),
    "after": (
        gettext_lazy("Management fees not paid yet"),
        gettext_lazy(
            "Dear %(name)s, for %(unit)s the following is still open:\n%(bills)s\nTotal: %(total)s. "
            "Please pay at the front desk or by transfer. If something is wrong with the bill, "
            "or payment is difficult just now, tell us: %(telephone)s."
        ),
    ),
    "last": (
        gettext_lazy("Management fees long overdue"),
        gettext_lazy(
            "Dear %(name)s, in spite of earlier reminders the following is open for %(unit)s:\n%(bills)s\nTotal: %(total)s. "
            "Please pay or speak to us within seven days: %(telephone)s."
        ),
    ),
}


def house_words(days: int) -> tuple[str, str]:
    """Subject and text for a rung so many days after the due date, in the language being spoken."""
    key = "before" if days < 0 else "due" if days == 0 else "after" if days < 30 else "last"
    subject, body = HOUSE_WORDS[key]
    return str(subject), str(body)


def check_words(text: str) -> None:
    """Refused: threat_refused for words that threaten a household, placeholder_unknown, placeholder_broken."""
    threat = THREATS.search(fold(text))
    if threat:
        message = _("A reminder may not threaten: “%(words)s” has to go.") % {"words": threat[0]}
        raise Refused("threat_refused", message, field="body")
    if len(re.findall(r"%\(", text)) != len(re.findall(r"%\(\w+\)s", text)):
        message = _("A placeholder is broken; write them as %(example)s.") % {"example": "%(total)s"}
        raise Refused("placeholder_broken", message, field="body")
    unknown = set(re.findall(r"%\((\w+)\)s", text)) - set(PLACEHOLDERS)
    if unknown:
        message = _("Unknown placeholder: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        raise Refused("placeholder_unknown", message, field="body")


def fill(text: str, known: dict[str, str]) -> str:
    """The text with its placeholders filled; percent signs that belong to none stay."""
    return re.sub(r"%\((\w+)\)s", lambda found: known.get(found[1], found[0]), text)
