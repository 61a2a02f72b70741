"""Canned replies and macros of the demo estates, in three languages; none of them promises what nobody may promise."""

from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from tickets.services.canned_replies import write_canned_reply

# name, topic, class, (English, Simplified, Traditional), visibility, kind of department, priority
CANNED = [
    (
        "Received",
        "",
        "",
        (
            "Dear {resident}, we have your matter {number} and are looking into it. {clerk}, front desk",
            "{resident}您好，您反映的事情已登记（{number}），我们正在了解情况。前台 {clerk}",
            "{resident}您好，您反映的事情已登記（{number}），我們正在了解情況。前台 {clerk}",
        ),
        "public",
        "",
        "",
    ),
    (
        "Somebody comes to look",
        "",
        "valid",
        (
            "A colleague comes to look at it on the spot. May they ring you at this number beforehand?",
            "同事会到现场查看，上门前先给您打电话，这个号码方便吗？",
            "同事會到現場查看，上門前先給您打電話，這個號碼方便嗎？",
        ),
        "public",
        "",
        "",
    ),
    (
        "Noise next door",
        "noise",
        "",
        (
            "Thank you for telling us. Security has been asked to speak with the household; please ring us while it is loud.",
            "谢谢您告诉我们。已请保安上门沟通，吵的时候请随时打前台电话。",
            "謝謝您告訴我們。已請保安上門溝通，吵的時候請隨時打前台電話。",
        ),
        "public",
        "",
        "",
    ),
    (
        "How the fee is counted",
        "fees",
        "inquiry",
        (
            "Each line of the bill says quantity, rate and area. We gladly go through it with you at the desk of {estate}.",
            "账单每一行都写明数量、单价和面积，欢迎到{estate}前台，我们和您一起核对。",
            "帳單每一行都寫明數量、單價和面積，歡迎到{estate}前台，我們和您一起核對。",
        ),
        "public",
        "",
        "",
    ),
    (
        "Leak: engineering, urgent",
        "water",
        "valid",
        (
            "Close the valve by telephone, ask about lamps and lift, photograph before anything is moved.",
            "电话指导关阀，问清灯具和电梯是否进水，动手前先拍照。",
            "電話指導關閥，問清燈具和電梯是否進水，動手前先拍照。",
        ),
        "internal",
        "engineering",
        "urgent",
    ),
]


def fill_canned_replies(estate: Estate, users: dict[str, User]) -> None:
    """Shared ones, written by the desk's supervisor."""
    supervisor = users["hemin"]
    departments = {d.kind: d for d in Department.objects.filter(estate=estate, is_active=True)}
    for name, topic, complaint_class, words, visibility, kind, priority in CANNED:
        body, hans, hant = words
        write_canned_reply(
            estate=estate,
            actor=supervisor,
            shared=True,
            department=departments.get(kind),
            name=name,
            topic=topic,
            complaint_class=complaint_class,
            visibility=visibility,
            priority=priority,
            body=body,
            body_zh_hans=hans,
            body_zh_hant=hant,
        )
