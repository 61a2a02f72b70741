"""The visible cues: what a clerk is shown as a reason. Weights are a first opinion; fitting moves them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.classification.text import ReadText

VALID, HELP, INQUIRY, VENTING = CLASSES = ("valid", "help_seeking", "inquiry", "venting")


@dataclass(frozen=True)
class Pattern:
    """A named cue. `zh` is matched against folded (Simplified) text, `en` against lower case."""

    key: str
    label: Promise | str
    weights: tuple[float, float, float, float]
    zh: re.Pattern[str] | None
    en: re.Pattern[str] | None

    def first_hit(self, text: ReadText) -> tuple[int, int] | None:
        """Where the cue first stands in the folded text, or None."""
        if text.has_han and self.zh and (found := self.zh.search(text.folded)):
            return found.span()
        if self.en and (found := self.en.search(text.folded)):
            return found.span()
        return None


def cue(key: str, label: Promise | str, weights: dict[str, float], zh: str = "", en: str = "") -> Pattern:
    """A pattern; in `en`, the match starts at the beginning of a word."""
    english = rf"\b(?:{en})" if en else ""
    return Pattern(
        key,
        label,
        tuple(weights.get(name, 0.0) for name in CLASSES),  # type: ignore[arg-type]
        re.compile(zh) if zh else None,
        re.compile(english) if english else None,
    )


def hits(text: ReadText) -> Iterator[tuple[Pattern, int, int]]:
    """Each pattern found, with its first span in the folded text."""
    for pattern in PATTERNS:
        if span := pattern.first_hit(text):
            yield pattern, *span


@lru_cache(maxsize=1)
def by_key() -> dict[str, Pattern]:
    """The patterns by their keys."""
    return {pattern.key: pattern for pattern in PATTERNS}


MANAGEMENT = r"(?:物业|管理处|管理公司|管理员|法团|业委会|居委|社区|开发商|客服|前台|房东|公司)"
OFFICE = r"(?:management|office|landlord|manager|association|hoa|board|super|staff|front desk|leasing|company|they)"

# A cue a block: name, weights, Chinese, English.
# fmt: off
PATTERNS: tuple[Pattern, ...] = (
    # --- a failing or a breach by the management side -------------------------------------------------------------
    cue("reported_before", _("reported before"), {VALID: 1.2},
        r"(?:多次|屡次|反复|再三|几次|数次|无数次|好几次|[两二三四五六七八九十\d]+次|一直|早就|天天)[^。！？!?]{0,6}"
        r"(?:反映|投诉|反馈|报修|举报|沟通|协商|交涉|报告|打电话|致电|催)"
        r"|(?:反映|投诉|反馈|报修|举报|沟通|交涉|电话)(?:了|过|咗|打了)?(?:多次|几次|好几次|数次|无数次|很多次|n次|[两二三四五六七八九十\d]+次)"
        r"|(?:报|讲|说|问|打)(?:了|过|咗)(?:好?几|无数|n|[两二三四五六七八九十\d]+)(?:次|回|遍|趟)",
        r"(?:called|emailed|reported|complained|asked|told|written|notified|contacted|messaged|requested)[^.!?]{0,40}"
        r"(?:times|again|repeatedly|weeks ago|months ago|twice|already|last week|last month)"
        r"|(?:repeatedly|already|multiple times|several times|many times) [^.!?]{0,12}"
        r"(?:called|emailed|reported|complained|asked|told|contacted|requested)|repeated (?:calls|complaints|requests|emails)"
        r"|(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) (?:time|request|call|email|complaint|report)"),
    cue("nothing_done", _("nothing was done"), {VALID: 1.1},
        r"(?:没人|无人|没有人|冇人|没|无|未|不|始终没|从不)[^。！？!?,，]{0,4}(?:处理|问津|过问|理会|解决|管理|跟进|答复|回复|回应|维修|打扫|清理|整改|落实)"
        r"|不了了之|置之不理|不理不睬|石沉大海|拖着不|一拖再拖|一直拖|无动于衷|杳无音讯|听之任之|没有?下文|毫无进展|没人管|没人理|无人管",
        r"(?:nothing|no ?one|nobody|none)[^.!?]{0,24}(?:done|happen|happened|happens|came|come|comes|fixed|respond|responded|responds|showed|shown|changed|answers)"
        r"|(?:never|still (?:not|no|has ?n[o']t|have ?n[o']t|is ?n[o']t)|yet to|not yet)[^.!?]{0,20}"
        r"(?:fixed|repaired|came|come|responded|replied|answered|resolved|done|addressed|heard|received|returned|cleaned|replaced)"
        r"|(?:ignor(?:e|ed|es|ing)|no response|no reply|no action|without (?:any )?(?:response|reply|result)|falls? on deaf ears|have ?n[o']t heard)"),
    cue("overcharged", _("charged too much"), {VALID: 1.2},
        r"乱收费?|多收|重复收|收了两次|擅自涨|私自涨|强制(?:收|缴|交|消费)|强行收|变相收|违规收|不合理收费|收费不合理|高价|坐地起价|乱涨|克扣|捆绑|巧立名目|算错|多扣|多算",
        r"over ?charg\w*|double[- ](?:billed|charged)|(?:charged?|charging|billed?|billing) (?:me|us|my \w+|our \w+|for|twice|extra|late)"
        r"|hidden fees?|(?:bogus|unfair|unauthori[sz]ed|extra|surprise) (?:fees?|charges?)|fin(?:ed|ing) (?:me|us)"),
    cue("without_right", _("without right or consent"), {VALID: 0.9},
        r"私自|擅自|违规|违法|违反|非法|未经[^。，,]{0,8}(?:同意|允许|批准|通知)|没有(?:经过|征得|征求)[^。，,]{0,6}(?:同意|意见)|不合法|无证|强占|侵占|挪用|违约|侵犯|霸占|改变用途",
        r"illegal(?:ly)?|violat\w+|breach\w*|without (?:my |our |any |prior |proper )?(?:permission|consent|notice|asking|warning|approval|authori[sz]ation)"
        r"|against (?:the |my |our )?(?:lease|contract|rules|law|bylaws|agreement)|unlawful\w*|not allowed to (?:charge|enter|keep)"),
    cue("dirty", _("not cleaned"), {VALID: 0.9},
        r"没人(?:打扫|清|扫)|脏乱|垃圾(?:成堆|遍地|满地|堆|没人|不清|乱|满|溢|随处|围城)|满地|卫生(?:差|很差|太差|极差|状况|堪忧|无人)|不(?:打扫|清扫|清运)|臭气熏天|污水横流|又脏又|肮脏|邋遢|堆积如山",
        r"(?:not|never|is ?n[o']t|has ?n[o']t|have ?n[o']t)[^.!?]{0,14}(?:cleaned|swept|mopped|emptied|vacuumed)"
        r"|(?:trash|garbage|rubbish|litter|bins?)[^.!?]{0,24}(?:over ?flow\w*|pil\w+|everywhere|not (?:collected|emptied)|all over)|filthy|disgusting|uncleaned"),
    cue("poor_upkeep", _("poor upkeep"), {VALID: 0.9},
        r"年久失修|长期(?:失修|损坏|不修|无人|没人|停用)|(?:经常|老是|总是|频繁|隔三差五|三天两头|时不时|动不动|成日)[^。，,]{0,4}(?:坏|故障|停|失灵|死机|出问题|跳闸)"
        r"|形同虚设|成了?摆设|失灵|(?:坏了|停了|关了)[^。，,]{0,4}(?:几个月|半年|一年|大半年|好久|很久|几周|多天|\d+个?[天月年])|破损|老化|失修|维护不到位|保养不",
        r"(?:keeps?|always|constantly|continually|frequently) (?:breaking|break|failing|going (?:out|down)|leaking|broken)|poorly (?:maintained|managed|built|run)"
        r"|lack of (?:maintenance|upkeep|repair|cleaning|security)|(?:broken|out of (?:order|service)|down|not work\w*) for (?:over |more than |about |at least |nearly )?(?:\w+ )?(?:days|weeks|months|years|a week|a month|a year)"
        r"|falling apart|run[- ]?down|neglect\w*|in disrepair|dilapidated|unmaintained|badly maintained"),
    cue("lax_security", _("lax security"), {VALID: 0.9},
        r"保安[^。！？!?]{0,10}(?:睡|玩手机|不管|不在|不问|脱岗|离岗|放|视而不见|抽烟|聊天|没有|从不)|(?:随意|随便|自由|任意)(?:进出|出入|进入)|门禁[^。，,]{0,6}(?:坏|失效|不关|形同|没用|敞开|常开)|不登记|监控[^。，,]{0,6}(?:坏|看不|没有|是摆设|不清)|岗亭[^。，,]{0,4}(?:没人|无人)",
        r"(?:guards?|security|doorman|concierge|porter)[^.!?]{0,24}(?:asleep|sleeping|absent|nowhere|missing|does ?n[o']t|do ?n[o']t|never|not (?:there|checking)|phone)"
        r"|(?:gate|door|entrance|lock)[^.!?]{0,16}(?:left open|propped|wide open|unlocked|broken|never locks?)|anyone can (?:walk|get|come)|strangers (?:walk|come|wander)"),
    cue("rude_staff", _("rude staff"), {VALID: 1.0, VENTING: 0.3},
        r"态度(?:恶劣|差|很差|极差|非常差|太差|蛮横|冷漠|傲慢|生硬|强硬|嚣张|不好|十分|恶)|爱答不理|爱理不理|出言不逊|骂(?:人|我|业主)|挂(?:了?我?的?)?电话|恐吓|威胁|辱骂|不耐烦|粗暴|凶神恶煞|嘴脸|推搡|黑面",
        r"rude\w*|hung up on|yell\w* at|scream\w* at|curs\w+ at|unprofessional|disrespect\w*|(?:bad|terrible|horrible|nasty|awful) attitude|condescending|threaten\w*|harass\w*|bull(?:y|ied|ying)|dismissive|intimidat\w*"),
    cue("passed_around", _("passed from one to another"), {VALID: 1.0},
        r"踢皮球|推来推去|互相推|相互推|推诿|推卸|推脱|推给|扯皮|搪塞|敷衍|推三阻四|打太极|说(?:不归|不关|不是)[^。，,]{0,6}(?:管|事|负责)|借口|找理由|不承认|拒不|耍赖",
        r"passed? (?:me|us|it) (?:around|on|back)|run ?a ?round|blam(?:e|es|ed|ing) (?:it|me|us|each|the)|point\w* fingers|excuses?|den(?:y|ies|ied|ying) (?:any|it|that|responsib\w*)"
        r"|(?:says?|said|claims?|claimed|told (?:me|us)) (?:it'?s |it is |it was |that'?s )?not (?:their|his|her|our) (?:problem|responsib\w*|job|fault)"),
    cue("failed_duty", _("failed in its duty"), {VALID: 0.9},
        r"不作为|乱作为|" + MANAGEMENT + r"[^。！？!?，,]{0,6}(?:不管|不理|失职|拒绝|不负责|没有尽|不履行|不处理|不解决|放任|纵容|包庇)"
        r"|管理(?:混乱|不善|不到位|不力|缺位|松散|水平差|差)|疏于管理|监管(?:不力|不到位|缺失)|服务(?:差|质量差|不到位|太差|跟不上|缩水|质量)|玩忽职守|不尽责|渎职|纵容|放任",
        r"(?:mis|poor(?:ly)? )manage\w*|(?:fail(?:s|ed|ing|ure)?|refus(?:e|es|ed|ing|al)) to [^.!?]{0,24}|negligen\w+|incompeten\w+|irresponsib\w+"
        r"|(?:is ?n[o']t|are ?n[o']t|not) doing (?:their|its|his|her) job|poor service|lack of (?:service|response|management|communication)"),
    cue("broken_promise", _("promise not kept"), {VALID: 1.0},
        r"(?:承诺|答应|保证|说好|应承|许诺)[^。！？!?]{0,18}(?:没|未|不|至今|迟迟|一直|结果|却|又)|(?:至今|迟迟|到现在|到而家)[^。！？!?]{0,6}(?:没|未|不|冇)|出尔反尔|言而无信|食言|不兑现|未兑现",
        r"(?:promised|promise|said|assured|told (?:me|us)|supposed|were to)[^.!?]{0,44}(?:but|never|yet|still|did ?n[o']t|has ?n[o']t|have ?n[o']t|only to)|broken promises?|empty promises?|no[- ]show"),
    cue("deceived", _("misled"), {VALID: 0.9, VENTING: 0.3},
        r"欺骗|欺诈|虚假|骗(?:我|业主|人|钱|术|子)|蒙骗|忽悠|偷工减料|以次充好|货不对板|与(?:合同|宣传|承诺)不符|隐瞒|弄虚作假|造假|诱导|误导|霸王条款|不透明|不公开|不公示",
        r"l(?:ied|ying) (?:to|about)|dece(?:iv\w+|ption|ptive)|mislead\w*|misled|scam\w*|fraud\w*|dishonest|false (?:advert\w*|promises?|information)|shady|hid (?:the|it)|bait and switch|not (?:as )?(?:advertised|described)|ripped? (?:me |us )?off"),
    cue("deposit_kept", _("deposit or money withheld"), {VALID: 1.0},
        r"(?:押金|保证金|定金|订金|预存|余款|费用)[^。！？!?]{0,10}(?:不退|没退|未退|不给|扣|拒|拖)|(?:不|拒绝|迟迟不|不肯|一直不)(?:退还|退款|退|返还|归还)|不开(?:发票|票|收据)|不给(?:发票|开票|收据)",
        r"(?:kept|keeping|keeps?|withh\w+|refus\w+ to (?:return|refund|give)|not return\w*|wo ?n[o']t (?:return|refund|give))[^.!?]{0,20}(?:deposit|money|refund|bond|fee)"
        r"|(?:took|taken|deduct\w+|tak(?:e|ing))[^.!?]{0,24}(?:out of|from)[^.!?]{0,8}deposit|deposit[^.!?]{0,24}(?:withheld|not (?:been )?returned|back yet)"),
    cue("parking_disorder", _("parking out of order"), {VALID: 0.8},
        r"乱停|乱放|违停|占用?(?:了)?(?:消防|通道|车位|绿地|绿化|楼道|公共|人行|盲道|走廊|走道)|占道|堵(?:住|塞|了)[^。，,]{0,6}(?:通道|门口|路口|出口|消防)|僵尸车|私占|地锁|抢车位|飞线|阻塞走廊|停车(?:混乱|难|乱|秩序)",
        r"(?:park\w*|cars?|vehicles?|bikes?|scooters?)[^.!?]{0,20}(?:in (?:the )?fire lane|illegally|block\w*|wherever|anywhere|on the (?:grass|lawn|sidewalk|pavement)|my (?:spot|space|bay|assigned))|fire lane|double[- ]parked|parking (?:chaos|mess|free-for-all)"),
    cue("tolerated_misuse", _("misuse is tolerated"), {VALID: 0.7, HELP: 0.2},
        r"违建|违章|群租|搭建|私搭|乱搭|改建|圈地|毁绿|种菜|住改商|民宿|乱堆|堆放杂物|杂物[^。，,]{0,4}(?:堆|占)|乱扔|高空抛物|楼道充电|电动车[^。，,]{0,6}(?:上楼|进电梯|入户)|劏房|僭建|无照|占道经营",
        r"unapproved|unauthori[sz]ed|airbnb|short[- ]term (?:rent\w*|lets?|tenants)|sublet\w*|hoard\w*|not enforc\w*|enforce (?:the|its|their)|selective\w*|look(?:s|ed|ing)? the other way|turn(?:s|ed|ing)? a blind eye"),
    cue("calls_to_account", _("asks for accountability"), {VALID: 0.7},
        r"追究|问责|严查|查处|彻查|调查|严惩|整改|讨(?:个)?说法|给(?:我们|业主|个|我|大家|一个)?[^。，,]{0,4}(?:说法|交代|公道|解释)|维权|要求(?:赔偿|退|物业|整改|公示|道歉|更换)|投诉|监管部门|起诉|依法",
        r"(?:hold|held)[^.!?]{0,12}accountable|compensat\w+|reimburs\w+|sue|suing|lawsuit|legal action|small claims|attorney general|code enforcement|formal complaint|(?:file|filed|filing|lodge|make|register) (?:a )?(?:formal )?complaint|withhold (?:the |my )?rent|apolog\w+"),
    cue("entered_home", _("entered the home unasked"), {VALID: 0.9},
        r"(?:擅自|私自|未经同意|没打招呼|不打招呼)[^。，,]{0,8}(?:进入|开门|进屋|入室|拆|搬)|泄露[^。，,]{0,6}(?:信息|隐私|电话)|泄漏[^。，,]{0,4}(?:信息|隐私|电话)",
        r"(?:enter(?:ed|s|ing)?|came (?:in|into)|let (?:him|her|them)sel\w+ in\w*|walk(?:ed|s) in\w*|show(?:s|ed) up)[^.!?]{0,40}(?:without|unannounced|no notice|while i was)|unannounced|invasion of privacy|privacy"),
    cue("long_duration", _("goes on for long"), {VALID: 0.5, HELP: 0.1},
        r"长达|(?:已经?|都|快|将近|持续)(?:经)?[^。，,]{0,3}(?:[几半数一两二三四五六七八九十\d]+个?多?(?:年|月|星期|礼拜|周))|好几(?:年|个月|个星期)|几个月|半年|大半年|一年多|两年|多年|长期|常年|成日|日复一日|久而久之",
        r"for (?:over |more than |about |almost |nearly |the (?:last|past) |at least )?(?:\w+ )?(?:weeks|months|years|a month|a year)|(?:weeks|months|years) (?:now|later|ago)|ongoing|since (?:january|february|march|april|may|june|july|august|september|october|november|december|last|i moved|we moved)|(?:months|weeks) on end"),
    cue("shared_parts", _("about shared parts"), {VALID: 0.4},
        r"公共(?:区域|设施|部位|场所|收益|走廊|空间)|公摊|维修基金|大堂|楼道灯?|路灯|绿化|电梯|升降机|消防设施|健身器材|游乐设施|监控|物业费|管理费",
        r"common (?:area|areas|element|elements|space)|hallways?|stairwells?|elevators?|lifts?|lobby|pool|playground|landscaping|laundry room|gym|dumpsters?|parking lot|garage|reserve fund|hoa dues|maintenance fees?|association fees?"),
    # --- a difficulty that needs somebody to act ---------------------------------------------------------------------
    cue("leak", _("leak or damp"), {HELP: 1.0},
        r"漏水|渗水|滴水|爆管|水管[^。，,]{0,4}(?:爆|裂|破|漏)|积水|返水|发霉|潮湿|渗漏|浸水|水淹|天花[^。，,]{0,6}(?:水|漏|湿|渗)|水喉|水浸",
        r"leak\w*|drip\w*|water (?:damage|stain|coming|pouring|dripping|everywhere)|flood\w*|burst pipe|mold\w*|mould\w*|damp|sewage|back(?:s|ed|ing)? up"),
    cue("no_supply", _("no water, power or heat"), {HELP: 1.0},
        r"停水|断水|没水|没有水|停电|断电|没电|没有电|跳闸|停气|没有?热水|没(?:有)?暖气|不热|水压|水流很?小|没有?信号|断网|冇水|冇电|水太小|供暖|冷气[^。，,]{0,4}(?:不|冇|坏)",
        r"no (?:hot )?water|no (?:heat|heating|power|electricity|gas|a/?c|internet|signal)|power (?:is )?(?:out|outage|went|cut)|without (?:heat|power|water|hot water|electricity|a/?c)|(?:low|weak|poor) (?:water )?pressure|not (?:heating|cooling)|(?:lukewarm|cold) water|lights? (?:is|are|went) out|outage"),
    cue("broken_item", _("something is broken"), {HELP: 0.9},
        r"坏了|坏咗|坏掉|打不开|关不上|不亮|不转|不通|堵了|堵塞|塞咗|脱落|松动|掉(?:下来|了)|裂(?:了|开|缝)|断了|卡住|生锈|不灵|开不了|用不了|没反应|无反应|故障|异响|塌陷|破了",
        r"broken?|broke|does ?n[o']t (?:work|open|close|turn|flush|lock|drain|start|shut|stay|heat|cool)|is ?n[o']t (?:working|closing|locking|draining|heating|cooling)|not (?:working|closing|opening|draining|flushing|turning|locking|functioning)"
        r"|wo ?n[o']t (?:work|open|close|turn|flush|lock|drain|start|shut|stay|come|go)|stuck|clog\w*|jammed|cracked|loose|fell off|fallen|came off|burn(?:ed|t) out|stopped working|running toilet|malfunction\w*|needs? (?:to be )?(?:repair\w*|replac\w*|fix\w*)|will not|out of order|missing"),
    cue("noise", _("noise"), {HELP: 0.8},
        r"噪音|噪声|扰民|太吵|很吵|好吵|吵(?:得|死|醒|到|闹)|嘈|敲打|脚步声|装修声|电钻|大声|喇叭|音响|唱歌|广场舞|打麻将|半夜|深夜|凌晨|低频|嗡嗡|轰鸣|犬吠|狗叫|吠",
        r"nois(?:e|es|y)|loud\w*|bark\w*|stomp\w*|music|bang(?:s|ing)|shout\w*|drill\w*|hammer\w*|part(?:y|ies|ying)|thump\w*|scream\w*|quiet hours|squeal\w*|buzz\w*|rattl\w*"),
    cue("neighbour", _("a neighbour or shop"), {HELP: 0.8},
        r"楼上|楼下|隔壁|邻居|对面|邻里|住户(?:养|在|经常|半夜|把)|商铺|底商|餐馆|饭店|酒店|烧烤|夜宵|工地|商户|租客(?:养|在|经常|半夜)|KTV|ktv|麻将馆|养(?:狗|鸡|鸽|鸭)|遛狗|棋牌室",
        r"(?:upstairs|downstairs|next[- ]door|above me|below me|above us|below us)|neighbou?r\w*|room ?mates?|other (?:tenant|resident)s?|tenant (?:above|below|next)|his dog|her dog|their dogs?|people (?:above|below|upstairs)"),
    cue("asks_for_action", _("asks for somebody to act"), {HELP: 0.9},
        r"麻烦(?:派|安排|帮|尽快|您|你|师傅|过来|联系)|(?:请|麻烦|望|希望|恳请|求)[^。！？!?]{0,8}(?:派|安排|帮忙|帮助|维修|上门|来修|处理|解决|修复|修理|疏通|协调|制止|清理|尽快|查看)|帮(?:我|忙|帮)|求助|救|报修|急需|派人|派师傅|来看(?:看|一下|下)|睇下",
        r"(?:please|pls|can you|could you|can (?:some ?one|somebody)|could (?:some ?one|somebody)|need (?:some ?one|somebody|maintenance|help|you))[^.!?]{0,24}(?:fix|send|repair|come|look|help|replace|check|take care|assist|stop|address|unclog|remove|move|call|open|ask|clear)|(?:need|needs) (?:help|assistance|to be (?:fixed|replaced|repaired|unclogged))|help me|please help"),
    cue("hardship", _("daily life is disturbed"), {HELP: 0.7},
        r"影响[^。，,]{0,8}(?:休息|睡眠|生活|出行|学习|健康|居住|使用|安全)|无法(?:入睡|休息|睡|正常|使用|居住|出行|生活|进|回家)|睡不(?:着|好)|瞓唔|不方便|不便|没法(?:睡|住|用|过|做饭|洗澡)|困难|苦不堪言|出行难|老人|孩子|小孩|孕妇|婴儿|轮椅|残疾",
        r"ca ?n(?:no|')?t (?:sleep|use|get (?:in|out|into)|shower|cook|park|open|close|study|rest|breathe|wash|flush|live)|unable to|hard to (?:sleep|breathe|use|get)|keeps? (?:me|us) (?:up|awake)|wak(?:e|es|ing) (?:me|us|my)|elderly|my (?:kids?|child|children|baby|daughter|son|mother|father|grandm\w+)|wheelchair|disab\w+|pregnant"),
    cue("danger", _("danger"), {HELP: 0.7, VALID: 0.2},
        r"安全隐患|危险|隐患|触电|漏电|煤气味|燃气味|燃气泄漏|坠落|砸(?:到|伤|下)|摔(?:倒|伤|跤)|火灾|着火|冒烟|烧焦|倒塌|后果不堪|出事|人命|被困|困在|安全问题",
        r"danger\w*|unsafe|hazard\w*|gas (?:smell|leak)|smell(?:s|ing)? (?:of )?(?:gas|burning|smoke)|electric(?:al)? shock|spark\w*|smoke|trip(?:ped|ping)|slip(?:ped|pery)|safety|exposed wir\w+|carbon monoxide|injur\w+"),
    cue("pests", _("pests or smell"), {HELP: 0.7},
        r"蟑螂|甴曱|老鼠|白蚁|蚊(?:子|虫)|虫|异味|臭味|油烟|恶臭|刺鼻|难闻|流浪(?:狗|猫)|蛇|马蜂|黄蜂|蚂蚁|霉味|焦味|下水道味|烟味|二手烟",
        r"roach\w*|cockroach\w*|mice|mouse|rats?|rodents?|bed ?bugs?|bugs?|insects?|ants?|pests?|termites?|wasps?|bees?|spiders?|infest\w*|smell\w*|odou?rs?|stinks?|stench|squirrels?|raccoons?|cigarette|second-?hand smoke"),
    cue("urgent_words", _("asks for speed"), {HELP: 0.6},
        r"尽快|赶紧|马上|立刻|立即|紧急|急[!！。，,]|很急|十万火急|速来|快来|越快越好|刻不容缓|火速|赶快|迫切|迫在眉睫",
        r"urgent\w*|asap|as soon as possible|emergency|immediately|right away|at your earliest|before (?:it|the) gets?|today please|quickly"),
    cue("household_fixture", _("a fixture in the home"), {HELP: 0.6},
        r"马桶|厕所|坐厕|水龙头|水槽|洗手盆|花洒|热水器|空调|冰箱|洗衣机|门锁|门铃|对讲|插座|灯泡|电灯|窗户|窗框|阳台|厨房|卫生间|浴室|下水道|地漏|煤气灶|油烟机|墙面|墙皮|天花板|水表|电表|门把",
        r"toilet|sink|faucet|tap|shower\w*|bath ?tub|bathroom|kitchen|refrigerator|fridge|freezer|oven|stove|dishwasher|washer|dryer|washing machine|air condition\w*|a/?c unit|thermostat|radiator|heater|furnace|outlet|light ?bulb|window|blinds|closet|door ?knob|door handle|drain|garbage disposal|microwave|smoke (?:detector|alarm)|ceiling|buzzer|intercom"),
    cue("access_lost", _("cannot get in or out"), {HELP: 0.8},
        r"钥匙[^。，,]{0,6}(?:丢|忘|锁|断)|门禁卡[^。，,]{0,6}(?:丢|刷不|失效|不能|消磁)|锁在(?:门|外)|进不(?:去|了|来)|出不(?:去|来)|回不了家|被锁|刷不开|无法进入|困住|忘带",
        r"locked out|lost (?:my )?(?:key|fob|card)|key(?:s|card)?[^.!?]{0,14}(?:broke|stuck|lost|does ?n[o']t|wo ?n[o']t|snapped)|fob|ca ?n(?:no|')?t (?:get (?:in|into|out)|enter|access)|stranded|trapped|blocked in"),
    cue("dispute_with_others", _("a dispute with somebody else"), {HELP: 0.4},
        r"纠纷|吵架|调解|协调|打架|家暴|拖欠(?:工资|租金|货款)|讨薪|欠薪|补贴|低保|户口|社保|办证|落户|学位|拆迁|征地|安置",
        r"my (?:ex|husband|wife|boyfriend|girlfriend|employer|boss|dad|father|mom|mother|brother|sister|family|partner|roommate)|custody|police|court|evict\w*|lawyer|attorney|insurance|restraining order"),
    cue("traffic_outside", _("streets and transport"), {HELP: 0.3, INQUIRY: 0.2},
        r"公交|地铁|红绿灯|斑马线|路口|马路|堵车|拥堵|修路|道路|坑洼|人行道|天桥|站台|线路",
        r"bus (?:stop|route|line)|traffic|crosswalk|sidewalk|pothole|street ?light|speed(?:ing)? (?:bump|car|limit)?|intersection"),
    # --- the point is an answer or an idea ---------------------------------------------------------------------------
    cue("may_i", _("asks whether it is allowed"), {INQUIRY: 1.0},
        r"(?:可以|可否|能否|能不能|可不可以|是否可以|是否能|能够|可唔可以|允许|准许|是不是可以)[^。！？!?]{0,24}(?:吗|么|嘛|呢|\?|？|咩)|(?:可否|能否|是否|可不可以|可唔可以|是不是)[^。！？!?]{0,30}[?？]|合法吗|合理吗|合规吗|可行吗",
        r"(?:can|may|could|should|must|do) (?:i|we|tenants?|owners?|residents?|they|he|she|a landlord|my landlord|the (?:association|board|hoa|landlord))[^.!]{2,80}\?|(?:am i|are we|is (?:he|she|it)|are they) (?:allowed|permitted|entitled|required|obligated|obliged|legal)|is (?:this|it|that) (?:legal|allowed|true|normal|ok|okay|right|possible|permitted|required)|(?:is|are) there (?:a|any)|allowed to"),
    cue("asks_when_how", _("asks how, when or who"), {INQUIRY: 1.0},
        r"(?:什么时候|何时|几时|几点|多久|哪天|什么时间)[^。！？!?]{0,20}|(?:怎么|如何|怎样|点样)(?:办|申请|收|算|交|缴|计|办理|处理|预约|领|登记|弄|查|开)|(?:哪里|哪儿|哪个部门|边度)[^。！？!?]{0,10}|多少钱|几多钱|谁(?:来)?负责|由谁|归谁|找谁|需要(?:什么|哪些|带)|什么(?:手续|材料|条件|流程|标准|规定|政策|依据|资料)|有没有[^。！？!?]{0,16}[?？]|有哪些",
        r"(?:how (?:do|does|can|could|should|would|much|many|long|often|to|are|is|soon)|when (?:will|is|are|does|do|can|should)|where (?:do|can|should|is|are)|who (?:is|do|does|should|can|pays?|would|has)|what (?:is|are|do|does|should|would|can|time|kind|if|documents?|happens|rights?)|which|why (?:is|are|do|does|was|ca ?n))[^.!]{0,90}\?"),
    cue("asks_politely", _("a question is announced"), {INQUIRY: 0.9},
        r"请问|咨询|想问|问一下|问下|请教|了解一下|想了解|想知道|打听|查询|想咨询|询问|请告知|请解答|请答复|盼复|望告知|求解答|想请教|唔该问|查问|释疑",
        r"(?:i have |i had |i've got |just |quick )?(?:a )?(?:quick )?questions?(?: about| regarding| is|:|,)|wonder(?:ing)? (?:if|whether|what|how|when|why)|(?:like|want|trying) to (?:know|find out|ask|understand)|could you (?:tell|let|explain|advise|clarify)|can you (?:tell|let|explain|advise)|please (?:advise|clarify|explain|let me know|tell)|any (?:advice|idea|information|info|suggestions|thoughts|guidance)|inquir\w+|enquir\w+|curious|do (?:you|i) (?:know|have to|need to)|does any ?(?:one|body)|advice"),
    cue("proposal", _("a proposal"), {INQUIRY: 1.0},
        r"建议|提议|倡议|(?:能否|可否|是否|希望|能不能|可以)[^。！？!?]{0,10}(?:增设|增加|加装|安装|设置|开通|设立|新增|延长|改为|考虑|推行|引进|配备|规划|建设|修建)|应该(?:增|设|加|考虑|可以)|如果能[^。！？!?]{0,16}(?:就好|更好)|意见和建议|合理化",
        r"(?:i |we |would (?:like to )?)?(?:suggest\w*|propos\w+|recommend\w*)|(?:it )?would be (?:nice|great|good|helpful|better)|how about|what about|why not|consider|perhaps (?:you|we|the)|maybe (?:you|we) could|an idea|feedback"),
    cue("rule_or_policy", _("asks about a rule"), {INQUIRY: 0.7},
        r"政策|条例|规定(?:是|的|吗|，|：)|标准(?:是|为|吗|怎|多少)|依据|流程|手续|条件|办法|细则|章程|申请|办理|资格|备案|民法典|有效期|规范|合同约定",
        r"(?:by-?laws?|polic(?:y|ies)|regulations?|statutes?|state law|condo law|ordinance|declaration|covenants?|cc&rs?|procedure|requirements?|guidelines?|clause|lease (?:says|states)|legally|legal|law)"),
    cue("who_pays", _("asks who is responsible"), {INQUIRY: 0.8},
        r"(?:谁|哪方|哪边|由谁|业主|我们|物业)[^。！？!?，,]{0,6}(?:承担|出钱|负责|买单|赔)[^。！？!?]{0,6}[?？吗呢]|责任(?:在谁|归谁|如何|怎么)|算谁|属于谁|归属",
        r"(?:who(?:'s| is|se)|is (?:the|it|he|she|my)|am i|are (?:we|they|owners?|tenants?)|would i be|whose)[^.?!]{0,30}(?:responsib\w+|liab\w+|pay\w*|obligat\w+|fault)|responsible for|liable|on the hook"),
    cue("ends_with_question", _("ends with a question"), {INQUIRY: 0.7},
        r"[^。！？!?]{0,24}[?？][\s”」』\"')）]*(?:谢谢|感谢|多谢|盼复|唔该)?[!！。\s]*$",
        r"[^.!?\n]{3,60}\?[\s\"')]*(?:thanks?(?: you)?(?: in advance)?|thx|tia)?[\s.!:)]*$"),
    cue("plan_or_progress", _("asks about plan or progress"), {INQUIRY: 0.8},
        r"(?:规划|计划|进度|进展|安排|方案|打算|开工|完工|通车|开通|投入使用|交付|启动|竣工)[^。！？!?]{0,12}(?:吗|呢|么|\?|？|如何|怎|何时|什么时候|情况)|(?:会不会|有没有|是否有|有无)[^。！？!?]{0,8}(?:规划|计划|安排|考虑)",
        r"(?:any (?:plan|plans|update|updates|news|progress|word)|(?:plan|plans|planning|going|scheduled) to [^.!]{0,40}\?|status of|timeline|schedule[d]? for|what day)"),
    cue("shopping_around", _("weighs a choice"), {INQUIRY: 0.7},
        r"(?:是|还是)[^。！？!?]{0,14}还是[^。！？!?]{0,10}[?？呢]|哪(?:种|个|家|一)[^。！？!?]{0,8}(?:好|合适|划算|比较)|有必要|值得|对比|打算(?:买|租|装|申请|搬|出租|把)|准备(?:装修|搬|买|租|申请|入住|出租)",
        r"(?:i am|i'm|we are|we're) (?:thinking (?:of|about)|considering|planning|looking (?:to|into|for|at)|interested|trying to decide|moving|buying)|new (?:resident|owner|tenant|to the)|first[- ]time|would i|worth it|better (?:to|off)|options?"),
    cue("hypothetical", _("a case put as a question"), {INQUIRY: 0.6},
        r"如果[^。！？!?]{0,30}(?:怎么|是否|可以|能|会|需要)[^。！？!?]{0,14}[?？]|假如|(?:会|算)不(?:会|算)|是否(?:需要|属于|有|必须|应该|应当|要|会|算)|要不要|需不需要|用不用",
        r"(?:if (?:i|we|a|the|my|someone|they|he|she)[^.!]{0,90}\?|what if|in case|suppose|does (?:the|this|that|my|it|a)[^.!]{0,60}\?|do (?:we|i|they|you)[^.!]{0,60}\?|would (?:this|that|it|they)[^.!]{0,60}\?)"),
    cue("advice_sought", _("asks for advice"), {INQUIRY: 0.5, HELP: 0.3},
        r"怎么办|咋办|该如何|该怎么|该找|有什么(?:办法|渠道|途径|好办法)|求支招|指点|点算好|能怎样",
        r"what (?:can|should|do|could) (?:i|we) do|what (?:are )?(?:my|our) (?:options|rights|recourse)|how (?:should|can|do) (?:i|we) (?:proceed|handle|go|deal|get)|do i have (?:a case|any|grounds|recourse|the right)|where do (?:i|we) stand|recourse|tips"),
    cue("thanks_in_advance", _("thanks for an answer"), {INQUIRY: 0.3, HELP: 0.2},
        r"谢谢|感谢|多谢|唔该|辛苦(?:了|您|你)|拜托|麻烦了|祝好",
        r"thanks?|thank you|thx|appreciat\w+|grateful|kind regards|cheers"),
    # --- feeling is the message ------------------------------------------------------------------------------------------
    cue("sarcasm", _("sarcasm"), {VENTING: 1.1},
        r"呵呵|哈哈|厉害了|真是(?:服了|佩服|好|太|醉|够|棒|绝)|服了|可真(?:行|是|会|好|棒)|好一个|真(?:行|棒|绝|会|牛|有意思)[啊呀！!。，,]|恭喜|点赞|佩服|高明|良心企业|活久见|666|大开眼界|笑死|也是醉了|叹为观止|多亏了|果然是|不愧|不要太",
        r"thanks (?:a lot|so much|for nothing)|bravo|congratulations|good job|great job|nice job|well done|awesome job|oh (?:great|joy|wow|good)|how (?:nice|lovely|wonderful|thoughtful|generous)|wonderful\b[^.]{0,10}\.{3}|lucky (?:me|us)|yay|joke|what a (?:joke|surprise|shock|treat)|go figure|of course|apparently|rolls? (?:my )?eyes|wow|so-called|lol|haha\w*|;\)|must be nice"),
    cue("insult", _("insult"), {VENTING: 1.0},
        r"垃圾(?:物业|公司|小区|管理|楼盘|服务|房|东西|单位|开发商)|黑心|无良|流氓|强盗|土匪|吃干饭|饭桶|废物|狗(?:屁|东西|物业|官|眼)|不要脸|无耻|厚颜|缺德|败类|蛀虫|吸血|畜生|奇葩|恶心|白痴|脑残|死全家|仆街|人渣|去死|王八|混蛋|猪|坑爹|坑人|狼心狗肺|奸商|吃人|黑社会",
        r"idiots?|morons?|jerks?|crooks?|stupid\w*|dumb\w*|crap\w*|sucks?|bull ?sh\w*|sh[i*]t\w*|damn\w*|hell|as{1,2}holes?|f[u*][c*]k\w*|pathetic|greedy|slum ?lords?|clowns?|losers?|useless|bastards?|evil|scum\w*|thie(?:f|ves)|piss\w*|screw\w*|bitch\w*|lazy|trash company|monsters?|a-holes?"),
    cue("despair", _("anger or despair"), {VENTING: 1.0},
        r"受够|心累|心寒|寒心|无语|崩溃|失望|绝望|心凉|气死|气愤|愤怒|气炸|忍无可忍|忍(?:不|了)(?:了|很久|这么久|好久)|伤心|无奈|可悲|可笑|可气|可恨|憋屈|委屈|窝火|火大|烦死|闹心|抑郁|痛苦|好嬲|激气|想哭|令人发指|恶劣至极|匪夷所思|叫天天|无助|欲哭无泪|抓狂|离谱|过分",
        r"sick (?:and tired )?of|fed up|tired of|(?:i |really |just )hate|had enough|so (?:mad|angry|annoyed|frustrated|over (?:it|this)|done|disappointed|upset|tired)|frustrat\w+|infuriat\w+|furious|ugh+|arg+h*|gr+r+|outrag\w+|ridiculous|unbelievable|unacceptable|nightmare|miserable|disappoint\w+|appall\w+|disgrace\w*|last straw|drives? me (?:crazy|nuts|insane)|i give up|worst|horrible|awful|terribl\w+|i'm done|sigh|rant\w*|vent(?:ing)?|whine|shame on|absurd|bitter"),
    cue("sweeping_blame", _("sweeping blame"), {VENTING: 0.8},
        r"(?:什么都|啥都|从来|永远|根本|完全|没有一[个天样件次]|一无是处|只知道|只会|就知道|就会|除了收钱|光收钱|只收钱|样样)[^。！？!?]{0,10}|一年不如一年|越来越(?:差|烂|不像|糟)|全是|都是一(?:伙|样|丘)|天下乌鸦|没一(?:个|样)|白交|白花|喂狗|打水漂|最(?:差|烂|垃圾|黑|坏)的?|官商|一手遮天|蛇鼠",
        r"(?:nothing (?:ever|but|around here|works)|nobody (?:ever |really )?(?:cares?|gives)|no one (?:ever )?cares?|they do ?n[o']t (?:even )?care|never (?:ever|once)|every (?:single|damn|freaking)|always (?:the|some|something)|all they (?:care|want|do)|only care|what (?:are|am|do) (?:we|i) (?:even )?pay\w*|everything (?:is|about|here)|couldn't care less|typical|as usual|going downhill|money[- ]?grab\w*)"),
    cue("rhetorical", _("rhetorical question"), {VENTING: 0.8},
        r"难道|凭什么|凭乜|有没有(?:王法|天理|人管|良心|搞错)|还有(?:王法|天理|没有人|没有王法|良心|人性)|良心(?:何在|呢|不会痛|被狗)|天理|是人(?:住|干|过)的|谁(?:来管|管管|给的|信|稀罕)|算什么|何必|至于吗|什么玩意|什么东西|这叫什么|是想怎样|怎么(?:能|可以|好意思|会有|这么|就)|有冇搞错|搞什么|老百姓[^。，,]{0,10}(?:怎么|何|活|难)|良知",
        r"(?:who do they think|what (?:is|'s) wrong with|how (?:dare|hard (?:is|can)|can (?:you|they|anyone|people)|stupid|is this (?:ok|acceptable))|are you (?:kidding|serious|joking)|seriously\?|really\?|why (?:bother|me|on earth|the hell|should i (?:pay|have))|what (?:the|gives|on earth|more do|kind of (?:people|place|person|company))|is it too much to ask|do (?:they|you) (?:even|really|seriously) |who (?:cares|does that|in their))"),
    cue("shouting", _("shouting"), {VENTING: 0.7},
        r"[!！]{2,}|[?？]{2,}|(?:[!！][?？]|[?？][!！])|。{6,}|太(?:过分|差|烂|坑|黑|离谱|欺负|气人|恶心|可恶|不像话)|简直|欺人太甚|岂有此理|天啊|我的天|妈的|他妈|tmd|TMD|草|艹|滚|气人|可恶|欺负",
        r"[^.!?]{0,20}(?:!{2,}|\?{2,}|!\?|\?!)|omg|wtf|for (?:god'?s|christ'?s|heaven'?s|crying out|the love)|holy|geez|jeez|gosh|good grief|freaking|effing|friggin\w*|bloody"),
    cue("regret", _("regret, wants to leave"), {VENTING: 0.9},
        r"后悔|早知道|再也不|不想(?:住|交|待|再)|想搬|搬走|卖(?:掉|了)房|瞎了眼|谁买谁|千万(?:别|不要)|大家(?:别|不要|千万)|避雷|避坑|倒霉|血泪|上当|入坑|不会再|退房算|怎么就买|噩梦",
        r"regret\w*|ca ?n(?:no|')?t wait to (?:move|leave|get out)|(?:never|do ?n[o']t) (?:rent|live|move|buy|sign)|stay away|avoid this|wish (?:i|we) (?:had ?n[o']t|never|could|had)|should (?:have|'ve) never|moving out|get out of (?:here|this)|looking for (?:a new|another)|run away|biggest mistake|beware|warn(?:ing)? (?:others|everyone|you)"),
    cue("unfairness", _("feels treated unfairly"), {VENTING: 0.7},
        r"不公(?:平)?|欺负(?:人|老百姓|业主|我们)|老百姓|普通(?:市民|人|百姓)|弱势|没人性|不人道|冷血|没有人情|区别对待|看人下菜|凭关系|弱小|打压|当(?:傻子|猴|韭菜|冤大头|提款机)|割韭菜|受气|低人一等|不把[^。，,]{0,6}当|不是人|双标|针对",
        r"(?:not|so|un|isn'?t) ?fair\w*|injustice|treated like|second[- ]class|discriminat\w+|double standard|singled out|picked on|little (?:guy|people)|power trip\w*|nazi\w*|gestapo|dictator\w*|police state|cash cow|no (?:respect|compassion|sympathy|heart)|slave\w*|money hungry"),
    cue("telling_a_story", _("tells a story, asks nothing"), {VENTING: 0.6},
        r"话说|真的是|反正|唉|哎|哼|呜呜|吐槽|发泄|骂一下|说说(?:我|你|这)|不吐不快|求安慰|难受|累了|随便吧|算了吧|摊上|碰上这|一肚子(?:气|火)|心情|哭",
        r"(?:anyway|so yeah|long story short|guess what|you know what|to top it (?:all )?off|on top of (?:that|it all|all)|let me tell you|the other (?:day|night)|so then|i swear|honestly|literally|i mean|needless to say|believe me|whatever|oh well|meanwhile|i just|i feel like|sob|crying|cried|i was like|and then)"),
    cue("lawful_rule_disliked", _("dislikes a rule"), {VENTING: 0.5, INQUIRY: 0.2},
        r"(?:不理解|不明白|想不通|搞不懂|不能理解|难以接受|不服|不认同|接受不了|反对|强烈(?:反对|不满|抗议)|抗议|不满)|什么破(?:规定|制度|政策|规矩)|一刀切|瞎(?:搞|折腾|规定|指挥)|形式主义|折腾|多此一举|没事找事|扰民政策|画蛇添足",
        r"(?:stupid|silly|dumb|ridiculous|pointless|petty|ludicrous|new) (?:rule|rules|policy|policies|fee|law)|do ?n[o']t (?:understand|get|see) why|makes? no sense|no sense|for no reason|nit[- ]?pick\w*|red tape|bureaucra\w+|waste of (?:time|money|space)"),
)
# fmt: on
