"""What a text is about, by the words it uses."""

import re

from tickets.classification.text import ReadText, read

# fmt: off
# In this order: where two topics are named equally often, the first wins.
TOPICS: dict[str, re.Pattern[str]] = {
    topic: re.compile(rf"{zh}|\b(?:{en})")
    for topic, zh, en in (
        ("lift", r"电梯|升降机|轿厢|扶梯|[𨋢]|搭lift", r"elevators?|lifts?\b"),
        ("parking", r"停车|车位|车库|泊车|乱停|地库|道闸|车牌|充电桩|电动车|单车|停放|泊位|僵尸车",
            r"park(?:ing|ed|s)\b|garage|vehicles?|cars?\b|bikes?|scooters?|fire lane|driveway|tow(?:ed|ing)?\b|charging station"),
        ("noise", r"噪音|噪声|扰民|太吵|很吵|好吵|吵(?:得|死|醒|到|闹)|脚步声|广场舞|狗叫|犬吠|嘈|电钻|唱歌|音响|打麻将",
            r"nois(?:e|es|y)|loud\w*|bark\w*|stomp\w*|music|quiet hours|drilling|parties"),
        ("decoration", r"装修|装潢|装饰|敲墙|砸墙|承重墙|施工证|拆墙|建筑垃圾|封阳台", r"renovat\w*|remodel\w*|refurbish\w*|decorat\w*|construction|contractor"),
        ("water", r"漏水|渗水|停水|没水|水压|水管|水龙头|水喉|下水|马桶|坐厕|爆管|积水|返水|热水|水箱|自来水|水质|水表|滴水|防水|地漏|冇水|供水|水浸",
            r"water|leak\w*|drip\w*|plumb\w*|toilet|sinks?\b|faucet|tap\b|shower|pipes?|drain\w*|flood\w*|sewage|tub\b"),
        ("electricity", r"停电|断电|没电|跳闸|电路|电线|插座|电费|电表|漏电|灯泡|不亮|路灯|电箱|冇电|电闸|照明|供电|楼道灯|灯坏",
            r"electric\w*|power\b|outlets?|breakers?|light ?bulbs?|lights?\b|lamps?|wiring|fuse"),
        ("security", r"保安|门禁|门卫|监控|治安|盗|偷|陌生人|可疑|尾随|护卫员|巡逻|闲杂|对讲|高空抛物|消防|安保|单元门|大门",
            r"security|guards?\b|gates?\b|doorman|cctv|cameras?|stolen|stole|theft|break[- ]?in|burgl\w*|stranger|key ?fob|intercom|lock(?:s|ed)?\b|keys?\b|fire alarm"),
        ("cleaning", r"垃圾|卫生|打扫|清洁|保洁|清扫|脏|异味|臭|清运|蟑螂|老鼠|蚊|虫害|消杀|狗屎|狗粪|小广告|灭鼠",
            r"clean\w*|trash|garbage|rubbish|litter|dirty|filthy|dumpsters?|smell\w*|stink\w*|roach\w*|mice|mouse|rats?\b|pests?|bugs?\b|recycl\w*|janitor|dog (?:poop|waste)"),
        ("landscaping", r"绿化|草坪|树(?!立)|花草|修剪|绿地|花园|园林|灌木|落叶|种菜|花坛|草地", r"landscap\w*|lawn|grass|trees?\b|garden\w*|shrubs?|bushes|hedge|leaves\b|mow\w*"),
        ("fees", r"物业费|管理费|收费|费用|涨价|缴费|交费|欠费|账单|帐单|发票|押金|公摊|滞纳金|维修基金|退款|退费|单价|租金|多收|退押|停车费",
            r"fees?\b|charg(?:e|es|ed|ing)\b|bill(?:s|ed|ing)?\b|invoices?|deposit|rent\b|dues|payment|refund|assessment|receipt|late fee|price|cost"),
        ("staff", r"态度|客服|工作人员|管家|前台|骂人|服务差|物业人员|辱骂|挂电话|推诿|管理员|不耐烦|维修工|师傅",
            r"rude|staff|manager|receptionist|attitude|unprofessional|employee|front desk|superintendent|hung up"),
        ("facilities", r"设施|健身|游乐|泳池|路面|围墙|外墙|大堂|楼道|走廊|门窗|单元门|栏杆|扶手|玻璃|瓷砖|屋顶|天台|会所|信报箱|晾衣|暖气|供暖|空调|冷气|冰箱|洗衣机|天花|墙皮|儿童乐园|座椅|凉亭",
            r"pool|gym|playground|lobby|hallways?|stair\w*|roof|fence|wall\b|windows?|doors?\b|mailbox\w*|heat(?:er|ing)?\b|a/?c\b|air condition\w*|fridge|refrigerator|freezer|stove|oven|dryer|washer|washing machine|laundry|ceiling|floor\b|carpet|furnace|railing|balcony|amenit\w*|facilit\w*"),
    )
}
# fmt: on
ALL_TOPICS = (*TOPICS, "other")


def topic_of(text: ReadText) -> str | None:
    """The topic named most often, an early naming counting more; None where no topic is named."""
    best, best_score = None, 0.0
    for topic, expression in TOPICS.items():
        score = sum(1.5 if found.start() < 40 else 1.0 for found in expression.finditer(text.folded))
        if score > best_score:
            best, best_score = topic, score
    return best


def suggest_topic(text: str) -> str | None:
    """One of the desk's topics, or None where the text names none."""
    return topic_of(read(text))
