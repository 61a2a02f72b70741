"""A resident on a phone, without an account: the form, the link, the answer that waits for approval, the rating."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calls_at_any_hour")]

WORDS = "二樓走廊的燈壞了三天，晚上老人家出入很危險。"
PROMISE = "我们保证明天之前修好，并赔偿您的损失。"


def test_a_resident_reports_on_a_phone_and_rates_by_the_link(
    opened: Callable[..., Window], photo: Path
) -> None:
    resident = opened(language="zh-hant", phone=True)
    resident.expected = {400}
    page = resident.go("/p/willow/")
    assert moves.lang(page).lower() == "zh-hant"
    resident.shoot("public-form-zh-hant", whole=True)
    secret = report(resident, photo)

    clerk = opened("clerk", language="zh-hans")
    desk = clerk.go("/")
    number = re.search(r"T-\d{4}-\d{6}", page.inner_text("main")).group()  # type: ignore[union-attr]
    ticket = find_on_desk(clerk, number)
    expect(desk.locator("main img").first).to_be_visible()
    moves.judge(desk, "help_seeking")
    answer(clerk, PROMISE)
    expect(desk.locator(".held-reply")).to_be_visible()
    clerk.shoot("ticket-held-zh-hans", whole=True)
    resident.go(secret)
    expect(page.locator("main")).not_to_contain_text(PROMISE)

    supervisor = opened("hemin", language="zh-hans")
    supervisor.go(ticket)
    moves.press(supervisor.page, supervisor.page.locator('form[action$="/release/"] button'))
    resident.go(secret)
    expect(page.locator(".bubble", has_text=PROMISE)).to_be_visible()
    write_back(resident, "好，明天上午我在家。")
    clerk.go(ticket)
    expect(desk.locator("#timeline")).to_contain_text("明天上午我在家")

    moves.give_to_department(desk, "工程")
    moves.tick_hand_steps(clerk, ticket)
    moves.resolve(desk, "换了灯。")
    resident.go(secret)
    resident.shoot("track-resolved-zh-hant", whole=True)
    page.locator('form[action$="/rate/"] input[name=score][value="5"]').check(force=True)
    moves.press(page, page.locator('form[action$="/rate/"] button'))
    expect(page.locator('form[action$="/rate/"]')).to_have_count(0)
    resident.shoot("track-rated-zh-hant", whole=True)
    assert not resident.overflows()
    clerk.go(ticket)
    assert moves.is_closed(desk), "the rating is the follow-up visit"


def report(resident: Window, photo: Path) -> str:
    """First with mistakes, whose words stand beside the fields and lose nothing; then right. Returns the secret path."""
    page = resident.page
    send = page.locator("button[form=public-form]")
    page.locator("[name=name]").fill("林小姐")
    page.locator("[name=phone]").fill("12")
    moves.press(page, send)
    expect(page.locator("[name=name]")).to_have_value("林小姐")
    expect(page.locator("#id_phone_error")).to_be_visible()
    expect(page.locator("#id_description_error")).to_be_visible()
    resident.shoot("public-form-errors-zh-hant", whole=True)
    assert not resident.overflows()
    page.locator("[name=phone]").fill("139 0013 7788")
    page.locator("[name=description]").fill(WORDS)
    page.locator("[name=files]").set_input_files(str(photo))
    moves.press(page, send)
    expect(page.locator("main")).to_contain_text(re.compile(r"T-\d{4}-\d{6}"))
    resident.shoot("track-new-zh-hant", whole=True)
    assert not resident.overflows()
    return page.url.split("?")[0]


def write_back(resident: Window, words: str) -> None:
    form = resident.page.locator('form[action$="/reply/"]')
    form.locator("[name=body]").fill(words)
    moves.press(resident.page, form.locator("button"))
    expect(resident.page.locator(".bubble.mine", has_text=words)).to_be_visible()
    resident.shoot("track-replied-zh-hant", whole=True)


def find_on_desk(clerk: Window, number: str) -> str:
    """By its number in the one box; returns the ticket's path."""
    expect(moves.look_up(clerk, number).locator("[data-hit]").first).to_contain_text(number)
    moves.press_enter(clerk.page)
    return moves.TICKET.search(clerk.page.url).group()  # type: ignore[union-attr]


def answer(clerk: Window, words: str) -> None:
    """A reply to the resident, by the composer's other tab."""
    page = clerk.page
    page.locator("label[for=tab-reply]").click()
    form = page.locator(".composer-form.reply")
    form.locator("textarea").press_sequentially(words)
    expect(page.locator("#promise-warning")).to_contain_text("保证")
    moves.press(page, form.locator("button[name=visibility][value=public]"))
