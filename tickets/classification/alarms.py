"""Serious matters, which go to the manager at once, and how urgent a matter is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.classification.scenes import SCENES
from tickets.classification.text import ReadText

# A fear or a rule is not an event: "in case of fire", 万一起火, 消防通道. What somebody suspects right now is one ("there
# may be a gas leak", 可能是煤气漏), what has come of something is one (导致我家被淹), and "could you come" asks for help.
NOT_YET = re.compile(
    r"(?:万一|如果|一旦|若|容易|担心|怕|防止|预防|谨防|严防|以防|(?<!不)小心|当心|避免|(?:会|将|易|能|恐|足以)(?:导致|造成|引起|引发)|可能(?!是|已经|有人)|恐|隐患|假如|要是|以免|会不会|未来|演习|演练|去年|前年|以前)[^。！？!?，,]{0,10}$"
    r"|\b(?:if|in case of|risk of|prevent|avoid|worried (?:about|that)|afraid (?:of|that)|last year|drill)\b[^.!?]{0,24}$"
    r"|(?:(?<!there )\b(?:could|might|may)|\b(?:would|will|potential|possible(?! (?:gas|fire))))\b(?! you| someone| somebody)[^.!?,;]{0,24}$"
)
NO_SUCH = re.compile(
    r"(?:上次|上回|上个?月|当年|历史上)(?:的|那次|那场)?$|(?:没有|没|无|并未|未|冇)(?:人|任何|发生)?$|(?:不想|别|不要|勿|不许|禁止|严禁|不准)[^。！？!?，,]{0,4}$|\b(?:no|not|never|without|nobody|no one)\b[^.!?,]{0,12}$|n't (?:\w+ )?$"
)
# Words after it that make it a rehearsal or a rule.
ONLY_NAMED = re.compile(
    r"(?:的?(?:老|历史)问题|[很好]久的|(?:后|以后)的(?:赔偿|处理|方案|通知|维修|修复)|(?:的)?(?:通知|公告|海报|标语|告示)|的话|演练|演习|预案|应急|培训|讲座|知识|须知|宣传|隐患|保险|救援演|逃生演)"
    r"| alarm (?:panel|system|code|batter\w+|company|contract|test)| (?:drills?|exercises?|training|safety|polic(?:y|ies)|procedures?|prevention|insurance|allowed|permitted|forbidden|banned|tests?|scenario|simulation|rescue (?:drill|training|exercise))\b"
)


@dataclass(frozen=True)
class Alarm:
    """A named alarm; `critical` ones mean danger now; to announce what is `grave` is as serious as to do it."""

    key: str
    label: Promise | str
    critical: bool
    expression: re.Pattern[str]
    grave: re.Pattern[str] | None = None


def alarm(
    key: str, label: Promise | str, zh: str = "", en: str = "", *, critical: bool = True, grave: str = ""
) -> Alarm:
    """An alarm of these phrases and of the scenes that tell of the same."""
    scenes_zh, scenes_en = SCENES.get(key, ("", ""))
    chinese, english = ("|".join(filter(None, pair)) for pair in ((zh, scenes_zh), (en, scenes_en)))
    expression = re.compile(rf"{chinese}|\b(?:{english})")
    return Alarm(key, label, critical, expression, re.compile(grave) if grave else None)


LIFT_ZH = r"(?:电梯|升降机|轿厢|车?𨋢|车立|\blift\b)"
LIFT_EN = r"(?:elevator|lift)s?\b"
PERSON_ZH = r"(?:人|我|他|她|小孩|孩子|孩|小朋友|细路|老人|阿婆|阿伯|婆婆|奶奶|爷爷|儿子|女儿|妈|爸|太太|先生|老公|老婆|保安|保洁|阿姨|邻居|业主|住户|访客|宝宝|学生|路人|工人)"
PERSON_EN = r"(?:me|us|him|her|them|child|children|kids?|son|daughter|boy|girl|baby|toddler|wife|husband|mother|father|mum|mom|dad|grand\w+|neighbou?r|guard|man|men|woman|women|lady|guy|resident|tenant|owner|person|people|someone|somebody|cleaner|worker|courier|postman|visitor|guest|passengers?)"
# Between a lift and whoever is in it; a denial or a fear in between undoes it.
IN_LIFT_ZH = r"(?:(?!没有人|没人|冇人|无人|未有|并无|担心|怕|万一|如果|会不会|容易|防止)[^。!?])"
IN_LIFT_EN = r"(?:(?!\b(?:no|not|nobody|no one|never|if|could|might|may|would|will|afraid|worried|fear|feel|empty)\b|n't (?!work|move|open))[^.!?])"

# fmt: off
SUICIDE_ZH = r"跳楼(?!价|大|甩|机|促|的价)|轻生|自杀|寻短见|自尽|割腕|上吊|烧炭自|企跳|(?:楼顶|天台|阳台|窗)[^。,!?]{0,4}[要想]跳下|想死(?!我|你)|不想活"
SUICIDE_EN = r"suicid\w*|kill(?:ing)? (?:him|her|my)self|kill themselves|(?<!cat )(?<!dog )jump(?:ing|ed|s)? (?:off|from|out of) (?:the |a |her |his |my )?(?:\w+ )?(?:roof|window|balcony|building|floor|ledge)|(?:wants?|threaten\w+|going|about|trying) to jump(?= ?[.!,;]|$)"
SERIOUS: tuple[Alarm, ...] = (
    alarm("injury", _("someone hurt"),
        r"受伤|摔伤|砸伤|砸(?:到|中|了|咗)[^。,!?车]{0,3}" + PERSON_ZH + r"|咬伤|被咬|撞伤|烫伤|烧伤|灼伤|骨折|流血|流咗[^。,]{0,3}血|出血|头破血|扭伤|昏倒|晕倒|晕(?:过去|厥|咗|低)|昏(?:过去|厥|迷|死)|休克|不省人事|失去(?:知觉|意识)|没(?:有|了)?(?:知觉|呼吸|心跳)|没(?:有|了)?意识(?!到|地)"
        r"|心脏病(?:突?发|犯)|心梗|(?:突然|刚刚?|好像|突发|怀疑)中风|中风了|抽搐|癫痫|羊癫|窒息|噎(?:住|到)|溺水|(?<!电脑)(?<!手机)(?<!系统)中毒|呼吸困难|喘不过气|送医|送(?:去|到|进)?医院|急救(?!箱|包|知识|课|班|员|证|培训|药|器|常识|演)|救护车|(?:叫|召)白车|救命(?!稻草|恩人)|触电|割伤|夹伤|夹(?:到|住|了|咗)[^。,!?]{0,5}(?:手|脚|人|孩)|跌伤|跌亲|仆亲|摔断|跌断"
        r"|(?:摔|滑|跌)(?:倒|跤|下来|下去|落嚟)(?:了|在|咗)|摔(?:了|咗)[一个]?[一大]?跤|(?<!差点)坠楼|堕楼|被电(?:了|到|咗|一下|击|得)|(?<![充来放通停用])电(?:到|咗|了|伤)" + PERSON_ZH
        + r"|(?<![垫鞋袋线椅门包裤花草树])(?<!鞋子)(?<!垫子)(?<!袋子)(?<!裤子)(?<!沙发)(?<!快递)(?<!外卖)[被俾畀][^。,!?]{0,8}(?:狗|犬|猫|蛇|老鼠|黄?蜂)[^。,!?]{0,3}(?:咬|抓伤|蜇|叮)(?!坏|烂|破|断|碎)|(?:咬|抓|蜇)(?:了|到|伤|咗|住|亲)[^。,!?]{0,4}" + PERSON_ZH + r"|咬人了"
        r"|被[^。,!?]{0,6}车[^。,!?]{0,2}(?:撞|碾|压|刮)(?:倒|伤|飞|到" + PERSON_ZH + r")|撞(?:到|倒|了|咗|伤|飞)[^。,!?车]{0,3}" + PERSON_ZH
        + r"|" + PERSON_ZH + r"被[^。,!?]{0,6}车[^。,!?]{0,2}撞|打架(?!子鼓)|打起来|" + PERSON_ZH + r"[^。,!?]{0,3}[被俾畀][^。,!?]{0,4}门夹|动刀|倒(?:在)?地(?:上)?不|血迹|推倒[^。,!?车]{0,2}" + PERSON_ZH + r"|(?:小孩|孩子|小朋友|细路|老人|有人|儿子|女儿|学生|婆婆|工人)[^。,!?的把将]{0,6}(?:掉进|掉下去|掉入|掉落|跌入|跌进|跌落|跌下|摔下)|斗殴|打(?:了|咗|伤)(?:我(?!的|电话|家)|人|保安|老人|孩子|业主|住户)|打人(?!行)|被[^。,!?]{0,6}打(?:了(?!电话|招呼|折|扰)|伤|到流)|殴打|动手打|捅(?:了|伤)|砍(?:了?人|伤)|" + SUICIDE_ZH,
        r"injur(?:ed|y|ies)|(?:was|got|been|were|is) (?:badly |seriously |just )?(?:hurt|bitten|electrocuted|burned|burnt|shocked|scalded|stabbed|beaten|attacked|run over|knocked (?:down|over) by)|bleeding|(?:lots?|pool|so much) (?:of )?blood|blood everywhere|ambulance|br(?:oke|oken) (?:my|her|his|a) (?:leg|arm|hip|wrist|ankle|nose|rib|back)|unconscious|fractur\w+|hospitali[sz]ed|(?:taken|rushed|went) to (?:the )?hospital|fell (?:down|on|and)\b[^.!?]{0,24}(?:hurt|stitches|hospital|head)"
        r"|faint(?:ed|ing)\b|(?<!were )(?<!was )(?<!be )(?<!been )passed out(?! (?:flyers|leaflets|the|a|copies|notices))|" + PERSON_EN + r" (?:has |have |just |suddenly )*collapsed(?! the| a| my)|(?<!me a )heart attack|(?:having|had|has|suffered) a (?:stroke|seizure|fit\b)|not breathing|stopped breathing|can(?:no|')?t breathe|chok(?:ing|ed) on|drown(?:ed|ing)(?! out| in)|overdos\w+|poisoned|electric shock|electrocuted"
        r"|(?:bit|bitten|attacked|mauled|scratched) (?:(?:my|a|an|the|our|his|her|one|two|old|little|small|young|elderly|\d) )*" + PERSON_EN + r"\b|(?:bit|bitten|cut|burn(?:ed|t)|crushed) (?:my|his|her|the child's) (?:own )?(?:hand|leg|arm|ankle|face|finger|foot|head)s?\b"
        r"|(?:slipped|tripped) and fell|fell (?:down|off|from) (?:the |a |his |her |my )?(?:\w+ )?(?:stairs|steps|staircase|escalator|ladder|bike|slide|swing)|(?<!new )(?<!the )(?:" + PERSON_EN + r"|i|he|she) (?:was |were |got |has been |is )?(?:just )?(?:hit|struck|knocked down|knocked over) by (?:a|an|the) (?:\w+ )?(?:car|bike|bicycle|scooter|van|truck|motorbike|tile|brick|bottle|branch)"
        r"|fist ?fight|(?:a )?fight (?:broke out|in the|at the)|(?:people|men|residents|guards|neighbou?rs|are) fighting(?! (?:for|the|against|to|over))|brawl|punched (?:in|by|" + PERSON_EN + r")\b|beat(?:en|ing)? (?:up|" + PERSON_EN + r"\b)|stabb(?:ed|ing)|(?:hand|finger|foot|arm|leg|head)s? (?:is |was |got |are )?(?:caught|trapped|stuck|jammed) in|" + PERSON_EN + r" (?:just )?hit " + PERSON_EN + r"\b|" + PERSON_EN + r" (?:has |just )?(?:fell|fallen) (?:on|in|into|down|from|off) (?:the|a|our|my)\b|can(?:no|')?t get up\b(?! the| to| there)|" + SUICIDE_EN,
        grave=rf"{SUICIDE_ZH}|\b(?:{SUICIDE_EN})"),
    alarm("fire", _("fire or gas"),
        r"着火(?!点)|着咗火|起火|失火|火灾(?!隐患|报警|自动)|火烛|烧起来|烧着了|自燃|冒(?:出|着|起|咗|了)?(?:好多|大|很多|黑|白|浓|好大)*烟|浓烟|火苗|火警(?!系统|演|(?:钟|铃|掣|器|钟声)(?![^。,!?]{0,6}响))|(?:煤气|燃气|天然气|瓦斯|石油气)[^。,!?]{0,5}(?:泄漏|泄露|外泄|漏|好大味|有味|味道?(?:很|好|大|浓|重))|漏(?:煤气|燃气|天然气|瓦斯|石油气)|(?<!轮胎)(?<!车胎)(?<!窗户)(?<!门窗)漏气|(?:煤气|燃气|天然气|瓦斯|石油气)(?:的)?(?:臭)?味|一氧化碳中毒|[冒打出](?:大)?火[花星]|烧(?:焦|糊|燶)(?:的)?味|焦糊?味|燶味|(?<!信息)爆炸(?!性|式|头|物)",
        r"(?<![a-z] )fire!|(?:on|caught|a|there(?:'s| is| was)(?: a)?) fire(?! (?:lane|door|drill|alarm|escape|exit|hydrant|code|extinguisher|station|department|marshal|inspection|pit|safety|hazard|blanket|warden|sprinkler|regulation|rule|risk|certificate|panel|pump|hose|notice|plan|system|sign|assembly|evacuation|training|test))|fire (?:broke|in the|started)|catching fire|ablaze|in flames|flames|(?<!cigarette )(?<!cigar )(?<!tobacco )(?<!hand )smoke (?:is |was )?(?:coming|pouring|billowing|rising|in the|from)|full of smoke|smoke under|(?:socket|outlet|panel|meter|box|bin|battery|motor|pump|cable|scooter|car|bike) is smoking|smell(?:s|ed|ing)?(?: of| like)?(?: a lot of)? gas\b|gas (?:smell|odou?r|is leaking|leaking)|smell(?:s|ed)? (?:of |like )?(?:something )?burning|leaking gas|gas (?:pipe |line )?leaks?|burning (?:plastic |rubber |electrical )?smell|explosion|exploded|carbon monoxide|sparks? (?:are |is )?(?:coming|flying|from)|sparking"),
    alarm("flood", _("flood"),
        r"水淹|被淹|淹(?:了|到|没|水|咗|晒)|爆(?:水|喉)?管|水管(?:突然)?(?:爆|炸|断了)|水喉爆|爆水喉|漏到楼下|水[都已]?漫|水[^。,!?]{0,3}涌[入进]|水管破裂|水流成河|水浸|浸(?:水|咗|晒)(?!泡)|泡(?:水了|在水里)|倒灌|大量(?:漏水|涌水|积水)|积水(?:很深|好深|没过|到膝|过膝|齐|成河)|水深(?:及|到|过)|没过(?:膝|脚|小腿)|喷水(?!池|壶|枪|器|头)|水如泉涌|水漏得像下雨|瀑布一样|像瀑布"
        r"|(?:地库|车库|地下室|停车场|车场|电房|机房|电梯井|电梯|家里|屋里|屋企|大堂|负[一二三]层)[^。,!?]{0,3}(?:进水|入水|灌水|全是水|都是水|全部?系水|成咗泽国|变泽国)",
        r"flood(?:ed|ing|s)?\b(?! ?lights?\b| insurance| risk| zone| map| of | gate| barrier| warning| with (?:\w+ )?(?:e?-?mails?|calls|complaints|messages|people|tourists|light|ads))|burst (?:water )?(?:pipe|main)|(?:pipe|main) (?:has |just |have )*burst|water (?:is |was |are )?(?:now )?(?:pouring|gushing|rushing|rising|spraying|streaming|coming in everywhere|up to (?:my|the|our) \w+)|water (?:is|was) (?:everywhere|all over)|there(?:'s| is| was) water (?:everywhere|all over)|(?:basement|garage|car ?park|lobby|hall\w*|flat|apartment|house|room|elevator|lift|kitchen|shaft) (?:is |was )?(?:\w+ )?full of water(?! (?:bottles|meters|tanks|filters))|inches of water|(?:knee|ankle|waist)[- ]deep|(?:is|are|was|were|now|all|completely|half|partly) under ?water|submerged|sewage (?:coming|back|is)"),
    alarm("trapped", _("trapped in a lift"),
        r"困(?:在|于|住在|咗?喺|咗?系|咗?响|咗)[^。,]{0,6}(?:" + LIFT_ZH + r"(?!口|厅|门|广告)|里面|里头|入面)|" + LIFT_ZH + r"[^。,]{0,8}(?:困人|困住|困着|困了|被困(?!扰)|关人|困咗|关住了|关了" + PERSON_ZH + r")"
        r"|" + LIFT_ZH + IN_LIFT_ZH + r"{0,16}(?:里面|里边|入面|里头|有人|" + PERSON_ZH + r"|我们|我哋)" + IN_LIFT_ZH + r"{0,6}(?:困(?:在|喺|咗|住|于)|被困(?!扰)|被关)"
        r"|" + LIFT_ZH + IN_LIFT_ZH + r"{0,14}(?:里面|里边|入面|里头|有人|我|我们|我哋)[^。!?]{0,6}(?:出不来|出唔(?:到|返|嚟)|出不去|出唔去)|" + LIFT_ZH + r"(?:里|内|入面)[^。,!?]{0,6}(?:出不来|出唔到|出不去)"
        r"|(?:" + PERSON_ZH + r"|被|我们|我哋|^|[。,!?;])[^。,!?把将]{0,6}(?:关|卡|锁|被关|被卡|被锁)(?:咗)?(?:在|喺|进)了?[^。,!?]{0,4}" + LIFT_ZH + r"(?!口|厅|门|缝|外|机房)|" + LIFT_ZH + r"[^。!?]{0,8}(?:停(?:了|咗|在|喺)|坏(?:了|咗)|卡(?:在|住)|故障|不动|打不开|开唔到|唔郁)" + IN_LIFT_ZH + r"{0,16}(?:(?:里面|里边|入面|里头)(?:还|仲|都)?有[^。,!?]{0,4}" + PERSON_ZH + r"(?=$|[。,!?;困出])|" + PERSON_ZH + r"[^。,!?]{0,3}(?:在|喺)(?:里面|里边|入面|里头))|" + LIFT_ZH + r"[^。!?]{0,4}(?:停|不动|唔郁|卡住|打不开|开唔到)[^。!?]{0,6},(?:出不[去来]|出唔)|被困(?!扰|惑|难|境)|(?<![贫穷])困人|坠梯|困梯"
        r"|" + LIFT_ZH + r"[^。,!?里内]{0,8}(?:下坠|坠落|急坠|急降|急速下降|冲顶|蹲底|坠到|坠下)|" + LIFT_ZH + r"[^。,!?里内]{0,6}从[^。,!?]{1,5}(?:掉|跌|滑|落)(?:到|下|至|落)",
        r"(?<!posters )(?<!poster )(?<!advertisements )(?<!ads )(?<!gum )(?<!flyers )(?<!notice )(?<!notices )(?:stuck|trapped|caught|shut|locked)(?! (?:a|an|the|some|up) )[^.!?]{0,16}(?:in|inside) (?:(?:the|an?|this|that|our|your|my|one|building|block|tower|of|\w+'s|\w) )*" + LIFT_EN + r"(?! (?:door|lobby|button|hall|queue|speaker|notice|panel))|(?:elevator|lift)" + IN_LIFT_EN + r"{0,20}(?:trapped|plummet\w*|dropped (?:\w+ )?(?:floors|storeys|stories|levels|suddenly)|suddenly dropped|free ?fall)|people (?:trapped|stuck) "
        r"|" + LIFT_EN + IN_LIFT_EN + r"{0,60}(?:am|are|is|was|were|got|been|'m|'re|'s|still|" + PERSON_EN + r") (?:\w+ )?(?:trapped|stuck (?:inside|in it|in there))|" + LIFT_EN + IN_LIFT_EN + r"{0,40}(?:can(?:no|')?t|can not|couldn't|unable to|won't let (?:us|me|them)) get out|" + LIFT_EN + r"[^.!?]{0,24}(?:stopp\w+|stuck|jammed|halted|stalled)" + IN_LIFT_EN + r"{0,30}" + PERSON_EN + r" (?:are |is |still )*inside|" + LIFT_EN + r" (?:door )?(?:won't|doesn't|will not|does not) (?:open|move)[^.!?]{0,16}\b(?:i'm|we're|i am|we are|he is|she is|they are) (?:still )?inside"
        r"|(?:stopped|stuck|jammed)\b" + IN_LIFT_EN + r"{0,20}with (?:\w+ ){0,3}" + PERSON_EN + r" (?:trapped |stuck |still )*(?:inside|in it)|(?:i|we|people|someone|somebody|they|he|she|" + PERSON_EN + r")(?:'re|'m|'s| are| am| is| were| was| got)? (?:\w+ )?(?:stuck|trapped) between (?:the )?(?:\w+ )?(?:and \w+ )?floors"),
    alarm("break_in", _("break-in or theft"),
        r"入室|被盗(?!版|用|刷)|失窃|被偷|偷(?:了|走|咗)|(?<!防)小偷|盗贼|(?<!防)盗窃|爆窃|爆格|爆门|撬(?:门|锁|窗)|(?:门|锁|窗|柜|抽屉|闸|车)[^。,!?]{0,4}撬(?!不)|抢劫|打劫|抢(?:走|了我|咗我)|入屋(?:偷|盗|行|爆|抢)|窃贼|[进入遭招来]了?(?:个|咗)?贼(?!船)|有贼(?=$|[。,!?;进入在偷啊呀])|[捉抓](?:到)?贼|贼人|贼佬|尾随|持刀|拿(?:着)?刀|带刀|揸刀|非礼|猥亵"
        r"|(?:陌生人|有人|男子|男人|醉汉|歹徒)[^。,!?]{0,6}(?:闯|翻|爬|摸|溜|潜)[^。,!?]{0,3}(?:入|进)[^。,!?]{0,4}(?:家|屋|房间|房子|室内|阳台|窗)|[破翻爬砸撬][门窗墙](?:进|入)",
        r"break[- ]?ins?\b|(?:have |has |had |'ve |'s )broken in\b|(?:broke in(?:to)?|broken into)\b(?! (?:two|half|pieces|bits|tears|song|the middle|my hands?|less|under|a (?:day|week|month)))|breaking into|burgl\w+|stolen|stole\b|steal(?:ing|s)?\b (?:my|our|the|parcels|packages|bikes|things)|thie(?:f|ves)\b|robb(?:ed|ery|ers?)|theft|mugged|intruders?|prowler|(?:stranger|someone|somebody|man|men) (?:is |are )?(?:trying|tried) to (?:open|force|get in(?:to)?|get through) (?:my|our)\b|(?:lock|door|window) (?:was|has been|had been|is|were|been) (?:forced|picked|jimm\w+|pried|prised|kicked in)|forced (?:open|entry)|kicked (?:in|down) (?:my|our|the) door|stranger (?:is )?(?:in|inside|climb\w+ in(?:to)?) (?:my|our)|with a (?:knife|gun)|gun ?shots?|shots fired|assault\w*|molest\w+"),
    alarm("danger", _("danger to people")),
    alarm("many_residents", _("many residents"),
        r"(?:全体|众多|许多|很多|广大|多名|多位|几百|上百|数百|几十|上千|数千|\d{2,}(?:多)?)(?:个|名|位|户)?(?:业主|住户|居民|户人|户|家庭|街坊)|联名|联合签名|集体(?:维权|投诉|上访|抗议)|全小区(?![吗么])|整(?:栋|幢|个小区|座)(?![^。,!?]{0,2}[吗么?])|全楼|全栋|横幅",
        r"(?:all|many|dozens of|hundreds of|most|several|\d{2,}) (?:of the |of us |other )?(?:residents|owners|tenants|families|households|units|homeowners|neighbou?rs)|petition|whole (?:building|complex|floor)|entire (?:building|complex|floor|community)|class action",
        critical=False),
    # A threat to tell the press is always conditional: "if nothing is done, I will call the newspaper".
    alarm("media", _("press or public bodies"),
        r"媒体|记者|曝光|电视台|报社|报馆|上热搜|微博|抖音|小红书|12345|市长热线|信访|上访|消费者委员会|消委会|申诉专员|发(?:到)?网上|网络曝光|投诉到(?:住建|政府|街道)|(?:已经?|去|要|就|会|打算|准备|只好|只能|再|必须)报警(?!器|系统|装置|灯|按钮)|报警(?:了|处理)|报(?:了|咗)警|打(?:了|过)?110",
        r"reporters?|newspapers?|journalists?|(?:tv|news) (?:station|crew|channel)|(?:the|local) (?:press|media|news)\b|social media|ombudsman|go(?:ing)? public|yelp|twitter|facebook|(?:call(?:ed|ing)?|rang|told) (?:the )?(?:police|cops)|(?:filed?|made) a police report|police (?:were called|have been called)",
        critical=False, grave=r".+"),
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
            if happened(kind, text.folded, *found.span()):
                yield kind, *found.span()
                break


def happened(kind: Alarm, folded: str, start: int, end: int) -> bool:
    """Whether these words tell of the matter itself: not of its absence, of a fear, or of a rehearsal for it."""
    before = folded[max(0, start - 40) : start]
    if NO_SUCH.search(before) or ONLY_NAMED.match(folded, end):
        return False
    if kind.grave is not None and kind.grave.fullmatch(folded[start:end]):
        return True
    return not NOT_YET.search(before)


def priority_of(text: ReadText, alarms: list[Alarm]) -> str:
    """critical: danger now, or many residents without a service; urgent: one can't live normally; else normal."""
    if any(kind.critical for kind in alarms):
        return "critical"
    if any(kind.key == "many_residents" for kind in alarms) and SERVICE_OUT.search(text.folded):
        return "critical"
    return "urgent" if URGENT.search(text.folded) else "normal"
