"""What the demo estate's residents say: subject and words by topic and class, in the language they were said in."""

from typing import NamedTuple


class Matter(NamedTuple):
    topic: str
    complaint_class: str
    language: str
    subject: str
    words: str


def _rows(complaint_class: str, language: str, table: dict[str, list[tuple[str, str]]]) -> list[Matter]:
    return [Matter(t, complaint_class, language, s, w) for t, rows in table.items() for s, w in rows]


HELP_ZH = {
    "water": [
        ("厨房水管漏水", "厨房水槽下面的水管从今早开始漏，已经流到走廊，阀门我关不紧，麻烦派师傅来看一下。"),
        ("卫生间下水堵塞", "主卫下水很慢，洗澡水漫到门口，家里有老人，能不能今天安排疏通？"),
        ("水压太小", "我们这一层昨晚起水压很小，热水器点不着，隔壁也一样。"),
        ("楼上漏水到天花板", "卧室天花板有一块水印，越来越大，楼上敲门没人应，请帮忙联系。"),
        ("阳台地漏返水", "下大雨阳台地漏往上冒水，已经拿毛巾堵着，快来人看看。"),
    ],
    "electricity": [
        ("家里跳闸", "晚上一开空调就跳闸，推上去又跳，家里有小孩，麻烦电工过来检查。"),
        ("楼道灯不亮", "五楼楼道灯坏了两个晚上，老人上下楼看不清。"),
        ("插座冒火花", "客厅插座刚才冒火花，有焦味，我已经把总闸拉了，请尽快来人。"),
    ],
    "lift": [
        ("电梯有异响", "2 号梯上行到十楼附近有咔咔声，今天特别响，坐着心慌。"),
        ("电梯按键失灵", "电梯里十二楼的按键按不亮，每次要走一层楼。"),
    ],
    "noise": [
        ("楼上深夜有噪音", "楼上半夜一点还在拖椅子，孩子第二天要考试，能不能帮忙沟通？"),
        ("隔壁狗叫", "隔壁白天没人，狗一直叫，我上夜班根本睡不了。"),
    ],
    "parking": [
        ("车位被占", "我 B1-036 的固定车位被一辆外来车占了，挪车电话打不通，我现在停在通道上。"),
        ("道闸不识别车牌", "换了新能源车牌，道闸不抬杆，每次都要按呼叫。"),
    ],
    "security": [("门禁卡失灵", "我的门禁卡刷不开单元门，跟着别人才进来的，请帮忙处理。")],
    "facilities": [
        ("单元门关不上", "一单元的大门闭门器坏了，门一直敞着，晚上不安全。"),
        ("健身器材松动", "广场那台漫步机一边松了，小孩在上面玩，怕出事。"),
    ],
    "cleaning": [("楼梯间有垃圾", "七楼楼梯间不知道谁放了几袋建筑垃圾，味道很大，麻烦清一下。")],
    "landscaping": [("树枝挡住窗户", "窗前那棵榕树的枝条伸进阳台了，台风天打玻璃，能不能修剪？")],
    "decoration": [("装修垃圾堵门", "对门装修的沙子堆在我家门口，婴儿车推不出来。")],
}
HELP_EN = {
    "water": [
        (
            "Kitchen pipe leaking",
            "The pipe under our kitchen sink has been dripping since this morning and the floor is wet.",
        ),
        (
            "No hot water",
            "There has been no hot water since last night and we have a small baby. Could somebody come today?",
        ),
    ],
    "electricity": [
        ("Socket sparks", "A socket in the living room gave off sparks. I have switched it off at the board.")
    ],
    "lift": [
        (
            "Lift 2 stuck between floors",
            "Lift 2 stopped with the doors half open on the eighth floor. Nobody is inside.",
        )
    ],
    "security": [
        ("Door card not working", "My door card stopped working, I had to wait for a neighbour to let me in.")
    ],
    "noise": [
        ("Drilling on a Sunday", "Somebody above us has been drilling since eight this Sunday morning.")
    ],
}
INQUIRY_ZH = {
    "fees": [
        ("公摊电费怎么算", "请问公摊电费是按面积还是按户数分摊？这个月比上个月多了二十几块。"),
        ("物业费可以按年交吗", "想问一下物业费能不能一次交一年，需要带什么证件？"),
        ("停车月卡怎么办", "租户可以办停车月卡吗？需要业主到场吗？"),
    ],
    "decoration": [
        ("装修要办什么手续", "我家准备下个月装修，要交哪些资料，押金什么时候退？"),
        ("周末能不能施工", "请问周六下午可以装修吗，几点到几点？"),
    ],
    "facilities": [("泳池几号开放", "请问今年泳池什么时候开，住户要不要另外办卡？")],
    "cleaning": [("建议增加分类垃圾桶", "建议在三栋旁边加一组分类垃圾桶，现在要走很远。")],
    "security": [("访客怎么登记", "朋友周末来住两天，需要提前登记车牌吗？")],
    "landscaping": [("建议种花的意见", "建议把东门花坛换成耐晒的品种，现在的每年夏天都死。")],
}
INQUIRY_EN = {
    "fees": [
        (
            "How is shared electricity divided?",
            "Could you tell me how the shared electricity is divided between the flats?",
        ),
        ("Paying by bank transfer", "Is it possible to pay the management fee by bank transfer from abroad?"),
    ],
    "parking": [
        (
            "Weekend rate for visitor parking?",
            "What is the weekend rate for visitor parking, and where do they pay?",
        )
    ],
    "decoration": [
        (
            "Which hours for renovation?",
            "We will renovate in spring. Which hours are allowed and who signs the permit?",
        )
    ],
}
VENTING_ZH = {
    "staff": [
        ("对服务很失望", "住了八年，越来越不像话，什么都要自己催，我真的很失望，你们自己看着办吧。"),
        ("没人把住户当回事", "每次打电话都是好好好，转头就没了下文，你们到底有没有把住户当回事！"),
    ],
    "parking": [("停车规定太离谱", "新停车规定一出，回家像打仗一样，谁想出来的？气死我了。")],
    "noise": [("这日子没法过", "左边装修右边打孩子，这日子没法过了，我就是想说出来。")],
    "fees": [("又涨又涨", "什么都涨就服务不涨，我看你们就是收钱最积极。")],
    "facilities": [("电梯天天等", "早上等电梯等十几分钟，天天迟到，真是受够了。")],
}
VENTING_EN = {
    "staff": [
        (
            "Tired of all this",
            "Honestly, I am just tired of it. Every little thing here takes three calls and a lot of sighing.",
        )
    ],
    "parking": [
        (
            "The car park again",
            "That car park will be the end of me. I do not even expect an answer any more.",
        )
    ],
}
VALID_ZH = {
    "cleaning": [
        ("垃圾房三天没清", "垃圾房三天没有清了，异味一直飘进楼道，上次也说过没人管。"),
        ("大堂地面长期不拖", "一单元大堂地面黑得发亮，保洁好像一个星期没来，照片我拍了。"),
    ],
    "security": [
        ("保安睡觉没人管", "昨晚两点回来，东门岗亭的保安在睡觉，陌生人随便进，这是你们的责任吧。"),
        ("保安态度差", "南门保安说话很冲，让他登记他说关你什么事，上周反映过没有人回复。"),
    ],
    "fees": [
        ("停车费重复扣款", "十月的停车费扣了两次，每次四百，说好回电也没有人回。"),
        ("多收了垃圾清运费", "装修垃圾清运费收据写三百，实际收了我五百，请查清楚退回。"),
    ],
    "lift": [("电梯坏了四天没修", "一号电梯坏了四天，报修两次都说在等配件，老人下不了楼。")],
    "facilities": [
        ("消防通道被堵", "三栋后面的消防通道被花盆和车堵死了，巡查的人每天经过都不管。"),
        ("地库灯坏了半个月", "地库 B2 区的灯坏了半个月，三次来电都没有人来换。"),
    ],
    "parking": [("道闸乱放行", "外来车不登记就放进来，固定车位天天被占，管理完全没有做到。")],
    "landscaping": [("打药不通知", "绿化打药没有贴通知，我家孩子刚好在草坪上玩，身上起疹子。")],
    "staff": [("说好上门没有来", "约了周三下午上门，我请假在家等了一下午，没有人来也没有人打电话。")],
}
VALID_EN = {
    "fees": [
        (
            "Parking fee taken twice",
            "You charged me the parking fee twice in October, 400 each, and nobody called back as promised.",
        ),
    ],
    "cleaning": [
        (
            "Refuse room not emptied",
            "The refuse room on our floor has not been emptied for three days. I reported it on Monday.",
        )
    ],
    "security": [
        (
            "Gate left unattended",
            "The east gate was left unattended again last night and anybody could walk in.",
        )
    ],
}

MATTERS: list[Matter] = [
    *_rows("help_seeking", "zh-hans", HELP_ZH),
    *_rows("help_seeking", "en", HELP_EN),
    *_rows("inquiry", "zh-hans", INQUIRY_ZH),
    *_rows("inquiry", "en", INQUIRY_EN),
    *_rows("venting", "zh-hans", VENTING_ZH),
    *_rows("venting", "en", VENTING_EN),
    *_rows("valid", "zh-hans", VALID_ZH),
    *_rows("valid", "en", VALID_EN),
]

# Which department a topic goes to first.
DEPARTMENT_OF = {
    "water": "engineering",
    "electricity": "engineering",
    "lift": "engineering",
    "facilities": "engineering",
    "cleaning": "cleaning",
    "landscaping": "landscaping",
    "security": "security",
    "parking": "security",
    "noise": "security",
    "decoration": "engineering",
    "fees": "finance",
    "staff": "front_desk",
    "other": "front_desk",
}

RESOLUTIONS = {
    "zh-hans": [
        "已到现场处理，恢复正常。",
        "已更换配件并试用，情况正常。",
        "已与住户当面说明并核对。",
        "已清理完毕，拍照留存。",
    ],
    "en": [
        "Seen to on the spot and working again.",
        "Part replaced and tried out.",
        "Explained in person and checked together.",
    ],
}
REPLIES = {
    "zh-hans": [
        "您好，已收到您反映的事项，师傅今天下午上门查看。",
        "您好，已转给相关部门，今天下午给您回电。",
    ],
    "en": [
        "Hello, we have your report; a technician will come this afternoon.",
        "Hello, the department has it; I will ring you today.",
    ],
}
NOTES = {
    "zh-hans": ["已电话联系住户，下午在家。", "已转工程部，注意上门先打电话。", "同楼另有一户反映。"],
    "en": ["Rang the resident, at home this afternoon.", "Told Engineering to ring before they come."],
}
SUGGESTIONS = {
    "zh-hans": ["希望来之前先打个电话。", "回复可以再快一点。", "师傅很耐心。", ""],
    "en": ["Please ring before coming.", "A little quicker next time.", "The technician was patient.", ""],
}
PRAISE = {"zh-hans": "处理得很快，谢谢。", "en": "Quick and friendly, thank you."}
