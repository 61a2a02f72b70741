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
# All of it folded: small letters, simplified. A stop word beside what a home lives on, in either order, is a threat;
# the look-arounds let through 停车, 关于, 水费, 致电, "water charges", "stop by" and their like.
STOPS_ZH = (
    r"(?:停(?![车放泊留靠业工课])|(?<![判诊不果])断(?![续定然言])|(?<![有相无机海攸])关(?![于怀心系注照爱乎联])"
    r"|(?<![一亲密迫])切(?![实记勿])|掐|[中终]止|不再[^。!?;,\n]{0,4}供)"
)
NEEDS_ZH = (
    r"(?:(?<![薪流胶])水(?!费|价|单|平|果|泥|电费|电气费|电燃气费)|(?<![致来回去充])电(?!费|价|话|子|脑|视|邮|信|气费|燃气费|梯费)"
    r"|(?<![客天生语])气(?!费|价|候|氛|温|象|味)|(?<!温)暖(?!心|意|费)|(?<![楼阶])梯(?!费)|门禁)"
)
STOPS_EN = (
    r"\b(?:stop(?:s|ped|ping)?\b(?!\s+(?:by|in|over)\b)|suspen(?:d|sion)\w*|interrupt\w*|withh(?:o|e)ld\w*|terminat\w*"
    r"|discontinu\w*|cut(?:s|ting)?\b|shut(?:s|ting)?\b|(?:turn|switch)(?:s|es|ed|ing)?\b|disabl\w*|deactivat\w*)"
)
NEEDS_EN = (
    r"\b(?:(?:water|power(?!\s+of\b)|electric(?:ity)?|gas|heating|lifts?(?!\s+the\b)|elevators?)\b"
    r"(?!(?:[\s,/&]+(?:and|or|water|power|electricity|gas|heating|lift))*\s+(?:charge|fee|bill|rate|cost|payment)s?\b)"
    r"|(?:access|key|door|entry)\s+(?:card|fob)s?\b)"
)
NEAR_ZH = r"[^。!?;,\n]{0,8}?"
NEAR_EN = r"(?:[^\w.!?;,\n]+\w+){0,5}?[^\w.!?;,\n]+"
# The meter or the valve, the door, the cards that open it, and the name where others read it.
MEANS_ZH = (
    r"[锁拆封](?:掉|除|走)?(?:[您你]家?的?)?[水电气][表阀]|拉[^。!?;,\n]{0,3}?闸|不(?:再)?给[您你]?家?[水电气](?!费|单)"
    r"|没有?[水电气]用|封(?:[您你]家?的?)?门(?!禁)"
)
CARDS_ZH = r"(?:门禁|门卡|电梯卡|梯控|出入证)"
VOID_ZH = r"(?:取消|禁用|停用|注销|冻结|锁定|作废|失效|无法使用|不能使用|不能用|打不开)"
NAMES_ZH = r"(?:姓名|名字|名单)"
POSTED_ZH = r"(?:公布|公示|张贴|曝光|通报)"
MEANS_EN = (
    rf"\bcut(?:ting)?\s+you\s+off\b|\bno\s+(?:water|power|electricity|gas|heating)\b[^.!?]{{0,20}}\b(?:until|unless|before|if)\b"
    rf"|\b(?:lock|seal|remov)\w*{NEAR_EN}(?:meters?|valves?|doors?)\b"
    rf"|\b(?:den(?:y|ies|ied)|refus|block|revok|barr?)\w*{NEAR_EN}(?:access|entry|lifts?|elevators?)\b"
    rf"|\bnames?\b{NEAR_EN}(?:posted|published|displayed|board)\b|\b(?:post|publish|display)\w*{NEAR_EN}names?\b"
)
THREATS = re.compile(
    rf"{STOPS_ZH}{NEAR_ZH}{NEEDS_ZH}|{NEEDS_ZH}{NEAR_ZH}{STOPS_ZH}"
    rf"|[停断掐][\s、,]*{NEEDS_ZH}|(?<![期年时])限制?(?:您家?的?)?[供用]?[水电气梯]|拉闸"
    rf"|{STOPS_EN}{NEAR_EN}{NEEDS_EN}|{NEEDS_EN}{NEAR_EN}{STOPS_EN}"
    rf"|{MEANS_ZH}|{CARDS_ZH}{NEAR_ZH}{VOID_ZH}|{VOID_ZH}{NEAR_ZH}{CARDS_ZH}"
    rf"|{NAMES_ZH}[^。!?;,\n]{{0,4}}?{POSTED_ZH}|{POSTED_ZH}[^。!?;,\n]{{0,4}}?{NAMES_ZH}|{MEANS_EN}"
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
