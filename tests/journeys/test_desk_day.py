"""The rest of a desk's day: the other classes to their end, an incident, a contractor, and the shift's handover."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calls_at_any_hour")]


@pytest.mark.parametrize(
    ("complaint_class", "words", "score"),
    [
        pytest.param("inquiry", "请问装修押金什么时候可以退？需要带哪些资料？", 4, id="inquiry"),
        pytest.param("venting", "太失望了，住在这里真是受够了，你们什么都不管！", 3, id="venting"),
    ],
)
def test_a_question_and_a_grievance_go_to_their_end(
    opened: Callable[..., Window], complaint_class: str, words: str, score: int
) -> None:
    clerk = opened("clerk")
    clerk.go("/")
    moves.open_card(clerk, "3-2-501", "3-2-501")
    ticket = moves.take_ticket(clerk, words)
    number, page = moves.number_on(clerk.page), clerk.page
    moves.judge(page, complaint_class)
    moves.give_to_department(page, "Engineering|工程")
    moves.tick_hand_steps(clerk, ticket)
    moves.resolve(page, "已答复。 Answered.")
    visit = moves.follow_up_of(page)
    moves.wait_on_desk(clerk, visit, number)
    moves.record_visit(clerk, visit, score, "" if score > 3 else "希望早点答复。")
    clerk.go(ticket)
    assert moves.is_closed(page)
    clerk.shoot(f"ticket-{complaint_class}-closed", whole=True)


def test_an_incident_joins_three_callers_and_tells_them_once(opened: Callable[..., Window]) -> None:
    clerk = opened("clerk")
    page = clerk.go("/tickets/incidents/new/")
    page.locator("[name=title]").fill("3 栋停水 No water in building 3")
    page.locator("[name=kind]").select_option(index=1)
    moves.press(page, page.locator("main form .btn-primary"))
    incident = page.url
    for unit, name in (("3-2-502", ""), ("", "Mrs Lau")):
        form = page.locator("#caller")
        form.locator("[name=unit]").fill(unit)
        form.locator("[name=name]").fill(name)
        form.locator("[name=summary]").fill("没有水 No water")
        moves.press(page, form.locator(".btn-primary"))
    # The third rings while the desk does something else: one click on the caller card.
    moves.open_card(clerk, "3-2-501", "3-2-501")
    moves.press(page, page.locator(".plus-one", has_text="No water in building 3").locator("button"))
    clerk.go(incident)
    expect(page.locator(".callers > li")).to_have_count(3)
    expect(page.locator(".callers > li", has_text="3-2-501")).to_have_count(1)
    clerk.shoot("incident", whole=True)
    moves.unfold(page.locator("#notice"))
    for words in page.locator("#notice textarea").all():
        words.fill("工程部正在抢修。 Engineering is at work.")
    moves.press(page, page.locator("#notice form .btn-primary"))
    expect(page.locator("main")).to_contain_text("工程部正在抢修")
    expect(page.locator("#timeline, .timeline").last).to_contain_text("Notice to 2 households")
    assert clerk.page.locator("#notice-1.held-reply").count() == 0, "nothing was promised, so nothing waits"
    menu = page.locator('details:has(form[action$="/close/"])')
    moves.unfold(menu)
    menu.locator("textarea, input[type=text], input:not([type])").last.fill("已恢复供水。 Water is back.")
    moves.press(page, menu.locator("form .btn-primary, form button").last)
    expect(page.locator("main")).to_contain_text("Water is back.")


def test_a_contractor_signs_and_reports_by_the_link_alone(opened: Callable[..., Window], photo: Path) -> None:
    clerk = opened("clerk")
    clerk.go("/")
    moves.open_card(clerk, "3-2-501", "3-2-501")
    moves.take_ticket(clerk, "3 栋电梯按钮失灵，门关不上。")
    page = clerk.page
    moves.judge(page, "help_seeking")
    slip = moves.issue_slip(page, "Hengtong|恒通", "3 栋 2 单元电梯：检查按钮和门机。")
    clerk.go(slip)
    link = page.locator(".slip-url a").get_attribute("href") or ""
    assert "/p/s/" in link

    contractor = opened(phone=True)
    on_phone = contractor.go(link[link.index("/p/s/") :])
    for word in ("help", "Help-seeking", "求助", "13800136021", "6021", "T-20"):
        assert word not in on_phone.locator("main").inner_text()
    sign = on_phone.locator('form[action$="/sign/"]')
    sign.locator("[name=name]").fill("林国强")
    sign.locator("[name=phone]").fill("13800138000")
    contractor.shoot("contractor-phone", whole=True)
    moves.press(on_phone, sign.locator("button"))
    moves.press(on_phone, on_phone.locator('form[action$="/start/"] button.btn-primary'))
    report = on_phone.locator("form.slip-report")
    report.locator("[name=report]").fill("更换按钮板，门机已校准。")
    report.locator("[name=files]").set_input_files(str(photo))
    moves.press(on_phone, report.locator("button.btn-primary").last)
    expect(on_phone.locator("main")).to_contain_text("更换按钮板")
    expect(on_phone.locator("main img").first).to_be_visible()
    assert not contractor.overflows()
    contractor.shoot("contractor-done-phone", whole=True)

    clerk.go(slip)
    expect(page.locator(".slip-sides img")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("林国强")
    moves.verify_slip(page)
    contractor.expected = {410}
    answer = on_phone.goto(on_phone.url)
    assert answer is not None and answer.status == 410, "a slip that has ended opens nothing"


def open_handover(page: Page, window: Window) -> None:
    """A shift of the last days that nobody has handed over yet."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    for days in (0, 1, 2):
        window.go("/tickets/handovers/new/")
        shifts = page.locator("[name=shift] option").evaluate_all(
            "all => all.map(o => o.value).filter(Boolean)"
        )
        for shift in shifts:
            window.go("/tickets/handovers/new/")
            page.locator("[name=shift]").select_option(value=shift)
            page.locator("[name=day]").fill(str(today - timedelta(days=days)))
            moves.press(page, page.locator("main form .btn-primary"))
            if page.locator("#give").count():
                return
    raise AssertionError("no shift is left to hand over")


def test_a_shift_writes_its_handover_signs_and_the_next_takes_over(opened: Callable[..., Window]) -> None:
    clerk = opened("clerk")
    page = clerk.page
    clerk.expected = {409}  # a shift that somebody has signed for already is refused
    open_handover(page, clerk)
    add = page.locator("details.handover-add")
    moves.unfold(add)
    add.locator("[name=what]").fill("3-2-501 的钥匙在抽屉里 The key of 3-2-501 is in the drawer")
    moves.press(page, add.locator("button"))
    if page.locator(".alert-bar.amber").count():
        moves.press(page, page.locator('form[action$="/refresh/"] button'))
    expect(page.locator(".leftovers")).to_contain_text("in the drawer")
    clerk.shoot("handover", whole=True)
    give = page.locator("#give")
    for tick in give.locator(".closing-item input[type=checkbox]").all():
        tick.check()
    moves.press(page, give.locator(".btn-primary"))
    expect(page.locator("#give")).to_have_count(0)
    path = page.url[page.url.index("/tickets/") :]

    taker = opened("hemin")
    taker.go(path)
    take = taker.page.locator("#take")
    expect(taker.page.locator("main")).to_contain_text("in the drawer")
    moves.press(taker.page, take.locator(".btn-primary"))
    expect(taker.page.locator("#take")).to_have_count(0)
    taker.go(path + "print/")
    taker.shoot("handover-print", whole=True)
    clerk.go(path)
    expect(page.locator(".signed-by")).to_contain_text(":")


def test_a_shift_that_leaves_nothing_says_none_aloud(opened: Callable[..., Window]) -> None:
    clerk = opened("outsider")
    page = clerk.page
    clerk.expected = {409, 422}
    open_handover(page, clerk)
    while page.locator(".leftovers .leftover-more").count():
        line = page.locator(".leftovers .leftover-more").first
        moves.unfold(line)
        remove = line.locator('form[action$="/remove/"]')
        remove.locator("[name=reason]").fill("已当面说清。 Told face to face.")
        moves.press(page, remove.locator("button"))
    give = page.locator("#give")
    for tick in give.locator(".closing-item input[type=checkbox]").all():
        tick.check()
    moves.press(page, give.locator(".btn-primary"))
    expect(page.locator("#give"), "silence is no handover").to_have_count(1)
    page.locator("#give [name=none_said]").check()
    for tick in page.locator("#give .closing-item input[type=checkbox]").all():
        tick.check()
    moves.press(page, page.locator("#give .btn-primary"))
    expect(page.locator(".handover-none")).to_be_visible()
    path = page.url[page.url.index("/tickets/") :]

    taker = opened("manager")
    taker.go(path)
    moves.press(taker.page, taker.page.locator("#take .btn-primary"))
    expect(taker.page.locator("#take")).to_have_count(0)
    taker.go(path + "print/")
    expect(taker.page.locator("main, body").first).to_contain_text("None")
    taker.shoot("handover-none-print", whole=True)
