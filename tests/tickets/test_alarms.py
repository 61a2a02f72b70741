"""A plain call for help is told to the manager; a poster, a rule and a figure of speech are not (docs/domain.md §2)."""

import opencc
import pytest

from tickets.classification.alarms import alarms_in
from tickets.classification.text import read, simplified_characters

CALLS = [
    # Trapped in a lift.
    ("电梯里困了两个人，快来", "trapped"),
    ("我被关在电梯里了", "trapped"),
    ("電梯停咗，有人困喺入面", "trapped"),
    ("The lift in building 2 stopped between floors, I was trapped", "trapped"),
    ("电梯停了，里面有人出不来", "trapped"),
    ("我卡在电梯里，按铃没人理", "trapped"),
    ("三号梯电梯门打不开，我妈困在里面", "trapped"),
    ("电梯坏了我们在里面出不来", "trapped"),
    ("老人同細路困咗喺𨋢入面半個鐘", "trapped"),
    ("我喺升降機入面出唔到嚟", "trapped"),
    ("電梯突然從12樓掉到9樓", "trapped"),
    ("困喺lift入面，快啲嚟人", "trapped"),
    ("Stuck in the elevator, please hurry", "trapped"),
    ("My son is stuck in lift 2", "trapped"),
    ("The elevator jammed with two people inside", "trapped"),
    ("The lift won't move and we can't get out", "trapped"),
    ("We are stuck between the third and fourth floors", "trapped"),
    ("Could you come, my wife is locked in the lift", "trapped"),
    ("It may take hours, my wife is stuck in the elevator", "trapped"),
    # Somebody hurt, or about to be.
    ("小朋友被狗咬了", "injury"),
    ("楼下的狗咬了我女儿", "injury"),
    ("流浪貓抓傷咗細路", "injury"),
    ("a dog bit my child", "injury"),
    ("The guard's dog has bitten an old man", "injury"),
    ("someone fainted in the lobby", "injury"),
    ("大堂有人晕过去了", "injury"),
    ("有人昏迷在楼梯间", "injury"),
    ("我妈晕倒在电梯口", "injury"),
    ("阿婆喺大堂暈低咗，快啲叫白車", "injury"),
    ("有人要跳楼", "injury"),
    ("天台有人想轻生", "injury"),
    ("如果你们再不处理我就跳楼", "injury"),
    ("A man is threatening to jump from the roof", "injury"),
    ("She says she will kill herself", "injury"),
    ("孩子摸路灯被电了一下", "injury"),
    ("工人触电了", "injury"),
    ("灯柱漏电，电到我儿子", "injury"),
    ("My son got an electric shock from the railing", "injury"),
    ("我被电动车撞倒在地", "injury"),
    ("老人在湿地上滑倒了", "injury"),
    ("停车场有人打架", "injury"),
    ("保安动手打人", "injury"),
    ("孩子的手夹在门里，夹住了手指", "injury"),
    ("泳池有人溺水", "injury"),
    ("住戶冇咗呼吸，救命", "injury"),
    ("A man collapsed at the gate and is not breathing", "injury"),
    ("My father is having a heart attack", "injury"),
    ("A fight broke out in the car park", "injury"),
    ("My mother slipped and fell on the wet floor", "injury"),
    # Fire and gas.
    ("隔壁着火了", "fire"),
    ("配电房冒黑烟", "fire"),
    ("电动车自燃了", "fire"),
    ("楼道里好大一股煤气的味道，味道很大，怕是煤气漏了", "fire"),
    ("闻到燃气味", "fire"),
    ("可能是煤气泄漏，你们快来", "fire"),
    ("樓上著咗火", "fire"),
    ("電錶箱打火花", "fire"),
    ("廚房燒焦味好大", "fire"),
    ("There is a gas smell in the corridor", "fire"),
    ("I smell gas on the third floor", "fire"),
    ("There may be a gas leak in 3A", "fire"),
    ("The bin room is on fire", "fire"),
    ("The meter box is smoking", "fire"),
    ("The stairwell is full of smoke", "fire"),
    # Flood.
    ("the garage is under water", "flood"),
    ("地库淹水了", "flood"),
    ("车库全是水，快没过膝盖了", "flood"),
    ("楼上漏水导致我家被淹了", "flood"),
    ("地下停車場入水", "flood"),
    ("水管爆裂，水一直往外喷", "flood"),
    ("大堂水浸", "flood"),
    ("Water is rushing into the basement", "flood"),
    ("The car park is knee-deep in water", "flood"),
    ("The main has burst in block C", "flood"),
    # Break-in and violence.
    ("门锁被撬了，家里进贼", "break_in"),
    ("昨晚有人翻窗进我家", "break_in"),
    ("屋企入咗賊", "break_in"),
    ("陌生人闯进我家里", "break_in"),
    ("單車俾人偷咗", "break_in"),
    ("有人持刀在门口", "break_in"),
    ("There is a burglar in my flat", "break_in"),
    ("Someone broke in last night", "break_in"),
    ("A thief took my bike", "break_in"),
    ("The lock was forced and my things are gone", "break_in"),
    ("Somebody is stealing parcels in the lobby", "break_in"),
    # The press and public bodies.
    ("I will call the newspaper", "media"),
    ("If nothing happens I'll go to the press, to the local press", "media"),
    ("如果再不处理我就找记者", "media"),
    ("我要报警了", "media"),
    ("我哋已經報警", "media"),
    ("I have called the police", "media"),
]

HARMLESS = [
    "电梯里的广告太吵",
    "长期被噪音困扰",
    "被困扰",
    "办事很困难",
    "被困难吓倒",
    "家庭贫困人口怎么登记",
    "我的狗咬坏了门垫",
    "门垫被狗咬了",
    "鞋子被狗咬坏了",
    "我很困，想睡觉",
    "电梯停运通知",
    "电梯关门太快",
    "电梯停了，没有人被困",
    "电梯坏了，担心有人被困",
    "电梯维保公告",
    "電梯裡面好污糟",
    "東西放喺電梯口阻住人",
    "电梯按钮卡住了",
    "垃圾卡在电梯门缝",
    "电梯困人应急演练通知",
    "轮胎漏气，哪里可以打气",
    "跳楼价的装修公司在楼下发传单",
    "电脑中毒了，门禁卡充不了值",
    "充电到一半就断了",
    "有人来电问物业费",
    "物业没有意识到问题",
    "喷水池几点开",
    "请问急救箱放在哪里",
    "小心滑倒的牌子不见了",
    "地砖翘起来容易摔伤",
    "烟雾报警器一直响",
    "火灾报警主机故障",
    "消防演习几点开始",
    "防盗门关不上",
    "信息爆炸的时代",
    "漏电保护器在哪里买",
    "保安偷懒",
    "打人行道上过的车太快",
    "狗不牵绳，怕咬到孩子",
    "沒有人受傷",
    "lift maintenance notice",
    "When is the lift inspection?",
    "The lift music is too loud",
    "A poster is stuck beside the lift door",
    "The lift stopped, nobody was trapped",
    "I'm worried that someone gets trapped in the lift",
    "The lift may be stuck again next week",
    "There is a faint smell of paint",
    "The ceiling lamp collapsed",
    "Leaflets were passed out in the lobby",
    "The bill nearly gave me a heart attack",
    "I am drowning in e-mails from your office",
    "The handle broke in two",
    "The flood lights are off",
    "We are flooded with calls from agents",
    "Where do I get fire insurance?",
    "Is there a fire safety talk?",
    "What is the underwater light in the pool for?",
    "Nobody was injured",
    "He wasn't hurt, it isn't on fire",
    "The dog bit the doormat",
    "Is there a gas meter reading this month?",
    "Cigarette smoke coming from 3B",
    "I am fighting for a lower fee",
    "Police notice: mind your purse",
    "The kids jump on the trampoline all day",
    "",
]


def kinds_in(text: str) -> list[str]:
    return [kind.key for kind, _start, _end in alarms_in(read(text))]


def is_chinese(text: str) -> bool:
    return read(text).has_han


def twins(text: str) -> list[str]:
    """The same sentence in the other script."""
    if not is_chinese(text):
        return []
    return [text.translate(simplified_characters()), opencc.OpenCC("s2hk").convert(text)]


@pytest.mark.parametrize(("text", "kind"), CALLS)
def test_a_plain_call_for_help_is_heard_in_every_script(text: str, kind: str) -> None:
    for told in [text, *twins(text)]:
        assert kind in kinds_in(told), told


@pytest.mark.parametrize("text", HARMLESS)
def test_a_poster_a_rule_and_a_figure_of_speech_call_nobody(text: str) -> None:
    for told in [text, *twins(text)]:
        assert kinds_in(told) == [], told
