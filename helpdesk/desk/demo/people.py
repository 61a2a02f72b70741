"""Names of the demo estates: staff by role, and residents in Chinese and English."""

import random
from typing import NamedTuple


class Colleague(NamedTuple):
    username: str
    name: str
    role: str
    department: str | None


# Estate → people. The first seven usernames are the roles themselves; manager and admin work in both estates.
STAFF: dict[str, list[Colleague]] = {
    "willow": [
        Colleague("clerk", "陈晓雯", "clerk", "front_desk"),
        Colleague("liuyang", "刘洋", "clerk", "front_desk"),
        Colleague("hemin", "何敏", "supervisor", "front_desk"),
        Colleague("supervisor", "孙立军", "supervisor", "engineering"),
        Colleague("technician", "林国栋", "technician", "engineering"),
        Colleague("zhaoqiang", "赵强", "technician", "engineering"),
        Colleague("matao", "马涛", "supervisor", "security"),
        Colleague("guard", "赵铁军", "guard", "security"),
        Colleague("wuguifang", "吴桂芳", "supervisor", "cleaning"),
        Colleague("zhouping", "周萍", "technician", "cleaning"),
        Colleague("lushu", "卢树根", "supervisor", "landscaping"),
        Colleague("cashier", "黄丽珍", "cashier", "finance"),
        Colleague("manager", "莫颖", "manager", None),
        Colleague("admin", "郑文博", "admin", None),
    ],
    "maple": [
        Colleague("outsider", "冯佳", "clerk", "front_desk"),
        Colleague("fengjun", "冯军", "supervisor", "engineering"),
        Colleague("tangbo", "唐波", "technician", "engineering"),
        Colleague("yeqiu", "叶秋", "supervisor", "security"),
        Colleague("manager", "莫颖", "manager", None),
        Colleague("admin", "郑文博", "admin", None),
    ],
}

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玲辉丹健琴云峰雪梅鹏斌宇浩凯欣怡婷萍波红"
GIVEN_TWO = [
    "建国", "志强", "秀英", "桂兰", "志明", "晓雯", "思敏", "嘉豪", "丽华", "凯文", "美玲", "文博", "子轩", "雨涵", "浩然",
    "梓涵", "俊杰", "淑珍", "玉兰", "国栋", "海燕", "春梅", "建华", "永强", "慧敏", "佳怡", "天佑", "家欣", "振邦", "秀兰",
]  # fmt: skip
ENGLISH = [
    "Sarah Whitfield", "Daniel Okafor", "Priya Nair", "Marcus Lee", "Ivy Lau", "Tom Becker", "Elena Rossi", "James Carter",
    "Aisha Khan", "Lucas Martin", "Hannah Schmidt", "Kenji Sato", "Maria Silva", "Peter Novak", "Olivia Grant",
    "Samuel Adeyemi", "Julia Fischer", "Andrew Chen", "Grace Kim", "Nina Petrova",
]  # fmt: skip
ORGANISATIONS = [
    "阳光便利店",
    "美家装饰工程有限公司",
    "康乐药房",
    "Blue Door Coffee",
    "晨曦托育中心",
    "信达地产代理",
    "鲜果时光",
    "Willow Dental",
]


def person_name(rng: random.Random) -> tuple[str, str]:
    """A name and its language: about one in nine reads English."""
    if rng.random() < 0.11:
        return rng.choice(ENGLISH), "en"
    given = rng.choice(GIVEN_TWO) if rng.random() < 0.6 else rng.choice(GIVEN_ONE)
    language = "zh-hant" if rng.random() < 0.06 else "zh-hans"
    return rng.choice(SURNAMES) + given, language


def mobile_number(rng: random.Random) -> str:
    """A mainland mobile number that looks real, in E.164."""
    return (
        "+86"
        + rng.choice(["135", "136", "137", "138", "139", "150", "158", "159", "186", "188"])
        + f"{rng.randrange(10**8):08d}"
    )
