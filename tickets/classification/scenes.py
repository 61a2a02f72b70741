"""Danger as it is told, put together from who, what and where: a scene needs its parts, not one phrase.

Each is read beside the phrases of `alarms`: what burns now, water where the current is, a lift between two floors, somebody
down who answers nobody, a child who can't be found, a stranger within, blows, a weight from above. Folded text only.
"""

# fmt: off
CHILD = r"(?:小孩子?|孩子|小朋友|细路|儿子|女儿|个仔|个女|我仔|我女|宝宝|孙子|孙女|老人家?|老太太|老爷子|阿婆|阿伯|婆婆|公公|奶奶|爷爷|我妈|我爸|我阿妈|我阿爸|(?:[两二三四五六七八九]|\d)岁)"
CHILD_EN = r"(?:child|kid|son|daughter|boy|girl|toddler|baby|grand(?:son|daughter|child|mother|father|ma|pa)|mother|father|mum|mom|dad|husband|wife|\w+[- ]year[- ]old)"
SOMEBODY_EN = r"(?:somebody|someone|people|a (?:\w+ ){0,2}(?:man|woman|guy|stranger|person|boy|girl|kid|lady)|an? (?:old|elderly|unknown) \w+|(?:two|three|four|several|some) (?:\w+ )?(?:men|people|guys|boys|kids|women|strangers)|my \w+|(?:\w+ )?\w+'s \w+|the (?:\w+ )?(?:guard|cleaner|courier|neighbou?r|resident|lady|man|woman|husband|boy|girl)|he|she|they)"
# Told as it happens, or as it has come about.
NOW = r"(?:着|了|咗|紧|起来|起嚟|到|住)"

# Burning now: the verb goes on, or flames and smoke have a size or a place.
BURNS = (
    r"(?:锅|灶|炉|烤箱|微波炉|空调|冷气|冰箱|雪柜|插座|床|被子|沙发|窗帘|垃圾桶?|车|电池|插板|热水器|充电器|风筒|衣服|衫|纸皮|杂物)[^。,!?]{0,4}(?:着了|着咗|烧着|烧起|烧了|炸了|爆咗|爆炸)|(?:盖|扑|淋|浇|灭)(?:不|唔)(?:住|熄|灭)|(?:正?在|喺度|还在|仲)(?:燃)?烧(?!水|饭|菜|烤|香|汤|开|电|纸钱)|(?:燃|焚)?烧紧(?!水|饭|菜|汤|烤)|火(?:势|苗)|火(?:已经|都|越|烧得)?[^。,!?]{0,4}(?:人高|楼高|蹿|窜|蔓延|越来越大|好大|很大(?!气))(?!气|味|药)"
    r"|(?:成条|成层|整个|整条|满|全|到处|周围|一屋|楼道|走廊|楼梯|房间|屋企|家里)[^。,!?烟]{0,6}(?:都?[是系]|有|冒|满|好多)(?:黑|白|浓)?烟(?!头|味|感|雾报警|道|灰|盒|机)|[黑白浓]烟|(?<!油)(?<!气得)(?:冒|起|喷)火(?!气|腾|星文|了?锅)|(?<!油)(?<!二手)烟(?:好|很|越来越)(?:大|浓|多)(?!味)|(?:熏|呛)(?:得|到)[^。,!?]{0,6}(?:睁唔|睁不|喘)"
)
BURNS_EN = r"(?:caught|catching|taken|went|gone|goes) (?:light|alight|ablaze|up in (?:smoke|flames))|burst into flames|(?:can't|cannot|couldn't|trying to) put (?:it|the fire|the flames|them) out\b|(?:stove|oven|hob|pan|wok|socket|dryer|bin|curtain|sofa|bed|battery|scooter|charger|toaster|boiler|heater)s? (?:is |has |just )*(?:on fire|burning|blew up|exploded|in flames)|(?:is|are|'s|still|now) (?:still |now )?(?:burning|alight)(?! (?:hot|smell|bright|question|money|a hole|calories|through))|set (?:fire to|\w+ \w+ on fire)|flames?\b|(?:thick|black|heavy|dense|so much|lots of) smoke"
# Water and current in one breath.
CURRENT = r"(?:插座|插头|插板|电箱|配电|电房|电闸|电表|电线|电源|电掣|总掣|开关|电缆|电器|排插|(?:吊|顶|壁|吸顶|射|筒|楼道|走廊)灯|灯(?:头|座|管|具)|热水器|充电桩)"
WET = r"(?:流|漏|滴|浸|泡|淹|漫|渗|涌|灌|积|喷|淋|湿)"
SHOCK = (
    CURRENT + r"[^。!?]{0,10}(?:水|雨)?[^。!?,]{0,5}" + WET + r"(?:水|到|着|了|咗|紧|满|晒|湿|进|入)(?!电)"
    r"|水[^。!?]{0,8}" + WET + r"[^。!?]{0,12}" + CURRENT + r"|" + CURRENT + r"[^。,!?]{0,4}(?:喺|在|泡)[^。,!?]{0,2}水(?:里|中|入面)"
)
SHOCK_EN = r"(?:water|leak\w*|rain)\b[^.!?]{0,40}\b(?:running|dripping|pouring|getting|flowing|coming|leaking|going|seeping|spraying|in|into|onto|through|over|from|near|inside)\b[^.!?]{0,20}\b(?:fuse ?box|socket|outlet|electric\w*|switch(?:board|es)?|meter box|wiring|light (?:fitting|fixture|bulb)|(?:ceiling|down|spot)[- ]?light|lamp|chandelier|power (?:strip|box|point)|live wire)s?\b(?! (?:bill|heater))"
DEEP = r"(?:浸|淹|漫|水)[^。,!?]{0,3}(?:到|过|及|成|没)[^。,!?]{0,2}(?:脚踝|脚眼|膝|小腿|脚面|腰|门槛|楼梯|台阶|级|轮|踢脚|座椅)"
# A lift between floors, or one that does not let somebody out.
BETWEEN = (
    r"(?:梯|升降机|𨋢|lift)[^。!?]{0,12}(?:(?:[楼层][^。,!?]{0,3}(?:中间|之间))|半空|(?:两|二)层(?:楼)?(?:中间|之间))[^。!?]{0,14}(?:里面|入面|里头|" + CHILD + r"|[我佢他她]|人)"
    r"|(?:[电货客号部]梯|升降机|𨋢|\blift\b)[^。!?]{0,14}(?:我|人|门(?:开|打|一)|里面|入面)[^。!?]{0,14}出(?:不[去来]|唔(?:到|去|嚟|返))|(?:梯|升降机|𨋢)门?[^。!?]{0,8}(?:开|打开)[^。!?]{0,10}(?:梯|𨋢|轿厢|机)[^。!?]{0,3}(?:唔喺度|不在|没(?:有)?[上下]?来|冇到)|(?:梯|𨋢)井[^。!?]{0,6}(?:开|敞|冇|没|人|掉|跌)"
    r"|(?:按|揿)[^。,!?]{0,4}(?:警铃|求救|报警|紧急)[^。,!?]{0,4}(?:没人|冇人|无人|没反应|冇反应)[^。!?]{0,10}(?:出不|出唔|里面|入面)"
)
BETWEEN_EN = r"(?:(?:i|we|he|she|they)(?:'ve| have|'s| has)? been|(?:i'm|we're|he's|she's|they're|i am|we are) (?:still )?) ?(?:\w+ )?(?:in|inside) (?:the|a|your|this) (?:\w+ ){0,2}(?:lift|elevator)\b[^.!?]{0,20}\b(?:for|since|and (?:it|the|nobody|nothing|no one))\b|\b(?:i'm|i am|we're|we are|he's|she's|they're|they are|people are|someone is|somebody is|stuck|stopped|hanging|stranded|my \w+ is)\b[^.!?]{0,20}\bbetween (?:the )?(?:\w+|\d+)(?: and (?:the )?(?:\w+|\d+))?(?: floors?)?\b[^.!?]{0,24}\b(?:lift|elevator)|\b(?:lift|elevator)\b[^.!?]{0,20}\bbetween (?:two |the )?(?:\w+ )?floors?\b[^.!?]{0,30}\b(?:inside|people|we|us|me|he|she|in it)\b|\b(?:lift|elevator)\b[^.!?]{0,50}\b(?:won't|don't|doesn't|can't|cannot|will not|not) (?:open|get out|let)[^.!?]{0,24}\b(?:of us|us|me|we're|i'm|people|inside|kids?|children|baby|wife|husband)\b|\b(?:lift|elevator) shaft\b[^.!?]{0,16}\b(?:open|fell|fallen|down)\b|\bdoors? opened\b[^.!?]{0,20}\bno (?:lift|elevator|car)\b"
# Down, bleeding, or answering nobody.
DOWN = (
    r"流(?:着|了|紧|咗|好多|很多|一地|满)[^。,!?]{0,4}血|(?:满|一)[头脸手地身](?:都)?[是系]?血|(?:摔|跌|滚|跣|滑)(?:咗|了)?(?:落|下)[^。,!?]{0,3}(?:楼梯|台阶|坑|井|水池|池|平台|沟)|(?:躺|瞓|倒|趴)(?:在|喺|咗)[^。!?]{0,10}(?:不动|唔郁|郁唔到|动不了|起不来|起唔到|叫不醒|没反应|冇反应|不醒)"
    r"|(?:跣低|跌低|滑低|仆低|滑倒|摔倒|跌倒|绊倒|摔|撞)(?:了|咗)?[^。!?]{0,16}(?:郁唔到|动不了|起唔到|起不来|站不起|企唔到|撞(?:到|咗)?头|头撞|晕|肿|断|唔识应)|(?:叫|喊|嗌|摇|推)(?:不|唔|极都唔|极都冇)(?:醒|应)|(?:脸|面|嘴唇?)(?:都)?(?:色)?(?:发|变|紫|青|白)[^。,!?]{0,3}(?:紫|青|白|晒)|(?:抖|透|喘)(?:唔到|不上|不过)[^。,!?]{0,2}气|(?:胸口|心口|心脏|心)[^。,!?]{0,3}(?:很|好|非常|突然|剧烈)?(?:痛|疼)(?!你|惜|钱)(?:[^。,!?]{0,6}(?:厉害|好犀利|受不|顶唔|出汗)|得)|吞(?:了|咗)[^。,!?]{0,4}(?:电池|药|洗|硬币|玻璃|钉)|(?:误|乱)(?:食|服|吞|喝)"
)
DOWN_EN = r"(?:isn't|is not|not|won't|doesn't|does not|un)[ -]?(?:respond(?:ing|s)?|responsive|waking(?: up)?|wake up|moving)\b(?! (?:to (?:my|our|the) (?:email|e-mail|message|mail|call|letter|complaint|request)|fast))|(?:went|gone|going) down\b[^.!?]{0,30}\b(?:respond|breath|answer|move)|lying (?:on|in|at) (?:the )?[^.!?]{0,24}\b(?:blood|moving|bleeding|respond\w*|hurt|unconscious|can't get up)|covered in blood|(?:has |have |'s )?(?:fallen|fell|tumbled) (?:down|off|from|into) (?:the |a |our )?(?:\w+ )?(?:stairs|steps|ladder|pool|pond|shaft|hole|balcony|roof|wall)|(?:turning|gone|went|turned) blue|chest pains?|pains? in (?:his|her|my) chest|swallowed (?:a |an |some |the )?(?:\w+ )?(?:battery|pills?|bleach|coin|magnet|tablets)"
# A limb that is held, what was swallowed, and who stands where one falls.
HELD = (
    r"(?<![桌椅床墙楼山])(?:手指?|脚趾?|脚|腿|胳膊|手臂|头(?!发)|衫袖|颈)(?![机表册续工电架灯盔像])[^。,!?]{0,10}(?:夹|卡|卷|绞|轧|压)(?:住|到|进|入|咗|着|在|伤)|(?:吃|食|服|饮|喝|吞)[^。,!?]{0,3}(?:错|过量|太多|成樽|整瓶)[^。,!?]{0,3}(?:药|丸|水)|(?:口|嘴)[^。,!?]{0,2}(?:吐|冒)[^。,!?]{0,2}(?:白|血|泡|沫)|吐血|咳血|呕血|昏低|(?:全身|手脚)[^。,!?]{0,3}抽(?:筋|搐)"
    r"|(?:人|男|女|孩|细路|老|佢|他|她)[^。!?的嘅]{0,8}(?:坐|站|企|爬|跨|吊|挂|趴|踩)[^。,!?]{0,4}(?:窗台|窗外|窗边|楼顶|天台边|天台上|栏杆|护栏|屋顶|阳台外|围栏|围墙|女儿墙|外机|棚架|边缘)(?!下|那|里)|" + CHILD + r"[^。!?的嘅]{0,8}(?:一个人|自己|独自|冇大人|没大人|没人(?:看|管)|冇人睇)[^。!?]{0,12}(?:马路|车道|坡道|泳池|水池|池边|天台|阳台|窗|停车场|车场|车库|河|楼顶|电梯|升降机)(?!卡|票|证)"
)
HELD_EN = r"(?:(?:knocked|thrown|flung) (?:off|down|from|over)\b[^.!?]{0,12}\b(?:bike|bicycle|scooter|motorbike|feet|ground|road|stairs)|there(?:'s| is| was) (?:\w+ )?blood\b|blood (?:on|from|coming|all)\b|run(?:ning)? over (?:by|a|my|the|an)\b(?! (?:bill|list|figures))|foaming at|having (?:convulsions|a seizure|a fit)|convuls\w+|turned? (?:blue|grey)|took (?:too many|all (?:his|her|the)) (?:pills|tablets)|drank (?:bleach|cleaner|detergent))|(?:standing|sitting|hanging|climbing|perched|leaning) (?:\w+ )?(?:on|off|over|from|out of|outside) (?:the |a |her |his )?(?:\w+ )?(?:edge|ledge|parapet|window ?sill|railing|banister|gutter)\b|\b(?:wrong|other|outer|far) side of the (?:railing|balustrade|parapet|window)|\b" + CHILD_EN + r"\b[^.!?]{0,24}\b(?:alone|on (?:his|her|their|its) own|unattended|by (?:him|her|them)sel(?:f|ves)|wandering)\b[^.!?]{0,24}\b(?:road|ramp|street|pool|roof|balcony|car ?park|driveway|window|ledge|lift|elevator|garage)\b"
# A child, or somebody old, who can't be found; or who answers no more behind a door.
LOST = (
    CHILD + r"[^。!?的嘅把将]{0,14}(?:不见(?:了|人)|唔见(?:咗|人)|走失|走丢|丢了|失踪|找不(?:到|着)(?!人(?:问|修)|车位|工作|钥匙|地方|朋友|老师|位)|揾唔到(?!车位|地方)|跟丢|走散|跑丢|联系不上)|" + CHILD + r"[^。!?]{0,24}(?:没回来|未返|冇返|没回家|未回家|没到家|仲未返|还没回)[^。!?]{0,14}(?:电话|手机|找|揾|警|联系|痴呆|失智|关机|冇人接)|(?:痴呆|失智|认知障碍)[^。!?]{0,20}(?:出去|走出|走咗|不在|唔喺|跑出|没回|未返)"
    r"|(?:走失|走丢|失踪)(?:了|咗)?[^。,!?]{0,6}" + CHILD + r"|(?:邻居|隔[离篱壁]|独居|老|阿伯|阿婆|对门|楼上)[^。!?]{0,14}(?:[两三四五六几好多\d]+(?:天|日)|好耐|很久)[^。!?]{0,4}(?:没|冇|未)[^。,!?]{0,3}(?:开门|出门|出嚟|出来|见人|动静|露面)[^。!?]{0,16}(?:臭|味|应|敲|拍|担心|出事|电视)"
)
LOST_EN = r"\b" + CHILD_EN + r"\b(?! (?:parcel|bike|toy|bag|phone|key|shoe|scooter|ball)\w*)[^.!?']{0,24}\b(?:missing|disappeared|vanished|wandered off|lost in|got lost|can't be found|nowhere to be found|never came (?:home|back)|not come (?:home|back))|\b(?:can't|cannot|can not) find (?:my|our|the|her|his) (?:\w+ )?" + CHILD_EN + r"\b(?!'s)|\b(?:lost|missing) (?:child|toddler|boy|girl|kid)\b|\b(?:hasn't|has not|haven't|not) (?:been seen|answered|opened|come out)[^.!?]{0,24}\b(?:for|in|since) (?:\w+ )?(?:days|two days|\w+day|a week|yesterday)[^.!?]{0,40}\b(?:smell|door|knock\w*|answer\w*|worried)"
# A stranger within, or on the way in.
WITHIN = (
    r"(?:不认识|唔识得?|陌生|生面口|不知道?(?:是)?(?:谁|哪)|来历不明|蒙面)[^。!?]{0,12}(?:爬|翻|闯|溜|摸|撞|钻|跟|冲|跨)[^。,!?]{0,8}(?:进|入|过来|上来|埋嚟)|撬(?!不)[^。,!?]{0,5}(?:门|锁|窗|闸|柜)|(?:拿|拎|攞|揸|举|挥|带|提|握)(?:着|住|了|咗|起)?(?:一)?(?:把|支|张)?(?:菜|水果|西瓜|长|大|小|开山|弹簧)?(?:刀|斧|棍|枪|砖头?|石头|铁通|水喉通|铁棍|棒|酒瓶|酒樽|锤|剪刀|针)(?!叉|具|架|子鼓)[^。,!?]{0,14}(?:砸|打|追|走|行|砍|斩|转|晃|喊|嗌|威|周围|上|入|大堂|门|我|佢|他|她)"
    r"|(?:有人|个人|有(?:个|两个)?(?:男|女)?人|男人|男的)[^。,!?]{0,6}(?:喺|在|躲|匿|藏)(?:在|喺|咗)?我?(?:家|屋|屋企|房|房间|阳台|床底|衣柜|厕所)(?:里|入面|里面|度)?(?=$|[。,!?偷翻躲不唔走])|(?:跟|尾随)(?:咗|着|住|踪)(?:我|佢|她|他|个女|女儿)(?!讲|说|联)[^。,!?]{0,6}(?:入|进|到|上|返|回|一路)|(?:在|喺)我?(?:家|屋企)?门口(?:一直)?(?:唔走|不走|徘徊|踢门|砸门|拍门|撞门)|我(?:们|哋)?[^。,!?猫狗车位]{0,6}(?:匿|躲|反锁)(?:咗|在|喺|了)[^。,!?]{0,4}(?:房|厕|柜|床)[^。,!?]{0,3}(?:里|入面|度|间)?"
)
WITHIN_EN = r"\b" + SOMEBODY_EN + r"(?:'s| is| are| was| were)? (?:now |still |just |already )?(?:in|inside|on) (?:my|our|her|his) (?:flat|apartment|house|home|room|bedroom|kitchen|bathroom|balcony|unit)(?=$|[.,;!?]| (?:and|i|we|right|now|with|he|looking|trying|going))(?! (?:and|who) (?:snor|sing|play))|\b" + SOMEBODY_EN + r"(?:'s| is| are)? (?:just )?(?:climb(?:ing|ed)|break(?:ing)?|broke|forc(?:ing|ed)|pry(?:ing)?|prising|push(?:ing|ed)) [^.!?]{0,16}(?:in|into|through|over|open|onto|up)\b[^.!?]{0,14}\b(?:my|our|the|a|her|his) (?:\w+ )?(?:window|door|balcony|flat|apartment|house|lock|fence|kitchen)|\bfollow(?:ed|ing|s) (?:me|her|my \w+) (?:home|into|up|to (?:my|the|her) (?:door|flat|car|lift|unit))|(?:kick|bang|pound|hammer|smash|ram)(?:ing|ed|s)? (?:at|on|against|in) (?:my|our|the|her) (?:\w+ )?door\b(?![^.!?]{0,12}\b(?:knocker|hinge))|(?:says?|said|saying|shouting|threaten\w*|yelling)[^.!?]{0,16}\b(?:he|she|they|him|to)(?:'ll| will| would|'s going to| is going to)? (?:kill|stab|shoot|hurt|burn|beat|cut)\b|\bwaving (?:a|an) (?:\w+ )?(?:knife|axe|gun|machete|bat|hammer)|(?:has|got|have|holding|carrying|with) a (?:\w+ )?(?:knife|machete|gun|axe)\b(?! (?:set|block|drawer|sharpen))"
# Blows as they fall.
BLOWS = (
    r"打(?:得|到|紧|起|咗|成)[^。,!?]{0,3}(?:厉害|好犀利|凶|不可开交|流血|头破|晒|一团|交|架)(?!子|得好|比分)|(?:打|嗌|闹)(?:大)?交(?!道|易|情|流|谈|代|接|通)(?=$|[。,!?啊呀喇])|(?:在|喺度|正|紧)(?:互相)?(?:打架|打交|殴打|打人|群殴|打老婆|打小孩|打孩子)|(?:喊|叫|嗌)(?:着|住|紧|得)?(?:救命|杀人|报警|好惨)|(?:掐|扼|捏|勒|揸)(?:着|住|咗|佢|他|她)[^。,!?]{0,4}(?:脖|颈|喉)|(?:拳打|脚踢|踢)[^。,!?]{0,4}(?:倒|地上|佢|他|她|脚踢)|[要话]?(?:斩死|打死|杀死|杀了|斩咗|砍死|弄死)(?:我|他|她|佢|你|人)"
)
BLOWS_EN = r"\b" + SOMEBODY_EN + r"(?:'s| is| are| was| were)? (?:\w+ )?(?:hit(?:ting)?|beat(?:ing)?|kick(?:ing|ed)|punch(?:ing|ed)|attack(?:ing|ed)|strangl(?:ing|ed)|chok(?:ing|ed)|slapp(?:ing|ed)|threaten(?:ing|ed)|stabb(?:ing|ed)|grabb(?:ing|ed)) (?:him|her|me|us|each other|one another|" + SOMEBODY_EN + r")\b|scream(?:s|ing|ed)? (?:for|out for) help|(?:shout|yell|cry|call)(?:ing|s|ed)? (?:out )?for help\b(?! (?:desk|line|with))|\bhelp me,? (?:please )?(?:he|she|they)\b"
# A weight that has come down from above.
WEIGHT = r"(?:花盆|砖|瓷砖|瓦|石|水泥|混凝土|玻璃|窗(?:户|扇|框)?|招牌|广告牌|空调外?机|冷气机|铁|钢|木板|木头|酒瓶|瓶|啤酒瓶|菜刀|刀|砖头|石头|石屎|批荡|墙皮|外墙皮|天花|吊顶|灯罩|吊灯|哑铃|椅|凳|桌|电视|自行车|单车|灭火器|晾衣|衣架|脚手架|棚架|栏杆|树枝|大树|树)"
FALLS = (
    r"(?:楼上|高空|外墙|天台|楼顶|屋顶|阳台|窗|天上|[\d十几]+楼|上面|檐|棚|墙)[^。!?]{0,10}(?:掉|落|扔|抛|丢|坠|跌|砸|脱落|飞|冧|掟)[^。,!?]{0,8}" + WEIGHT
    + r"|" + WEIGHT + r"[^。,!?的]{0,8}(?:掉|落|扔|抛|坠|跌|砸|冧|掟|倒|塌)[^。,!?]{0,6}(?:下来|落嚟|落来|下去|落去|到(?:地|人|楼下|路|我|头)|喺|在)(?!了?桌|袋|包|抽屉|箱|车里)|(?:差点|差一点|险些|争啲|争啲|差啲|几乎)[^。,!?]{0,4}(?:砸|打|掉|跌|扔|掟|中)(?:到|中|着|死|亲|伤)?[^。,!?]{0,6}(?:人|我|妈|爸|孩|细路|头|佢|他|她|看更|保安|阿|路)|(?:天花|吊顶|墙|围墙|棚|脚手架|大树|阳台)[^。,!?]{0,3}(?:塌|冧|倒)(?:了|咗|下来|落嚟)|" + WEIGHT + r"[^。,!?]{0,6}(?:摇摇欲坠|悬(?:在|住|空)|吊住|(?:快要?|随时|就快|就要|马上|就嚟|即将|差不多)(?:会|要)?(?:掉|跌|落|塌|冧|甩|散))"
)
FALLS_EN = r"\b(?:glass|tiles?|bricks?|concrete|plaster|masonry|stones?|slab|flower ?pots?|pot|bottles?|window(?! clean\w+| wash\w+)|pane|sign|air[- ]?con\w*|scaffold\w*|railing|branch|tree|ceiling(?! lamp| light| fan)|metal|pole|ladder|panel|plank)\b[^.!?]{0,24}\b(?:fell|fallen|falling|came down|come down|coming down|crashed|dropped|collapsed|thrown|smashed down|hanging (?:over|above|from|off|by)|dangling|about to (?:fall|come down|drop)|came off and)\b(?![^.!?]{0,10}\b(?:in my (?:kitchen|flat)|apart|behind|out of (?:my|the) (?:bag|fridge)))|\b(?:throw(?:ing|s|n)?|threw|dropp(?:ing|ed)|hurl(?:ing|ed)) (?!(?:\w+ )?(?:leaflets?|flyers?|papers?|clothes|socks?|water|hair|ash|cigarettes?|butts?|food|crumbs|rice|off)\b)[^.!?]{0,24}\b(?:from|off|out of) (?:the |a |his |her |their )?(?:\w+ )?(?:floor|balcony|window|roof|upstairs|terrace|storey)|\b(?:nearly|almost|just missed|narrowly)\b[^.!?]{0,16}\b(?:hit|struck|crushed|killed|my (?:head|son|daughter|wife|mother))\b(?! the (?:button|wall|post|barrier))"
# fmt: on

# Key of the alarm → (Chinese, English) scenes that tell of it beside its phrases.
SCENES = {
    "injury": (f"{DOWN}|{BLOWS}|{HELD}", f"{DOWN_EN}|{BLOWS_EN}|{HELD_EN}"),
    "fire": (BURNS, BURNS_EN),
    "flood": (f"{SHOCK}|{DEEP}", SHOCK_EN),
    "trapped": (BETWEEN, BETWEEN_EN),
    "break_in": (WITHIN, WITHIN_EN),
    "danger": (f"{LOST}|{FALLS}", f"{LOST_EN}|{FALLS_EN}"),
}
