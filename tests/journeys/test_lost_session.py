"""A new ticket outlives a lost session: its text, and for the same person and a while who it is about."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser
WHO = {"unit": "9-9-909", "reporter_name": "Nobody On File", "reporter_phone": "13900001234"}
FORM = "/tickets/new/?channel=phone"


def typed(window: Window, words: str = "The lift of block nine stands still.") -> Page:
    page = window.go(FORM)
    for name, value in WHO.items():
        page.locator(f"#new-ticket [name={name}]").fill(value)
    page.locator("#new-ticket [name=description]").fill(words)
    expect(page.locator("#new-ticket")).to_contain_text("Draft kept")
    # The suggestion is asked for as one types: without a session it would lead to the log-in first.
    page.wait_for_load_state("networkidle")
    expect(page.locator("#suggestion dl, #suggestion .bars").first).to_be_visible()
    return page


def lose_session(window: Window) -> None:
    window.context.clear_cookies(name=re.compile("session"))


def who_is_in(page: Page) -> dict[str, str]:
    return {name: page.locator(f"#new-ticket [name={name}]").input_value() for name in WHO}


def test_who_it_is_about_is_back_after_the_same_person_logs_in_again(opened: Callable[..., Window]) -> None:
    clerk = opened()
    clerk.log_in("liuyang")
    page = typed(clerk, f"The lift stands still. {uuid.uuid4().hex}")
    lose_session(clerk)
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    page.locator("input[name=username]").fill("liuyang")
    page.locator("input[name=password]").fill("demo")
    moves.press(page, page.locator("main form:has(input[name=password]) button"))
    assert page.url.endswith(FORM)
    assert who_is_in(page) == WHO
    clerk.shoot("new-ticket-back")
    clerk.go("/tickets/new/?channel=counter")
    assert who_is_in(page) == dict.fromkeys(WHO, ""), "another form is about somebody else"
    clerk.go(FORM)
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    clerk.go(FORM)
    assert who_is_in(page) == dict.fromkeys(WHO, ""), "what was sent is let go"


def test_nobody_else_gets_it_nor_the_same_person_after_that_or_eight_hours(
    opened: Callable[..., Window],
) -> None:
    clerk = opened()
    clerk.log_in("liuyang")
    page = typed(clerk)
    lose_session(clerk)
    clerk.log_in("clerk")
    clerk.go(FORM)
    assert who_is_in(page) == dict.fromkeys(WHO, "")
    lose_session(clerk)
    clerk.log_in("liuyang")
    clerk.go(FORM)
    assert who_is_in(page) == dict.fromkeys(WHO, ""), "it is gone with the other person's page"
    typed(clerk)
    page.evaluate(
        """() => {
          const name = Object.keys(sessionStorage).find((name) => name.startsWith("who:"));
          const kept = JSON.parse(sessionStorage.getItem(name));
          sessionStorage.setItem(name, JSON.stringify({ ...kept, at: kept.at - 8 * 3600000 - 1 }));
        }"""
    )
    page.reload()
    assert who_is_in(page) == dict.fromkeys(WHO, "")
    assert page.evaluate("() => Object.keys(sessionStorage).filter((name) => name.startsWith('who:'))") == []


def test_logging_out_takes_it_away(opened: Callable[..., Window]) -> None:
    clerk = opened()
    clerk.log_in("liuyang")
    page = typed(clerk)
    page.locator("details.me summary").click()
    moves.press(page, page.locator("form[data-log-out] button"))
    assert page.evaluate("() => Object.keys(sessionStorage).filter((name) => name.startsWith('who:'))") == []


def test_a_colleagues_log_out_in_another_tab_takes_it_away_too(opened: Callable[..., Window]) -> None:
    clerk = opened()
    clerk.log_in("liuyang")
    page = typed(clerk)
    lose_session(clerk)
    other = clerk.context.new_page()
    other.goto(f"{clerk.base}/login/")
    other.locator("input[name=username]").fill("clerk")
    other.locator("input[name=password]").fill("demo")
    moves.press(other, other.locator("main form:has(input[name=password]) button"))
    other.locator("details.me summary").click()
    moves.press(other, other.locator("form[data-log-out] button"))
    clerk.log_in("liuyang")
    clerk.go(FORM)
    assert who_is_in(page) == dict.fromkeys(WHO, "")


def test_the_same_ticket_sent_again_from_the_page_before_is_asked_about(
    opened: Callable[..., Window],
) -> None:
    clerk = opened()
    clerk.log_in("liuyang")
    clerk.expected, words = {409}, f"The lift stands still. {uuid.uuid4().hex}"
    page = typed(clerk, words)
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    number = moves.number_on(page)
    typed(clerk, words)
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    expect(page.locator("#new-ticket [role=alert]")).to_contain_text(f"You took this a moment ago: {number}")
    clerk.shoot("new-ticket-twin")
    moves.press(page, page.get_by_role("link", name="Open it"))
    assert moves.number_on(page) == number
    clerk.go(FORM)
    expect(page.locator("#new-ticket [name=description]")).to_have_value("")
