"""What a reply may not promise, and what it may say."""

import pytest

from tickets.promise_words import find_promises

PROMISES = [
    ("We will refund the parking fee.", "money"),
    ("We'll waive the late fee for you.", "money"),
    ("You will get a full refund.", "money"),
    ("You'll receive compensation for the damage.", "money"),
    ("The company will pay for the repair of your ceiling.", "money"),
    ("We promise you will get your money back.", "money"),
    ("Your deposit is safe; we shall return your deposit.", "money"),
    ("The fee will be waived.", "money"),
    ("You won't have to pay anything.", "money"),
    ("We will give you a month free.", "money"),
    ("I guarantee that it is going to work.", "outcome"),
    ("I promise this is the last time.", "outcome"),
    ("It will never happen again.", "outcome"),
    ("We will fix it.", "outcome"),
    ("The leak will be repaired.", "outcome"),
    ("You have my word.", "outcome"),
    ("We will definitely solve this problem.", "outcome"),
    ("The guard will be dismissed.", "outcome"),
    ("It will be fixed by Friday.", "date_of_cure"),
    ("The lift will be back in service tomorrow.", "date_of_cure"),
    ("We will have it repaired within two days.", "date_of_cure"),
    ("We can repair the pump before 6 pm.", "date_of_cure"),
    ("Tomorrow it will be done.", "date_of_cure"),
    ("我们会全额退款给您。", "money"),
    ("这个月的物业费给您减免一半。", "money"),
    ("您的损失由我们承担。", "money"),
    ("公司同意赔偿您的车漆。", "money"),
    ("押金下周三退还给您。", "money"),
    ("可以给您免一个月停车费。", "money"),
    ("这个钱我们来出。", "money"),
    ("多收的部分会退到您的账户。", "money"),
    ("免您一个月的物业费。", "money"),
    ("我向您保证，再也不会停电了。", "outcome"),
    ("我保证不影响您休息。", "outcome"),
    ("我们一定会解决的。", "outcome"),
    ("请放心，以后不会再发生这种事。", "outcome"),
    ("这名保安一定严肃处理。", "outcome"),
    ("肯定能修好。", "outcome"),
    ("我们承诺加强巡逻。", "outcome"),
    ("明天就能修好。", "date_of_cure"),
    ("三天内解决。", "date_of_cure"),
    ("今晚八点前恢复供水。", "date_of_cure"),
    ("本周内整改到位。", "date_of_cure"),
    ("我們會退還多收的管理費。", "money"),
    ("維修費由公司承擔。", "money"),
    ("我們保證處理妥當。", "outcome"),
    ("絕對不會再漏。", "outcome"),
    ("一定幫您修好。", "outcome"),
    ("兩日內修復。", "date_of_cure"),
    ("聽日整返好俾你。", "date_of_cure"),
]

NO_PROMISES = [
    "I will ring you at 11:30.",
    "We will call you back tomorrow.",
    "The technician will come at three this afternoon.",
    "Somebody will be with you within 30 minutes.",
    "We cannot promise a refund.",
    "We can't promise that it will be fixed by Friday.",
    "We are not able to guarantee a date.",
    "I can't tell you whether we will refund it.",
    "Your request for a refund has been passed to accounts.",
    "You asked for compensation; the supervisor will look at it.",
    "Will it be fixed by Friday?",
    "Do you want us to replace the lock?",
    "We will look into the charge and call you before noon.",
    "I stay your contact until it is closed.",
    "The plumber will look at the leak on Tuesday.",
    "We will not refund cash payments.",
    "Please bring your deposit receipt.",
    "Thank you for telling us. I will go and look with the supervisor.",
    "Nobody can guarantee that the noise stops.",
    "The water was restored at 5 pm.",
    "A credit for the deposit needs the manager's approval.",
    "电梯已于昨晚修好，请留意。",
    "能不能赔偿要看责任认定。",
    "停水通知：明日九時至十二時。",
    "师傅下午三点上门。",
    "我十一点半给您回电。",
    "明天上午给您答复。",
    "三天内给您回复处理意见。",
    "我们不能承诺退款。",
    "无法保证明天修好。",
    "能否退款要等财务核实。",
    "我们会把您的退款申请转给财务。",
    "您要求赔偿的事已经上报。",
    "请问明天修好可以吗？",
    "为保证安全，请不要靠近。",
    "装修保证金请凭收据办理。",
    "您承诺的缴费日期是几号？",
    "师傅明天来查看，看完再跟您说。",
    "这件事由我一直跟到办结。",
    "主管今天到现场核实。",
    "我们会尽力跟进。",
    "師傅下午三點上門。",
    "明天給您回電。",
    "我們不能保證何時修好。",
    "無法承諾賠償。",
    "這就轉給工程部，十點半給您回電。",
    "您要求退費，已轉會計核實。",
    "今日會派人上去睇。",
    "",
]


@pytest.mark.parametrize(("reply", "kind"), PROMISES)
def test_a_promise_is_found_with_its_kind(reply: str, kind: str) -> None:
    assert kind in [promise.kind for promise in find_promises(reply)]


@pytest.mark.parametrize("reply", NO_PROMISES)
def test_a_time_to_call_or_come_a_refusal_and_a_question_pass(reply: str) -> None:
    assert find_promises(reply) == []


@pytest.mark.parametrize(("reply", "_kind"), PROMISES)
def test_the_words_stand_where_the_offsets_say(reply: str, _kind: str) -> None:
    for promise in find_promises("Ｈello，" + reply):
        assert ("Ｈello，" + reply)[promise.start : promise.end] == promise.words


def test_two_promises_are_told_apart_in_the_order_of_the_text() -> None:
    found = find_promises("The lift will be back in service tomorrow. We will refund the fee.")
    assert [promise.kind for promise in found] == ["date_of_cure", "money"]


def test_the_same_words_are_not_counted_twice() -> None:
    found = find_promises("我们保证全额退款。")
    assert len(found) == 1
    assert found[0].kind == "money"


def test_a_refusal_in_one_sentence_does_not_excuse_the_next() -> None:
    found = find_promises("We cannot say when. We will refund the fee.")
    assert [promise.words for promise in found] == ["We will refund"]


def test_a_promise_whose_subject_was_said_before_is_a_promise():
    text = "We found both payments of 3 October and will refund ¥400. I will ring you at 11:30."
    assert [(p.words, p.kind) for p in find_promises(text)] == [("will refund", "money")]
