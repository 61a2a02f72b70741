"""How money, a cure by a day, or an outcome is undertaken without the words of a promise; read beside `promise_words`.

Three principles: a verb that lets somebody off paying or takes the loss, a deed that is finished by a day, and a passive
that is finished by a day. A time to ring, to come, to look or to answer is none of them. Folded text only.
"""

# ruff: noqa: E501
# fmt: off
# Done to the end: a verb with its result.
DONE_ZH = r"(?:堵|装|换|补|刷|接|修|整|弄|搞|清|铺|焊|封|加|拆|粉|钉|通|治|止|抹|洗|挖|打通|油|执)(?:白|平|牢|亮|新|上|好|完|掉|妥|返|掂|咗|回|住|干净|通)(?!登记|记录)|用(?:上|返|得)(?!问题)|(?:到位|上线|落地|开通|复原|复通|重开|照常开|如常)(?=了|$|[。,;!?\n ])"
LET_OFF_ZH = (
    # Not to be paid: said to whoever would pay.
    r"(?:您|你|你哋|大家)?[^。,;!?\n]{0,8}(?:别|甭|不必再|无须|毋须|唔使|唔驶|不用再|暂时不用)(?:再)?(?:交|缴|给钱|畀|俾|付)(?:住|先|了|啦|喇|钱|费|啊|呀)?(?=了|啦|$|[。,;!?\n])"
    r"|(?:费|金|款|钱|公摊|租|单)[^。,;!?\n]{0,6}(?<!从)(?<!能)(?:就|都|全|先)?(?:不|唔)(?:再)?收(?:了|啦|喇)|(?:费|金|款|钱|块|零头)[^。,;!?\n您你]{0,6}(?:就|都|全)?(?:给|帮|替|同|为)(?:您|你)(?:都|全)?(?:抹|减|免|去|划|销|勾)(?:了|咗|掉|去)"
    # The loss taken over.
    r"|(?:认|照|包|全|双倍|加倍|如数)赔(?!偿?(?:标准|流程|问题|要求))|(?:损失|费用|钱|账|单)[^。,;!?\n您你业主租]{0,8}(?:算(?:在|到)?我们|算我哋|我们(?:来)?(?:认|扛|兜|贴|掏|埋单|买单)|我哋(?:嚟)?(?:认|畀|俾|埋单|包|找数))|(?:我们|我哋|物业|公司|管理处)(?:来|嚟|会|都|全)?(?:埋单|买单|兜底|掏钱|贴钱|认账|找数|包底)"
    r"|(?:亏|损失|差额|差价|部分|数|窿)[^。,;!?\n]{0,4}(?:我们|我哋|物业|公司)[^。,;!?\n不未唔]{0,4}(?:补(?!充|办)|贴|填|过数|退|还)|(?:我们|我哋|公司|物业)[^。,;!?\n不未唔]{0,3}(?:过返?数|退返|还返|补返|找返)"
    # Given back on somebody's own word.
    r"|(?:我|我们|主管|经理)(?:做主|拍板|说了算|批了)[^。,;!?\n]{0,8}(?:退|免|减|赔|补|抹)|(?:块|元|钱|费|款|蚊)[^。,;!?\n您你]{0,6}(?:做主|全|都|就)?(?:退|免|抹|赔|减)(?:了|掉|去|返)(?!没|吗|么|多少|单|款单)|(?:退|打|转|汇|返|入)(?:回|到|入|进|返)?(?:您|你)(?:的)?(?:账|帐|卡|户口|微信|支付宝)|(?:到|入|进)(?:您|你)(?:的)?(?:账|帐|卡|户口)|抹(?:掉|去|了)?(?:零头|滞纳金|尾数)|(?:少|减)(?:收|算)?(?:您|你)[^。,;!?\n]{0,4}(?:元|块|蚊|一半|月|成)"
)
# No bill, off the bill, made good.
LET_OFF_EN = (
    r"(?:nobody|no one|none of us)(?:'s| is| will|'ll)? (?:going to |ever )?(?:charge|bill|invoice)(?:s|ing)? you|you (?:won't|will not) be (?:billed|invoiced|out of pocket|asked to pay|paying)|(?:you )?(?:won't|will not|shall not|shan't|don't) (?:see|get|receive|be sent|be given) (?:an? |any )?(?:bill|invoice|charge)\b|(?:take|taking|knock|knocking|strike|striking|wipe|wiping) (?:off )?[^.!?,;\n]{1,20} off (?:your|the|this|next)\b|(?:wipe|write|cancel|drop|scrap|forget)(?:ing|s)? (?:off )?(?:the|your|that|this) (?:\w+ )?(?:fee|fine|charge|debt|bill|penalty|balance)\b|(?:will|'ll|shall) (?:make good|cover|reimburse|foot the bill|pick up (?:the|your) (?:bill|cost|tab)|bear|stand (?:the|your) (?:cost|loss))\b|(?:this|that|it|everything|the \w+)(?:'s| is) on us\b|our treat|\b(?:we|i)(?:'ll| will) (?:pay|buy) (?:you )?(?:for )?(?:a|the|your|another) (?:new )?\w+|(?:transfer|put|send|wire)(?:red|ring)? (?:the |your )?(?:\w+ )?(?:money|amount|sum|difference|[¥$£€]? ?\d+) (?:back )?(?:to|into|on|onto) your (?:account|card|statement|bill)|(?:first|next|one|two|three) (?:month|week|quarter)s?(?:'s)? (?:\w+ )?(?:is|are|comes?) (?:on us|free|waived)"
)
# By a day: "by Thursday", "before the weekend", "tomorrow".
DAY_EN = r"(?:(?:by|before|within|no later than|not later than|latest|on|until) (?:the )?(?:end of )?(?:(?:this|next|coming) )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:by|before|within|over|this|next|at the|no later than) (?:the )?(?:end of )?(?:this |next |the )?(?:week(?:end)?|month|noon|midday|tonight|evening|morning|afternoon|tomorrow|hour|day|\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m|o'clock)?|christmas|new year|(?:two|three|four|five|six|a few|\d+|an?) (?:hours?|days?|weeks?|minutes?))|tomorrow|tonight|this (?:week|afternoon|evening|morning)|next week)\b"
# What is finished, not rung, looked at or answered.
NO_CURE = r"(?!(?:called|rung|informed|told|contacted|visited|inspected|checked|looked|answered|notified|assessed|updated|reviewed|discussed|sent|posted|closed|asked|booked|scheduled|arranged|given|kept|there|here|with|in touch|out|able|seeing|coming|going|at|on site|happy|glad)\b)"
CURE_EN = (
    r"(?:the|your|this|that|it|everything|both|all|they|these) ?[^.!?,;\n]{0,24}(?:will|'ll|is going to|are going to|shall) (?:all |both |fully |then |also )?be (?:\w+ and )?" + NO_CURE + r"(?:safe|\w+(?:ed|en)|dry|clean|warm|open|new|good|fine|quiet|clear|hot|gone|cool|lit|shut|rebuilt|built|hung|put (?:back|up|right))\b[^.!?,\n]{0,16} " + DAY_EN
    + r"|(?:we|i|they|the \w+)(?:'ll| will| shall| are going to) have (?!an? (?:answer|reply|update|look|estimate|quote|idea|date|decision|chat|word|meeting|report|inspection|plumber|electrician|engineer|technician|colleague|man|person|visit|call|time)\b)(?!(?:someone|somebody|people|news|answers?|information)\b)(?:\w+ ){1,5}?(?:in|up|on|out|off|fitted|installed|running|working|back|fixed|running|done|clean|cleared|replaced|painted|mended|open)\b[^.!?,\n]{0,12} " + DAY_EN
    + r"|(?:you)(?:'ll| will) (?:have|be able to use|be using|get) (?!(?:an? )?(?:answer|reply|update|call|message|letter|news|decision|visit|notice|text|email)\b)(?:\w+ ){0,4}?(?:water|power|heat\w*|lift|hot water|light|gas|internet|key|card|door|lock|gate|parking|space|gym|pool|\w+ back)\b[^.!?,\n]{0,12} " + DAY_EN
)
# fmt: on
