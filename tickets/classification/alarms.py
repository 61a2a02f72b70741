"""Serious matters, which go to the manager at once, and how urgent a matter is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.classification.text import ReadText

# A fear or a rule is not an event: "in case of fire", 万一起火, 消防通道.
NOT_YET = re.compile(
    r"(?:万一|如果|一旦|若|容易|担心|怕|防止|预防|避免|导致|造成|可能|恐|隐患|假如|要是|以免|会不会|未来|演习|去年|前年|以前)[^。！？!?，,]{0,10}$"
    r"|\b(?:if|in case of|could|might|may|would|will|risk of|prevent|avoid|worried about|afraid of|potential|possible|last year|drill)\b[^.!?]{0,24}$"
)
NO_SUCH = re.compile(
    r"(?:没有|没|无|并未|未)(?:人|任何|发生)?$|\b(?:no|not|never|without|nobody|no one)\b[^.!?,]{0,12}$"
)


@dataclass(frozen=True)
class Alarm:
    """A named alarm; `critical` ones mean danger now."""

    key: str
    label: Promise | str
    critical: bool
    expression: re.Pattern[str]


def alarm(key: str, label: Promise | str, zh: str, en: str, *, critical: bool = True) -> Alarm:
    return Alarm(key, label, critical, re.compile(rf"{zh}|\b(?:{en})"))


# fmt: off
SERIOUS: tuple[Alarm, ...] = (
    alarm("injury", _("someone hurt"),
        r"受伤|摔伤|砸伤|砸到(?:人|小孩|老人)|咬伤|被咬|撞伤|烫伤|骨折|流血|昏倒|晕倒|送医|急救|救护车|触电|割伤|夹伤|夹到手|跌伤|摔断",
        r"injur(?:ed|y|ies)|(?:was|got|been|were) (?:hurt|bitten|electrocuted|burned|shocked)|bleeding|ambulance|broke (?:my|her|his|a) (?:leg|arm|hip|wrist|ankle)|unconscious|fractur\w+|hospitali[sz]ed|taken to hospital|fell (?:down|on|and)\b[^.!?]{0,24}(?:hurt|stitches|hospital|head)"),
    alarm("fire", _("fire or gas"),
        r"着火|起火|失火|火灾(?!隐患|报警|自动)|冒(?:浓)?烟|火警(?!系统|演)|燃气泄漏|煤气泄漏|煤气漏|漏煤气|漏气|煤气味|燃气味|石油气味|冒火花|烧焦味|爆炸",
        r"(?:on|caught|a|there(?:'s| is| was)(?: a)?) fire(?! (?:lane|door|drill|alarm|escape|exit|hydrant|code|extinguisher|station|department|marshal|inspection|pit))|fire (?:broke|in the|started)|smoke (?:coming|pouring|in the|from)|(?:smell(?:s|ing)?(?: of)?|leaking) gas|gas leak|burning smell|explosion|exploded|carbon monoxide|sparks? (?:coming|flying|from)"),
    alarm("flood", _("flood"),
        r"水淹|被淹|淹(?:了|到|没)|爆管|水管爆|水喉爆|爆水(?:管|喉)|漏到楼下|水漫|水浸|倒灌|大量(?:漏水|涌水|积水)|喷水|水如泉涌|水漏得像下雨",
        r"flood(?:ed|ing|s)?\b|burst (?:pipe|main)|pipe (?:has |just )?burst|water (?:is |was )?(?:pouring|gushing)|inches of water|sewage (?:coming|back|is)"),
    alarm("trapped", _("trapped in a lift"),
        r"困(?:在|于)[^。，,]{0,6}(?:电梯|升降机|轿厢|里面)|(?:电梯|升降机|[車车𨋢])[^。，,]{0,8}(?:困人|困住|被困|关人|困咗)|被困|困人|坠梯|电梯(?:突然)?(?:下坠|坠落|急坠)",
        r"(?:stuck|trapped|caught)[^.!?]{0,16}(?:in|inside) (?:the |an? )?(?:elevator|lift)|(?:elevator|lift)[^.!?]{0,20}(?:trapped|plummet\w*|dropped|free ?fall)|people (?:trapped|stuck) "),
    alarm("break_in", _("break-in or theft"),
        r"入室盗窃|被盗|失窃|被偷|偷(?:了|走)|小偷|盗贼|爆窃|爆格|撬(?:门|锁|窗)|抢劫|入屋|窃贼|尾随|持刀",
        r"break[- ]?ins?|broke into|broken into|burgl\w+|stolen|stole|robb(?:ed|ery)|theft|mugged|intruder|with a knife|assault\w*"),
    alarm("many_residents", _("many residents"),
        r"(?:全体|众多|许多|很多|广大|多名|多位|几百|上百|数百|几十|上千|数千|\d{2,}(?:多)?)(?:个|名|位|户)?(?:业主|住户|居民|户人|户|家庭|街坊)|联名|联合签名|集体(?:维权|投诉|上访|抗议)|全小区|整(?:栋|幢|个小区|座)|全楼|全栋|横幅",
        r"(?:all|many|dozens of|hundreds of|most|several|\d{2,}) (?:of the |of us |other )?(?:residents|owners|tenants|families|households|units|homeowners|neighbou?rs)|petition|whole (?:building|complex|floor)|entire (?:building|complex|floor|community)|class action",
        critical=False),
    alarm("media", _("press or public bodies"),
        r"媒体|记者|曝光|电视台|报社|上热搜|微博|抖音|12345|市长热线|信访|上访|消费者委员会|消委会|申诉专员|发(?:到)?网上|网络曝光|投诉到(?:住建|政府|街道)",
        r"reporters?|newspapers?|journalists?|(?:tv|news) (?:station|crew|channel)|(?:the|local) (?:press|media|news)|social media|ombudsman|go(?:ing)? public|yelp|twitter|facebook",
        critical=False),
)
# fmt: on

SERVICE_OUT = re.compile(
    r"停水|停电|断水|断电|没水|没电|没有水|没有电|停气|没暖气|冇水|冇电|电梯(?:全部|都)?(?:停|坏)"
    r"|\b(?:no (?:water|power|heat|electricity|gas)|without (?:water|power|heat|electricity)|power (?:is )?(?:out|cut)|outage)"
)
URGENT = re.compile(
    r"停水|断水|没水|没有水|停电|断电|没电|没有电|跳闸|没有?热水|没(?:有)?暖气|冇水|冇电|爆管|漏水|返水|冒水|渗水[^。]{0,6}(?:严重|厉害)|马桶[^。，,]{0,4}(?:堵|塞|坏)|(?:厕所|坐厕)[^。，,]{0,4}(?:堵|塞)"
    r"|下水[^。，,]{0,6}(?:堵|塞)|进不(?:去|了)(?:家|门|屋)|锁在门外|回不了家|反锁|门锁坏|电梯(?:坏|停|故障)|升降机(?:坏|停)|漏电|瓦斯|坠落|要?掉下来|脱落"
    r"|\b(?:no (?:hot )?(?:water|power|heat|heating|electricity|gas)|without (?:heat|power|water|electricity)|leak(?:s|ing)?|locked out|toilet[^.!?]{0,20}(?:clog|overflow|block|not flush|wo ?n[o']t flush)|clogged toilet|overflow\w*|sewage|power (?:is )?out|(?:elevator|lift) (?:is )?(?:broken|down|out)|(?:door|lock)[^.!?]{0,12}(?:wo ?n[o']t|does ?n[o']t) (?:lock|open)|exposed wir\w+)"
)


def alarms_in(text: ReadText) -> Iterator[tuple[Alarm, int, int]]:
    """Each serious matter the text tells of as having happened, with its span in the folded text."""
    for kind in SERIOUS:
        for found in kind.expression.finditer(text.folded):
            before = text.folded[max(0, found.start() - 40) : found.start()]
            if not NOT_YET.search(before) and not NO_SUCH.search(before):
                yield kind, *found.span()
                break


def priority_of(text: ReadText, alarms: list[Alarm]) -> str:
    """critical: danger now, or many residents without a service; urgent: one can't live normally; else normal."""
    if any(kind.critical for kind in alarms):
        return "critical"
    if any(kind.key == "many_residents" for kind in alarms) and SERVICE_OUT.search(text.folded):
        return "critical"
    return "urgent" if URGENT.search(text.folded) else "normal"
