"""The answers book of the demo estates: what a desk is asked again and again, in three languages."""

# question and answer: English, Simplified, Traditional; days since somebody last found it right
ANSWERS = [
    (
        ("How is the management fee counted?", "物业费怎么算？", "管理費怎麼算？"),
        (
            "By gross floor area: so much per m² a month, billed on the 1st, due on the 15th. The rate stands on the bill.",
            "按建筑面积计：每平方米每月单价乘面积，每月1日出账，15日前缴。单价印在账单上。",
            "按建築面積計：每平方米每月單價乘面積，每月1日出帳，15日前繳。單價印在帳單上。",
        ),
        12,
    ),
    (
        ("Where and how can I pay?", "在哪里缴费？", "在哪裡繳費？"),
        (
            "At the front desk, 09:00–18:00: cash, card, transfer, WeChat, Alipay. You get a numbered receipt.",
            "前台 9:00–18:00 可缴：现金、刷卡、转账、微信、支付宝，当场给收据。",
            "前台 9:00–18:00 可繳：現金、刷卡、轉帳、微信、支付寶，當場給收據。",
        ),
        12,
    ),
    (
        (
            "When do the lifts run, and which one takes goods?",
            "电梯几点停？搬东西用哪部？",
            "電梯幾點停？搬東西用哪部？",
        ),
        (
            "All lifts run day and night. Lift 2 of each entrance takes goods 09:00–12:00 and 14:00–18:00; book it with us.",
            "电梯全天运行。搬运用各单元2号梯，9:00–12:00、14:00–18:00，请先到前台登记。",
            "電梯全天運行。搬運用各單元2號梯，9:00–12:00、14:00–18:00，請先到前台登記。",
        ),
        30,
    ),
    (
        ("When is the central air conditioning on?", "中央空调开放时间？", "中央空調開放時間？"),
        (
            "May to October, 08:00–22:00 in the lobbies and the club house. Flats have their own units.",
            "5月至10月，大堂和会所 8:00–22:00 开放；住户家中为自用空调。",
            "5月至10月，大堂和會所 8:00–22:00 開放；住戶家中為自用空調。",
        ),
        41,
    ),
    (
        ("At what hours may decoration make noise?", "装修几点可以施工？", "裝修幾點可以施工？"),
        (
            "Working days 09:00–12:00 and 14:00–18:00. None at weekends and on public holidays.",
            "工作日 9:00–12:00、14:00–18:00；周末和法定节假日不得施工。",
            "工作日 9:00–12:00、14:00–18:00；週末和法定節假日不得施工。",
        ),
        20,
    ),
    (
        ("What does a decoration permit need?", "办装修许可证要带什么？", "辦裝修許可證要帶什麼？"),
        (
            "Owner's document, drawings, the contractor's licence, a list of workers, and the deposit.",
            "业主证件、图纸、施工单位资质、工人名单，并缴装修押金。",
            "業主證件、圖紙、施工單位資質、工人名單，並繳裝修押金。",
        ),
        20,
    ),
    (
        ("When does the decoration deposit come back?", "装修押金什么时候退？", "裝修押金什麼時候退？"),
        (
            "After acceptance and the check for leaks three months later; bring the receipt. We tell you the day it is ready.",
            "验收合格、满三个月复查无渗漏后办理；请带收据，办好当天通知您。",
            "驗收合格、滿三個月複查無滲漏後辦理；請帶收據，辦好當天通知您。",
        ),
        8,
    ),
    (
        ("What is the rate for visitor parking?", "访客停车怎么收费？", "訪客停車怎麼收費？"),
        (
            "First 30 minutes free, then ¥5 an hour, at most ¥40 a day; the same at weekends.",
            "前30分钟免费，之后每小时5元，每天最多40元，周末相同。",
            "前30分鐘免費，之後每小時5元，每天最多40元，週末相同。",
        ),
        15,
    ),
    (
        ("How do I get a new entrance card?", "门禁卡丢了怎么补？", "門禁卡丟了怎麼補？"),
        (
            "Bring a document to the desk; the old card is locked at once. A new one costs ¥30 and takes five minutes.",
            "带证件到前台，旧卡当场停用，补卡30元，约五分钟。",
            "帶證件到前台，舊卡當場停用，補卡30元，約五分鐘。",
        ),
        26,
    ),
    (
        (
            "Moving out furniture: what is a release pass?",
            "搬家具出小区要什么手续？",
            "搬家具出社區要什麼手續？",
        ),
        (
            "A release pass from the desk. Who is not the owner: we ring the owner on the number we hold.",
            "到前台办放行条。不是业主本人的，我们按登记电话向业主确认。",
            "到前台辦放行條。不是業主本人的，我們按登記電話向業主確認。",
        ),
        33,
    ),
    (
        (
            "When is the rubbish collected, and where does bulky waste go?",
            "垃圾几点清运？大件放哪里？",
            "垃圾幾點清運？大件放哪裡？",
        ),
        (
            "At 06:30 and 19:30. Bulky waste by appointment beside the north gate, Saturday morning.",
            "每天 6:30 和 19:30 清运。大件垃圾预约后，周六上午放北门旁。",
            "每天 6:30 和 19:30 清運。大件垃圾預約後，週六上午放北門旁。",
        ),
        60,
    ),
    (
        (
            "Useful numbers: water, electricity, gas, police",
            "常用电话：供水、供电、燃气、派出所",
            "常用電話：供水、供電、燃氣、派出所",
        ),
        (
            "Water 82137777, electricity 95598, gas 25199999, police 110, fire 119, ambulance 120.",
            "供水 82137777，供电 95598，燃气 25199999，报警 110，火警 119，急救 120。",
            "供水 82137777，供電 95598，燃氣 25199999，報警 110，火警 119，急救 120。",
        ),
        5,
    ),
]
