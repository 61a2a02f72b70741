# ruff: noqa: E501
"""Finds promise words in a reply before it goes to a resident: nobody promises lightly (docs/domain.md §2).

A time to ring back or to come is no promise; a refusal to promise and a question are none either.
"""

import re
from dataclasses import dataclass

from tickets.classification.text import read
from tickets.undertakings import CURE_EN, DONE_ZH, LET_OFF_EN, LET_OFF_ZH

MONEY, DATE_OF_CURE, OUTCOME = "money", "date_of_cure", "outcome"


@dataclass(frozen=True)
class Promise:
    """`words` are text[start:end]; kind is money, outcome or date_of_cure."""

    start: int
    end: int
    words: str
    kind: str


# Between the undertaking and its object stands nothing that makes it a mere forwarding or a look into it.
OPEN = (
    r"(?:(?!是否|能否|可否|有没有|研究|核实|考虑|申请|讨论|上报|反映|转|询问|查|确认|跟进|商量|协商|请示|评估|不)"
    r"[^。,;!?\n]){0,10}?"
)
WILL = r"(?:一定会?|肯定会?|必定|保证|承诺|答应|同意|会|将会?|可以|给您|给你|为您|帮您|帮你|替您|我们来|由我们|由物业|由公司|由管理处)"
CURED = (
    r"(?:修好|修复|修完|解决(?!方案|办法|不了)|处理好|处理完|处理掉|弄好|搞定|整好|完工|竣工|恢复|换好|装好|清理完|清完|清走|搬走|拆除|拆掉"
    r"|完成(?!回访|登记|核实|调查)|办结|办好|办妥|到账|到帐|通水|通电|整改(?:完|好|到位)|疏通|没事|可以用|用得返|整返好|消除)"
)
WHEN = (
    r"(?:今天|今日|今晚|今早|明天|明日|听日|明早|明晚|后天|本周|这周|本星期|下周|下星期|下个月|本月|月底|年底|年内|周[一二三四五六日末]|星期[一二三四五六日天]|礼拜"
    r"|节前|春节前|马上|立刻|立即|很快|即刻|当天|[\d一二三四五六七八九十两半几]+ ?(?:个)?(?:天|日|小时|钟头|分钟|星期|周|月|工作日)(?:之?内|以内|左右|后)?"
    r"|\d{1,2}月\d{1,2}[日号]|[\d一二三四五六七八九十]+[日号点](?:钟|半)?(?:前|之前|以前)?)"
)
# Water, power and lift come back; 来电 is also a telephone call, so whoever rings or is asked to ring stands not before it.
SUPPLIED = r"(?:[来嚟]水(?!管|工|厂|箱|表|电)|有(?:热水|暖气|水|电|气)(?=了|$|[。,;!?\n用])|[就都]有(?=了|$|[。,;!?\n])|通气(?!管)|(?:能|可以|可)(?:正常)?(?:使用|用|坐|搭)(?=了|上|返|到水|水|电|热水|升降机|[。,;!?\n]|$)|(?<!不)正常(?=了|$|[。,;!?\n]))"
POWER_BACK = (
    r"(?<![我您你请于午上早晚天日])(?<!师傅)(?<!主管)(?<!同事)(?<!我们)(?:上午|下午|中午|晚上|早上)?"
    + WHEN
    + r"[^。,;!?\n您你我给请的次首]{0,6}[来嚟]电(?=了|$|[。,;!?\n])"
)
SUPPLY = r"(?:water|power|electricity|gas|lift|elevator|heating|supply|service|internet|lights?|pump|air[- ]?con\w*)"
# The subject may be left out: "we found both payments and will refund them".
I_WILL = r"(?:(?:we|i|they|management|the office|the company|the estate|you|it|this|that|he|she|everything|the \w+)(?:'ll| will| shall| are going to| am going to|'re going to|'m going to| is going to)|will|shall)"
ADVERB = r"(?: (?:definitely|certainly|surely|of course|gladly|also|then|fully|all|be able to|happily|make sure to|now))*"
FIXED = r"(?:fixed|repaired|resolved|solved|sorted(?: out)?|restored|replaced|finished|completed|cleared|cleaned up|done|ready|back (?:on|to normal|in service|in order)|working(?: again)?|running again|running normally|up and running|in order|removed|settled|mended|over)"
# Money that is given without a "will": 给您减半, 退您200块, 免费帮您换, "the late fee is waived". Sending a form is not giving.
OURS = r"(?:我们|我方|我哋|本公司|物业|公司|管理处)"
NO_FORM = r"(?!(?:款|费|还|偿|免)?(?:的?(?:申请|要求|问题|事|流程|手续|政策|条款|规定|标准|活动|通知|表|单|账|帐|原因|金额|明细|凭|进度)|资料|原件))"
BACK = r"(?:退(?!休|场|出|租|房|订|票|件|换货)|赔(?!礼|不是|罪|笑)|补偿|(?<![以难避未])免(?!打扰|提|得|疫|洗|责)|减(?!少|速|压|肥|轻|弱|缓)|打[一二三四五六七八九两半\d.个]*折|返还|报销)"
NOT_REFUSED = r"(?:(?!不|没|未|无|需|要|是否|能否|申请|如何|怎)[^。,;!?\n])"
GIVEN_ZH = (
    r"(?:给|帮|为|替|俾)(?:您|你|你们|大家)(?:再|先|都|全部?|直接|免费|办理?)?"
    + BACK
    + NO_FORM
    + r"|"
    + OURS
    + r"(?:都|来|这边|先|全额|负责|愿意|把[^。,;!?\n]{1,8})?(?:退(?!休|场|出|租|房|订|票)|赔(?!礼|不是|罪|笑)|补偿|减免|免收|免费|打[\d一二三四五六七八九两半个]*折)"
    + NO_FORM
    + r"|(?:退|赔|补偿|返还|减|(?<![以难避未])免)(?:返|还|偿)?(?:钱)?(?:您|你|给您|给你|俾你)|赔\d|送您[^。,;!?\n]{0,6}(?:月|停车|物业费|券|积分)|[本下]个?[月期][^。,;!?\n]{0,4}抵[扣减]|负责(?:全额|照价)?(?:赔(?!礼)|退|补偿)"
    r"|(?:费用?|损失|钱|金|款)"
    + NOT_REFUSED
    + r"{0,6}由(?!业主|您|你|住户|租|用户|个人|本人|自己|各户|责任|双方|谁|哪)[^。,;!?\n]{1,8}(?:承担|负责|出|赔|付)(?!的?(?:部分|比例|方式|要看|与否))"
    r"|打[\d一二三四五六七八九两半.个]{1,3}折|(?:费|金|款|单)"
    + NOT_REFUSED
    + r"{0,6}(?:减半|半价|打折|免(?:了|咗|掉|除|收|[一二三两半\d]+个?月)|免您|全免|取消了|减免[一二三两半\d])"
    + NO_FORM
    + r"|(?:您|你)?[^。,;!?\n您你]{0,4}(?<!表)(?<!材料)(?<!资料)(?:不用|不必|不需要?|无需|唔使|唔洗)(?:您|你)?(?:再)?(?:交|付|缴|支付|缴纳|俾|给|掏|花)(?:[了啦喇哦](?!原件|材料|资料|表)|钱|费|这|任何|(?=$|[。,;!?\n]))|(?:您|你)[^。,;!?\n您你]{0,4}免[交缴]"
    r"|[不唔]收(?:取)?(?:您|你)[^。,;!?\n]{0,5}(?:钱|费|元|分)|(?:这次|本次|今次|维修|更换|上门)[^。,;!?\n]{0,6}(?:[不唔]收(?:取)?(?:任何)?(?:费|钱)|免费(?!电话))|免费(?:帮|给|为|替)(?:您|你)|免费(?:维修|更换|换|修|安装|上门|疏通)(?!政策|范围|期)"
)
GIVERS = r"(?:we|i|management|the management|the office|the management office|the company|the developer|the estate|the builder|the contractor)"
GIVEN_EN = (
    GIVERS
    + r"(?:'ve| have| has|'re|'m| are| am| is)?(?: already| now| just| also| hereby)? (?:waiv(?:ed|ing)|refund(?:ed|ing)|reimburs(?:ed|ing)|compensat(?:ed|ing)|credited|crediting)\b(?! nothing| none| no\b)"
    r"|(?<!step )(?<!steps )(?:is|are|was|were|been|being|'s)(?: already| now| also| hereby| fully)? (?:waived|refunded|reimbursed)\b(?! (?:only|if|when|by the))|(?:your|the|a|full) refund (?:has been|is|was) (?:approved|granted|agreed|confirmed)"
    r"|free of charge|(?:at|for) no (?:extra |additional )?(?:charge|cost)|(?:be|is|'s) no (?:extra |additional )?charge\b(?! sheet| card)|no charge (?:for|to you|at all)\b|without charge|at our (?:own )?(?:expense|cost)|on the house|for free\b|(?:a|an|one|two|three|another|\d) (?:extra )?free (?:month|week|year|repair|replacement|service)s?\b|(?:month|week|year|repair)s? free\b|half[- ]price|\d+ ?% off\b"
    r"|you (?:do not|don't|need not|needn't) (?:have to |need to )?pay\b(?! (?:by|in|at|online|now|today|before|until|here))|you pay nothing|costs? you nothing|(?:giving|offering|sending|paying) you (?:an? |your |the )?(?:full |partial )?(?:refund|compensation|discount|money back|credit|rebate)|agreed to (?:refund|pay|compensate|waive|reimburse)|knock [^.!?,;\n]{1,12} off\b|(?:cost|charge|fee|expense|bill|repair|damage|loss)\w*[^.!?,;\n]{0,20} (?:is|are|be) (?:borne|paid|covered|met) by (?:the )?(?:management|developer|office|company|estate|us|insur\w+|contractor|builder)"
    r"|"
    + GIVERS
    + r"(?:'ll| will| shall)? (?:bears?|covers?|absorbs?) (?:the|all|your|this|any) (?:\w+ )?(?:cost|expense|fee|bill|charge|damage|loss)"
)
SOON = r"(?:by|before|within|in|on|until|no later than|this|next|at|tomorrow|today|tonight|soon|shortly|immediately|right away)"

# fmt: off
# The order is that of importance: words already taken by one kind are not counted again.
PROMISES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        MONEY,
        re.compile(
            WILL + OPEN + r"(?:退(?:款|费|钱|还|给您|给你|回|到|至|入|押金|您|全款)|赔(?:偿|付|钱|您|你|给)|补偿|减免|免收|免除|免掉|免去|免费|免(?:[一二三两\d]|半)个?月"
            r"|报销|返还|打折|少收|抵扣|补(?:差价|钱|贴)|全额|赔足|扣减|优惠)(?!申请|问题|要求|事宜|一事|流程|手续|政策|条款|规定|标准)"
            r"|免(?:您|你|收|掉)[^。,;!?\n]{0,4}月|(?:全额|全数|双倍|照价|如数)(?:退款|退费|退还|赔偿|赔付|补偿|退回)(?!申请|要求)"
            r"|(?:费用|损失|维修费|管理费|物业费|停车费|押金|这笔钱|这个钱|笔钱)[^。,;!?\n]{0,6}(?:由我们|由物业|由公司|我们|公司|物业)(?:来)?(?:承担|负责|出|赔|付)"
            r"|" + WHEN + r"[^。,;!?\n]{0,6}(?:退款|退费|退还|退给您|退回|赔偿)(?!申请|要求|事宜|一事)"
            r"|\b" + I_WILL + ADVERB + r" (?:refund|reimburse|compensate|waive|credit (?:you|your|the|it)|pay (?:for|you|back|the|all)|cover (?:the|your|all|it)|deduct|discount|return (?:your|the) (?:money|deposit|fee|payment)"
            r"|(?:give|get|receive|have|be given|offer|send)(?: you)? (?:an? |your |the )?(?:full |partial )?(?:refund|compensation|discount|money back|credit|deposit back|rebate|deposit)"
            r"|be (?:fully )?(?:refunded|reimbursed|compensated|waived|credited|paid back|free of charge)|not (?:be charged|charge you|have to pay)|give you [^.!?,;\n]{1,20} free)|\b(?:you|we) won't (?:have to pay|be charged|charge you)"
            r"|\b(?:full|complete) refund (?:will|is|has been)|\b(?:your|the) (?:refund|compensation|money) (?:will be|is guaranteed|is on its way)|\b(?:promise|guarantee|assure)\w*[^.!?\n]{0,30}(?:refund|compensat\w+|money back|waive\w*|reimburs\w+|discount|free of charge)"
            r"|" + GIVEN_ZH + r"|\b(?:" + GIVEN_EN + r")"
            r"|" + LET_OFF_ZH + r"|\b(?:" + LET_OFF_EN + r")"
            r"|\b(?:we|i) (?:agree|promise|guarantee) to (?:refund|pay|compensate|waive|reimburse)"
        ),
    ),
    (
        DATE_OF_CURE,
        re.compile(
            WHEN + OPEN + r"(?:" + CURED + r"|" + DONE_ZH + r")|\b(?:" + CURE_EN + r")"
            + r"|" + WHEN + OPEN + SUPPLIED + r"|" + POWER_BACK
            + r"|" + CURED + r"[^。,;!?\n]{0,4}(?:的?时间|日期)(?:是|定在|为)" + WHEN
            + r"|\b" + SUPPLY + r" (?:(?:will|'ll|should) (?:be|come|run|work)|comes?|runs|works)(?: back| again| on)+[^.!?,;\n]{0,12} " + SOON + r"\b[^.!?,;\n]{0,20}|\b(?:can|able to|may) use (?:the |your )?\w+ again " + SOON + r"\b"
            + r"|\b(?:" + I_WILL + r"|should|will|to)" + ADVERB + r" (?:be |have (?:it|this|that|everything|the \w+) |get (?:it|this|that|the \w+) )" + FIXED + r"[^.!?,\n]{0,12} " + SOON + r"\b[^.!?,;\n]{0,20}"
            + r"|\b(?:fix|repair|resolve|solve|restore|replace|finish|complete|clear|sort)(?: (?:it|this|that|the \w+|your \w+|everything))?(?: out)? (?:by|before|within|no later than|tomorrow|today|tonight|this (?:week|afternoon|evening|morning)|next week|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b[^.!?,;\n]{0,16}"
            + r"|\b(?:tomorrow|today|tonight|by [^.!?,;\n]{1,16}|within [^.!?,;\n]{1,16}|next week|this week),? (?:it|this|that|everything|the \w+|we)(?:'ll| will) (?:be |have (?:it|this|that|the \w+) )" + FIXED
        ),
    ),
    (
        OUTCOME,
        re.compile(
            r"(?<!为)(?<!为了)(?<!以)(?<!请)(?:保证|保准|承诺|担保|打包票|包您满意|包在我|应承)(?!金|书|人|缴|交费|付款|安全)"
            r"|(?:一定|肯定|绝对|必定|百分之?百|100%)(?:会|能|可以|要|帮您|帮你|给您|给你|把|是)?" + OPEN
            + r"(?:解决|修好|修复|处理好|处理掉|处理完|满意|赔|退|罚|处罚|开除|辞退|严惩|严肃处理|弄好|搞定|整改|换掉|杜绝|没问题|恢复|拆除|追回|要回来|讨回|找回|说法|公道|整好|搞掂|没有问题)"
            r"|(?:绝|绝对|肯定|一定|以后|今后|再也|保证)?(?:不会|不再|唔会)(?:再)?(?:有|发生|出现|漏|坏|吵|重演|发生这|让)[^。,;!?\n]{0,6}|杜绝|永远不会|包好|包修好|会(?:帮您|帮你|给您|给你|把|将|替您)[^。,;!?\n]{0,8}(?:解决(?!方案)|修好|处理好|搞定|弄好|整好|换好|拆除)"
            r"|(?:会|将)(?:得到(?:妥善|圆满)?(?:解决|处理)|被?(?:开除|辞退|处罚|罚款)|让您满意|给您一个?满意)"
            r"|\b(?:i|we|they) (?:(?:can|do|hereby|really|fully|will|'ll) )*(?:promise|guarantee|assure|swear|pledge|vouch)\b|\b(?:i|we)'ll (?:promise|guarantee|see to it that)|\b(?:is|are|it's) guaranteed\b|\byou have (?:my|our) word"
            r"|\b(?:never|not|won't|will not) (?:ever )?(?:happen|occur|leak|break|be a problem)(?: \w+)? ?again|\bwon't be (?:a problem|disturbed|bothered)(?: again)?|\b(?:definitely|certainly|surely|for sure|100%|no doubt)[^.!?,\n]{0,24}(?:fix\w*|solv\w*|resolv\w*|repair\w*|stop\w*|sort\w*|satisf\w+|punish\w*|fired|work\w*)"
            r"|\b" + I_WILL + ADVERB + r" (?:be (?:fully |completely |properly )?" + FIXED + r"|fix|repair|solve|resolve|replace|sort (?:it|this|that)|put (?:it|this|that) right|make (?:sure|certain) (?:it|that|this|they|your|the) [^.!?\n]{0,40}|take care of everything|be (?:fired|dismissed|punished|fined|evicted|satisfied)|be (?:quiet|fine))"
        ),
    ),
)
# fmt: on

NOT_PROMISED = re.compile(
    r"(?:不能|无法|没法|没办法|冇办法|难以|不敢|不便|未能|不可|尚未|还没|没有|并未|不作|不做|不予|唔可以|唔能够|唔敢|未|不|是否|能否|可否|会不会|能不能|可不可以|有没有|要求|希望|申请|关于|如何|怎样)"
    r"[^。,;!?\n]{0,8}$"
    r"|(?<![向给为对跟帮替和与])(?:您|你|业主|住户|对方|开发商|租客|邻居)(?:曾|之前|已经?|说|方)?(?:会)?$"
    r"|\b(?:can(?:no|')?t|cannot|can not|won't|will not|unable to|not able to|not|never|no|don't|doesn't|didn't|without|nor|whether|how|when|ask(?:ed|s|ing)? (?:if|whether|for)|you (?:asked|requested|demanded)|you (?:said|wrote|told us)[^.!?;\n]{0,20}) ?[^.!?;,\n]{0,26}$"
)
ENDS = re.compile(r"[。!?;\n]|\.(?=\s|$)")


def find_promises(text: str) -> list[Promise]:
    """The promises of money, of an outcome, or of a date of cure, in the order of the text."""
    whole = read(text)
    taken: list[tuple[int, int, str]] = []
    for kind, expression in PROMISES:
        for found in expression.finditer(whole.folded):
            start, end = found.span()
            overlaps = any(start < other_end and other_start < end for other_start, other_end, _ in taken)
            if not overlaps and not passes(whole.folded, start, end):
                taken.append((start, end, kind))
    return [promise(whole.original, *whole.span(start, end), kind) for start, end, kind in sorted(taken)]


def passes(folded: str, start: int, end: int) -> bool:
    """Whether these words are a refusal, a report of what was asked for, or a question."""
    stop = ENDS.search(folded, end)
    tail = folded[end : stop.end() if stop else len(folded)]
    if tail.endswith("?") or re.search(r"[吗咩][。!]?$", tail):
        return True
    return bool(NOT_PROMISED.search(folded[max(0, start - 60) : start]))


def promise(original: str, start: int, end: int, kind: str) -> Promise:
    words = original[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    return Promise(start, start + len(words), words, kind)
